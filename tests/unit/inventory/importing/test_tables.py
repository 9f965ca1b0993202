"""Files as offices make them: any usual encoding and separator, refused whole when they are torn."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.errors import BadRows
from inventory.exporting.formulas import restored
from inventory.importing.tables import MAX_BYTES, ColumnSpec, read_table

COLUMNS = (
    ColumnSpec("name", ("prénom", "first name"), required=True),
    ColumnSpec("place", ("lieu", "place")),
)
TEXT = "Prénom;Lieu\nÉloïse;Hôtel de ville d'Aubagne\nZoé;«\u00a0Étage\u00a0»\n"
ROWS = [
    (2, {"name": "Éloïse", "place": "Hôtel de ville d'Aubagne"}),
    (3, {"name": "Zoé", "place": "«\u00a0Étage\u00a0»"}),
]


def read(tmp_path: Path, content: str | bytes) -> list[tuple[int, dict[str, str]]]:
    file = tmp_path / "file.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return [(row.line, row.cells) for row in read_table(file, COLUMNS).rows]


def refusal(tmp_path: Path, content: str | bytes) -> tuple[tuple[int, str], ...]:
    with pytest.raises(BadRows, match=r"file\.csv was refused; nothing was written") as caught:
        read(tmp_path, content)
    return caught.value.rows


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "mac_roman"])
def test_every_usual_encoding_reads_the_same(tmp_path: Path, encoding: str) -> None:
    assert read(tmp_path, TEXT.encode(encoding)) == ROWS


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_separator_and_line_ending_are_detected(tmp_path: Path, separator: str, ending: str) -> None:
    assert read(tmp_path, TEXT.replace(";", separator).replace("\n", ending)) == ROWS


def test_the_separator_line_of_spreadsheets_is_skipped(tmp_path: Path) -> None:
    assert read(tmp_path, "sep=;\n" + TEXT) == [(line + 1, cells) for line, cells in ROWS]


def test_headers_match_without_case_accents_and_in_english(tmp_path: Path) -> None:
    assert read(tmp_path, "PLACE,first_name\nA,Zoé\n") == [(2, {"name": "Zoé", "place": "A"})]


def test_quoted_cells_may_hold_separators_and_line_ends(tmp_path: Path) -> None:
    rows = read(tmp_path, 'prénom,lieu\n"Zoé, ""la grande""","a\nb"\n\nAbel,c\n')
    assert rows == [(2, {"name": 'Zoé, "la grande"', "place": "a\nb"}), (5, {"name": "Abel", "place": "c"})]


def test_columns_that_mean_nothing_are_named_and_short_lines_are_filled(tmp_path: Path) -> None:
    file = tmp_path / "file.csv"
    file.write_text("prénom,couleur,lieu\nZoé\n")
    table = read_table(file, COLUMNS)
    assert table.ignored == ("couleur",)
    assert table.rows[0].cells == {"name": "Zoé", "place": ""}


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        ("", 1, "empty"),
        (" \n\n", 1, "empty"),
        ("prénom,lieu\n", 1, "no line follows"),
        ("lieu\nA\n", 1, "the column “prénom” is missing"),
        ("prénom,first name\nA,B\n", 1, "“prénom”, “first name”"),
        ("prénom,lieu\nA,B\nC,D,E\n", 3, "more cells"),
        ('prénom,lieu\nA,B\n"C,D\n', 3, "never closed"),
        (b"PK\x03\x04 and so on", 1, "no workbook that can be read"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on", 1, "an old workbook, or one with a password"),
        (b"\x7fELF\x02\x01\x01\x00\x00\x00", 1, "not a text file"),
        (bytes(range(256)) * 8, 1, "not a text file"),
    ],
)
def test_what_is_no_table_is_refused_with_line_and_reason(
    tmp_path: Path, content: str | bytes, line: int, said: str
) -> None:
    ((found, reason),) = refusal(tmp_path, content)
    assert found == line
    assert said in reason


def test_a_file_that_is_too_big_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "file.csv"
    with file.open("wb") as out:
        out.truncate(MAX_BYTES + 1)
    with pytest.raises(BadRows) as caught:
        read_table(file, COLUMNS)
    assert caught.value.rows == ((1, "is larger than 64 MiB"),)


def test_a_cell_that_was_kept_from_running_as_a_formula_is_text_again(tmp_path: Path) -> None:
    assert read(tmp_path, "prénom,lieu\n'=1+1,''@x\n'Zoé,'\n") == [
        (2, {"name": "=1+1", "place": "'@x"}),
        (3, {"name": "'Zoé", "place": "'"}),
    ]


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRows) as caught:
        read_table(tmp_path / "no.csv", COLUMNS)
    assert "No such file" in caught.value.rows[0][1]


cell = st.text(st.characters(codec="utf-8", exclude_characters="\0\r")).map(str.strip)
cell = cell.filter(lambda text: restored(text) == text)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    rows=st.lists(st.tuples(cell.filter(bool), cell), min_size=1, max_size=8),
    separator=st.sampled_from(",;\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_a_csv_writer_wrote_reads_back(
    tmp_path: Path, rows: list[tuple[str, str]], separator: str, encoding: str
) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows([("prénom", "lieu"), *rows])
    read_back = read(tmp_path, out.getvalue().encode(encoding))
    assert [(cells["name"], cells["place"]) for _line, cells in read_back] == rows
