"""Owns loading the firewall: load, look at what is loaded, try again."""

from __future__ import annotations

import time

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.nftables import Refused, loaded, meant, run

DOCUMENTATION = r"""
module: nft_ruleset
short_description: Have exactly the rules of a file loaded in the kernel
description:
  - Compares the rules in force with what the file means; loads it only where they differ, and reads back.
  - Loading a ruleset fails now and then under load, so it is tried again before giving up.
options:
  path: {description: A ruleset that begins with C(flush ruleset)., type: path, required: true}
  attempts: {description: How often to load before giving up., type: int, default: 5}
"""

RETURN = r"""
attempts: {description: How often the file was loaded., returned: always, type: int}
"""


def load(path: str, attempts: int) -> int:
    """Load `path` until what is loaded is what it means; returns how many times it took.

    Raises:
        Refused: it still differs after `attempts`.
    """
    wanted = meant(path)
    trouble = ""
    for attempt in range(1, attempts + 1):
        try:
            run("nft", "--file", path)
            if loaded() == wanted:
                return attempt
            trouble = "the rules in force are not those of the file"
        except Refused as exc:
            trouble = str(exc)
        # The kernel answers EBUSY or ENOBUFS while another load goes on: give it a moment.
        time.sleep(0.2 * attempt)
    raise Refused(f"{path}: {trouble} ({attempts} attempts)")


def main() -> None:
    """Compare; load where needed."""
    module = AnsibleModule(
        argument_spec={
            "path": {"type": "path", "required": True},
            "attempts": {"type": "int", "default": 5},
        },
        supports_check_mode=True,
    )
    path = module.params["path"]
    try:
        if loaded() == meant(path):
            module.exit_json(changed=False, attempts=0)
        if module.check_mode:
            module.exit_json(changed=True, attempts=0)
        module.exit_json(changed=True, attempts=load(path, module.params["attempts"]))
    except Refused as exc:
        module.fail_json(msg=str(exc))


if __name__ == "__main__":
    main()
