"""Owns what is decided about discrepancies: which choices each allows, and what a choice does to the book."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from gettext import gettext as _
from typing import assert_never

from sqlmodel import Session, col, select

from inventory import journal
from inventory.errors import BadValue, IllegalMove, Unknown
from inventory.journal import JournalLine, Stamp
from inventory.stocktakes import book, corrections, records, scans, sessions
from inventory.stocktakes.comparison import Comparison, Discrepancy, Record, Sighting, Variance, compare
from inventory.stocktakes.records import Decision, Stocktake
from inventory.text import named


class Choice(StrEnum):
    """What can be done about a discrepancy."""

    #: the book was wrong: it gets the place, condition or SIM that was seen
    CORRECT = "correct"
    #: nobody knows where it is
    LOST = "lost"
    #: it was lost or stolen and is here: quarantined
    FOUND = "found"
    #: somebody goes on looking, until a day
    SEARCH = "search"
    #: it stays as it is, for a reason that is kept
    ACCEPT = "accept"


ALLOWED: dict[Discrepancy, frozenset[Choice]] = {
    Discrepancy.MISSING: frozenset({Choice.LOST, Choice.SEARCH, Choice.ACCEPT}),
    Discrepancy.UNEXPECTED: frozenset({Choice.CORRECT, Choice.FOUND, Choice.SEARCH, Choice.ACCEPT}),
    Discrepancy.WRONG_PLACE: frozenset({Choice.CORRECT, Choice.SEARCH, Choice.ACCEPT}),
    Discrepancy.WRONG_HOLDER: frozenset({Choice.SEARCH, Choice.ACCEPT}),
    Discrepancy.WRONG_CONDITION: frozenset({Choice.CORRECT, Choice.SEARCH, Choice.ACCEPT}),
    Discrepancy.WRONG_SIM: frozenset({Choice.CORRECT, Choice.SEARCH, Choice.ACCEPT}),
    Discrepancy.SEEN_TWICE: frozenset({Choice.CORRECT, Choice.SEARCH, Choice.ACCEPT}),
    Discrepancy.UNKNOWN_CODE: frozenset({Choice.SEARCH, Choice.ACCEPT}),
    Discrepancy.OTHER_IDENTITY: frozenset({Choice.SEARCH, Choice.ACCEPT}),
}
#: Choices that write to the book; only another scan leads beyond them.
_WRITES = frozenset({Choice.CORRECT, Choice.LOST, Choice.FOUND})
#: Of these, those that may leave nothing that differs.
_MENDS = frozenset({Choice.CORRECT, Choice.FOUND})
_DECIDED = "stocktake.decided"


@dataclass(frozen=True)
class Ruling:
    """A choice with its reason; `until` is the last day of a search, `owner` who answers for it."""

    choice: Choice
    reason: str = ""
    until: date | None = None
    owner: str = ""


@dataclass(frozen=True)
class Case:
    """A discrepancy, and the decision that holds for it; None while there is none."""

    variance: Variance
    decision: Decision | None


@dataclass(frozen=True)
class Standing:
    """Where an open session stands."""

    comparison: Comparison
    sightings: tuple[Sighting, ...]
    cases: tuple[Case, ...]

    @property
    def undecided(self) -> tuple[Variance, ...]:
        """The discrepancies that wait for a decision."""
        return tuple(case.variance for case in self.cases if case.decision is None)


def look(session: Session, stocktake: Stocktake, today: date) -> Standing:
    """Compare, and put the decisions beside what they are about."""
    seen = scans.of(session, stocktake.reference)
    said = {sighting.code for sighting in seen} | {sighting.sim for sighting in seen if sighting.sim}
    frozen = sessions.expected(session, stocktake.reference)
    comparison = compare(frozen, seen, _known(session, said, frozen))
    query = select(Decision).where(Decision.stocktake == stocktake.reference)
    decided = {
        (one.subject, one.discrepancy): one for one in _in_the_book(session, session.exec(query), frozen)
    }
    differing = {(one.subject, one.discrepancy) for one in comparison.variances}
    cases = tuple(
        Case(variance, _holding(variance, decided.get((variance.subject, variance.discrepancy)), today))
        for variance in comparison.variances
    )
    gone = [one for key, one in decided.items() if one.choice in _MENDS and key not in differing]
    told = sorted(
        _as_counted(session, stocktake, cases, gone),
        key=lambda case: (case.variance.subject, case.variance.discrepancy),
    )
    return Standing(comparison, tuple(seen), tuple(told))


def _in_the_book(
    session: Session, decided: Iterable[Decision], frozen: Mapping[str, Record]
) -> Iterator[Decision]:
    """The decisions but those by which something was lost that somebody undid since (`inventory.undo`)."""
    made = list(decided)
    lost = book.records(session, {one.subject for one in made if one.choice == Choice.LOST})
    back = {tag for tag, now in lost.items() if now.state == frozen[tag].state}
    return (one for one in made if one.choice != Choice.LOST or one.subject not in back)


def _as_counted(
    session: Session, stocktake: Stocktake, cases: Iterable[Case], gone: Collection[Decision]
) -> Iterator[Case]:
    """The cases; where a decision changed the book, with what the book said before.

    `gone` are decisions by which the discrepancy itself went away: they are told too.
    """
    query = select(JournalLine).where(JournalLine.subject == records.subject(stocktake.reference))
    lines = session.exec(query.where(JournalLine.kind == _DECIDED).order_by(col(JournalLine.seq)))
    told = {(line.data["about"], line.data["discrepancy"]): line.data for line in lines}
    for case in cases:
        variance, record = case.variance, case.variance.record
        if case.decision is None or case.decision.choice not in _WRITES or record is None:
            yield case
            continue
        line = told[variance.subject, variance.discrepancy]
        before = replace(record, state=line.get("state", record.state))
        yield replace(case, variance=replace(variance, expected=line["expected"], record=before))
    now = book.records(session, {one.subject for one in gone})
    for decision in gone:
        line = told[decision.subject, decision.discrepancy]
        record = now[decision.subject]
        yield Case(
            Variance(
                decision.subject,
                Discrepancy(decision.discrepancy),
                expected=line["expected"],
                found=line["found"],
                record=replace(record, state=line.get("state", record.state)),
            ),
            decision,
        )


def _known(session: Session, said: Collection[str], frozen: Mapping[str, Record]) -> dict[str, Record]:
    """By code, the book's record of the device: of what is expected and not gone, the frozen one will do."""
    tags = {code: owner.tag for code, owner in book.owners(session, said).items()}
    now = book.records(session, set(tags.values()) - (frozen.keys() - book.gone(session)))
    return {code: now[tag] if tag in now else frozen[tag] for code, tag in tags.items()}


