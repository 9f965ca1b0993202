"""Owns the two facts that the roles ask for: the laptop's name, and from where it is being provisioned."""

from __future__ import annotations

import os
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: session_facts
short_description: Tell the host name and the SSH connection, changing nothing
description:
  - Named as M(ansible.builtin.setup) names them. That one brings all its collectors to the
    laptop, which costs it a good part of a second before the first role.
  - sudo drops E(SSH_CONNECTION), so it is read from the processes that led here.
"""

RETURN = r"""
ansible_facts:
  description: C(nodename), and C(env) with C(SSH_CONNECTION), empty where there is none.
  returned: always
  type: dict
"""


def ssh_connection() -> str:
    """What sshd told the process that it started for us: addresses and ports of both ends; needs root."""
    process = os.getpid()
    while process > 1:
        folder = Path("/proc", str(process))
        for each in (folder / "environ").read_bytes().split(b"\0"):
            if each.startswith(b"SSH_CONNECTION="):
                return each.partition(b"=")[2].decode()
        # The name before the last parenthesis may have any sign in it (proc(5)).
        process = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    return ""


def main() -> None:
    """Gather and return."""
    module = AnsibleModule(argument_spec={}, supports_check_mode=True)
    session = {"SSH_CONNECTION": ssh_connection()}
    module.exit_json(changed=False, ansible_facts={"nodename": os.uname().nodename, "env": session})


if __name__ == "__main__":
    main()
