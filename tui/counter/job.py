"""Owns what every job with a scanner is: scans that are answered, how far it is, and its end. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from gettext import gettext as _
from typing import Protocol

from inventory.errors import OperatorError, Unknown
from kit.app.handing import Receipt, Words
from tui.acting import in_words
from tui.words import Word


class Verdict(StrEnum):
    """What became of a scan."""

    #: nothing was scanned yet
    READY = "ready"
    #: it waits for those before it
    WAITING = "waiting"
    #: it was taken, and fits
    TAKEN = "taken"
    #: it was taken before
    AGAIN = "again"
    #: it was kept, and does not fit
    DIFFERS = "differs"
    #: it was not taken
    REFUSED = "refused"
    #: nothing in the pool has that code
    UNKNOWN = "unknown"
    #: the last scan was taken back
    UNDONE = "undone"


#: How many of what is missing are named.
NAMED = 8
#: For whom eyes are on the shelf: the terminal beeps.
BEEPS = frozenset({Verdict.DIFFERS, Verdict.REFUSED, Verdict.UNKNOWN})


@dataclass(frozen=True)
class Answer:
    """The answer to one scan: the thing, and what is to be told about it."""

    verdict: Verdict
    what: str = ""
    why: str = ""


@dataclass(frozen=True)
class Standing:
    """How far a job is: so many of so many, the first that are missing, what lies there from before."""

    done: int
    total: int
    missing: tuple[str, ...] = ()
    before: tuple[Answer, ...] = ()


@dataclass(frozen=True)
class Field:
    """A line to be filled in; an optional one may stay empty."""

    name: str
    label: str
    value: str = ""
    optional: bool = False


@dataclass(frozen=True)
class Form:
    """What is asked before something is done; without a `verb` there is nothing to do but to read.

    `leave` is what it is called not to do it.
    """

    title: str
    text: str
    fields: tuple[Field, ...] = ()
    verb: str = ""
    leave: str = ""


@dataclass(frozen=True)
class Report:
    """What came of the whole; `seat` is one whose person may get an access pass now."""

    title: str
    text: str
    seat: int | None = None


class Job(Protocol):
    """One job with a scanner. All but its texts is called in the thread of acts, one call after the other."""

    title: str
    #: What to do now.
    todo: str

    def standing(self) -> Standing:
        """How far it is."""

    def take(self, code: str) -> Answer:
        """Take one scan; may raise `OperatorError`."""

    def take_back(self) -> Answer:
        """Take the last scan back; may raise `OperatorError`."""

    def tell(self, condition: str) -> Answer:
        """Say in which condition the last thing is; may raise `OperatorError`."""

    def form(self) -> Form:
        """What is asked at its end."""

    def finish(self, told: Mapping[str, str]) -> Report:
        """End it; may raise `OperatorError`."""


def refusal(error: OperatorError) -> Answer:
    """The answer to a scan that was not taken."""
    verdict = Verdict.UNKNOWN if isinstance(error, Unknown) else Verdict.REFUSED
    return Answer(verdict, why=in_words(error))


def words(identity: str, person: str, told_at_end: Mapping[str, str]) -> Words:
    """What is said of a hand-over or a return: who was there, and what the form at its end was told."""
    return Words(
        identity, person, accessories=accessories(told_at_end["accessories"]), place=told_at_end["place"]
    )


def accessories(text: str) -> tuple[str, ...]:
    """What was typed, e.g. "charger, bags=2", as `kit.app.handing.Words` take it; no number means one."""
    items = (part.strip() for part in text.split(","))
    return tuple(item if "=" in item else f"{item}=1" for item in items if item)


def told(receipt: Receipt) -> str:
    """A receipt in words: who got or brought what, and the paper to be signed."""
    paper = receipt.paper
    things = [tag if said == "good" else f"{tag} ({said})" for tag, said in receipt.devices.items()]
    things += [f"{count} × {item}" for item, count in receipt.accessories.items()]
    text = _("Seat {seat}, {person}: {things}").format(
        seat=receipt.seat, person=receipt.person, things=", ".join(things)
    )
    if paper.fault:
        return text + "\n" + _("Receipt {reference} has no PDF: {fault}").format(**vars(paper))
    return text + "\n" + _("Receipt {reference}, to be signed: {pdf}").format(**vars(paper))


@cache
def word(verdict: Verdict) -> Word:
    """How an answer looks: a glyph, a word and a tone."""
    return {
        Verdict.READY: Word("› " + _("scan"), "plain"),
        Verdict.WAITING: Word("… " + _("waits"), "quiet"),
        Verdict.TAKEN: Word("✓ " + _("taken"), "good"),
        Verdict.AGAIN: Word("✓ " + _("taken before"), "good"),
        Verdict.DIFFERS: Word("! " + _("differs"), "wait"),
        Verdict.REFUSED: Word("✗ " + _("refused"), "bad"),
        Verdict.UNKNOWN: Word("? " + _("unknown"), "bad"),
        Verdict.UNDONE: Word("← " + _("taken back"), "human"),
    }[verdict]
