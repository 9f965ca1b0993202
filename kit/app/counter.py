"""Serves people at the counter: each scan is answered at once, by the rules of the book.

What was scanned lies on the counter until it is signed for; then `handing` and `giving_back` do what the
commands do, with all of it in one receipt.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from gettext import gettext as _

from sqlmodel import Session

from inventory import counter, crises, devices, handings, loans, returns
from inventory.counter import Lying
from inventory.device_words import kind_word, state_word
from inventory.devices import Device, DeviceState
from inventory.errors import BadValue, IllegalMove
from inventory.handings import GOOD
from inventory.journal import Stamp
from inventory.loans import Loan
from inventory.stocktakes import book
from inventory.stocktakes.comparison import GONE
from inventory.text import named
from kit.app import giving_back, handing
from kit.app.compose import App
from kit.app.giving_back import Scanned
from kit.app.handing import Receipt, Words


@dataclass(frozen=True)
class Thing:
    """A device, or an unknown code, as it is told at the counter.

    Attributes:
        what: kind and model; empty of an unknown code.
        condition: as it was said at this scan, "good" where nothing was.
        seat: whose it is by the book; None where it is not out in this crisis. person: who that is.
        said: what is to be told about it at once, e.g. why it does not fit; empty where all is well.
        before: whether it lay there already.
    """

    tag: str
    what: str = ""
    condition: str = GOOD
    seat: int | None = None
    person: str = ""
    said: str = ""
    before: bool = False


@dataclass(frozen=True)
class Waiting:
    """A device that is not scanned yet; `why` says what keeps it from being, e.g. its state."""

    tag: str
    what: str
    person: str = ""
    why: str = ""


@dataclass(frozen=True)
class Laid:
    """How the counter stands: what lies there, what is missing of it, and how many there should be."""

    lying: tuple[Thing, ...]
    missing: tuple[Waiting, ...]

    @property
    def total(self) -> int:
        """How many devices this is about."""
        return len(self.missing) + sum(each.seat is not None for each in self.lying)

    @property
    def done(self) -> int:
        """How many of them lie there."""
        return self.total - len(self.missing)


@dataclass(frozen=True)
class SeatDue:
    """A seat with how many devices its person has, may have now, and is to have in all."""

    number: int
    person: str
    service: str
    had: int
    ready: int
    total: int


def seats(app: App, reference: str) -> list[SeatDue]:
    """What each seat of a crisis has and waits for."""
    with app.database.read() as session:
        held = loans.open_loans(session, crisis=reference)
        states = {loan.device_tag: devices.get(session, loan.device_tag).state for loan in held}
        people = crises.seats(session, reference)
    found = []
    for seat in people:
        mine = [loan for loan in held if loan.seat_number == seat.number]
        mine = [loan for loan in mine if states[loan.device_tag] not in GONE]
        due = [loan for loan in mine if loan.handed_over_at is None]
        ready = sum(states[loan.device_tag] is DeviceState.READY for loan in due)
        had = len(mine) - len(due)
        found.append(SeatDue(seat.number, handing.name_of(seat), seat.service, had, ready, len(mine)))
    return found


def scan_out(app: App, reference: str, seat: int, code: str, *, condition: str = GOOD) -> Thing:
    """Lay a device there for a seat's person; once more, with another condition, corrects that.

    Raises:
        Unknown, BadValue, IllegalMove: it cannot be handed to that person now; says why and whose it is.
    """
    by = app.stamp()
    with app.database.write() as session:
        crisis = crises.get(session, reference)
        loan = handings.recognised(session, by, crisis, seat=seat, code=code)
        return _lay(session, by, counter.for_seat(reference, seat), _lent(session, loan), condition)


def laid_out(app: App, reference: str, seat: int) -> Laid:
    """What lies there for a seat's person, and what that person is still to get."""
    with app.database.read() as session:
        held = loans.open_loans(session, crisis=reference, seat=seat)
        due = [loan for loan in held if loan.handed_over_at is None]
        lying = counter.lying(session, counter.for_seat(reference, seat))
        mine = {loan.device_tag: _lent(session, loan) for loan in due}
        gone = _("it is no longer for this seat")
        things = tuple(
            replace(mine.get(each.subject, Thing(each.subject, said=gone)), condition=each.condition)
            for each in lying
        )
        return Laid(things, _missing(session, due, lying, as_it_should=DeviceState.READY))


def hand_over(app: App, reference: str, seat: int, words: Words) -> Receipt:
    """Hand over what lies there, in the condition that was said at each scan.

    Raises:
        IllegalMove: nothing lies there. Else as `handing.hand_over_seat`; nothing was changed.
    """
    tags, conditions = _all(app, counter.for_seat(reference, seat))
    words = replace(words, conditions=conditions)
    return handing.hand_over_seat(app, reference, seat, scanned=tags, words=words)


