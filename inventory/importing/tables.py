"""Reads tabular files as offices make them: CSV in any usual encoding and separator, columns by their names.

A file is refused whole (`BadRows`) rather than read halfway or guessed at.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path

from charset_normalizer import from_bytes

from inventory.errors import BadRows
from inventory.text import fold

MAX_BYTES = 10 * 1024 * 1024
_SEPARATORS = (";", ",", "\t")
_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
#: What French office programs write when it is neither UTF-8 nor marked.
_LEGACY = ["cp1252", "mac_roman", "utf_16_le", "utf_16_be"]
_ZIP = b"PK\x03\x04"


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
    """Read a CSV file whose first line names its columns; empty lines are skipped.

    Raises:
        BadRows: it cannot be read, is no table, lacks columns, has one twice, or has torn lines.
    """
    lines = list(io.StringIO(_decode(path, _content(path)), newline=""))
    skipped = 1 if lines and lines[0].strip().lower() in {f"sep={mark}" for mark in ("", *_SEPARATORS)} else 0
    lines = lines[skipped:]
    separator = max(_SEPARATORS, key=lambda mark: len(_recognised(_header(lines, mark), columns)))
    records = _records(path, lines, separator, skipped)
    header_line, header = next(records, (1, []))
    places = _recognised(header, columns)
    _check_header(path, header_line, header, places, columns)
    rows, torn = [], []
    for line, cells in records:
        if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
            torn.append((line, _("has more cells than the first line has columns")))
        rows.append(Row(line, {name: cells[at].strip() if at < len(cells) else "" for at, name in places}))
    if torn:
        raise refused(path, torn)
    if not rows:
        raise refused(path, [(header_line, _("no line follows the column names"))])
    known = {at for at, _name in places}
    ignored = tuple(text.strip() for at, text in enumerate(header) if at not in known and text.strip())
    return Table(tuple(rows), ignored)


def refused(path: Path, rows: Sequence[tuple[int, str]], *, hint: str = "") -> BadRows:
    """The error that refuses a file whole, with every bad line in order."""
    return BadRows(
        _("{file} was refused; nothing was written.").format(file=path.name),
        rows=tuple(sorted(rows)),
        hint=hint or _("Correct these lines and give the file again."),
    )


def _content(path: Path) -> bytes:
    as_csv = _("Save it as CSV (UTF-8) and give that file.")
    try:
        if path.stat().st_size > MAX_BYTES:
            raise refused(path, [(1, _("is larger than 10 MiB"))], hint=as_csv)
        content = path.read_bytes()
    except OSError as exc:
        reason = _("cannot be read: {reason}").format(reason=exc.strerror or exc)
        raise refused(path, [(1, reason)], hint=_("Check the file's name and who may read it.")) from exc
    if content.startswith(_ZIP):
        raise refused(path, [(1, _("is a spreadsheet or an archive, not a text file"))], hint=as_csv)
    if not content.strip():
        raise refused(path, [(1, _("is empty"))])
    return content


def _decode(path: Path, content: bytes) -> str:
    marked = next((encoding for bom, encoding in _BOMS.items() if content.startswith(bom)), None)
    try:
        text = content.decode(marked or "utf-8")
    except UnicodeDecodeError:
        best = None if marked else from_bytes(content, cp_isolation=_LEGACY).best()
        text = "\0" if best is None else str(best)
    if "\0" in text:
        raise refused(
            path, [(1, _("is not a text file"))], hint=_("Save it as CSV (UTF-8) and give that file.")
        )
    return text


def _header(lines: Sequence[str], separator: str) -> list[str]:
    """The column names as this separator would give them; empty where it tears a quoted name."""
    try:
        return next(csv.reader(lines, delimiter=separator, strict=True), [])
    except csv.Error:
        return []


def _records(
    path: Path, lines: Sequence[str], separator: str, skipped: int
) -> Iterator[tuple[int, list[str]]]:
    """Each record that is not empty, with the line on which it begins."""
    reader = csv.reader(lines, delimiter=separator, strict=True)
    begins = skipped + 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as exc:
            raise refused(
                path, [(begins, _("has a quotation mark that is never closed, or too long a cell"))]
            ) from exc
        if any(cell.strip() for cell in cells):
            yield begins, cells
        begins = skipped + reader.line_num + 1


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
    faults = []
    for column in columns:
        if column.required and column.name not in found:
            faults.append((line, _("the column “{name}” is missing").format(name=column.headers[0])))
        if found.count(column.name) > 1:
            names = ", ".join(f"“{header[at].strip()}”" for at, name in places if name == column.name)
            faults.append((line, _("several columns mean the same: {names}").format(names=names)))
    if faults:
        raise refused(
            path,
            faults,
            hint=_("The first line must name the columns, separated by commas, semicolons or tabs."),
        )
