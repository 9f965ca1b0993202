"""Owns what makes a returned laptop nobody's: everything of its people erased, then looked for."""

from __future__ import annotations

import datetime
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.erasing import (
    Canary,
    erase,
    fill,
    mount_point,
    overwrite,
    plant,
    samples,
    search,
)
from ansible.module_utils.machine import Facts, device_of, host_keys, machine, text

DOCUMENTATION = r"""
module: wipe
short_description: Erase what people left on a laptop, and prove it by reading back
description:
  - Files are overwritten, then removed; so are free space of local disks, and swap.
  - Encrypted volumes that hold people's data only lose all their keys (C(cryptsetup luksErase)).
  - Canary files are planted before, and looked for afterwards by name, and by content on the disk.
  - In check mode nothing is done, and the report is that of a laptop that is not wiped.
options:
  keep:
    description: Accounts that stay, such as the one of Ansible.
    type: list
    elements: str
    required: true
  canaries:
    description: Files planted by somebody else that must be gone, too.
    type: list
    elements: path
    default: []
  luks_volumes:
    description: Encrypted devices with nothing but people's data.
    type: list
    elements: path
    default: []
  samples:
    description: How many blocks of 1 MiB to read from each disk afterwards, at random.
    type: int
    required: true
  labels: {description: Copied into the report as it is., type: dict, default: {}}
"""

RETURN = r"""
report:
  description: What was erased, C(checks) with C(passed) and C(detail), and C(wiped).
  returned: always
  type: dict
"""

#: Accounts of people, as Debian numbers them (`/etc/login.defs`).
_PEOPLE = range(1000, 60000)
#: Folders whose content is people's, or tells about them; the folders themselves stay.
PLACES = (
    "/tmp",  # noqa: S108  the place itself is meant
    "/var/tmp",  # noqa: S108
    "/var/mail",
    "/var/spool/cron/crontabs",
    "/var/spool/cron/atjobs",
    "/var/spool/cups",
    "/var/lib/AccountsService/users",
    "/var/lib/AccountsService/icons",
    "/var/lib/bluetooth",
    "/var/lib/systemd/coredump",
    "/var/crash",
    "/var/log/journal",
    "/etc/NetworkManager/system-connections",
    "/root/.cache",
    "/root/.ssh",
)
#: Ansible and systemd work in these while we do.
_IN_USE = ("ansible", "systemd-private-", ".X11-unix", ".ICE-unix", ".font-unix", ".XIM-unix")


#: Seconds in which processes of people end that were told to.
_PATIENCE = 20.0


class Refused(Exception):
    """Something could not be erased; the text says what."""


