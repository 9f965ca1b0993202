"""The hand-over of what a seat's person is to get."""

from collections.abc import Mapping
from gettext import gettext as _

from inventory.counter import for_seat
from inventory.errors import IllegalMove
from inventory.handings import GOOD
from kit.app import counter
from kit.app.compose import App
from kit.app.counter import SeatDue, Thing, Waiting
from tui.counter.job import NAMED, Answer, Field, Form, Report, Standing, Verdict, told, words


class HandOver:
    """One seat; `person` is who takes it, `identity` how that person was recognised."""

    def __init__(self, program: App, reference: str, seat: SeatDue, *, person: str, identity: str) -> None:
        self._program, self._reference, self._seat = program, reference, seat.number
        self._person, self._identity = person, identity
        self.title = _("Hand-over · {crisis} · seat {number}").format(crisis=reference, number=seat.number)
        self.todo = _("Scan what {person} gets").format(person=person)

    def standing(self) -> Standing:
        """What that person is still to get."""
        laid = counter.laid_out(self._program, self._reference, self._seat)
        missing = tuple(waiting(each) for each in laid.missing[:NAMED])
        return Standing(laid.done, laid.total, missing, tuple(answer(each) for each in laid.lying))

    def take(self, code: str) -> Answer:
        """Lay it on the counter."""
        return answer(counter.scan_out(self._program, self._reference, self._seat, code))

    def take_back(self) -> Answer:
        """Take the last one away."""
        place = for_seat(self._reference, self._seat)
        return Answer(Verdict.UNDONE, counter.take_back(self._program, place))

    def tell(self, condition: str) -> Answer:
        """Say what is wrong with the last one; nothing makes it good again."""
        lying = counter.laid_out(self._program, self._reference, self._seat).lying
        tag = last(lying).tag
        said = condition or GOOD
        return answer(counter.scan_out(self._program, self._reference, self._seat, tag, condition=said))

    def form(self) -> Form:
        """Which accessories go along."""
        laid = counter.laid_out(self._program, self._reference, self._seat)
        return Form(
            _("Hand over to {person}").format(person=self._person),
            listed(laid.lying, laid.missing, _("Not handed over now:")),
            (
                Field("accessories", _("Accessories, e.g. charger, bag=2:"), optional=True),
                Field("place", _("Taken from, where several places have some:"), optional=True),
            ),
            _("Hand over") if laid.lying else "",
        )

    def finish(self, told_at_end: Mapping[str, str]) -> Report:
        """Hand it over; its receipt is to be signed."""
        said = words(self._identity, self._person, told_at_end)
        receipt = counter.hand_over(self._program, self._reference, self._seat, said)
        return Report(_("Done"), told(receipt), self._seat)


def answer(thing: Thing) -> Answer:
    """What is told of a device on the counter."""
    what = " · ".join(filter(None, (thing.tag, thing.what)))
    whose = _("seat {number}, {person}").format(number=thing.seat, person=thing.person)
    facts = (whose if thing.seat is not None else "", thing.condition if thing.condition != GOOD else "")
    why = " · ".join(filter(None, (thing.said, *facts)))
    if thing.said:
        return Answer(Verdict.DIFFERS if thing.what else Verdict.UNKNOWN, what, why)
    return Answer(Verdict.AGAIN if thing.before else Verdict.TAKEN, what, why)


def waiting(each: Waiting) -> str:
    """What is told of a device that is missing."""
    return " ".join(filter(None, (each.tag, each.what, f"({each.why})" if each.why else "")))


def last(lying: tuple[Thing, ...]) -> Thing:
    """The last scan.

    Raises:
        IllegalMove: there is none.
    """
    if not lying:
        raise IllegalMove(_("Nothing was scanned; nothing was changed."))
    return lying[-1]


def _device(thing: Thing) -> str:
    what = " ".join(filter(None, (thing.tag, thing.what)))
    return what if thing.condition == GOOD else f"{what} · {thing.condition}"


def listed(lying: tuple[Thing, ...], missing: tuple[Waiting, ...], besides: str) -> str:
    """What lies there and what does not, a line each."""
    lines = [f"  {_device(each)}" for each in lying]
    lines = lines or ["  " + _("Nothing was scanned.")]
    if missing:
        lines += [besides, *(f"  {waiting(each)}" for each in missing)]
    return "\n".join(lines)
