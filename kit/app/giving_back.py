"""Takes back what a crisis lent: calls it back, checks it in by scan, says what differs, keeps decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from gettext import gettext as _
from itertools import groupby

from sqlmodel import Session

from inventory import crises, devices, loans, returns
from inventory.crises import Crisis
from inventory.devices import DeviceState
from inventory.handings import condition_word
from inventory.loans import Loan
from inventory.milestones import Milestone, note, of, return_due_since
from inventory.returns import Choice, Difference
from inventory.stocktakes.comparison import Discrepancy, Variance
from kit.app import handing, loan_papers
from kit.app.compose import App
from kit.app.handing import Receipt, Words
from kit.app.loan_papers import Paper
from kit.errors import BadInput


@dataclass(frozen=True)
class Out:
    """A device in somebody's hands; `contact` is that person's number in E.164, or empty."""

    tag: str
    kind: str
    model: str
    state: str
    seat: int
    person: str
    service: str
    contact: str
    since: datetime | None


@dataclass(frozen=True)
class Told:
    """One difference as it is told; `choice` and what follows are empty while nobody decided."""

    subject: str
    discrepancy: str
    said: str
    choices: tuple[str, ...]
    choice: str
    reason: str
    decided_by: str


@dataclass(frozen=True)
class Standing:
    """Where a return stands; `explained` says that there is no unexplained serial."""

    reference: str
    due_since: datetime | None
    recalled_at: datetime | None
    out: tuple[Out, ...]
    back: tuple[str, ...]
    gone: tuple[str, ...]
    differences: tuple[Told, ...]
    explained: bool


@dataclass(frozen=True)
class Recalled:
    """What is called back, and the letters that say so, by seat."""

    out: tuple[Out, ...]
    letters: dict[int, Paper]


@dataclass(frozen=True)
class Scanned:
    """What one check-in did; `differences` are those that wait for a decision now."""

    receipts: tuple[Receipt, ...]
    differences: tuple[Told, ...]
    left: int


def recall(app: App, text: str, *, said_by: str, until: date | None, place: str) -> Recalled:
    """Call back what is out: who has it, a letter for each, noted the first time.

    Raises:
        Unknown: no such crisis. IllegalMove: it is closed. BadValue: nobody calls it back.
        BadInput: the last day to bring it has passed.
    """
    by = app.stamp()
    if until is not None and until < by.at.astimezone(app.zone).date():
        raise BadInput(
            _("{day} has passed: nobody can bring anything back by then; nothing was changed.").format(
                day=until
            ),
            hint=_("Name a day to come: `--until 2026-12-01`."),
        )
    with app.database.write() as session:
        crisis = crises.find(session, text)
        crises.must_be_open(crisis)
        out = sorted(returns.look(session, crisis.reference).out, key=lambda loan: loan.seat_number)
        if out and not of(session, crisis.reference, Milestone.RECALLED):
            note(session, by, crisis, Milestone.RECALLED, said_by=said_by, happened_at=by.at)
        letters = [
            loan_papers.recall(app, session, crisis, list(group), by.at, until=until, place=place)
            for _number, group in groupby(out, key=lambda loan: loan.seat_number)
        ]
        listed = tuple(_out(session, loan) for loan in out)
    papers = loan_papers.issue_together(app, letters)
    return Recalled(listed, {facts.seat: paper for facts, paper in zip(letters, papers, strict=True)})


def scan(app: App, text: str, scanned: Sequence[str], words: Words, *, seat: int | None) -> Scanned:
    """Check in what was scanned; what does not fit is told, and kept until it is decided.

    Raises:
        Unknown, BadValue, IllegalMove: as `returns.check_in`; nothing was changed.
        BadInput: a condition or accessory is not written as it must be, or these have no place.
    """
    if words.accessories and not words.place:
        raise BadInput(
            _("Nobody says where the accessories are put; nothing was changed."),
            hint=_("Name the place or crate: `--place …`."),
        )
    by = app.stamp()
    with app.database.write() as session:
        crisis = crises.find(session, text)
        told = handing.told_of(app, by, words, person=words.person)
        rows = returns.check_in(session, by, crisis, told, scanned=scanned, seat=seat)
        standing = returns.look(session, crisis.reference)
        differences = tuple(_told(session, each) for each in standing.undecided)
    groups = groupby(rows, key=lambda row: row.receipt)
    receipts = handing.receipts_of(app, [list(group) for _receipt, group in groups])
    return Scanned(tuple(receipts), differences, len(standing.out))


def decide(app: App, text: str, subject: str, choice: Choice, *, reason: str, author: str) -> list[Told]:
    """Keep a decision about what differs; raises as `returns.decide`."""
    with app.database.write() as session:
        crisis = crises.find(session, text)
        crises.must_be_open(crisis)
        made = returns.decide(session, app.stamp(), crisis, subject, choice, reason=reason, author=author)
        return [_told(session, each) for each in made]


def look(app: App, text: str) -> Standing:
    """Where the return of a crisis stands."""
    with app.database.read() as session:
        crisis = crises.find(session, text)
        return _standing(session, crisis)


def sheet(app: App, text: str) -> Paper:
    """Issue the return sheet as things stand."""
    with app.database.read() as session:
        facts = loan_papers.giving_back(app, session, crises.find(session, text), app.stamp().at)
    return loan_papers.issue(app, facts)


def _standing(session: Session, crisis: Crisis) -> Standing:
    found = returns.look(session, crisis.reference)
    recalled = of(session, crisis.reference, Milestone.RECALLED)
    return Standing(
        reference=crisis.reference,
        due_since=return_due_since(session, crisis.reference),
        recalled_at=recalled[0].happened_at if recalled else None,
        out=tuple(_out(session, loan) for loan in found.out),
        back=tuple(row.device_tag for row in found.back),
        gone=found.gone,
        differences=tuple(_told(session, each) for each in found.differences),
        explained=found.explained,
    )


def _out(session: Session, loan: Loan) -> Out:
    device = devices.get(session, loan.device_tag)
    seat = crises.seat_of(session, loan.crisis, loan.seat_number)
    return Out(
        tag=device.tag,
        kind=device.kind.value,
        model=device.model,
        state=device.state.value,
        seat=seat.number,
        person=handing.name_of(seat),
        service=seat.service,
        contact=seat.contact,
        since=loan.handed_over_at,
    )


def _told(session: Session, each: Difference) -> Told:
    return Told(
        subject=each.subject,
        discrepancy=each.variance.discrepancy.value,
        said=_in_words(session, each.variance),
        choices=tuple(sorted(choice.value for choice in returns.allowed(each.variance))),
        choice=each.choice,
        reason=each.reason,
        decided_by=each.decided_by,
    )


def _in_words(session: Session, variance: Variance) -> str:
    """What differs, for who stands there with the thing in hand."""
    record, was, now = variance.record, variance.expected, variance.found
    match variance.discrepancy:
        case Discrepancy.UNEXPECTED if record is not None:
            return not_out(session, record.tag)
        case Discrepancy.WRONG_CONDITION:
            said = _("{was} at the hand-over, now: {now}")
        case Discrepancy.WRONG_HOLDER:
            said = _("{was} has it in the book, it came with the things of {now}")
        case Discrepancy.MISSING if record is not None:
            said = _("{was} still has it")
        case Discrepancy.MISSING:
            said = _("{was} did not come back")
        case _:
            said = _("nothing in the pool has this code")
    return said.format(was=condition_word(was), now=now)


def not_out(session: Session, tag: str) -> str:
    """Why a device that is in the pool does not belong to what is given back, in words."""
    state = devices.get(session, tag).state
    for loan in loans.open_loans(session, device=tag):
        if state is DeviceState.ON_LOAN:
            return _("it is lent to seat {seat} of crisis {crisis}").format(
                seat=loan.seat_number, crisis=loan.crisis
            )
    return _("it was not out: it is {state}").format(state=state)
