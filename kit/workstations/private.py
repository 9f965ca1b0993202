"""Owns the private folder of one run: in memory, for its owner only, gone afterwards even after a crash.

The name says whose it is (process id and start time), so that what a killed process left is recognised.
"""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PREFIX = "kit-run-"


def memory_folder() -> Path:
    """A folder that never reaches a disk: the user's runtime folder, else shared memory."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return Path(runtime) if runtime and os.access(runtime, os.W_OK) else Path("/dev/shm")  # noqa: S108  made 0700 below


@contextmanager
def private_folder(base: Path) -> Iterator[Path]:
    """A new folder of mode 0700 under `base`; at the end its processes are ended and it is removed."""
    remove_left_behind(base)
    pid = os.getpid()
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{pid}-{_start_time(pid)}-", dir=base))
    try:
        yield folder
    finally:
        end_processes(folder)
        shutil.rmtree(folder, ignore_errors=True)


def remove_left_behind(base: Path) -> None:
    """Remove the folders, and end the processes, of runs whose own process is gone."""
    for folder in base.glob(f"{_PREFIX}*"):
        pid, _, rest = folder.name.removeprefix(_PREFIX).partition("-")
        with suppress(OSError):
            if folder.stat().st_uid == os.getuid() and _start_time(int(pid)) != rest.partition("-")[0]:
                end_processes(folder)
                shutil.rmtree(folder, ignore_errors=True)


def processes_of(folder: Path, argument: str | None = None) -> list[int]:
    """The processes that carry `folder` in their arguments or environment, this one excepted.

    With `argument`, only those that have this very argument too.
    """
    needle = os.fsencode(folder)
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            arguments = (entry / "cmdline").read_bytes()
            if argument is not None and argument.encode() not in arguments.split(b"\0"):
                continue
            if needle in arguments or needle in (entry / "environ").read_bytes():
                found.append(int(entry.name))
    return [pid for pid in found if pid != os.getpid()]


def end_processes(folder: Path, argument: str | None = None) -> None:
    """Kill what `processes_of` finds; a run that ended well leaves nothing."""
    for pid in processes_of(folder, argument):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def _start_time(pid: int) -> str:
    """Start of a process in clock ticks since boot (proc(5), stat field 22); empty where there is none."""
    try:
        # The name in parentheses may hold anything, so fields are counted after its end.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return ""
