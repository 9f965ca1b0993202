"""Owns one task per role for all its files: written whole, checked together, put back together."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.written import LIST, keep

DOCUMENTATION = r"""
module: rendered_files
short_description: Bring a set of small files and symbolic links into place, all or none
description:
  - Starting Python on a laptop costs more than what a task does there, so a role hands over all its files.
  - When O(validate) refuses, every file is put back as it was and the task fails.
  - What was written is listed, so that the report can tell whether it is still so.
options:
  files:
    description: What has to be there, owned by root.
    type: list
    elements: dict
    required: true
    suboptions:
      path: {description: Absolute path., type: path, required: true}
      content: {description: The whole content; exclusive with O(files[].target)., type: str}
      target: {description: Make a symbolic link to this., type: str}
      template: {description: The name of a template that gives the content., type: str}
      mode: {description: Octal permissions of a file., type: str, default: "0644"}
      needs: {description: Leave this one out where that path does not exist., type: path}
  validate:
    description: Commands that must succeed with the files in place, each as a list of arguments.
    type: list
    elements: list
    default: []
  listing: {description: Where it is listed., type: path, default: /var/lib/crisis-kit/files.json}
"""

RETURN = r"""
paths:
  description: What was, or in check mode would be, changed.
  returned: always
  type: list
  elements: str
"""


class State(NamedTuple):
    """What stands at a path: a link's target, or a file's content and mode; nothing where both are None."""

    target: str | None = None
    content: bytes | None = None
    mode: int = 0


def read(path: Path) -> State:
    """What stands at `path` now."""
    if path.is_symlink():
        return State(target=str(path.readlink()))
    if not path.exists():
        return State()
    return State(content=path.read_bytes(), mode=path.stat().st_mode & 0o7777)


def write(path: Path, state: State) -> None:
    """Make `path` be as `state` says, by one rename; missing folders are made."""
    if state == State():
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    # In a folder of its own beside the path: on the same file system, and under a name nobody else can take.
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".kit-") as folder:
        temporary = Path(folder, "new")
        if state.target is not None:
            temporary.symlink_to(state.target)
        else:
            temporary.write_bytes(state.content or b"")
            temporary.chmod(state.mode)
        temporary.replace(path)


def wanted(entry: dict[str, str | None]) -> State:
    """The state that one entry of `files` asks for."""
    if entry["target"] is not None:
        return State(target=entry["target"])
    return State(content=(entry["content"] or "").encode(), mode=int(entry["mode"] or "0644", 8))


def difference(path: Path, before: State, after: State) -> dict[str, str]:
    """What `--diff` shows for one path."""

    def text(state: State) -> str:
        return f"-> {state.target}\n" if state.target else (state.content or b"").decode(errors="replace")

    return {
        "before_header": str(path),
        "after_header": str(path),
        "before": text(before),
        "after": text(after),
    }


def refused(commands: list[list[str]]) -> str | None:
    """What the first command that fails says; None where all succeed."""
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return done.stderr.strip() or done.stdout.strip()
    return None


def main() -> None:
    """Compare, write what differs, validate, put back on refusal."""
    module = AnsibleModule(
        argument_spec={
            "files": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "options": {
                    "path": {"type": "path", "required": True},
                    "content": {"type": "str"},
                    "target": {"type": "str"},
                    "mode": {"type": "str", "default": "0644"},
                    "needs": {"type": "path"},
                },
                "mutually_exclusive": [("content", "target")],
                "required_one_of": [("content", "target")],
            },
            "validate": {"type": "list", "elements": "list", "default": []},
            "listing": {"type": "path", "default": LIST},
        },
        supports_check_mode=True,
    )
    # Folders on the way are for everybody to read, whatever the laptop's sudo or profile says of new ones.
    os.umask(0o022)
    entries = [entry for entry in module.params["files"] if Path(entry["needs"] or "/").exists()]
    changes = [
        (path, before, after)
        for entry in entries
        if (before := read(path := Path(entry["path"]))) != (after := wanted(entry))
    ]
    paths = [str(path) for path, _, _ in changes]
    shown = [difference(*change) for change in changes]
    if not module.check_mode:
        for path, _, after in changes:
            write(path, after)
        refusal = refused(module.params["validate"]) if changes else None
        if refusal is not None:
            for path, before, _ in changes:
                write(path, before)
            module.fail_json(msg=f"refused, files put back: {refusal}")
        keep(Path(module.params["listing"]), [Path(entry["path"]) for entry in entries])
    module.exit_json(changed=bool(changes), paths=paths, diff=shown)


if __name__ == "__main__":
    main()
