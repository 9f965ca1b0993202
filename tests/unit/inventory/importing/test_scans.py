"""An offline reader's file: every sighting of it, or none, with line and reason."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from inventory.errors import BadRows
from inventory.importing.scans import COLUMNS, NO_STATION, Reading, condition, read_scans
from inventory.stocktakes.comparison import Sighting
from inventory.stocktakes.decisions import ALLOWED, Choice

OPENED = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
HOW = Reading(ZoneInfo("Europe/Paris"), place="Armoire A", since=OPENED, now=OPENED + timedelta(hours=10))
AT = datetime(2026, 11, 20, 13, 5, tzinfo=UTC)


def read(folder: Path, text: str) -> tuple[Sighting, ...]:
    file = folder / "reader.csv"
    file.write_text(text, encoding="utf-8")
    return read_scans(file, HOW)


def faults(folder: Path, text: str) -> list[tuple[int, str]]:
    with pytest.raises(BadRows) as caught:
        read(folder, text)
    return list(caught.value.rows)


def test_every_column_is_read(tmp_path: Path) -> None:
    assert read(
        tmp_path,
        "Code-barres;Horodatage;Lieu;État;Détenteur;ICCID;Lecteur;Séquence\n"
        "TEL-1;20/11/2026 14:05;Mairie;Défectueux;Camille;8933;douchette 2;7\n",
    ) == (Sighting(AT, "douchette 2", 7, "TEL-1", "Mairie", "faulty", "Camille", "8933"),)


def test_a_row_without_them_has_the_shelfs_place_and_its_line_as_number(tmp_path: Path) -> None:
    (found,) = read(tmp_path, "code,date\n\nTEL-1,2026-11-20T13:05:00Z\n")
    assert found == Sighting(AT, NO_STATION, 3, "TEL-1", "Armoire A")


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20 14:05",
        "2026-11-20T14:05:00",
        "20/11/2026 14:05:00",
        "20/11/2026 14h05",
        "2026-11-20T13:05Z",
    ],
)
def test_a_moment_without_a_zone_is_the_teams(tmp_path: Path, text: str) -> None:
    (found,) = read(tmp_path, f"code;moment\nTEL-1;{text}\n")
    assert found.at == AT


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (";2026-11-20 14:05;;", "empty"),
        ("TEL-1;;;", "is no moment"),
        ("TEL-1;yesterday;;", "is no moment"),
        ("TEL-1;31/02/2026 14:05;;", "is no moment"),
        ("TEL-1;2026-11-20 08:40;;", "before this stocktake was opened"),
        ("TEL-1;2026-11-20 20:00;;", "still to come"),
        ("TEL-1;2026-11-20 14:05;bof;", "is no condition: new, good, faulty"),
        ("TEL-1;2026-11-20 14:05;;x", "is no running number"),
        ("3,54E+14;2026-11-20 14:05;;", "spreadsheet"),
    ],
)
def test_a_bad_row_refuses_the_file_with_its_line_and_reason(tmp_path: Path, row: str, said: str) -> None:
    (fault,) = faults(tmp_path, f"code;moment;état;séquence\nTEL-9;2026-11-20 14:05;;\n{row}\n")
    assert fault[0] == 3
    assert said in fault[1]


def test_a_file_without_moments_is_refused(tmp_path: Path) -> None:
    ((line, said),) = faults(tmp_path, "code\nTEL-1\n")
    assert (line, "“moment” is missing" in said) == (1, True)


@pytest.mark.parametrize(
    ("word", "meant"), [("", ""), ("Neuf", "new"), ("bon état", "good"), ("HS", "faulty")]
)
def test_conditions_are_told_in_both_languages(word: str, meant: str) -> None:
    assert condition(word) == meant


def test_the_documentation_names_every_column() -> None:
    page = (Path(__file__).parents[4] / "docs" / "stocktake.md").read_text(encoding="utf-8")
    rows = [line.split("|") for line in page.splitlines() if line.startswith("| `")]
    named = [re.findall("`([^`]+)`", row[1] + row[2]) for row in rows]
    assert [list(column.headers) for column in COLUMNS if list(column.headers) not in named] == []


def test_the_documentation_names_every_discrepancy_with_its_decisions() -> None:
    page = (Path(__file__).parents[4] / "docs" / "stocktake.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \|[^|]+\|([^|]*)\|$", page, re.M))
    for discrepancy, choices in ALLOWED.items():
        told = set(re.findall("`([a-z]+)`", rows[discrepancy]))
        assert told == choices - {Choice.SEARCH, Choice.ACCEPT}
