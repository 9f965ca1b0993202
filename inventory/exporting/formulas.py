"""Owns how a text is kept from being run as a formula by a spreadsheet, and how that is taken back.

A spreadsheet takes a cell that begins with one of these signs for a formula. An apostrophe before it makes
it text; a text that already looks so gets one more, so that nothing is lost on the way back.
"""

import re

_FORMULA = re.compile(r"'*[=+\-@＝＋－＠]")


def neutral(text: str) -> str:
    """The text as a cell that no spreadsheet runs."""
    return f"'{text}" if _FORMULA.match(text) else text


def restored(cell: str) -> str:
    """The text behind a cell that `neutral` made; any other is given back as it is."""
    return cell[1:] if cell[:1] == "'" and _FORMULA.match(cell) else cell
