"""Owns the recovery key of an encrypted disk: added beside the key that opens it now, never in its place.

A laptop gets a new one at each preparation. So that slots do not run out, a slot that was filled here bears a
mark, and those that bear it are emptied once the new key opens the disk. No other slot is ever touched.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.machine import encryption

DOCUMENTATION = r"""
module: luks_recovery_key
short_description: Have a recovery key open the encrypted disk (LUKS) that the system runs on
description:
  - Changes nothing where the key opens the disk already, and where the system's disk is not encrypted.
  - Keys that this module added earlier open the disk no more afterwards; all others stay.
  - LUKS2 only, for the header of LUKS1 has no place for the mark.
  - Both keys go to C(cryptsetup) through pipes, never through arguments or files.
options:
  recovery_key: {description: The key to add., type: str, required: true}
  unlock_key:
    description: A key or passphrase that opens the disk now; may be empty where no disk is encrypted.
    type: str
    required: true
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


#: Type of the token that is the mark (LUKS2 lets every program have its own).
MARK = "crisis-kit-recovery"
#: Slots that a LUKS2 header has.
SLOTS = 32
#: What `cryptsetup` ends with where a key opens nothing; it says nothing then.
WRONG_KEY = 2


class Refused(Exception):
    """`cryptsetup` did not do what it was asked."""


def cryptsetup(*arguments: str, keys: Sequence[str]) -> subprocess.CompletedProcess[str]:
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
    """Put the key into a free slot, see that it opens the device, and only then empty our earlier slots.

    Raises:
        Refused: nothing was given that opens it, or it is no LUKS2, or no slot is free.
    """
    if not unlock_key:
        raise Refused(f"{volume} is encrypted, and nothing that opens it was given (disk_unlock_key)")
    found = json.loads(must("luksDump", "--dump-json-metadata", volume))
    free = sorted({str(slot) for slot in range(SLOTS)} - set(found["keyslots"]), key=int)
    if not free:
        raise Refused(f"{volume}: all {SLOTS} key slots are in use")
    slot = free[0]
    into = ("--key-slot", slot, "--key-file", "{}", volume)
    must("luksAddKey", *into, "{}", keys=[unlock_key, recovery_key])
    must("open", "--test-passphrase", *into, keys=[recovery_key])
    token = json.dumps({"type": MARK, "keyslots": [slot]})
    must("token", "import", "--json-file", "{}", volume, keys=[token])
    for number, older in found["tokens"].items():
        if older["type"] == MARK:
            for earlier in older["keyslots"]:
                must("luksKillSlot", volume, earlier)
            must("token", "remove", "--token-id", number, volume)


def must(*arguments: str, keys: Sequence[str] = ()) -> str:
    """Run `cryptsetup` and give what it prints.

    Raises:
        Refused: it did not do it; says what it said.
    """
    ended = cryptsetup(*arguments, keys=keys)
    if ended.returncode == WRONG_KEY:
        raise Refused(f"cryptsetup {arguments[0]}: the key that was given does not open it (disk_unlock_key)")
    if ended.returncode != 0:
        raise Refused(f"cryptsetup {arguments[0]} ended with {ended.returncode}: {ended.stderr.strip()}")
    return ended.stdout


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
