"""Owns the sealed form of a bag: one file, a tar encrypted to the commune's age key; and the clear one's end.

Anybody with the key opens it without us: `age --decrypt --identity KEY FILE | tar --extract`. We cannot, so
that it is read back by its hash, and what goes into it is held against the bag's manifest on the way. All of
it streams.
"""

import hashlib
import os
import shutil
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path
from typing import BinaryIO

import pyrage

from kit.errors import BadInput
from kit.restitution import bag
from kit.restitution.bag import BagBroken

SUFFIX = ".tar.age"
_PART = ".part"


@dataclass(frozen=True)
class Wrapped:
    """A sealed file: its SHA-256 in hexadecimal, and its bytes."""

    sha256: str
    octets: int


def key_of(recipient: str) -> pyrage.x25519.Recipient:
    """The age public key that starts with `age1`.

    Raises:
        BadInput: it is none.
    """
    try:
        return pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError:
        # Not repeated, nor what the library says of it: it may be the private key, given by mistake.
        raise BadInput(
            _("What was given is no age public key; nothing was changed."),
            hint=_(
                "It starts with age1; the commune makes it with `age-keygen -o key.txt` and keeps that file."
            ),
        ) from None


def place(folder: Path) -> Path:
    """Where the sealed form of the bag in `folder` stands: beside it."""
    return folder.with_name(folder.name + SUFFIX)


def wrap(folder: Path, recipient: str) -> Wrapped:
    """Seal a verified bag beside itself, read the file back, and give what it is; an older one is replaced.

    Raises:
        BadInput: `recipient` is no age public key.
        BagBroken: a file is not the one that the manifest names, or what was read back is not what was
            written.
        OSError: the disk refused. In all cases the bag is untouched.
    """
    key, file = key_of(recipient), place(folder)
    part = file.with_name(file.name + _PART)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
        written = _Counted(opened)
        with _tar(folder) as source:
            pyrage.encrypt_io(source, written, [key])
        opened.flush()
        os.fsync(opened.fileno())
    if read(part) != written.told():
        raise _broken(part)
    part.replace(file)
    _flush(file.parent)
    return written.told()


def read(file: Path) -> Wrapped:
    """What a sealed file is now.

    Raises:
        OSError: it cannot be read.
    """
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
        return Wrapped(digest, opened.tell())


def check(file: Path, sha256: str) -> None:
    """Make sure that a sealed file is the one with that hash.

    Raises:
        BagBroken: it is gone, or another one.
    """
    try:
        found = read(file).sha256
    except OSError as exc:
        raise _broken(file) from exc
    if found != sha256:
        raise _broken(file)


def discard(folder: Path) -> None:
    """Remove a bag in clear; what else stands in its folder stays. One that is gone is no error."""
    # First what says that it is sealed: a folder that is left half empty can be filled again.
    (folder / bag.TAG_MANIFEST).unlink(missing_ok=True)
    if (folder / bag.DATA).exists():
        shutil.rmtree(folder / bag.DATA)
    for name in (bag.MANIFEST, bag.INFO, bag.DECLARATION):
        (folder / name).unlink(missing_ok=True)
    if folder.exists() and not any(folder.iterdir()) and not folder.is_mount():
        folder.rmdir()


class _Counted:
    """A file that knows the hash of what was written to it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self._octets = 0

    def write(self, octets: bytes) -> int:
        self._digest.update(octets)
        self._octets += len(octets)
        return self._file.write(octets)

    def flush(self) -> None:
        self._file.flush()

    def told(self) -> Wrapped:
        return Wrapped(self._digest.hexdigest(), self._octets)


class _Watched:
    """A file that knows the hash of what was read from it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        octets = self._file.read(size)
        self.digest.update(octets)
        return octets


@contextmanager
def _tar(folder: Path) -> Iterator[BinaryIO]:
    """The bag as a tar that is written while it is read; a fault of the writer is raised at the end."""
    source, sink = os.pipe()
    faults: list[BaseException] = []

    def write() -> None:
        try:
            with os.fdopen(sink, "wb") as pipe, tarfile.open(fileobj=pipe, mode="w|") as tar:
                _fill(tar, folder)
        except BrokenPipeError:
            pass  # who read has failed, and says why
        except BaseException as exc:  # raised below, in the thread that waits for it
            faults.append(exc)

    writer = threading.Thread(target=write, name="sealing")
    writer.start()
    try:
        with os.fdopen(source, "rb") as pipe:
            yield pipe
    finally:
        writer.join()
    if faults:
        raise faults[0]


def _fill(tar: tarfile.TarFile, folder: Path) -> None:
    """Folders first, for empty ones are in no manifest; then each file, which must be the one it names."""
    for directory, below, _files in os.walk(folder / bag.DATA):
        below.sort()
        tar.addfile(_entry(tar, folder, Path(directory)))
    for line in (folder / bag.MANIFEST).read_text(encoding="utf-8").splitlines():
        sha256, _blanks, name = line.partition("  ")
        if _added(tar, folder, folder / name) != sha256:
            raise _broken(folder / name)
    for name in (bag.INFO, bag.DECLARATION, bag.MANIFEST, bag.TAG_MANIFEST):
        _added(tar, folder, folder / name)


def _added(tar: tarfile.TarFile, folder: Path, file: Path) -> str:
    with file.open("rb") as opened:
        watched = _Watched(opened)
        tar.addfile(_entry(tar, folder, file), watched)
        return watched.digest.hexdigest()


def _entry(tar: tarfile.TarFile, folder: Path, path: Path) -> tarfile.TarInfo:
    """Its name below the bag's own, its size and time; who owned it here is nobody's business."""
    entry = tar.gettarinfo(path, arcname=f"{folder.name}/{path.relative_to(folder).as_posix()}")
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode = 0o700 if entry.isdir() else 0o600
    return entry


def _flush(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _broken(file: Path) -> BagBroken:
    return BagBroken(
        _("“{file}” is not what was sealed.").format(file=file),
        files=(file.name,),
        hint=_("Do not hand it over. Keep it as it is, and export again into another folder."),
    )
