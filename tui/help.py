"""Owns what can explain itself: any screen or widget that carries a `help`."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True)
class Help:
    """A title and a few sentences; the dialog adds the keys that work now."""

    title: str
    text: str


@runtime_checkable
class Helpable(Protocol):
    """A screen or widget with help of its own."""

    help: Help


def explanations(*things: object) -> list[Help]:
    """What those of the things that can explain themselves say."""
    return [thing.help for thing in things if isinstance(thing, Helpable)]
