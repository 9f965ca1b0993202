"""Owns how names are compared: without case, accents, hyphens or apostrophes, as people type them."""

import re
import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})
_ABBREVIATIONS = {"st": "saint", "ste": "sainte"}


def fold(text: str) -> str:
    """The form in which two spellings of one name are equal, e.g. "Ste-Cécile" → "sainte cecile"."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(_ABBREVIATIONS.get(word, word) for word in re.findall(r"[a-z0-9]+", letters))


def control_characters(text: str) -> bool:
    """Whether the text holds characters that no printed sheet can show (Unicode category C)."""
    return any(unicodedata.category(c).startswith("C") for c in text)