def scan_in(app: App, reference: str, seat: int | None, code: str, *, condition: str = GOOD) -> Thing:
    """Lay there what came back; what does not fit lies there too, and says why it does not.

    `seat` is whose things these are said to be, where somebody said it.

    Raises:
        BadValue: it is no code, or a condition is told of what was not out.
        IllegalMove: the crisis is closed.
    """
    with app.database.write() as session:
        crisis = crises.get(session, reference)
        crises.must_be_open(crisis)
        thing = _came(session, reference, seat, handings.tidy(code))
        if thing.seat is None and condition != GOOD:
            raise BadValue(_("{tag} was not out: nothing is said of its condition.").format(tag=thing.tag))
        return _lay(session, app.stamp(), counter.of_return(reference), thing, condition)


def laid_in(app: App, reference: str, seat: int | None) -> Laid:
    """What of a return lies there, and what is still out; of one seat, where one is given."""
    with app.database.read() as session:
        out = [loan for loan in returns.out_of(session, reference) if seat in {None, loan.seat_number}]
        lying = counter.lying(session, counter.of_return(reference))
        things = tuple(
            replace(_came(session, reference, seat, each.subject), condition=each.condition) for each in lying
        )
        return Laid(things, _missing(session, out, lying, as_it_should=DeviceState.ON_LOAN))


def check_in(app: App, reference: str, seat: int | None, words: Words) -> Scanned:
    """Check in what lies there, in the condition that was said at each scan.

    Raises:
        IllegalMove: nothing lies there. Else as `giving_back.scan`; nothing was changed.
    """
    tags, conditions = _all(app, counter.of_return(reference))
    return giving_back.scan(app, reference, tags, replace(words, conditions=conditions), seat=seat)


def accessories_of(app: App, reference: str, seat: int) -> dict[str, int]:
    """What a seat's person got by quantity and did not bring back, by item."""
    with app.database.read() as session:
        return handings.accessories_out(handings.of(session, reference, seat=seat))


def take_back(app: App, place: str) -> str:
    """Take the last scan back; gives its tag or code. `place` is one of `inventory.counter`.

    Raises:
        IllegalMove: nothing lies there.
    """
    with app.database.write() as session:
        return counter.take_back(session, app.stamp(), place).subject


def _lay(session: Session, by: Stamp, place: str, thing: Thing, condition: str) -> Thing:
    said = named(condition)
    before = any(each.subject == thing.tag for each in counter.lying(session, place))
    counter.scan(session, by, place, thing.tag, said)
    return replace(thing, condition=said, before=before)


def _all(app: App, place: str) -> tuple[list[str], tuple[str, ...]]:
    """The tags and codes that lie there, and what is wrong with them as `Words` say it."""
    with app.database.read() as session:
        lying = counter.lying(session, place)
    if not lying:
        raise IllegalMove(_("Nothing was scanned; nothing was changed."))
    worse = (f"{each.subject}={each.condition}" for each in lying if each.condition != GOOD)
    return [each.subject for each in lying], tuple(worse)


def _lent(session: Session, loan: Loan) -> Thing:
    """A device with the person who has it or is to get it."""
    seat = crises.seat_of(session, loan.crisis, loan.seat_number)
    what = _what(devices.get(session, loan.device_tag))
    return Thing(loan.device_tag, what, seat=seat.number, person=handing.name_of(seat))


def _came(session: Session, reference: str, seat: int | None, code: str) -> Thing:
    """Who has by the book what was scanned, or why it does not belong to this return."""
    owner = book.owners(session, [code]).get(code)
    if owner is None:
        return Thing(code, said=_("nothing in the pool has this code"))
    for loan in returns.out_of(session, reference):
        if loan.device_tag == owner.tag:
            thing = _lent(session, loan)
            if seat in {None, loan.seat_number}:
                return thing
            said = _("the book has it with seat {number}, {person}")
            return replace(thing, said=said.format(number=thing.seat, person=thing.person))
    what = _what(devices.get(session, owner.tag))
    return Thing(owner.tag, what, said=giving_back.not_out(session, owner.tag))


def _missing(
    session: Session, due: Sequence[Loan], lying: Sequence[Lying], *, as_it_should: DeviceState
) -> tuple[Waiting, ...]:
    """What does not lie there yet and is not gone; with its state, where that is another."""
    there = {each.subject for each in lying}
    missing = []
    for loan in due:
        device = devices.get(session, loan.device_tag)
        if device.tag not in there and device.state not in GONE:
            why = "" if device.state is as_it_should else state_word(device.state)
            person = handing.name_of(crises.seat_of(session, loan.crisis, loan.seat_number))
            missing.append(Waiting(device.tag, _what(device), person, why))
    return tuple(missing)


def _what(device: Device) -> str:
    return " ".join(filter(None, (kind_word(device.kind), device.model)))
