"""Labels: the code is the tag and nothing else, every label is on its place, nothing pushes the tag away."""

import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pypdf
import pytest
import segno

from kit.documents.labels import SHEETS, Label, LabelFacts, code, render
from kit.errors import BadInput

#: Points a millimetre, as PDF counts.
MM = 72 / 25.4
LONG = "Ordinateur portable à écran tactile, " * 8


def facts(*labels: Label, sheet: str = "a4-3x8", used: int = 0) -> LabelFacts:
    return LabelFacts("Métropole d’essai", datetime(2026, 1, 15, tzinfo=UTC), sheet, used, labels)


def several(count: int) -> list[Label]:
    return [Label(f"PC-{number:05}", "Portable 14") for number in range(1, count + 1)]


def reader(document: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(document))


#: A black rectangle as Typst draws it: its left upper corner in the page's points, its width and height.
RECTANGLE = re.compile(
    rb"1 0 0 -1 ([\d.]+) ([\d.]+) cm/c0 cs 0 scn 0 0 m ([\d.]+) 0 l [\d.]+ [\d.]+ l 0 [\d.]+ l\s+h\s+f\s"
)
Dark = tuple[float, float, float]


def dark_runs(page: pypdf.PageObject) -> list[Dark]:
    """The runs of dark modules: how far from the page's left and upper edge they begin, and their width."""
    contents = page.get_contents()
    assert contents is not None
    found = [[float(number) for number in match] for match in RECTANGLE.findall(contents.get_data())]
    return [(left, float(page.mediabox.height) - up, width) for left, up, width in found]


def drawn(runs: list[Dark], modules: int) -> list[str]:
    """The rows of one code, as 0 and 1, from the rectangles that draw it."""
    left, top = (min(run[axis] for run in runs) for axis in (0, 1))
    size = (max(run[0] + run[2] for run in runs) - left) / modules
    rows = [["0"] * modules for _ in range(modules)]
    for x, y, width in runs:
        for step in range(round(width / size)):
            rows[round((y - top) / size)][round((x - left) / size) + step] = "1"
    return ["".join(row) for row in rows]


@pytest.mark.parametrize("tag", ["PC-1", "TEL-00042", "A_B.C-9", "X" * 32])
@pytest.mark.parametrize("sheet", ["roll-62x29", "a4-5x13"])
def test_the_code_that_is_drawn_is_that_of_the_tag_alone(tag: str, sheet: str) -> None:
    page = reader(render(facts(Label(tag, LONG), sheet=sheet))).pages[0]
    rows = ["".join(map(str, row)) for row in segno.make(tag, error="q", micro=False).matrix]
    assert drawn(dark_runs(page), len(rows)) == rows


@pytest.mark.parametrize("tag", ["PC-1", "X" * 32])
def test_a_code_survives_a_quarter_of_scratches(tag: str) -> None:
    assert code(tag).error in {"Q", "H"}
    assert not code(tag).is_micro


@pytest.mark.parametrize("name", SHEETS)
def test_every_label_is_on_its_place_with_white_around_its_code(name: str) -> None:
    sheet = SHEETS[name]
    document = reader(render(facts(*several(sheet.places + 1), sheet=name)))
    assert len(document.pages) == 2
    page = document.pages[0]
    assert (float(page.mediabox.width) / MM, float(page.mediabox.height) / MM) == pytest.approx(
        sheet.page, abs=0.01
    )
    runs = dark_runs(page)
    cells = {(column, row) for column in range(sheet.columns) for row in range(sheet.rows)}
    for column, row in cells:
        left = (sheet.first[0] + column * sheet.step[0]) * MM
        top = (sheet.first[1] + row * sheet.step[1]) * MM
        inside = [
            run
            for run in runs
            if left <= run[0] < left + sheet.label[0] * MM and top <= run[1] < top + sheet.label[1] * MM
        ]
        module = min(width for _x, _y, width in inside)
        assert min(x for x, _y, _width in inside) - left >= 4 * module
        assert min(y for _x, y, _width in inside) - top >= 4 * module
        # Small enough to be read from a hand's distance, large enough for any scanner (0.25 mm and more).
        assert module >= 0.25 * MM
        runs = [run for run in runs if run not in inside]
    assert runs == []


def test_the_documentation_names_every_sheet_with_its_size() -> None:
    page = (Path(__file__).parents[4] / "docs" / "pool-files.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| `((?:a4|roll)-[\dx]+)` \| (\d+) \| ([\d.]+) × ([\d.]+) \|$", page, re.M)
    assert {name: (int(places), float(w), float(h)) for name, places, w, h in documented} == {
        name: (sheet.places, *sheet.label) for name, sheet in SHEETS.items()
    }


def test_a_sheet_that_was_begun_is_gone_on_with() -> None:
    document = reader(render(facts(*several(3), used=22)))
    assert ["PC-00001" in page.extract_text() for page in document.pages] == [True, False]
    assert ["PC-00003" in page.extract_text() for page in document.pages] == [False, True]
    first = min(dark_runs(document.pages[0]), key=lambda run: (run[1], run[0]))
    # Place 22, counted from 0, is the second of the last row.
    assert 70 * MM < first[0] < 140 * MM
    assert first[1] > (0.5 + 7 * 37) * MM


@pytest.mark.parametrize("name", SHEETS)
def test_tag_and_owner_are_printed_however_long_the_model_is(name: str) -> None:
    text = reader(render(facts(Label("PC-00001", LONG), sheet=name))).pages[0].extract_text()
    assert "PC-00001" in text
    assert "Métropole" in text


def test_a_hostile_model_is_printed_as_text() -> None:
    text = reader(render(facts(Label("PC-1", '#panic() $x$ "\\')))).pages[0].extract_text()
    assert "#panic() $x$" in text


def test_equal_facts_give_equal_bytes() -> None:
    assert render(facts(*several(2))) == render(facts(*several(2)))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (replace(facts(*several(1)), sheet="a4-9x9"), "a4-3x8"),
        (facts(*several(1), used=24), "Count the empty places"),
        (facts(*several(1), used=-1), "Count the empty places"),
        (facts(*several(1), sheet="roll-62x29", used=1), "Count the empty places"),
        (facts(), "kit pool list"),
    ],
)
def test_what_cannot_be_printed_is_refused_with_the_way_out(wrong: LabelFacts, said: str) -> None:
    with pytest.raises(BadInput) as caught:
        render(wrong)
    assert said in caught.value.hint
