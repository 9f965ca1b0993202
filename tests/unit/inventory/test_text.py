"""Names are compared as people say them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.text import control_characters, fold, unaccented


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("Berre-l'Étang", "BERRE L’ETANG"),
        ("Saint-Zacharie", "St Zacharie"),
        ("Sainte-Cécile", "ste cecile"),
        ("Cœur", "coeur"),
        ("Cl\u00e9", "Cle\u0301"),
        ("  La   Ciotat ", "la ciotat"),
    ],
)
def test_spellings_of_one_name_are_equal(typed: str, same: str) -> None:
    assert fold(typed) == fold(same)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize("text", ["a\0", "a\tb", "a\nb", "a\u202eb", "a\x1b[31m"])
def test_what_cannot_be_printed_is_seen(text: str) -> None:
    assert control_characters(text)
    assert not control_characters("Éloïse d'Œuvre – n° 3")


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Berre-l’Étang", "berre l etang"),
        ("Cœur – Łódź  ß", "coeur lodz ss"),
        ("Cle\u0301", "cle"),
        ("R&D 100 %", "r&d 100 %"),
        ("PC-00001", "pc 00001"),
    ],
)
def test_parts_of_texts_are_found_without_accents_and_hyphens(text: str, form: str) -> None:
    assert unaccented(text) == form
