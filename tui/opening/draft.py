"""Owns what is said while a crisis is being opened: a frozen draft, and what each step still lacks. Pure."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum
from gettext import gettext as _
from gettext import ngettext

from inventory.crises import SeatEntry
from inventory.importing import seats
from inventory.importing.refusal import Fault
from inventory.importing.tables import Row
from inventory.text import fold
from kit.app.sizing_facts import Decision, Size
from tui.picture import CommuneView

#: How T0 may be typed, in the team's time zone.
_MOMENTS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M")


class Step(IntEnum):
    """The steps, in their order."""

    COMMUNE = 1
    CALL_BACK = 2
    SEATS = 3
    SIZE = 4
    PLAN = 5
    READ = 6


@dataclass(frozen=True)
class Draft:
    """What was said so far; empty strings were not said.

    Attributes:
        t0: when the crisis was declared, as it was typed. called_on: the number that was called back,
            called_by: who of the team called.
        forced_by, forced_reason: who opens it without an active convention, and why.
        seats: numbered from 1; one that was only proposed has no name yet.
        due: services whose time has come, e.g. elections.
    """

    t0: str
    step: Step = Step.COMMUNE
    code: str = ""
    drill: bool = False
    forced_by: str = ""
    forced_reason: str = ""
    called_on: str = ""
    called_by: str = ""
    seats: tuple[SeatEntry, ...] = ()
    decisions: tuple[Decision, ...] = ()
    due: frozenset[str] = frozenset()

    @property
    def unnamed(self) -> SeatEntry | None:
        """The first seat whose person is not named yet."""
        return next((seat for seat in self.seats if not (seat.first_name or seat.last_name)), None)

    def at(self, step: Step) -> "Draft":
        """The same at another step."""
        return replace(self, step=step)

    def of(self, code: str) -> "Draft":
        """The same for another commune; what is only true of the one before goes."""
        if code == self.code:
            return self
        return replace(
            self, code=code, forced_by="", forced_reason="", called_on="", decisions=(), due=frozenset()
        )

    def with_seat(self, entry: SeatEntry) -> "Draft":
        """With that seat in place of the one of its number, else at the end."""
        others = {seat.number: seat for seat in self.seats} | {entry.number: entry}
        return replace(self, seats=tuple(others[number] for number in sorted(others)))

    def without_seat(self, number: int) -> "Draft":
        """Without that seat; those after it move up."""
        left = [seat for seat in self.seats if seat.number != number]
        return replace(self, seats=tuple(replace(seat, number=n) for n, seat in enumerate(left, start=1)))

    def with_proposed(self, size: Size) -> "Draft":
        """With a seat without a name for each that is proposed and not there, phones first."""
        added = [
            (each.service, number < each.missing_phones)
            for each in size.services
            for number in range(each.missing)
        ]
        new = [
            SeatEntry(number, "", "", service, phone)
            for number, (service, phone) in enumerate(added, start=len(self.seats) + 1)
        ]
        return replace(self, seats=(*self.seats, *new))

    def with_decision(self, decision: Decision) -> "Draft":
        """With that decision in place of an earlier one on its service."""
        others = tuple(each for each in self.decisions if each.service != decision.service)
        return replace(self, decisions=(*others, decision))

    def with_due(self, service: str) -> "Draft":
        """With its time come, or no longer."""
        return replace(self, due=self.due ^ {service})


def matching(known: Sequence[CommuneView], text: str) -> list[CommuneView]:
    """Those that a few letters or figures mean: names that begin so come first, then others with them."""
    words = fold(text)
    found = [each for each in known if words in fold(each.name) or each.code.startswith(text.strip().upper())]
    return sorted(found, key=lambda each: not fold(each.name).startswith(words))


def moment(text: str, now: datetime) -> datetime:
    """The moment that was typed, without a zone, as `now` has none: a time alone is the last such time.

    Raises:
        ValueError: it is none, or it is still to come; says so in words.
    """
    typed = text.strip()
    at = _read(typed, now)
    if at is None:
        raise ValueError(_("“{text}” is no moment: write it 23:40, or 2027-03-31 23:40.").format(text=typed))
    if at > now:
        raise ValueError(_("T0 is still to come: {moment}.").format(moment=typed))
    return at


def _read(typed: str, now: datetime) -> datetime | None:
    for form in _MOMENTS:
        with suppress(ValueError):
            return datetime.strptime(typed, form)  # noqa: DTZ007  the team's zone is added when it is kept
    with suppress(ValueError):
        at = datetime.combine(now.date(), datetime.strptime(typed, "%H:%M").time())  # noqa: DTZ007  as above
        return at if at <= now else at - timedelta(days=1)
    return None


def lacks(draft: Draft, known: Sequence[CommuneView], now: datetime) -> list[str]:
    """What must be said before the step can be left, a sentence each; `now` has no zone."""
    match draft.step:
        case Step.COMMUNE:
            return _lacks_commune(draft, known)
        case Step.CALL_BACK:
            return _lacks_call_back(draft, now)
        case Step.SEATS:
            return _lacks_seats(draft)
        case Step.SIZE | Step.PLAN | Step.READ:
            return []


def commune(draft: Draft, known: Sequence[CommuneView]) -> CommuneView | None:
    """The commune that was chosen."""
    return next((each for each in known if each.code == draft.code), None)


def faults(entries: Sequence[SeatEntry]) -> list[Fault]:
    """What is wrong with seats that were typed, by their number, as a file of them would be told."""
    rows = [
        Row(
            seat.number,
            {
                "first_name": seat.first_name,
                "last_name": seat.last_name,
                "service": seat.service,
                "phone": "x" if seat.wants_phone else "",
                "contact": seat.contact,
            },
        )
        for seat in entries
    ]
    return seats.check(rows)[1]


def _lacks_commune(draft: Draft, known: Sequence[CommuneView]) -> list[str]:
    chosen = commune(draft, known)
    if chosen is None:
        return [_("Choose the commune: type letters of its name, then Enter twice.")]
    if not chosen.lends and not (draft.forced_by.strip() and draft.forced_reason.strip()):
        return [_("Without an active convention somebody must answer for it: type a name and the reason.")]
    return []


def _lacks_call_back(draft: Draft, now: datetime) -> list[str]:
    try:
        moment(draft.t0, now)
    except ValueError as exc:
        return [str(exc)]
    if draft.called_on.strip() and not draft.called_by.strip():
        return [_("Say who called back on that number.")]
    return []


def _lacks_seats(draft: Draft) -> list[str]:
    if not draft.seats:
        return [_("Nobody is to be equipped yet: give a file, or type the people.")]
    unnamed = sum(not (seat.first_name or seat.last_name) for seat in draft.seats)
    if unnamed:
        return [
            ngettext(
                "{n} seat has no name yet: type it, or remove the seat.",
                "{n} seats have no name yet: type them, or remove the seats.",
                unnamed,
            ).format(n=unnamed)
        ]
    return [in_words(fault) for fault in faults(draft.seats)]


def in_words(fault: Fault) -> str:
    """What is wrong with a seat."""
    number, reason = fault
    return _("Seat {number} {reason}.").format(number=number, reason=reason)
