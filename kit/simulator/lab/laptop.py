"""Owns one laptop's processes and control groups: started detached, ended as when the power fails."""

import os
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from gettext import gettext as _
from pathlib import Path

from kit.simulator.lab import processes
from kit.simulator.lab.commands import PLAIN_ENVIRONMENT, SEARCH_PATH, LabFailed, find
from kit.simulator.lab.names import Mode, Slot

_SCRIPTS = Path(__file__).parent
#: Control group hierarchies in which systemd may keep a group: unified, or the two of a hybrid layout.
CONTROL_GROUPS = tuple(Path("/sys/fs/cgroup", name) for name in ("", "systemd", "unified"))
#: seconds the kernel may take to let go of a dead laptop's control groups
_PATIENCE = 10.0


def start(slot: Slot, folder: Path, *, base: Path, mode: Mode) -> None:
    """Start a laptop in its namespace; it lives on when this process ends. Its disk must be prepared.

    Raises:
        LabFailed: its first process could not be started.
    """
    with (folder / "console.log").open("ab") as console:
        done = subprocess.run(
            [
                *(find("nsenter"), f"--net={processes.NAMESPACES / slot.namespace}"),
                # A session of its own and nobody's child: no hang-up, no signal from this terminal.
                *(
                    find("setsid"),
                    "--fork",
                    find("unshare"),
                    "--mount",
                    find("sh"),
                    str(_SCRIPTS / "boot.sh"),
                ),
                *(mode.value, slot.namespace, slot.name, str(base), f"{slot.address}/24", str(_SCRIPTS)),
                str(_root(folder)),
            ],
            cwd=folder,
            env={**PLAIN_ENVIRONMENT, "PATH": SEARCH_PATH},
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=console,
            check=False,
        )
    if done.returncode != 0:
        raise LabFailed(
            _("Laptop {tag} could not be started: {said}").format(tag=slot.tag, said=last_words(folder))
        )


def stop(laptops: Mapping[Slot, Path]) -> None:
    """End laptops, given with their folders, and all that runs in them; a second time does nothing.

    Raises:
        LabFailed: something of one remains.
    """
    # One that is just being started may not be in its namespace yet, or in one that has lost its name. Its
    # processes are then found by their command line; the systemd inside has its own, but is in the group.
    marks = {f"{option}{_root(folder)}" for folder in laptops.values() for option in ("", "--directory=")}
    groups = {hierarchy / slot.namespace for slot in laptops for hierarchy in CONTROL_GROUPS}
    processes.kill_all(namespaces={slot.namespace for slot in laptops}, groups=groups, arguments=marks)
    for group in groups:
        _remove_group(group)


def last_words(folder: Path) -> str:
    """The end of a laptop's console, for an error message."""
    with suppress(FileNotFoundError):
        return (folder / "console.log").read_text(errors="replace").strip()[-1000:] or "–"
    return "–"


def _root(folder: Path) -> Path:
    return folder / "root"


def _remove_group(group: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while group.exists():
        # Children first; the kernel refuses while it still buries the group's last process.
        with suppress(OSError):
            for path, _folders, _files in os.walk(group, topdown=False):
                Path(path).rmdir()
        if group.exists():
            if time.monotonic() > deadline:
                raise LabFailed(_("The control group {group} remains.").format(group=group))
            time.sleep(0.02)