def decide(
    session: Session,
    by: Stamp,
    stocktake: Stocktake,
    ruling: Ruling,
    *,
    code: str,
    discrepancy: Discrepancy,
    today: date,
) -> Case:
    """Decide about one discrepancy of an open session; the same decision again changes nothing.

    `code` is the asset tag or any other code of the device, or the unknown code.

    Raises:
        BadValue: the choice is not for that discrepancy, or lacks its reason or its day.
        Unknown: there is no such discrepancy, or no longer.
        IllegalMove: what would be corrected is not any more as it was counted, the device's state does not
            allow it, or another decision has already changed the book.
    """
    _check(discrepancy, ruling, today)
    case = _case(look(session, stocktake, today).cases, _subject(session, code), discrepancy)
    before = case.decision
    if before is not None:
        if _equal(before, ruling):
            return case
        if before.choice in _WRITES:
            raise _settled(case.variance, before)
    _apply(session, by, stocktake, case.variance, ruling.choice)
    return Case(case.variance, _keep(session, by, stocktake, case.variance, ruling))


def _holding(variance: Variance, decision: Decision | None, today: date) -> Decision | None:
    """The decision, unless other facts came since or its search is over."""
    if decision is None or decision.facts_sha256 != variance.fingerprint:
        return None
    over = decision.until is not None and decision.until < today
    return None if over else decision


