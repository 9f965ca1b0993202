"""Owns how texts and lists that nobody chose are cut to the room of a page, saying what was left out."""

from collections.abc import Sequence
from dataclasses import dataclass

from kit.documents.characters import legible

#: Characters of one text, of one list.
_TEXT, _LIST = 80, 240


@dataclass(frozen=True)
class Several:
    """A list as far as there is room for it: its first entries, and how many others there are."""

    shown: tuple[str, ...] = ()
    more: int = 0

    def __bool__(self) -> bool:
        """Whether the list has an entry."""
        return bool(self.shown) or self.more > 0


def clipped(text: str | None, room: int = _TEXT) -> str:
    """The text legible and at most `room` characters long, with "…" where its end is missing; "" for None."""
    text = text or ""
    # Accents are composed: at most four characters become one, so no more need be looked at.
    whole = legible(text[: 4 * room])
    complete = len(text) <= 4 * room and len(whole) <= room
    return whole if complete else whole[: room - 1] + "…"


def several(entries: Sequence[str | None], room: int = _LIST) -> Several:
    """The first readable entries that fit into `room` characters, at least one, and how many others."""
    shown: list[str] = []
    for entry in entries:
        text = clipped(entry)
        room -= len(text) + len(", ")
        if shown and room < 0:
            break
        if text:
            shown.append(text)
    return Several(tuple(shown), len(entries) - len(shown))
