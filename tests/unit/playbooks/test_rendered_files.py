"""A role's files are written together or not at all."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.unit.playbooks.support import PLAYBOOKS, shared

#: What the module shares with others is found where Ansible puts it.
BEHIND_ANSIBLE = """
import runpy, sys
import ansible.module_utils
folder = sys.argv.pop()
ansible.module_utils.__path__.append(f"{folder}/module_utils")
runpy.run_path(f"{folder}/library/rendered_files.py", run_name="__main__")
"""


def rendered_files(listing: Path, *, check: bool = False, **arguments: object) -> dict[str, Any]:
    """Run the module as Ansible does: a process that reads its arguments and prints its result."""
    given = {"ANSIBLE_MODULE_ARGS": {**arguments, "listing": str(listing), "_ansible_check_mode": check}}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", BEHIND_ANSIBLE, PLAYBOOKS],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_files_and_links_are_written_once(tmp_path: Path) -> None:
    text, link = tmp_path / "new" / "a.conf", tmp_path / "b"
    files = [
        {"path": str(text), "content": "x\n", "mode": "0600"},
        {"path": str(link), "target": "/dev/null"},
    ]
    assert rendered_files(tmp_path / "listing", files=files)["paths"] == [str(text), str(link)]
    assert (text.read_text(), text.stat().st_mode & 0o777) == ("x\n", 0o600)
    assert link.readlink() == Path("/dev/null")
    assert rendered_files(tmp_path / "listing", files=files)["changed"] is False
    assert sorted(tmp_path.rglob(".kit-*")) == []


def test_folders_on_the_way_can_be_read_by_everybody(tmp_path: Path) -> None:
    path = tmp_path / "new" / "deep" / "a.conf"
    before = os.umask(0o077)
    try:
        rendered_files(tmp_path / "listing", files=[{"path": str(path), "content": "x"}])
    finally:
        os.umask(before)
    modes = [each.stat().st_mode & 0o777 for each in (path, path.parent, path.parent.parent)]
    assert modes == [0o644, 0o755, 0o755]


def test_check_mode_tells_what_would_change_and_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.conf"
    assert rendered_files(tmp_path / "listing", check=True, files=[{"path": str(path), "content": "x"}])[
        "paths"
    ] == [str(path)]
    assert not path.exists()


def test_a_file_is_left_out_where_what_it_is_for_is_not_there(tmp_path: Path) -> None:
    program, path = tmp_path / "program", tmp_path / "a.conf"
    files = [{"path": str(path), "content": "x", "needs": str(program)}]
    assert rendered_files(tmp_path / "listing", files=files)["changed"] is False
    assert not path.exists()
    program.touch()
    assert rendered_files(tmp_path / "listing", files=files)["paths"] == [str(path)]


def test_a_set_that_is_refused_is_put_back_whole(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_text("before")
    old.chmod(0o640)
    result = rendered_files(
        tmp_path / "listing",
        files=[{"path": str(old), "content": "after"}, {"path": str(new), "content": "after"}],
        validate=[["true"], ["grep", "before", str(old)]],
    )
    assert result["failed"] is True
    assert "put back" in result["msg"]
    assert (old.read_text(), old.stat().st_mode & 0o777) == ("before", 0o640)
    assert not new.exists()


def test_what_was_written_is_listed_for_root_and_what_changes_since_is_found(tmp_path: Path) -> None:
    text, link, gone = (tmp_path / name for name in ("a.conf", "b", "c"))
    listing = tmp_path / "kept" / "files.json"
    files = [
        {"path": str(text), "content": "x\n"},
        {"path": str(link), "target": "/dev/null"},
        {"path": str(gone), "content": "y\n"},
    ]
    rendered_files(listing, files=files)
    written = shared("written")
    assert written.compared(listing)["changed"] == []
    assert (listing.stat().st_mode & 0o777, listing.parent.stat().st_mode & 0o777) == (0o600, 0o700)

    text.chmod(0o600)
    link.unlink()
    link.symlink_to("/dev/zero")
    gone.unlink()
    assert written.compared(listing)["changed"] == [str(text), str(link), str(gone)]

    rendered_files(listing, files=files)
    assert written.compared(listing) == {**written.compared(listing), "count": 3, "changed": []}


def test_check_mode_lists_nothing(tmp_path: Path) -> None:
    rendered_files(tmp_path / "listing", check=True, files=[{"path": str(tmp_path / "a"), "content": "x"}])
    assert list(tmp_path.iterdir()) == []
