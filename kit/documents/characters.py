"""Owns which characters are printed as they are; any other is printed as its number, so nothing is lost.

PDF/A refuses characters that no embedded font can draw, and the typesetter may abort on right-to-left
runs of such characters. Controls and direction overrides would let a name disguise what follows it.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

#: Inclusive ranges that the embedded fonts draw; `test_characters.py` sets every one of them.
DRAWN = (
    (0x0020, 0x007E),  # ASCII
    (0x00A0, 0x024F),  # Latin
    (0x0300, 0x036F),  # accents without a composed form
    (0x0370, 0x03FF),  # Greek
    (0x0400, 0x0513),  # Cyrillic
    (0x05D0, 0x05EA),  # Hebrew letters
    (0x0621, 0x063A),  # Arabic letters
    (0x0641, 0x0652),  # Arabic letters and vowels
    (0x0660, 0x0669),  # Arabic digits
    (0x1E00, 0x1EFF),  # Latin, Vietnamese
    (0x2010, 0x2026),  # dashes, quotation marks, ellipsis
    (0x202F, 0x203A),  # narrow no-break space, primes, angle quotation marks
    (0x20AC, 0x20AC),  # euro
    (0x2116, 0x2116),  # numero sign
    (0x2190, 0x2193),  # arrows
)


def drawn(character: str) -> bool:
    """Whether the embedded fonts draw this character, and it does only that."""
    code = ord(character)
    return any(low <= code <= high for low, high in DRAWN) and unicodedata.category(character)[0] != "C"


#: The same for a whole text at once; papers have many.
_NOT_DRAWN = re.compile(
    "[^"
    + re.escape("".join(c for low, high in DRAWN for c in map(chr, range(low, high + 1)) if drawn(c)))
    + "]"
)


def legible(text: str) -> str:
    """Accents composed, white space as single spaces, and what cannot be drawn as e.g. "‹U+1F642›"."""
    spaced = re.sub(r"[ \t\r\n]+", " ", unicodedata.normalize("NFC", text)).strip(" ")
    return _NOT_DRAWN.sub(lambda found: f"‹U+{ord(found[0]):04X}›", spaced)


def legible_all(value: Any) -> Any:
    """The same JSON value with every text in it legible."""
    match value:
        case str():
            return legible(value)
        case Mapping():
            return {key: legible_all(item) for key, item in value.items()}
        case list() | tuple():
            return [legible_all(item) for item in value]
        case _:
            return value
