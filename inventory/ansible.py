"""Renders laptops as Ansible's inventory: the pool is the inventory, and no file with a secret is in it."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from inventory.devices import Device


def hosts(
    devices: Sequence[Device], *, user: str, private_key: Path, known_hosts: Path
) -> dict[str, dict[str, Any]]:
    """One group, `laptops`, with a host per device under its asset tag, as Ansible reads it from JSON.

    `private_key` is named, never contained. A host whose key is not in `known_hosts` is refused by ssh.
    """
    options = {
        "StrictHostKeyChecking": "yes",
        "UserKnownHostsFile": str(known_hosts),
        "GlobalKnownHostsFile": "/dev/null",
    }
    return {
        "laptops": {
            "hosts": {device.tag: {"ansible_host": device.address} for device in devices},
            "vars": {
                "ansible_user": user,
                "ansible_ssh_private_key_file": str(private_key),
                "ansible_ssh_common_args": shlex.join(
                    part for name, value in options.items() for part in ("-o", f"{name}={value}")
                ),
            },
        }
    }
