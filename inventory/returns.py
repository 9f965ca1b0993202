"""Owns the return of what a crisis lent: checked in by scan, compared with what went out, decided.

What is compared is what `handings` has; scans that did not fit and decisions are lines of the journal. What
came back goes to quarantine at once: nobody lends it again before its wipe.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from gettext import gettext as _

from sqlmodel import Session, col, select

from inventory import crisis_records, departures, devices, handings, journal, loans, swaps
from inventory.crisis_records import Crisis
from inventory.departures import Departure
from inventory.devices import DeviceState
from inventory.errors import BadValue, IllegalMove, Unknown
from inventory.handings import Direction, Handing, Told
from inventory.journal import JournalLine, Stamp
from inventory.loans import Loan
from inventory.stocktakes import book
from inventory.stocktakes.comparison import (
    GONE,
    Condition,
    Discrepancy,
    Sighting,
    Variance,
    compare,
)
from inventory.text import fold, named

_SCANNED, _DECIDED = "return.scanned", "return.decided"


class Choice(StrEnum):
    """What can be decided about something that is not as it should be."""

    #: it is explained: it was found, or belongs elsewhere and went there
    FOUND = "found"
    #: it is damaged, and who answers for it stands in the reason
    DAMAGE = "damage"
    #: it will not come back; a device is lost from then on
    MISSING = "missing"
    #: nothing is asked for it
    WAIVED = "waived"


#: A device that is out is not waived: it comes back, or is lost or stolen in the book.
ALLOWED: Mapping[Discrepancy, frozenset[Choice]] = {
    Discrepancy.MISSING: frozenset({Choice.MISSING}),
    Discrepancy.UNEXPECTED: frozenset({Choice.FOUND, Choice.WAIVED}),
    Discrepancy.WRONG_HOLDER: frozenset({Choice.FOUND, Choice.WAIVED}),
    Discrepancy.WRONG_CONDITION: frozenset({Choice.DAMAGE, Choice.WAIVED}),
    Discrepancy.UNKNOWN_CODE: frozenset({Choice.FOUND, Choice.WAIVED}),
}
_OF_ACCESSORIES = frozenset({Choice.MISSING, Choice.DAMAGE, Choice.WAIVED})


@dataclass(frozen=True)
class Difference:
    """Something that is not as it should be, and what was decided about it; empty while nothing was."""

    variance: Variance
    choice: str = ""
    reason: str = ""
    decided_by: str = ""

    @property
    def subject(self) -> str:
        """The tag, the unknown code, or seat and item of an accessory, e.g. "3/charger"."""
        return self.variance.subject


@dataclass(frozen=True)
class Standing:
    """Where a return stands.

    Attributes:
        out: the open loans of what is in people's hands.
        back: what came back, in the order in which it did.
        gone: tags of what went out and is lost, stolen or retired by the book.
        differences: what is not as it should be, but for what is still out.
    """

    out: tuple[Loan, ...]
    back: tuple[Handing, ...]
    gone: tuple[str, ...]
    differences: tuple[Difference, ...]

    @property
    def undecided(self) -> tuple[Difference, ...]:
        """What waits for a decision."""
        return tuple(each for each in self.differences if not each.choice)

    @property
    def explained(self) -> bool:
        """Whether there is no unexplained serial: nothing is out, nothing waits for a decision."""
        return not (self.out or self.undecided)


def check_in(
    session: Session, by: Stamp, crisis: Crisis, told: Told, *, scanned: Sequence[str], seat: int | None
) -> list[Handing]:
    """Take back what was scanned; what does not fit is kept to be decided, and changes nothing else.

    `seat` is whose things these are said to be, where somebody said it.

    Raises:
        BadValue: nobody brought it, or a code is none. Unknown: no such seat.
        IllegalMove: the crisis is closed, the moment is impossible, or a device was handed over after it.
    """
    crisis_records.must_be_open(crisis)
    told = handings.checked(crisis, by, told)
    holder = "" if seat is None else _person(session, crisis.reference, seat)
    codes = list(dict.fromkeys(handings.tidy(code) for code in scanned))
    tags = {code: owner.tag for code, owner in book.owners(session, codes).items()}
    seen = list(dict.fromkeys(tags.get(code, code) for code in codes))
    out = {loan.device_tag: loan for loan in out_of(session, crisis.reference)}
    back = [out[tag] for tag in seen if tag in out]
    _must_all_be_back(back, told)
    line = {"codes": seen, "holder": holder, "person": told.person, "at": told.at.isoformat()}
    journal.append(session, by, _SCANNED, _subject(crisis), line)
    kept: list[Handing] = []
    for number in sorted({loan.seat_number for loan in back}):
        kept += take_back(session, by, [loan for loan in back if loan.seat_number == number], told)
        # What was told of accessories is told once, of the first seat.
        told = replace(told, accessories={})
    return kept


def take_back(session: Session, by: Stamp, back: Sequence[Loan], told: Told) -> list[Handing]:
    """These devices of one seat are in our hands again, and in quarantine; their loans end.

    Raises:
        IllegalMove: one was handed over after that moment; nothing was changed.
    """
    for loan in back:
        if loan.handed_over_at is not None and told.at < loan.handed_over_at:
            raise IllegalMove(
                _("{tag} was handed over after that, on {at:%Y-%m-%d %H:%M %Z}; nothing was changed.").format(
                    tag=loan.device_tag, at=loan.handed_over_at.astimezone(told.at.tzinfo)
                ),
                hint=_("Say when it came back with `--at`, or leave it out for now."),
            )
    tags = {loan.device_tag for loan in back}
    own = {tag: said for tag, said in told.conditions.items() if tag in tags}
    kept = handings.keep(session, by, back, Direction.IN, replace(told, conditions=own))
    for loan in back:
        loans.end(session, by, loan, "returned")
        device = devices.get(session, loan.device_tag)
        # More than a reason: what somebody signed is no slip that could be undone.
        data = {"receipt": kept[0].receipt}
        if device.state is not DeviceState.QUARANTINED:
            devices.move(session, by, device, DeviceState.QUARANTINED, reason="returned", data=data)
    session.flush()
    return kept


def decide(
    session: Session, by: Stamp, crisis: Crisis, subject: str, choice: Choice, *, reason: str, author: str
) -> list[Difference]:
    """Decide about everything of a tag, code or accessory that the choice is for; the same changes nothing.

    Raises:
        BadValue: no reason or no author. Unknown: nothing differs about it.
        IllegalMove: the choice is for nothing that differs about it.
    """
    why, who = named(reason), named(author)
    about = [each for each in _all(session, crisis.reference) if fold(each.subject) == fold(subject)]
    if not about:
        raise Unknown(
            _("Nothing differs about {subject} in the return of crisis {crisis}.").format(
                subject=subject, crisis=crisis.reference
            ),
            hint=_("See what does: `kit return status {crisis}`.").format(crisis=crisis.reference),
        )
    meant = [each for each in about if choice in allowed(each.variance)]
    if not meant:
        choices = sorted({each.value for one in about for each in allowed(one.variance)})
        raise IllegalMove(
            _("{subject} cannot be decided as “{choice}”; nothing was changed.").format(
                subject=about[0].subject, choice=choice
            ),
            hint=_("Scan it if it is here; else decide one of {choices}.").format(choices=", ".join(choices)),
        )
    made = [replace(each, choice=choice.value, reason=why, decided_by=who) for each in meant]
    for new in (each for each in made if each not in meant):
        _keep(session, by, crisis, new)
    session.flush()
    return made


def allowed(variance: Variance) -> frozenset[Choice]:
    """What can be decided about it."""
    return _OF_ACCESSORIES if _is_accessory(variance) else ALLOWED[variance.discrepancy]


def look(session: Session, reference: str) -> Standing:
    """Where the return of a crisis stands."""
    rows = handings.of(session, reference)
    states = {row.device_tag: devices.get(session, row.device_tag).state for row in rows}
    return Standing(
        out=tuple(_in_hands(session, reference)),
        back=tuple(row for row in rows if row.direction == Direction.IN),
        gone=tuple(sorted(tag for tag, state in states.items() if state in GONE)),
        differences=tuple(
            each
            for each in _all(session, reference)
            if _is_accessory(each.variance) or each.variance.discrepancy is not Discrepancy.MISSING
        ),
    )


def must_be_settled(session: Session, reference: str) -> None:
    """Let no crisis end with something that nobody explained.

    Raises:
        IllegalMove: names what is out or waits for a decision.
    """
    undecided = look(session, reference).undecided
    if undecided:
        raise IllegalMove(
            _("Crisis {reference} cannot be closed: not decided yet are {subjects}.").format(
                reference=reference, subjects=", ".join(sorted({each.subject for each in undecided}))
            ),
            hint=_("See why: `kit return status {reference}`, then `kit return decide`.").format(
                reference=reference
            ),
        )


def out_of(session: Session, reference: str) -> list[Loan]:
    """The open loans of what was handed over in a crisis; also of what was lost since."""
    return [loan for loan in loans.open_loans(session, crisis=reference) if loan.handed_over_at is not None]


def _in_hands(session: Session, reference: str) -> list[Loan]:
    """As `out_of`, without what is gone by the book."""
    return [
        loan for loan in out_of(session, reference) if devices.get(session, loan.device_tag).state not in GONE
    ]


def _all(session: Session, reference: str) -> list[Difference]:
    """Everything that differs now, what is still out too, each with the decision that holds for it."""
    rows = handings.of(session, reference)
    lines = _lines(session, reference)
    decided = {(line.data["about"], line.data["facts"]): line for line in lines if line.kind == _DECIDED}
    found = [*_of_devices(session, reference, rows, lines), *_of_accessories(session, reference, rows)]
    return [_with_decision(each, decided.get((each.subject, each.fingerprint))) for each in found]


def _of_devices(
    session: Session, reference: str, rows: Sequence[Handing], lines: Sequence[JournalLine]
) -> Iterator[Variance]:
    """What `compare` finds between what went out and what was seen, in the words of a return."""
    last = {row.device_tag: row for row in rows if row.direction == Direction.OUT}
    here = book.records(session, last)
    expected = {
        tag: replace(
            here[tag],
            state=DeviceState.ON_LOAN.value,
            place="",
            holder=_person(session, reference, row.seat_number),
            seat=f"{reference}/{row.seat_number}",
            sim="",
        )
        for tag, row in last.items()
    }
    came = {
        row.device_tag: row
        for row in rows
        if row.direction == Direction.IN
        and row.device_tag in last
        and (row.id or 0) > (last[row.device_tag].id or 0)
    }
    swapped = {old.id for _swap, old, _new in swaps.of_crisis(session, reference)}
    sightings = [
        *(_came_back(row, last[tag], by_swap=row.loan in swapped) for tag, row in came.items()),
        *(
            each if each.code in last else replace(each, holder="")
            for each in _scans(lines)
            if each.code not in last or each.at >= last[each.code].at
        ),
    ]
    known = {each.code: expected[each.code] for each in sightings if each.code in expected}
    known |= book.records(session, {each.code for each in sightings} - known.keys())
    for variance in compare(expected, sightings, known).variances:
        tag = variance.subject
        if variance.discrepancy is Discrepancy.MISSING and here[tag].state in GONE:
            continue
        if variance.discrepancy is Discrepancy.WRONG_CONDITION:
            yield replace(variance, expected=last[tag].condition, found=came[tag].condition)
        else:
            yield variance


def _came_back(row: Handing, out: Handing, *, by_swap: bool) -> Sighting:
    """A swap says itself what is wrong with the one that came back."""
    worse = not by_swap and fold(row.condition) not in {handings.GOOD, fold(out.condition)}
    condition = Condition.FAULTY if worse else Condition.GOOD
    return Sighting(row.at, row.by, row.id or 0, row.device_tag, condition=condition.value)


def _scans(lines: Iterable[JournalLine]) -> Iterator[Sighting]:
    for line in lines:
        if line.kind == _SCANNED:
            for code in line.data["codes"]:
                yield Sighting(line.at, line.actor, line.seq, code, holder=line.data["holder"])


def _of_accessories(session: Session, reference: str, rows: Sequence[Handing]) -> Iterator[Variance]:
    """What a seat got and did not bring along, once all its devices are back."""
    waiting = {loan.seat_number for loan in _in_hands(session, reference)}
    for number in sorted({row.seat_number for row in rows} - waiting):
        mine = (row for row in rows if row.seat_number == number)
        for item, count in handings.accessories_out(mine).items():
            yield Variance(f"{number}/{item}", Discrepancy.MISSING, expected=str(count), found="0")


def _is_accessory(variance: Variance) -> bool:
    return variance.discrepancy is Discrepancy.MISSING and variance.record is None


def _with_decision(variance: Variance, line: JournalLine | None) -> Difference:
    if line is None:
        return Difference(variance)
    return Difference(variance, line.data["choice"], line.data["reason"], line.data["author"])


def _keep(session: Session, by: Stamp, crisis: Crisis, made: Difference) -> None:
    variance, record = made.variance, made.variance.record
    facts = {
        "about": variance.subject,
        "discrepancy": variance.discrepancy.value,
        "expected": variance.expected,
        "found": variance.found,
        "choice": made.choice,
        "reason": made.reason,
        "author": made.decided_by,
        "facts": variance.fingerprint,
    }
    journal.append(session, by, _DECIDED, _subject(crisis), facts)
    if record is None:
        return
    if made.choice == Choice.MISSING:
        departures.declare(session, by, record.tag, Departure.LOST, made.reason)
    if made.choice == Choice.FOUND and record.state in {DeviceState.LOST, DeviceState.STOLEN}:
        loans.set_apart(session, by, record.tag, made.reason)


def _must_all_be_back(back: Sequence[Loan], told: Told) -> None:
    """Conditions and accessories are told of what comes back."""
    others = sorted(told.conditions.keys() - {loan.device_tag for loan in back})
    if others:
        raise BadValue(
            _("A condition is told of {tags}, not taken back here; nothing was changed.").format(
                tags=", ".join(others)
            )
        )
    if told.accessories and not back:
        raise BadValue(_("Accessories come back with a device of their seat; nothing was changed."))


def _person(session: Session, reference: str, number: int) -> str:
    seat = crisis_records.seat_of(session, reference, number)
    return f"{seat.first_name} {seat.last_name}"


def _lines(session: Session, reference: str) -> Sequence[JournalLine]:
    query = select(JournalLine).where(JournalLine.subject == f"crisis:{reference}")
    query = query.where(col(JournalLine.kind).in_((_SCANNED, _DECIDED)))
    return session.exec(query.order_by(col(JournalLine.seq))).all()


def _subject(crisis: Crisis) -> str:
    return f"crisis:{crisis.reference}"
