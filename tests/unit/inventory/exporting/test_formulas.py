"""No cell runs, and no text is lost."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from inventory.exporting.formulas import neutral, restored


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝", "＋", "－", "＠"])
def test_a_text_that_a_spreadsheet_would_run_begins_with_an_apostrophe(start: str) -> None:
    assert neutral(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("text", ["", "Latitude", "'Zoé", "'", "a=b", "10.0.0.1"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert neutral(text) == restored(text) == text


@given(st.text() | st.from_regex(r"'*[=+\-@'].*", fullmatch=True))
@example("'=x")
@example("''=x")
def test_every_text_comes_back(text: str) -> None:
    assert restored(neutral(text)) == text
    assert not neutral(text).startswith(("=", "+", "-", "@"))