def _check(discrepancy: Discrepancy, ruling: Ruling, today: date) -> None:
    if ruling.choice not in ALLOWED[discrepancy]:
        raise BadValue(
            _("“{choice}” is no decision about {discrepancy}; nothing was changed.").format(
                choice=ruling.choice, discrepancy=discrepancy
            ),
            hint=_("Use one of {choices}.").format(choices=", ".join(sorted(ALLOWED[discrepancy]))),
        )
    if ruling.choice is Choice.ACCEPT and not named(ruling.reason, empty=True):
        raise BadValue(
            _("What stays as it is needs a reason; nothing was changed."), hint=_("Give it: `--reason`.")
        )
    if (ruling.choice is Choice.SEARCH) != (ruling.until is not None):
        raise BadValue(
            _("A search, and only a search, has a last day; nothing was changed."),
            hint=_("Give it: `--as search --until 2026-12-31`."),
        )
    if ruling.until is not None and ruling.until < today:
        raise BadValue(
            _("{day} is over; nothing was changed.").format(day=ruling.until),
            hint=_("Name today or a day to come."),
        )


def _subject(session: Session, code: str) -> str:
    """The tag of the device that the code means, else the code itself."""
    code = code.strip()
    match = book.identify(session, [code]).get(code)
    return match.record.tag if match else code


def _case(cases: Iterable[Case], subject: str, discrepancy: Discrepancy) -> Case:
    of_subject = [case for case in cases if case.variance.subject == subject]
    for case in of_subject:
        if case.variance.discrepancy is discrepancy:
            return case
    present = ", ".join(case.variance.discrepancy for case in of_subject)
    raise Unknown(
        _("{subject} is not {discrepancy}, or no longer; nothing was changed.").format(
            subject=subject, discrepancy=discrepancy
        ),
        hint=_("What there is about it: {list}.").format(list=present)
        if present
        else _("Nothing differs about it now: look at `kit stocktake report`."),
    )


def _equal(decision: Decision, ruling: Ruling) -> bool:
    told = (ruling.choice.value, named(ruling.reason, empty=True), ruling.until)
    same_owner = named(ruling.owner, empty=True) in {"", decision.owner}
    return same_owner and (decision.choice, decision.reason, decision.until) == told


def _settled(variance: Variance, before: Decision) -> IllegalMove:
    return IllegalMove(
        _("{subject}, {discrepancy}: {by} decided “{choice}”, and the book was changed so.").format(
            subject=variance.subject, discrepancy=variance.discrepancy, by=before.by, choice=before.choice
        ),
        hint=_("Scan it again if something else is true now."),
    )


def _apply(session: Session, by: Stamp, stocktake: Stocktake, variance: Variance, choice: Choice) -> None:
    reason = f"stocktake {stocktake.reference}"
    match choice:
        case Choice.LOST:
            corrections.lose(session, by, variance, reason)
        case Choice.FOUND:
            corrections.take_back(session, by, variance, reason)
        case Choice.CORRECT if variance.discrepancy is Discrepancy.WRONG_CONDITION:
            corrections.correct_condition(session, by, variance, reason)
        case Choice.CORRECT if variance.discrepancy is Discrepancy.WRONG_SIM:
            corrections.correct_sim(session, by, variance)
        case Choice.CORRECT:
            corrections.correct_place(session, by, variance)
        case Choice.SEARCH | Choice.ACCEPT:
            pass
        case _:
            assert_never(choice)


def _keep(session: Session, by: Stamp, stocktake: Stocktake, variance: Variance, ruling: Ruling) -> Decision:
    decision = Decision(
        stocktake=stocktake.reference,
        subject=variance.subject,
        discrepancy=variance.discrepancy,
        choice=ruling.choice,
        reason=named(ruling.reason, empty=True),
        until=ruling.until,
        owner=named(ruling.owner, empty=True) or stocktake.owner,
        facts_sha256=variance.fingerprint,
        at=by.at,
        by=by.actor,
    )
    line = {
        "about": variance.subject,
        "discrepancy": variance.discrepancy.value,
        "state": variance.record.state if variance.record else "",
        "expected": variance.expected,
        "found": variance.found,
        "choice": decision.choice,
        "reason": decision.reason,
        "until": decision.until.isoformat() if decision.until else None,
        "owner": decision.owner,
    }
    journal.append(session, by, _DECIDED, records.subject(stocktake.reference), line)
    kept: Decision = session.merge(decision)
    session.flush()
    return kept
