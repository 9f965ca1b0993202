"""Owns what papers are made of: a handful of blocks that both layouts, PDF and plain text, can show.

A kind says what its paper holds as blocks, already in the paper's language; how they look is decided once.
Empty values are lines to write on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

Pair = tuple[str, str]


@dataclass(frozen=True)
class Heading:
    """A section begins; it stays with what follows."""

    title: str


@dataclass(frozen=True)
class Prose:
    """A paragraph; `framed` ones are what nobody may overlook."""

    text: str
    framed: bool = False


@dataclass(frozen=True)
class Fields:
    """Labels with their values; exact ones are set so that each sign can be told from another."""

    pairs: Sequence[Pair]
    exact: bool = False


@dataclass(frozen=True)
class Totals:
    """Numbers that are read first: (number, what it counts)."""

    pairs: Sequence[Pair]


@dataclass(frozen=True)
class Table:
    """Rows under a head; `widths` share out the width; columns of `exact` hold serials and hashes.

    A cell may have several lines, divided by line feeds.
    """

    head: Sequence[str]
    widths: Sequence[int]
    rows: Sequence[Sequence[str]]
    exact: Sequence[int] = ()
    right: Sequence[int] = ()


@dataclass(frozen=True)
class Ticks:
    """Boxes to tick: each on a line of its own, or side by side after a label."""

    choices: Sequence[str]
    label: str = ""


@dataclass(frozen=True)
class Step:
    """One step of a procedure: what to do, and the commands that do it."""

    title: str
    text: str = ""
    commands: Sequence[str] = ()


@dataclass(frozen=True)
class Steps:
    """Steps in their order, numbered, each with a box to tick."""

    steps: Sequence[Step]


@dataclass(frozen=True)
class Signatures:
    """Who signs, side by side; each writes name, date and signature."""

    parties: Sequence[str]
    fields: Sequence[str]


@dataclass(frozen=True)
class PageBreak:
    """What follows begins on a page of its own."""


Block = Heading | Prose | Fields | Totals | Table | Ticks | Steps | Signatures | PageBreak


@dataclass(frozen=True)
class Paper:
    """What a paper holds: its title, what it is in a line, its blocks."""

    title: str
    subtitle: str
    blocks: Sequence[Block]
