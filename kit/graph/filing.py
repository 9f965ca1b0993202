"""Owns how what people named becomes files: names safe anywhere, whole files, indexes safe to open.

Names come from mailboxes and libraries that an attacker may have written to. None of them leads out of
its folder, hides another, or means something to Windows, a spreadsheet or a checksum list.
"""

import csv
import os
import re
import unicodedata
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from datetime import UTC, datetime
from gettext import gettext as _
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from kit.errors import MissingRequirement

Job = TypeVar("Job")
Result = TypeVar("Result")

#: Ends of the names of what is incomplete, and of what a download keeps beside it.
UNFINISHED = (".part", ".part.version")
#: Bytes of UTF-8; Linux takes 255, and what is incomplete needs a few more.
LONGEST = 200
#: Jobs taken ahead of the one that is due, so that a long one keeps no thread waiting.
_AHEAD = 64

#: Not allowed in names on Windows (Microsoft Learn, "Naming files, paths, and namespaces"), nor by Linux.
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
#: BagIt writes line ends in names this way, so that a name cannot have it as text.
_LINE_END = re.compile(r"%(?=0[AaDd])")
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$"]
    + [p + d for p in ("com", "lpt") for d in "0123456789¹²³"]
)
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,12}$")
#: A spreadsheet takes a cell that begins so for a formula and runs it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def tag(identity: str) -> str:
    """Twelve characters that stand for an id, always the same ones."""
    return sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def segment_of(text: str) -> str:
    """`text` as the name of one file or folder, "_" where nothing of it can be used; of any length."""
    shown = "".join(map(_shown, unicodedata.normalize("NFC", text)))
    shown = " ".join(_LINE_END.sub("_", _FORBIDDEN.sub("_", shown)).split())
    # Windows drops dots and spaces at the end, which would make two names one.
    name = unicodedata.normalize("NFC", shown).rstrip(" .")
    if name.partition(".")[0].strip().casefold() in _DEVICES:
        name = f"_{name}"
    return name or "_"


def shortened(name: str, longest: int) -> str:
    """The beginning of a safe name, of at most `longest` bytes."""
    return name.encode()[:longest].decode(errors="ignore").rstrip(" .") or "_"


def sibling_names(
    originals: Mapping[str, str], *, avoid: tuple[str, ...] = UNFINISHED, longest: int = LONGEST
) -> dict[str, str]:
    """A safe name for each of the things of one folder, by id, from what each is called.

    No two are the same on a system that ignores case; where they would be, where a name is too long or
    ends in one of `avoid`, a name bears the tag of its id. Which name a thing gets depends on what is in
    the folder and not on the order.
    """
    plain = {identity: segment_of(original) for identity, original in originals.items()}
    tagged = {
        identity
        for identity, name in plain.items()
        if len(name.encode()) > longest or name.lower().endswith(avoid)
    }
    while True:
        chosen = {
            identity: _tagged(name, identity, longest) if identity in tagged else name
            for identity, name in plain.items()
        }
        uses = Counter(map(_folded, chosen.values()))
        clashing = {identity for identity, name in chosen.items() if uses[_folded(name)] > 1} - tagged
        if not clashing:
            return chosen
        tagged |= clashing


def moment(text: object) -> datetime | None:
    """The moment that the service wrote as `text`; None where it wrote none."""
    try:
        read = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)


def stamp(text: object) -> str:
    """A moment of the service as names bear it, e.g. "20260131T235959Z"; "undated" without one."""
    read = moment(text)
    return read.strftime("%Y%m%dT%H%M%SZ") if read else "undated"


def make_private(folder: Path) -> None:
    """Make a folder and what is missing above it, for its owner only."""
    if not folder.is_dir():
        make_private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file (0600) that is there whole or not at all, even after a power cut."""
    make_private(path.parent)
    part = path.with_name(path.name + UNFINISHED[0])
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def discard_unfinished(path: Path) -> None:
    """Remove what a download of `path` left, for it will not be taken up."""
    for end in UNFINISHED:
        path.with_name(path.name + end).unlink(missing_ok=True)


@contextmanager
def index(path: Path, columns: Sequence[str]) -> Iterator[Callable[[Sequence[object]], None]]:
    """A CSV file (UTF-8, with the mark by which spreadsheets know it) that takes rows one by one.

    It appears whole at the end, and not at all where the caller fails.

    Raises:
        MissingRequirement: it, or something else of the export, could not be written.
    """
    part = path.with_name(path.name + UNFINISHED[0])
    try:
        make_private(path.parent)
        opened = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(opened, "w", encoding="utf-8-sig", errors="replace", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(columns)
            yield lambda row: rows.writerow([_cell(value) for value in row])
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as exc:
        raise MissingRequirement(
            _(
                "The export into “{folder}” could not be written: {reason}. What is there already stays."
            ).format(folder=path.parent, reason=exc.strerror or exc),
            hint=_("Make room or give access to the folder, then run the same command again: it goes on."),
        ) from exc


def in_order(
    work: Callable[[Job], Result], jobs: Iterable[Job], *, at_once: int
) -> Iterator[tuple[Job, Result]]:
    """Each job with its result, in the order of `jobs`, which is read as the work advances.

    `work` runs in `at_once` threads, in copies of the caller's context. The first error ends it all.
    """
    with ThreadPoolExecutor(at_once, thread_name_prefix="graph-export") as pool:
        begun: deque[tuple[Job, Future[Result]]] = deque()
        try:
            for job in jobs:
                begun.append((job, pool.submit(copy_context().run, work, job)))
                if len(begun) > _AHEAD:
                    first, running = begun.popleft()
                    yield first, running.result()
            for last, running in begun:
                yield last, running.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _shown(character: str) -> str:
    """Spaces of all kinds and controls as a space; what is invisible or reverses the text, as nothing."""
    category = unicodedata.category(character)
    if category in {"Cc", "Zl", "Zp", "Zs"}:
        return " "
    return "" if category.startswith("C") else character


def _tagged(name: str, identity: str, longest: int) -> str:
    extension = found.group() if (found := _EXTENSION.search(name)) else ""
    end = f" {tag(identity)}{extension}"
    return shortened(name.removesuffix(extension), longest - len(end)) + end


def _folded(name: str) -> str:
    """The same for names that some file system takes for one (Unicode, canonical caseless match)."""
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", name).casefold())


def _cell(value: object) -> str:
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
