"""What a reader typed: tidy codes, and those that came through the wrong keyboard."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.stocktakes.codes import meant, tidy

#: Keys of an American keyboard by their place, and what a French one types there, without and with shift.
PLAIN = dict(
    zip(
        "1234567890-./qawzm" + "bcdefghijklnoprstuvxy",
        "&é\"'(-è_çà):!aqzw," + "bcdefghijklnoprstuvxy",
        strict=True,
    )
)
SHIFTED = {**{k.upper(): v.upper() for k, v in PLAIN.items() if k.isalpha() and k != "m"}, "M": "?", "_": "°"}


def through_a_french_keyboard(code: str) -> str:
    return "".join((PLAIN | SHIFTED)[sign] for sign in code)


@given(st.text(string.ascii_letters + string.digits + "-._", min_size=1, max_size=20))
def test_a_code_is_read_back_where_a_sign_shows_that_the_keyboards_differ(code: str) -> None:
    typed = through_a_french_keyboard(code)
    if set(typed) & set("&é\"'(èçà)°:!,?"):
        assert meant(typed) == code
    else:
        assert meant(typed) == ""


@pytest.mark.parametrize("code", ["LAP-01", "PF4X01QZ", "490154203237518", "A_B.C-9", "", "é漢", "LAP 01&"])
def test_a_code_that_can_be_meant_as_it_is_or_makes_no_sense_is_left_alone(code: str) -> None:
    assert meant(code) == ""


def test_white_space_around_a_code_is_the_readers() -> None:
    assert tidy(" LAP-01\r\n") == "LAP-01"


@pytest.mark.parametrize(
    ("text", "said"),
    [(" \n", "empty"), ("x" * 65, "64"), ("a\x1bb", "control"), ("3,54E+14", "spreadsheet")],
)
def test_what_is_no_code_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        tidy(text)
