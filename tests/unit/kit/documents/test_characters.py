"""What is printed as it is, and what is printed as its number."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.documents import typesetting
from kit.documents.characters import DRAWN, drawn, legible, legible_all
from kit.documents.interface import Content


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A template that shows each text of `data.texts` in the documents' fonts and nothing else."""
    base = (typesetting.TEMPLATES / "base.typ").read_text()
    (tmp_path / "base.typ").write_text(base)
    (tmp_path / "bare.typ").write_text(
        '#import "base.typ": *\n'
        "#set document(title: document-data.title)\n"
        '#set text(font: ("Open Sans", code-font, "Libertinus Serif"), lang: "fr")\n'
        "#for weight in (400, 700) {\n"
        "  for shown in document-data.texts { block(width: 30mm, text(weight: weight, shown)) }\n"
        "}\n"
    )
    monkeypatch.setattr(typesetting, "TEMPLATES", tmp_path)
    return tmp_path


def texts(*shown: str) -> Content:
    """A document of the bare template."""
    moment = datetime(2026, 1, 15, tzinfo=UTC)
    return Content("bare.typ", "fr", "t", "r", "a", moment, "0" * 64, {"texts": list(shown)})


def every_drawn_character() -> Iterator[str]:
    return (chr(code) for low, high in DRAWN for code in range(low, high + 1) if drawn(chr(code)))


@pytest.mark.usefixtures("bare")
def test_the_embedded_fonts_draw_every_character_that_is_printed_as_it_is() -> None:
    assert typesetting.typeset(texts(*every_drawn_character())).startswith(b"%PDF")


@pytest.mark.usefixtures("bare")
def test_mixed_scripts_break_over_lines_without_aborting_the_typesetter() -> None:
    mixed = [" ".join(every_drawn_character())[start::7] for start in range(7)]
    assert typesetting.typeset(texts(*mixed)).startswith(b"%PDF")


@given(st.text(alphabet=st.characters(max_codepoint=sys.maxunicode)))
def test_legible_text_holds_only_drawable_characters_and_stays_what_it_is_when_read_again(text: str) -> None:
    shown = legible(text)
    assert all(drawn(character) for character in shown)
    assert legible(shown) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Maëlle Œuvrard", "Maëlle Œuvrard"),
        ("Zoe\u0308", "Zoë"),
        ("a\n\t b", "a b"),
        ("n°\u00a03", "n°\u00a03"),
        ("🙂", "‹U+1F642›"),
        ("a\u202eb\x1b[31m", "a‹U+202E›b‹U+001B›[31m"),
        ("\ud800", "‹U+D800›"),
    ],
)
def test_accents_are_composed_and_undrawable_characters_numbered(text: str, shown: str) -> None:
    assert legible(text) == shown


def test_every_text_inside_a_value_is_made_legible_and_the_rest_is_kept() -> None:
    assert legible_all({"a": ["\x07", 1, True, None], "b": {"c": ("🙂",)}}) == {
        "a": ["‹U+0007›", 1, True, None],
        "b": {"c": ["‹U+1F642›"]},
    }
