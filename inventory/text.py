"""Owns how names are tidied and compared: without case, accents or hyphens, as people type them."""

import re
import unicodedata
from gettext import gettext as _

from inventory.errors import BadValue

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})
#: What no accent tells apart, and the signs that people leave out or type in another way.
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ł": "l"} | dict.fromkeys("-‐–—'’", " "))
_ACCENTS = re.compile("[\u0300-\u036f]")
_SPACES = re.compile(" {2,}")
_ABBREVIATIONS = {"st": "saint", "ste": "sainte"}


def fold(text: str) -> str:
    """The form in which two spellings of one name are equal, e.g. "Ste-Cécile" → "sainte cecile"."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(_ABBREVIATIONS.get(word, word) for word in re.findall(r"[a-z0-9]+", letters))


def unaccented(text: str) -> str:
    """The form in which parts of texts are found: small letters without accents, hyphens as spaces.

    Every other sign stays. The data base keeps texts in this form (`kit_fold`), PostgreSQL by a function of
    its own: the one must not change without the other, and without a migration.
    """
    if not text.isascii():
        text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    return _SPACES.sub(" ", text.casefold().translate(_LETTERS))


def control_characters(text: str) -> bool:
    """Whether the text holds characters that no printed sheet can show (Unicode category C)."""
    return any(unicodedata.category(c).startswith("C") for c in text)


def named(text: str, *, empty: bool = False) -> str:
    """A name or reason on one line that can be shown and printed.

    Raises:
        BadValue: it cannot, or it is empty and must not be.
    """
    line = " ".join(text.split())
    if control_characters(line):
        raise BadValue(_("{text} holds control characters; nothing was changed.").format(text=ascii(text)))
    if not (line or empty):
        raise BadValue(_("A name or reason is empty; nothing was changed."))
    return line
