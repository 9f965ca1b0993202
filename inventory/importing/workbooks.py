"""Reads XLSX workbooks: the first sheet, the values as a person sees them, formulas as last calculated."""

import io
import math
import re
import warnings
import zlib
from collections.abc import Iterator
from datetime import datetime
from gettext import gettext as _
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from inventory.importing.refusal import refused

#: How much a workbook may hold once unpacked: a small file can be made to fill the memory.
MAX_UNPACKED = 512 * 1024 * 1024
#: Digits that spreadsheets keep of a number (IEEE 754 double precision, as Excel documents it).
_DIGITS = 15
#: What a workbook that is torn, encrypted inside or not from a spreadsheet makes the library raise.
_TORN = (
    *(BadZipFile, zlib.error, ParseError, KeyError, ValueError, TypeError, IndexError, AttributeError),
    *(OSError, EOFError, NotImplementedError, RuntimeError),
)


def records(path: Path, content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Each row of the first sheet with its number.

    Raises:
        BadRows: it is no workbook that can be read.
    """
    from openpyxl import load_workbook  # noqa: PLC0415  0.2 s, and most files are CSV

    try:
        with ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked > MAX_UNPACKED:
            raise ValueError("unpacks to too much")
        with warnings.catch_warnings():
            # Decorations that the library leaves out are no business of an import.
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            sheet = book.worksheets[0]
            # Some programs write a wrong size into the file.
            sheet.reset_dimensions()
            rows = [[_shown(cell) for cell in row] for row in sheet.iter_rows()]
    except _TORN as exc:
        raise refused(
            path,
            [(1, _("is no workbook that can be read"))],
            hint=_("Save it as XLSX without a password, or as CSV (UTF-8), and give that file."),
        ) from exc
    return enumerate(rows, start=1)


def _shown(cell: Any) -> str:
    """A cell as text; a number that has lost digits looks like it, so that identifiers refuse it."""
    match cell.value:
        case None:
            return ""
        case bool() as truth:
            return str(truth).lower()
        case int() | float() as number:
            return _number(number, cell.number_format)
        case other:
            # A date is a moment at midnight.
            return str(other).removesuffix(" 00:00:00") if isinstance(other, datetime) else str(other)


def _number(number: float, shown_as: str) -> str:
    if not math.isfinite(number) or number != int(number):
        return repr(number)
    if abs(number) >= 10**_DIGITS:
        return f"{number:.5E}"
    digits = str(int(number))
    # A format such as 00000 is how spreadsheets keep leading zeros.
    return digits.zfill(len(shown_as)) if re.fullmatch("0+", shown_as) else digits