def run(*command: str) -> str:
    """Run a command and give what it printed.

    Raises:
        Refused: it failed.
    """
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Refused(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def people(keep: Iterable[str]) -> list[pwd.struct_passwd]:
    """Accounts of people, those to keep left out."""
    kept = set(keep)
    return [entry for entry in pwd.getpwall() if entry.pw_uid in _PEOPLE and entry.pw_name not in kept]


def homes(keep: Iterable[str]) -> list[Path]:
    """Homes of people, also those whose account is gone."""
    kept = {*keep, "lost+found"}
    folders = {home for home in Path("/home").glob("*") if home.name not in kept}
    return sorted(folders | {Path(entry.pw_dir) for entry in people(keep) if Path(entry.pw_dir).is_dir()})


def contents(place: str) -> list[Path]:
    """What is in a folder and not in use by this run; the journal being written is left."""
    journal = {"system.journal"} if Path("/run/systemd/system").exists() else set()
    return [
        inside
        for entry in Path(place).glob("*")
        for inside in (entry.glob("*") if place == "/var/log/journal" and entry.is_dir() else [entry])
        if not inside.name.startswith(_IN_USE) and inside.name not in journal
    ]


def processes(uids: set[int]) -> list[int]:
    """What runs for these accounts; one that has ended and waits for its parent holds no file any more."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if entry.stat().st_uid in uids and "\nState:\tZ" not in (entry / "status").read_text():
                found.append(int(entry.name))
    return found


def end_processes(uids: set[int]) -> None:
    """Kill what still runs for these accounts, and wait for its end: open files would be written again.

    Raises:
        Refused: something does not end.
    """
    deadline = time.monotonic() + _PATIENCE
    while left := processes(uids):
        if time.monotonic() > deadline:
            raise Refused(f"processes of people do not end: {left}")
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)


def remove_account(entry: pwd.struct_passwd) -> None:
    """Remove an account; its files are gone already."""
    run("userdel", "--force", entry.pw_name)


def ownerless() -> list[Path]:
    """Files on the system's own disk whose owner no longer exists."""
    # A file that goes while we look is no fault.
    found = run("find", "/", "-ignore_readdir_race", "-xdev", "-nouser", "-print0")
    return [Path(name) for name in found.split("\0") if name]


def close_journal() -> None:
    """Have the journal begin new files; the old ones are then nobody's."""
    if Path("/run/systemd/system").exists():
        run("journalctl", "--rotate")


def clear_logs() -> int:
    """Overwrite and empty text logs; programs that write them go on. Gives the number of bytes."""
    logs = [path for path in Path("/var/log").rglob("*") if path.is_file() and "journal" not in path.parts]
    written = 0
    for path in logs:
        with suppress(FileNotFoundError):  # rotated meanwhile
            written += overwrite(path)
    os.sync()
    for path in logs:
        with suppress(FileNotFoundError):
            os.truncate(path, 0)
    return written


def clear_swap() -> list[Facts]:
    """Overwrite every swap area behind its first page, which says that it is one."""
    areas = [Path(line.split()[0]) for line in text("/proc/swaps").splitlines()[1:]]
    cleared = []
    for area in areas:
        run("swapoff", str(area))
        cleared.append({"area": str(area), "bytes": overwrite(area, start=os.sysconf("SC_PAGE_SIZE"))})
        run("swapon", str(area))
    return cleared


def destroy_volume(volume: str) -> Facts:
    """Close an encrypted volume and take all its keys; nobody can read it any more, not even with one."""
    for mapped in Path("/sys/class/block", Path(os.path.realpath(volume)).name).glob("holders/*"):
        name = text(mapped / "dm/name")
        if f" /dev/mapper/{name} " in text("/proc/self/mountinfo"):
            run("umount", "--all-targets", f"/dev/mapper/{name}")
        run("cryptsetup", "close", name)
    run("cryptsetup", "luksErase", "--batch-mode", volume)
    os.sync()
    left = key_slots(run("cryptsetup", "luksDump", volume))
    return {"volume": volume, "method": "luksErase", "key_slots": left}


def key_slots(dump: str) -> int:
    """How many keys open a volume, as `luksDump` tells it for both versions of LUKS. Pure."""
    slots = dump.partition("Keyslots:")[2].partition("Tokens:")[0]
    return sum(": luks" in line for line in slots.splitlines()) + dump.count(": ENABLED")


def clear_disk(mount: str, canaries: list[Canary], count: int) -> Facts:
    """Overwrite a file system's free space; then read where the canaries lay, and blocks at random."""
    device = device_of(mount)
    if not device:
        return {"mount": mount, "device": "", "overwritten": 0, "sampled": 0, "found": 0}
    written = fill(mount)
    markers = [canary.marker for canary in canaries]
    places = [place for canary in canaries if canary.device == device for place in canary.places]
    sampled, found = search(device, markers, [*places, *samples(device, count)])
    return {"mount": mount, "device": device, "overwritten": written, "sampled": sampled, "found": found}


def checks(facts: Facts, given: list[str], keep: list[str]) -> list[Facts]:
    """What must hold of a wiped laptop, looked up anew: nothing is found of what each check is about."""
    canaries = [*facts["canaries"], *given]
    found = {
        "accounts": [entry.pw_name for entry in people(keep)],
        "homes": homes(keep),
        "places": [path for place in PLACES for path in contents(place)],
        "ownerless": ownerless(),
        "canaries": [path for path in canaries if os.path.lexists(path)],
        "free_space": [disk["device"] for disk in facts["free_space"] if disk["found"]],
        "volumes": [volume["volume"] for volume in facts["volumes"] if volume["key_slots"]],
    }
    sampled = [f"{disk['device']}: {disk['sampled']} bytes" for disk in facts["free_space"] if disk["device"]]
    said = {
        "canaries": f"{len(canaries)} gone",
        "free_space": ", ".join(sampled) or "no local disk",
        "volumes": ", ".join(volume["volume"] for volume in facts["volumes"]),
    }
    return [
        {
            "name": name,
            "passed": not left,
            "detail": ", ".join(str(each) for each in left[:10]) or said.get(name, ""),
        }
        for name, left in found.items()
    ]


def wipe(parameters: Facts) -> Facts:
    """Plant, erase, look for it; gives what was done."""
    keep = parameters["keep"]
    entries, folders = people(keep), homes(keep)
    end_processes({entry.pw_uid for entry in entries})
    close_journal()
    # First of all, so that a volume that is not there stops us before anything is done.
    volumes = [destroy_volume(volume) for volume in parameters["luks_volumes"]]
    canaries = [plant(place) for place in (*folders, *map(Path, PLACES[:3])) if place.is_dir()]
    erased = erase([*folders, *(path for place in PLACES for path in contents(place))])
    for entry in entries:
        remove_account(entry)
    orphans = erase(ownerless())
    mounts = sorted({mount_point(Path(place)) for place in ("/", "/home", *PLACES) if Path(place).is_dir()})
    return {
        "accounts": [entry.pw_name for entry in entries],
        "homes": [str(folder) for folder in folders],
        "files": erased["files"] + orphans["files"] - len(canaries),
        "bytes": erased["bytes"] + orphans["bytes"],
        "log_bytes": clear_logs(),
        "swap": clear_swap(),
        "volumes": volumes,
        "canaries": [str(canary.path) for canary in canaries],
        "free_space": [clear_disk(mount, canaries, parameters["samples"]) for mount in mounts],
    }


def now() -> str:
    """The laptop's time in UTC, ISO 8601, whole seconds."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def evidence(parameters: Facts, *, check_mode: bool) -> Facts:
    """The report: labels, the laptop, what was done, checks, and `wiped` where every check passed."""
    report: Facts = {
        **parameters["labels"],
        "started_at": now(),
        "host_name": os.uname().nodename,
        "machine": machine(),
        "host_keys": host_keys(),
    }
    if check_mode:
        would = {"accounts": [entry.pw_name for entry in people(parameters["keep"])]}
        return {**report, **would, "finished_at": now(), "checks": [], "wiped": False}
    facts = wipe(parameters)
    results = checks(facts, parameters["canaries"], parameters["keep"])
    return {
        **report,
        **facts,
        "finished_at": now(),
        "checks": results,
        "wiped": all(check["passed"] for check in results),
    }


def main() -> None:
    """Wipe; the role decides what a failed check means."""
    module = AnsibleModule(
        argument_spec={
            "keep": {"type": "list", "elements": "str", "required": True},
            "canaries": {"type": "list", "elements": "path", "default": []},
            "luks_volumes": {"type": "list", "elements": "path", "default": []},
            "samples": {"type": "int", "required": True},
            "labels": {"type": "dict", "default": {}},
        },
        supports_check_mode=True,
    )
    try:
        report = evidence(module.params, check_mode=module.check_mode)
    except (Refused, OSError) as exc:
        module.fail_json(msg=f"not wiped: {exc}")
    module.exit_json(changed=True, report=report)


if __name__ == "__main__":
    main()
