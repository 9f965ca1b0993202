"""Owns the bag (BagIt 0.97): the data of a commune, with the checksums that prove it whole.

Anybody checks it without us: `sha256sum -c manifest-sha256.txt` in its folder. The checksum of that file
is what the commune acknowledges, so that nothing in `data/` can change afterwards without being seen.

The bag is written here and read back by the library `bagit`. Written by the library it would have to
change the working directory of the whole process, under the feet of the engine's other threads; and what
was checked by another reader than its writer proves more. One process reads, for forking a process with
threads is unsafe; 540 MB in 20,000 files take it 3 seconds (on two cores, from memory).
"""

import ctypes
import hashlib
import logging
import os
import re
import stat
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path
from typing import NoReturn

import bagit

from kit.errors import KitError

DATA = "data"
DECLARATION, INFO = "bagit.txt", "bag-info.txt"
MANIFEST, TAG_MANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
#: Everything that the tag manifest vouches for, in its order.
_TAG_FILES = (INFO, DECLARATION, MANIFEST)
_DECLARED = b"BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n"
_OXUM = "Payload-Oxum"
_PART = ".part"
#: How the library writes line ends in names; it cannot tell a name that has this as text.
_ESCAPED = re.compile("%0[AaDd]")
#: What may stand in `bag-info.txt` besides the Payload-Oxum. The format also has contacts: these name people.
LABELS = frozenset(
    {
        "Source-Organization",
        "External-Identifier",
        "External-Description",
        "Bagging-Date",
        "Bag-Software-Agent",
    }
)
#: How many files a message names.
_NAMED = 5

#: Python has no `syncfs`.
_LIBC = ctypes.CDLL(None, use_errno=True)

# The library logs the name of each file that differs, and names tell what people wrote about.
logging.getLogger("bagit").disabled = True


