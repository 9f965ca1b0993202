"""Owns making content unreadable, and looking for it afterwards where it physically was."""

from __future__ import annotations

import fcntl
import os
import random
import stat
import struct
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ansible.module_utils.machine import Facts, device_of

BLOCK = 1 << 20
_ZEROS = bytes(BLOCK)
#: ioctl_fiemap(2): FS_IOC_FIEMAP, FIEMAP_FLAG_SYNC, and the two structures.
_FIEMAP, _SYNC = 0xC020660B, 1
_HEADER, _EXTENT = struct.Struct("=QQLLLL"), struct.Struct("=QQQQQLLLL")
_EXTENTS = 64


@dataclass(frozen=True)
class Canary:
    """A file planted to be looked for: its path, its pattern, and where on `device` its content lay."""

    path: Path
    marker: bytes
    device: str
    places: tuple[tuple[int, int], ...]


def plant(folder: Path) -> Canary:
    """Write a block of one repeated pattern under a name nobody else has, down to the disk."""
    marker = os.urandom(32)
    path = folder / f".canary-{os.urandom(8).hex()}"
    with path.open("xb") as file:
        file.write(marker * (BLOCK // len(marker)))
        file.flush()
        os.fsync(file.fileno())
        device = device_of(mount_point(folder))
        places = tuple(extents(file.fileno())) if device else ()
    return Canary(path, marker, device, places)


def extents(descriptor: int) -> Iterator[tuple[int, int]]:
    """Where a file's content lies on its device: pairs of offset and length in bytes."""
    header = _HEADER.pack(0, (1 << 64) - 1, _SYNC, 0, _EXTENTS, 0)
    request = bytearray(header + bytes(_EXTENT.size * _EXTENTS))
    fcntl.ioctl(descriptor, _FIEMAP, request)
    count = _HEADER.unpack_from(request)[3]
    for index in range(count):
        _logical, physical, length, *_rest = _EXTENT.unpack_from(request, _HEADER.size + index * _EXTENT.size)
        yield physical, length


def mount_point(path: Path) -> str:
    """The root of the file system that `path` is on."""
    found = path.resolve()
    while not found.is_mount():
        found = found.parent
    return str(found)


def files_below(path: Path) -> Iterator[Path]:
    """Everything in a folder, contents before their folder, links not followed; anything else is itself."""
    if path.is_symlink() or not path.is_dir():
        yield path
        return
    for folder, names, files in os.walk(path, topdown=False):
        for name in (*files, *names):
            yield Path(folder, name)


def overwrite(path: Path, start: int = 0) -> int:
    """Write zeros over a regular file or a device, from `start` to its end; gives their number."""
    with path.open("r+b", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(start)
        left = max(0, size - start)
        while left:
            left -= file.write(_ZEROS[: min(BLOCK, left)])
    return max(0, size - start)


def overwrite_own(path: Path) -> int | None:
    """Write zeros over a regular file, and give their number; None for anything else.

    A file with another name elsewhere is left, for it would lose its content there too; one whose program
    removed it meanwhile is gone already.
    """
    try:
        found = path.lstat()
        return overwrite(path) if stat.S_ISREG(found.st_mode) and found.st_nlink == 1 else None
    except FileNotFoundError:
        return None


def erase(paths: Iterable[Path]) -> Facts:
    """Overwrite and remove files and whole folders; what is not there is left out."""
    found = [path for path in paths if path.is_symlink() or path.exists()]
    entries = [entry for path in found for entry in files_below(path)]
    written = [size for size in map(overwrite_own, entries) if size is not None]
    # Before the names go: what is only in memory of a file without a name is never written.
    os.sync()
    for entry in (*entries, *found):
        with suppress(FileNotFoundError):
            if entry.is_dir() and not entry.is_symlink():
                entry.rmdir()
            else:
                entry.unlink()
    return {"files": len(written), "bytes": sum(written)}


def fill(mount: str) -> int:
    """Write zeros over the free space of a file system, and give it back; gives the number of bytes."""
    path = Path(mount, f".filling-{os.urandom(8).hex()}")
    written = 0
    try:
        with path.open("xb", buffering=0) as file:
            path.chmod(0o600)
            with suppress(OSError):  # no space left: that is the aim
                while count := file.write(_ZEROS):
                    written += count
            os.fsync(file.fileno())
    finally:
        path.unlink(missing_ok=True)
        os.sync()
    return written


def search(device: str, markers: list[bytes], places: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """Read these places of a device; gives how many bytes were read and how many places held a pattern."""
    seen = held = 0
    with Path(device).open("rb", buffering=0) as file:
        # What this machine remembers of the device is not what is on it.
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        for offset, length in places:
            file.seek(offset)
            block = file.read(length)
            seen += len(block)
            held += any(marker in block for marker in markers)
    return seen, held


def samples(device: str, count: int) -> list[tuple[int, int]]:
    """Blocks of a device at random, each once; all of them where there are not more."""
    with Path(device).open("rb", buffering=0) as file:
        blocks = file.seek(0, os.SEEK_END) // BLOCK
    chosen = random.SystemRandom().sample(range(blocks), min(count, blocks))
    return [(block * BLOCK, BLOCK) for block in sorted(chosen)]
