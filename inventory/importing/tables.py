"""Reads tabular files as offices make them, CSV, XLSX or JSON: columns by their names.

A file is refused whole (`BadRows`) rather than read halfway or guessed at.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path

from inventory.exporting.formulas import restored
from inventory.importing import delimited, listings, workbooks
from inventory.importing.refusal import Fault, refused
from inventory.text import fold

MAX_BYTES = 64 * 1024 * 1024
_ZIP = b"PK\x03\x04"
#: Old office files, and new ones with a password (Compound File Binary, MS-CFB).
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class ColumnSpec:
    """A column: our name for it, and the headers that mean it (compared without case and accents)."""

    name: str
    headers: tuple[str, ...]
    required: bool = False


@dataclass(frozen=True)
class Row:
    """One line of data; `line` counts from 1 in the file, a cell that is not there is ""."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Table:
    """What was read; `ignored` are the headers that mean nothing to us."""

    rows: tuple[Row, ...]
    ignored: tuple[str, ...]


def read_table(path: Path, columns: Sequence[ColumnSpec]) -> Table:
    """Read a file whose first line names its columns; empty lines are skipped.

    Raises:
        BadRows: it cannot be read, is no table, lacks columns, has one twice, or has torn lines.
    """
    filled = (
        (line, cells) for line, cells in _records(path, columns) if any(cells) and "".join(cells).strip()
    )
    header_line, header = next(filled, (1, []))
    places = _recognised(header, columns)
    _check_header(path, header_line, header, places, columns)
    rows, torn = [], []
    for line, cells in filled:
        if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
            torn.append((line, _("has more cells than the first line has columns")))
        rows.append(
            Row(line, {name: restored(cells[at].strip()) if at < len(cells) else "" for at, name in places})
        )
    if torn:
        raise refused(path, torn)
    if not rows:
        raise refused(path, [(header_line, _("no line follows the column names"))])
    known = {at for at, _name in places}
    ignored = tuple(text.strip() for at, text in enumerate(header) if at not in known and text.strip())
    return Table(tuple(rows), ignored)


def _records(path: Path, columns: Sequence[ColumnSpec]) -> Iterator[tuple[int, list[str]]]:
    content = _content(path)
    if content.startswith(_ZIP):
        return workbooks.records(path, content)
    if path.suffix.lower() == ".json":
        return listings.records(path, content)
    return delimited.records(path, content, lambda header: len(_recognised(header, columns)))


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise refused(
                path,
                [(1, _("is larger than {limit} MiB").format(limit=MAX_BYTES // 1024**2))],
                hint=_("Split it and give the parts one after the other."),
            )
        content = path.read_bytes()
    except OSError as exc:
        reason = _("cannot be read: {reason}").format(reason=exc.strerror or exc)
        raise refused(path, [(1, reason)], hint=_("Check the file's name and who may read it.")) from exc
    if content.startswith(_COMPOUND):
        raise refused(
            path,
            [(1, _("is an old workbook, or one with a password"))],
            hint=_("Save it as XLSX without a password, or as CSV (UTF-8), and give that file."),
        )
    if not content.strip():
        raise refused(path, [(1, _("is empty"))])
    return content


def _recognised(header: Sequence[str], columns: Sequence[ColumnSpec]) -> list[tuple[int, str]]:
    names = {fold(text): column.name for column in columns for text in column.headers}
    return [(at, names[fold(text)]) for at, text in enumerate(header) if fold(text) in names]


def _check_header(
    path: Path,
    line: int,
    header: Sequence[str],
    places: Sequence[tuple[int, str]],
    columns: Sequence[ColumnSpec],
) -> None:
    found = [name for _at, name in places]
    faults: list[Fault] = []
    for column in columns:
        if column.required and column.name not in found:
            called = next(iter(column.headers), column.name)
            faults.append((line, _("the column “{name}” is missing").format(name=called)))
        if found.count(column.name) > 1:
            names = ", ".join(f"“{header[at].strip()}”" for at, name in places if name == column.name)
            faults.append((line, _("several columns mean the same: {names}").format(names=names)))
    if faults:
        raise refused(
            path,
            faults,
            hint=_("The first line must name the columns, separated by commas, semicolons or tabs."),
        )