class BagBroken(KitError):
    """A bag is not what was sealed; `files` are those that differ, are missing or are too many, sorted."""

    kind = "bag-broken"

    def __init__(self, message: str, *, files: tuple[str, ...] = (), hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.files = files


@dataclass(frozen=True)
class Sealed:
    """A bag that holds: SHA-256 of its manifest in hexadecimal, files in `data/`, and their bytes."""

    manifest_sha256: str
    files: int
    octets: int


def seal(folder: Path, info: Mapping[str, str]) -> Sealed:
    """Make a bag of a folder whose content is in `folder/data`, read it back, and give what it holds.

    A folder that is sealed is checked and not sealed again, whatever `info` says now: a change after
    the sealing must be seen, not blessed. All that is written is on disk when this returns.

    Args:
        folder: with `data/` in it and nothing else.
        info: what stands in `bag-info.txt`, of `LABELS`, e.g. {"External-Identifier": "13005-2026-01",
            "Bagging-Date": "2026-01-31"}. It leaves the station with the data: no names of people.

    Raises:
        ValueError: a label is not one of `LABELS`, or a value is empty or has several lines.
        BagBroken: something in the folder cannot be part of a bag; nothing was written. Or what was
            read back is not what was written.
        OSError: the disk refused.
    """
    if not (folder / TAG_MANIFEST).exists():
        _check_info(info)
        # What an interrupted sealing left is written anew.
        _check_top(folder, {DATA, *_TAG_FILES, *(name + _PART for name in (*_TAG_FILES, TAG_MANIFEST))})
        _write(folder, info)
    return verify(folder)


def verify(folder: Path) -> Sealed:
    """Read every file of a bag, and give what it holds.

    Raises:
        BagBroken: it is not a bag of ours, or a file of it was changed, removed or added.
        OSError: a file cannot be read.
    """
    whole = {DATA, *_TAG_FILES, TAG_MANIFEST}
    _check_top(folder, whole)
    _complain(folder, [name for name in whole if not (folder / name).exists()])
    _check_tags(folder)
    return _check_payload(folder)


def _write(folder: Path, info: Mapping[str, str]) -> None:
    """The tag files, the tag manifest last: a folder that has it is sealed."""
    names, octets, lines = _payload(folder), 0, []
    _complain(folder, _unlistable(names))
    _flush_disk(folder)
    for name in names:
        lines.append(_line(folder, name))
        octets += (folder / name).stat().st_size
    told = {**info, _OXUM: f"{octets}.{len(names)}"}
    _save(folder / MANIFEST, "".join(lines).encode())
    _save(folder / INFO, "".join(f"{label}: {told[label]}\n" for label in sorted(told)).encode())
    _save(folder / DECLARATION, _DECLARED)
    _save(folder / TAG_MANIFEST, _tag_manifest(folder))


def _check_info(info: Mapping[str, str]) -> None:
    for label, value in info.items():
        if label not in LABELS:
            raise ValueError(f"{label} has no place in {INFO}")
        if value.splitlines() != [value.strip()]:
            raise ValueError(f"the value of {label} must be one line")


def _check_tags(folder: Path) -> None:
    """The files that describe the bag are those that its tag manifest vouches for, to the byte."""
    written, expected = (folder / TAG_MANIFEST).read_bytes(), _tag_manifest(folder)
    if written != expected:
        vouched = written.splitlines()
        differing = [line.split()[-1].decode() for line in expected.splitlines() if line not in vouched]
        # Which of the two was changed cannot be told.
        _complain(folder, [*differing, TAG_MANIFEST])


def _check_payload(folder: Path) -> Sealed:
    """Every file is in the manifest and has its checksum, by the judgement of the library."""
    names = _payload(folder)
    octets = sum((folder / name).stat().st_size for name in names)
    try:
        bag = bagit.Bag(str(folder))
        missing, unexpected = bag.compare_manifests_with_fs()
        _complain(folder, [*missing, *unexpected])
        # The library would stop at this sum and name no file; it is compared below.
        oxum = bag.info.pop(_OXUM, None)
        bag.validate()
    except (bagit.BagError, ValueError) as exc:  # ValueError: not UTF-8, or not of the form
        differing = [str(detail.path) for detail in getattr(exc, "details", ())]
        raise _broken(folder, differing or [MANIFEST]) from exc
    if oxum != f"{octets}.{len(names)}":
        raise _broken(folder, [INFO])
    return Sealed(_sha256(folder / MANIFEST), len(names), octets)


def _payload(folder: Path) -> list[str]:
    """The files in `data/` as the manifest names them, sorted.

    Raises:
        BagBroken: something in there is neither a file nor a folder; a link could lead anywhere.
    """
    files, strange = [], []
    for directory, folders, names in os.walk(folder / DATA, onerror=_reraise):
        for name in (*folders, *names):
            path = Path(directory, name)
            mode = path.lstat().st_mode
            if stat.S_ISREG(mode):
                files.append(path.relative_to(folder).as_posix())
            elif not stat.S_ISDIR(mode):
                strange.append(path.relative_to(folder).as_posix())
    _complain(folder, strange)
    return sorted(files)


def _unlistable(names: Sequence[str]) -> list[str]:
    """Names that a manifest cannot have: of several lines, not UTF-8, or the same to another system."""
    uses = Counter(unicodedata.normalize("NFC", name) for name in names)
    return [
        name
        for name in names
        if name.splitlines() != [name.strip()]
        or _ESCAPED.search(name)
        or name.encode(errors="replace").decode() != name
        or uses[unicodedata.normalize("NFC", name)] > 1
    ]


def _check_top(folder: Path, allowed: Iterable[str]) -> None:
    """Only what belongs to a bag stands at the top, as itself."""
    strange = []
    for path in folder.iterdir():
        right = stat.S_ISDIR if path.name == DATA else stat.S_ISREG
        if path.name not in allowed or not right(path.lstat().st_mode):
            strange.append(path.name)
    _complain(folder, strange)


def _tag_manifest(folder: Path) -> bytes:
    return "".join(_line(folder, name) for name in _TAG_FILES).encode()


def _line(folder: Path, name: str) -> str:
    return f"{_sha256(folder / name)}  {name}\n"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _save(path: Path, content: bytes) -> None:
    part = path.with_name(f"{path.name}{_PART}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    _flush(path.parent)


def _flush(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _flush_disk(folder: Path) -> None:
    """Have the disk keep all that was written to it: a flush for each of 40,000 files takes minutes."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        if _LIBC.syncfs(opened):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(folder))
    finally:
        os.close(opened)


def _reraise(exc: OSError) -> NoReturn:
    raise exc


def _complain(folder: Path, files: Sequence[str]) -> None:
    if files:
        raise _broken(folder, files)


def _broken(folder: Path, files: Sequence[str]) -> BagBroken:
    differing = tuple(sorted(name.encode(errors="replace").decode() for name in files))
    named = ", ".join(differing[:_NAMED])
    if len(differing) > _NAMED:
        named = _("{names} and {count} more").format(names=named, count=len(differing) - _NAMED)
    return BagBroken(
        _("The bag “{folder}” does not hold. Changed, missing, added or of no use in a bag: {files}.").format(
            folder=folder, files=named
        ),
        hint=_("Do not hand it over. Keep it as it is, and export again into another folder."),
        files=differing,
    )
