"""Owns finding and ending the processes of a network namespace; pids are held so that none is mistaken."""

import os
import select
import signal
import time
from collections.abc import Iterable, Set
from contextlib import ExitStack, suppress
from gettext import gettext as _
from pathlib import Path

from kit.simulator.lab.commands import LabFailed

#: where iproute2 keeps named network namespaces
NAMESPACES = Path("/run/netns")
#: seconds a killed process may take to be gone
_PATIENCE = 20.0


def inside(namespaces: Iterable[str]) -> dict[str, list[int]]:
    """Processes by named network namespace, ended ones not counted. Reads /proc once; needs root."""
    by_identity: dict[tuple[int, int], str] = {}
    found: dict[str, list[int]] = {}
    for name in namespaces:
        found[name] = []
        with suppress(FileNotFoundError):
            status = (NAMESPACES / name).stat()
            by_identity[status.st_dev, status.st_ino] = name
    if by_identity:
        for pid in _pids():
            with suppress(FileNotFoundError, ProcessLookupError, PermissionError):
                status = Path(f"/proc/{pid}/ns/net").stat()
                owner = by_identity.get((status.st_dev, status.st_ino))
                if owner is not None:
                    found[owner].append(pid)
    return found


def with_argument(arguments: Set[str]) -> list[int]:
    """Processes that have one of those very arguments on their command line."""
    wanted, found = {argument.encode() for argument in arguments}, []
    for pid in _pids():
        with suppress(FileNotFoundError, ProcessLookupError, PermissionError):
            if not wanted.isdisjoint(Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")):
                found.append(pid)
    return found


def in_groups(groups: Iterable[Path]) -> list[int]:
    """Processes of those control groups and the groups below them; a group that is not there has none."""
    found = []
    for group in groups:
        for listing in group.rglob("cgroup.procs"):
            with suppress(OSError):  # the group ended meanwhile
                found += [int(pid) for pid in listing.read_text().split()]
    return found


def kill_all(*, namespaces: Set[str], groups: Set[Path], arguments: Set[str]) -> None:
    """End every process in those namespaces or groups, or with such an argument, as when a battery is pulled.

    Raises:
        LabFailed: one does not end.
    """
    deadline = time.monotonic() + _PATIENCE
    # A process that forks while it is killed leaves a child: look again until nobody is left.
    while pids := {
        *(pid for running in inside(namespaces).values() for pid in running),
        *in_groups(groups),
        *with_argument(arguments),
    }:
        kill(pids)
        if time.monotonic() > deadline:
            raise LabFailed(_("Processes do not end: {pids}").format(pids=", ".join(map(str, sorted(pids)))))


def kill(pids: Iterable[int]) -> None:
    """Kill and wait until each is gone.

    Raises:
        LabFailed: one does not end.
    """
    with ExitStack() as stack:
        held: dict[int, int] = {}
        for pid in pids:
            with suppress(ProcessLookupError):
                descriptor = os.pidfd_open(pid)
                stack.callback(os.close, descriptor)
                held[descriptor] = pid
        for descriptor in held:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        for descriptor, pid in held.items():
            waiting = select.poll()
            waiting.register(descriptor, select.POLLIN)
            if not waiting.poll(_PATIENCE * 1000):
                raise LabFailed(_("Process {pid} does not end.").format(pid=pid))


def _pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
