"""Says what must be done about conventions and contacts of every commune: nobody expires silently."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from sqlmodel import Session

from inventory import communes, contacts
from inventory.communes import Commune
from inventory.contacts import Contact, Gap, Lack, Role
from inventory.conventions.clocks import force_majeure_threshold
from inventory.conventions.deadlines import Deadline, DeadlineKind, deadlines
from inventory.conventions.facts import NoticeKind
from inventory.conventions.records import Standing, standings
from inventory.conventions.standing import ConventionStatus
from inventory.conventions.terms import effect
from inventory.text import fold


class State(StrEnum):
    """What is wrong with a commune's conventions without a day of its own."""

    #: a letter was sent and its receipt is not recorded: its clock has not started
    NOT_RECEIVED = "not_received"
    #: force majeure has passed its threshold: either side may end the convention by letter
    FORCE_MAJEURE_OPEN = "force_majeure_open"
    #: recorded, but the act that counts is missing
    DRAFT = "draft"
    #: none that lends a kit, or it has ended
    NO_CONVENTION = "no_convention"


Kind = DeadlineKind | State | Gap
#: Clocks that run because of a letter, and ends: told however far away.
_RUNNING = frozenset(
    {
        *(DeadlineKind.EXIT, DeadlineKind.CURE, DeadlineKind.ENDED),
        *(DeadlineKind.FORCE_MAJEURE_THRESHOLD, DeadlineKind.FORCE_MAJEURE_END),
    }
)


@dataclass(frozen=True)
class Due:
    """One thing to do.

    Attributes:
        commune: None is the lender.
        until: the day by which, or on which it happens; None where there is none, past ones are overdue.
        standing, deadline: the convention and its date; lack: what is wrong with a contact.
    """

    kind: Kind
    commune: Commune | None
    until: date | None = None
    standing: Standing | None = None
    deadline: Deadline | None = None
    lack: Lack | None = None


def read(session: Session, today: date, *, days: int | None, contact_days: int) -> list[Due]:
    """What must be done within so many days (None is ever), the most urgent first.

    `contact_days` is how long a confirmed contact is trusted.
    """
    conventions = defaultdict[str, list[Standing]](list)
    for standing in standings(session):
        conventions[standing.convention.commune_code].append(standing)
    people = defaultdict[str | None, list[Contact]](list)
    for contact in contacts.everyone(session):
        people[contact.commune_code].append(contact)
    found = due(communes.listing(session), conventions, people, today, contact_days)
    return [each for each in found if _within(each, today, days)]


def due(
    known: Sequence[Commune],
    conventions: Mapping[str, Sequence[Standing]],
    people: Mapping[str | None, Sequence[Contact]],
    today: date,
    contact_days: int,
) -> list[Due]:
    """Everything there is to do, ever, the most urgent first: pure.

    Conventions come before contacts; of each, what has a day comes first, in the order of the days.
    """
    found = [
        Due(lack.gap, None, lack.since, lack=lack) for lack in _lacks_of_lender(people, today, contact_days)
    ]
    for commune in known:
        running = [
            each
            for each in conventions.get(commune.code, ())
            if each.status(today) is not ConventionStatus.ENDED
        ]
        found += _of_conventions(commune, running, today)
        if running:
            lacks = contacts.lacks(people.get(commune.code, ()), today, contact_days)
            found += [Due(lack.gap, commune, lack.since, lack=lack) for lack in lacks]
    return sorted(found, key=_urgency)


def _of_conventions(commune: Commune, running: Iterable[Standing], today: date) -> Iterator[Due]:
    lends = False
    for standing in running:
        lends = lends or standing.template.lends_kit
        if effect(standing.template, standing.dates) is None:
            yield Due(State.DRAFT, commune, standing=standing)
        for deadline in deadlines(standing.template, standing.dates, today):
            yield Due(deadline.kind, commune, deadline.on, standing, deadline)
        yield from (replace(each, commune=commune) for each in _of_letters(standing, today))
    if not lends:
        yield Due(State.NO_CONVENTION, commune)


def _of_letters(standing: Standing, today: date) -> Iterator[Due]:
    for notice in standing.dates.notices:
        if not notice.runs:
            continue
        if notice.received_on is None and notice.kind is not NoticeKind.FORCE_MAJEURE_END:
            yield Due(State.NOT_RECEIVED, None, standing=standing)
        if notice.kind is NoticeKind.FORCE_MAJEURE and notice.since is not None:
            threshold = force_majeure_threshold(standing.template, notice.since)
            if threshold is not None and threshold < today:
                yield Due(State.FORCE_MAJEURE_OPEN, None, standing=standing)


def _lacks_of_lender(
    people: Mapping[str | None, Sequence[Contact]], today: date, contact_days: int
) -> Iterator[Lack]:
    # Requests are validated by a commune's representative; the lender has none.
    for lack in contacts.lacks(people.get(None, ()), today, contact_days):
        if not (lack.role is Role.REPRESENTATIVE and lack.gap is Gap.MISSING):
            yield lack


def _within(each: Due, today: date, days: int | None) -> bool:
    if days is None or each.until is None or each.kind in _RUNNING:
        return True
    return each.until <= today + timedelta(days=days)


def _urgency(each: Due) -> tuple[bool, date, int, str]:
    order = [*DeadlineKind, *State, *Gap]
    name = "" if each.commune is None else fold(each.commune.name)
    return isinstance(each.kind, Gap), each.until or date.max, order.index(each.kind), name
