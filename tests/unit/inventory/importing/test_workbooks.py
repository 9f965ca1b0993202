"""Workbooks are read as a person sees them, and what a spreadsheet ruined looks ruined."""

import io
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from inventory.errors import BadRows
from inventory.importing import cells, workbooks
from inventory.importing.tables import ColumnSpec, read_table

COLUMNS = (ColumnSpec("name", ("prénom",), required=True), ColumnSpec("place", ("lieu",)))


def workbook(*rows: tuple[Any, ...]) -> bytes:
    """A workbook whose first sheet has these rows; a value with a format is a pair (value, format)."""
    book = Workbook()
    sheet = book.worksheets[0]
    for line, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(line, column)
            if isinstance(value, tuple):
                cell.value, cell.number_format = value
            else:
                cell.value = value
    book.create_sheet("other").append(["prénom", "not read"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(content: bytes) -> list[tuple[int, list[str]]]:
    return list(workbooks.records(Path("file.xlsx"), content))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("texte", "texte"),
        (490154203237518, "490154203237518"),
        (3.0, "3"),
        (2.5, "2.5"),
        ((7, "0000"), "0007"),
        (True, "true"),
        (None, ""),
        (8933150319031901230, "8.93315E+18"),
        (date(2026, 3, 12), "2026-03-12"),
        (datetime(2026, 3, 12, 14, 5), "2026-03-12 14:05:00"),  # noqa: DTZ001  a cell knows no zone
        (time(14, 5), "14:05:00"),
    ],
)
def test_a_cell_is_the_text_that_a_person_sees(value: Any, shown: str) -> None:
    assert read(workbook((value, "end")))[0] == (1, [shown, "end"])


@pytest.mark.parametrize("value", [8933150319031901230, 3.56944e20, date(2026, 3, 12)])
def test_what_a_spreadsheet_ruined_is_no_identifier(value: Any) -> None:
    ((_line, (shown,)),) = read(workbook((value,)))
    with pytest.raises(ValueError, match="ruined by a spreadsheet"):
        cells.iccid(shown)


def test_rows_keep_their_numbers_and_only_the_first_sheet_is_read(tmp_path: Path) -> None:
    # The content decides, not the suffix.
    file = tmp_path / "file.csv"
    file.write_bytes(workbook(("Prénom", "couleur", "Lieu"), (), ("Zoé", "rouge", 12), ("Abel",)))
    table = read_table(file, COLUMNS)
    assert [(row.line, row.cells) for row in table.rows] == [
        (3, {"name": "Zoé", "place": "12"}),
        (4, {"name": "Abel", "place": ""}),
    ]
    assert table.ignored == ("couleur",)


def archive(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04rest",
        archive(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"),
        workbook(("prénom",))[:-200],
        workbook(("prénom",)).replace(b"xl/workbook.xml", b"xl/workbook.xxx"),
    ],
    ids=["torn", "another archive", "cut off", "without its parts"],
)
def test_what_is_no_workbook_is_refused_with_the_way_out(content: bytes) -> None:
    with pytest.raises(BadRows) as caught:
        read(content)
    assert caught.value.rows == ((1, "is no workbook that can be read"),)
    assert "Save it as XLSX" in caught.value.hint


def test_a_workbook_that_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    content = archive(part=b"0" * 100_000)
    assert len(content) < 1000
    monkeypatch.setattr(workbooks, "MAX_UNPACKED", 99_999)
    with pytest.raises(BadRows, match=r"file\.xlsx was refused"):
        read(content)
