"""Owns how letters about a convention are recorded: exit, breach, force majeure, amendment (requirement 23).

A letter is known by its kind, its side and the day it was sent. Later facts complete it; none is overwritten:
a mistaken one is settled with its reason, and recorded again as it was.
"""

from dataclasses import dataclass
from datetime import date
from gettext import gettext as _
from itertools import pairwise

from sqlmodel import Session, select

from inventory import journal
from inventory.conventions.clocks import force_majeure_threshold
from inventory.conventions.facts import NoticeKind, Side
from inventory.conventions.records import ConventionNotice, Standing
from inventory.conventions.template import Template
from inventory.conventions.terms import effect
from inventory.errors import IllegalMove
from inventory.journal import Stamp
from inventory.text import named

_COMPLETED = ("received_on", "since", "settled_on")


@dataclass(frozen=True)
class Letter:
    """What an operator says of a letter; None was not said."""

    kind: NoticeKind
    side: Side
    sent_on: date
    received_on: date | None = None
    since: date | None = None
    settled_on: date | None = None
    reason: str = ""


def record(session: Session, by: Stamp, standing: Standing, letter: Letter, today: date) -> ConventionNotice:
    """Record a letter, or complete one that is recorded; the same facts twice change nothing.

    Raises:
        IllegalMove: the dates cannot follow each other so, the template gives that side no such letter, or a
            fact that is recorded would become another.
        BadValue: it is settled without a reason.
    """
    found = _known(session, standing, letter)
    notice = found or ConventionNotice(
        convention=standing.number,
        kind=letter.kind.value,
        side=letter.side.value,
        sent_on=letter.sent_on,
        recorded_at=by.at,
    )
    new = _news(notice, letter)
    if found is not None and not new:
        return found
    for name, day in new.items():
        setattr(notice, name, day)
    if "settled_on" in new:
        notice.reason = named(letter.reason)
    _must_be_possible(standing, notice, today)
    session.add(notice)
    session.flush()
    facts = notice.model_dump(mode="json", exclude={"id", "recorded_at"}, exclude_none=True)
    kind = "convention.notice-completed" if found else "convention.notice-recorded"
    subject = f"commune:{standing.convention.commune_code}"
    journal.append(session, by, kind, subject, {"notice": notice.id} | facts)
    return notice


def _known(session: Session, standing: Standing, letter: Letter) -> ConventionNotice | None:
    """The same letter, unless it was settled for another reason than the one given now."""
    query = select(ConventionNotice).where(
        ConventionNotice.convention == standing.convention.id,
        ConventionNotice.kind == letter.kind.value,
        ConventionNotice.side == letter.side.value,
        ConventionNotice.sent_on == letter.sent_on,
    )
    same = session.exec(query).all()
    running = [each for each in same if each.settled_on is None]
    if letter.settled_on is None:
        return next(iter(running), None)
    return next(iter(running), next((each for each in same if each.settled_on == letter.settled_on), None))


def _news(notice: ConventionNotice, letter: Letter) -> dict[str, date]:
    """What the letter adds to what is recorded."""
    new: dict[str, date] = {}
    for name in _COMPLETED:
        known, said = getattr(notice, name), getattr(letter, name)
        if said is None or said == known:
            continue
        if known is not None:
            raise IllegalMove(
                _(
                    "This letter is recorded with another date ({known}, not {said}); nothing was changed."
                ).format(known=known, said=said),
                hint=_("Settle the mistaken one with --settled and --reason, then record it again."),
            )
        new[name] = said
    return new


def _must_be_possible(standing: Standing, notice: ConventionNotice, today: date) -> None:
    kind, template = NoticeKind(notice.kind), standing.template
    _must_be_in_order(notice, today)
    begins = effect(template, standing.dates)
    if kind is not NoticeKind.AMENDMENT and (begins is None or notice.sent_on < begins):
        raise _impossible(
            _("the convention is not in force on that day")
            if begins is None
            else _("the convention is in force only from {date}").format(date=begins)
        )
    match kind:
        case NoticeKind.EXIT if template.notice.months(Side(notice.side)) is None:
            raise _impossible(_("{template} gives that side no exit").format(template=template.key))
        case NoticeKind.BREACH if template.breach_cure_months is None:
            raise _impossible(_("{template} has no rule for a breach").format(template=template.key))
        case NoticeKind.FORCE_MAJEURE | NoticeKind.FORCE_MAJEURE_END if template.force_majeure is None:
            raise _impossible(_("{template} has no rule for force majeure").format(template=template.key))
        case NoticeKind.FORCE_MAJEURE if notice.since is None:
            raise _impossible(_("the first day of the event is missing (--since)"))
        case NoticeKind.FORCE_MAJEURE_END if notice.settled_on is None:
            _must_be_beyond_the_threshold(standing, template, notice.sent_on)


def _must_be_in_order(notice: ConventionNotice, today: date) -> None:
    """Since, sent, received, settled, today: in this order, where they are known."""
    steps = [
        (_("the beginning of the event"), notice.since),
        (_("sending"), notice.sent_on),
        (_("receipt"), notice.received_on),
        (_("today"), today),
    ]
    known = [(name, day) for name, day in steps if day is not None]
    for (before, first), (after, second) in pairwise(known):
        if second < first:
            raise _impossible(
                _("{after} ({second}) is before {before} ({first})").format(
                    before=before, first=first, after=after, second=second
                )
            )
    if notice.settled_on is not None and not notice.sent_on <= notice.settled_on <= today:
        raise _impossible(_("it is settled before it was sent, or in the future"))


def _must_be_beyond_the_threshold(standing: Standing, template: Template, sent: date) -> None:
    events = [each for each in standing.dates.notices if each.kind is NoticeKind.FORCE_MAJEURE and each.runs]
    thresholds = [force_majeure_threshold(template, each.since) for each in events if each.since]
    earliest = min((day for day in thresholds if day is not None), default=None)
    if earliest is None:
        raise _impossible(_("no force majeure is recorded that lasts"))
    if sent <= earliest:
        raise _impossible(
            _("force majeure can end it only by a letter sent after {date}").format(date=earliest)
        )


def _impossible(why: str) -> IllegalMove:
    return IllegalMove(_("This letter cannot be: {why}; nothing was changed.").format(why=why))
