"""Writes the pool as CSV, XLSX or JSON. Importing what was exported changes nothing.

The columns are named as `inventory/importing/pool.py` knows them; state and moment are for people to read.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from gettext import gettext as _
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from sqlmodel import Session, col, select

from inventory.devices import Device
from inventory.errors import Unknown
from inventory.exporting.formulas import neutral
from inventory.search import tags_found
from inventory.search_terms import Query

_NAMES = tuple(Device.model_fields)
#: Identifiers that a spreadsheet would take for numbers once somebody edits the cell.
_DIGITS = frozenset({"serial", "imei", "imei2", "iccid", "number"})

Record = Mapping[str, Any]


class Format(StrEnum):
    """What a pool can be written as; the value is the file's suffix."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


def format_of(path: Path) -> Format:
    """The format that a file's suffix asks for.

    Raises:
        Unknown: the suffix names none.
    """
    try:
        return Format(path.suffix.lower().removeprefix("."))
    except ValueError as exc:
        raise Unknown(
            _("“{file}” names no format; nothing was written.").format(file=path.name),
            hint=_("End it with one of {suffixes}.").format(suffixes=", ".join(f".{f}" for f in Format)),
        ) from exc


def export_pool(session: Session, kind: Format, searched: Query = ()) -> tuple[bytes, int]:
    """Every device that a search finds, by tag, as a file of that format, and how many there are."""
    query = select(*(getattr(Device, name) for name in _NAMES)).order_by(col(Device.tag))
    if searched:
        query = query.where(col(Device.tag).in_(tags_found(searched)))
    records = [dict(zip(_NAMES, row, strict=True)) for row in session.execute(query)]
    return _WRITERS[kind](records), len(records)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _csv(records: Iterable[Record]) -> bytes:
    """Semicolons and a byte order mark: so French office programs open it as it is."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(_NAMES)
    writer.writerows([neutral(_text(record[name])) for name in _NAMES] for record in records)
    return out.getvalue().encode("utf-8-sig")


def _xlsx(records: Iterable[Record]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Pool"))
    sheet.freeze_panes = "A2"

    def cell(name: str, text: str) -> Any:
        if not text or name not in _DIGITS:
            return text or None
        made = WriteOnlyCell(sheet, text)
        made.number_format = "@"
        return made

    def heading(name: str) -> Any:
        made = WriteOnlyCell(sheet, name)
        made.font = Font(bold=True)
        return made

    sheet.append([heading(name) for name in _NAMES])
    for record in records:
        # Neutral although a workbook can tell text from formulas: the next program may save it as CSV.
        sheet.append([cell(name, neutral(_text(record[name]))) for name in _NAMES])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _json(records: Iterable[Record]) -> bytes:
    """A device a line, so that a refusal can name it."""
    lines = (json.dumps(dict(record), ensure_ascii=False, default=_text) for record in records)
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode()


_WRITERS: Mapping[Format, Callable[[Iterable[Record]], bytes]] = {
    Format.CSV: _csv,
    Format.XLSX: _xlsx,
    Format.JSON: _json,
}
