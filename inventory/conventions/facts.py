"""Owns the facts that the rules of a convention are applied to: its dates and its letters, as values."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Reading(StrEnum):
    """How "at most N years" is read, which the conventions leave open."""

    #: to the Nth anniversary of its effect
    ANNIVERSARY = "anniversary"
    #: to the end of the Nth civil year, the year of its effect being the first
    NTH_CIVIL_YEAR = "nth_civil_year"


class Side(StrEnum):
    """Who wrote a letter."""

    COMMUNE = "commune"
    LENDER = "lender"


class NoticeKind(StrEnum):
    """What a letter says."""

    #: the side leaves; ends the convention after its notice
    EXIT = "exit"
    #: the other side does not keep to it; ends the convention unless that is cured in time
    BREACH = "breach"
    #: an event beyond control keeps the side from its duty, since a day; ends nothing by itself
    FORCE_MAJEURE = "force_majeure"
    #: such an event has lasted too long; ends the convention a while after sending
    FORCE_MAJEURE_END = "force_majeure_end"
    #: the side asks for other terms; ends nothing
    AMENDMENT = "amendment"


@dataclass(frozen=True)
class Notice:
    """A letter.

    Attributes:
        received_on: its receipt, from which most clocks run; None until that is known.
        since: of force majeure, the first day of the event.
        settled_on: the day from which it counts no more: withdrawn, cured, over, answered, a mistake.
        id: its number in the book, where it is kept there.
    """

    kind: NoticeKind
    side: Side
    sent_on: date
    received_on: date | None = None
    since: date | None = None
    settled_on: date | None = None
    id: int | None = None

    @property
    def runs(self) -> bool:
        """Whether it still counts."""
        return self.settled_on is None


@dataclass(frozen=True)
class ConventionDates:
    """The dates of one convention and its letters; `ended_on` is its last day after a termination."""

    signed_on: date | None = None
    notified_on: date | None = None
    ended_on: date | None = None
    reading: Reading = Reading.ANNIVERSARY
    notices: tuple[Notice, ...] = ()
