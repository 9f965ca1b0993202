"""Owns the recovery key of an encrypted disk: added beside the key that opens it now, never in its place."""

from __future__ import annotations

import os
import subprocess

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.machine import encryption

DOCUMENTATION = r"""
module: luks_recovery_key
short_description: Have a recovery key open the encrypted disk (LUKS) that the system runs on
description:
  - Changes nothing where the key opens the disk already, and where the system's disk is not encrypted.
  - Both keys go to C(cryptsetup) through pipes, never through arguments or files.
options:
  recovery_key: {description: The key to add., type: str, required: true}
  unlock_key: {description: A key or passphrase that opens the disk now., type: str, required: true}
  volumes:
    description: Encrypted devices; empty means those below the root file system.
    type: list
    elements: path
    default: []
"""

RETURN = r"""
volumes:
  description: The devices that have the key, or in check mode would have.
  returned: always
  type: list
  elements: str
"""


class Refused(Exception):
    """`cryptsetup` did not do what it was asked."""


def cryptsetup(*arguments: str, keys: list[str]) -> subprocess.CompletedProcess[str]:
    """Run it with each key in a pipe of its own, whose path stands for `{}` in the arguments, in order."""
    given, readers = list(arguments), []
    for key in keys:
        reader, writer = os.pipe()
        # A pipe holds 64 KiB: a key fits, and nobody has to read while we write.
        os.write(writer, key.encode())
        os.close(writer)
        readers.append(reader)
        given[given.index("{}")] = f"/dev/fd/{reader}"
    try:
        return subprocess.run(
            ["/usr/sbin/cryptsetup", "--batch-mode", *given],
            capture_output=True,
            text=True,
            check=False,
            pass_fds=readers,
            stdin=subprocess.DEVNULL,
        )
    finally:
        for reader in readers:
            os.close(reader)


def opens(volume: str, key: str) -> bool:
    """Whether the key opens the device; nothing is mapped."""
    return cryptsetup("open", "--test-passphrase", "--key-file", "{}", volume, keys=[key]).returncode == 0


def add(volume: str, recovery_key: str, unlock_key: str) -> None:
    """Put the key into a free slot, and see that it opens the device.

    Raises:
        Refused: the other key does not open it, or no slot is free.
    """
    done = cryptsetup("luksAddKey", "--key-file", "{}", volume, "{}", keys=[unlock_key, recovery_key])
    if done.returncode != 0 or not opens(volume, recovery_key):
        raise Refused(f"{volume}: {done.stderr.strip() or 'the key was added and does not open it'}")


def main() -> None:
    """Look, add where missing, look again."""
    module = AnsibleModule(
        argument_spec={
            "recovery_key": {"type": "str", "required": True, "no_log": True},
            "unlock_key": {"type": "str", "required": True, "no_log": True},
            "volumes": {"type": "list", "elements": "path", "default": []},
        },
        supports_check_mode=True,
    )
    recovery_key, unlock_key = module.params["recovery_key"], module.params["unlock_key"]
    volumes = module.params["volumes"] or encryption()["volumes"]
    missing = [volume for volume in volumes if not opens(volume, recovery_key)]
    try:
        for volume in [] if module.check_mode else missing:
            add(volume, recovery_key, unlock_key)
        module.exit_json(changed=bool(missing), volumes=volumes)
    except Refused as exc:
        module.fail_json(msg=str(exc))


if __name__ == "__main__":
    main()
