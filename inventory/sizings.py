"""Owns how large a crisis's kit should be, service by service, and why it was changed: recorded decisions."""

from collections.abc import Sequence
from datetime import datetime
from gettext import gettext as _

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, Session, SQLModel, col, select

from inventory import crises, journal
from inventory.crisis_records import Crisis
from inventory.errors import BadValue
from inventory.importing.seats import MAX_SEATS
from inventory.journal import Stamp
from inventory.text import fold, named
from inventory.times import UtcDateTime


class Sizing(SQLModel, table=True):
    """One decision on the seats of a municipal service; the newest of a crisis and service is in force.

    Attributes:
        proposed: seats that the rule gave from the commune's population. wanted: seats decided instead.
        author: who decided, a name and not an account. reason: why, in a sentence.
    """

    __tablename__ = "sizing"
    __table_args__ = (
        CheckConstraint("proposed >= 0 AND wanted >= 0", name="sizing_not_negative"),
        CheckConstraint("reason <> '' AND author <> ''", name="decided_by_somebody"),
        Index("sizing_by_crisis", "crisis", "service"),
    )

    id: int | None = Field(default=None, primary_key=True)
    crisis: str = Field(foreign_key="crisis.reference")
    service: str
    proposed: int
    wanted: int
    reason: str
    author: str
    decided_at: datetime = Field(sa_type=UtcDateTime)


def decide(
    session: Session,
    by: Stamp,
    crisis: Crisis,
    service: str,
    *,
    proposed: int,
    wanted: int,
    author: str,
    reason: str,
) -> Sizing:
    """Keep that a service gets `wanted` seats instead of those proposed; earlier decisions stay readable.

    Raises:
        IllegalMove: the crisis is closed.
        BadValue: service, author or reason is empty, or no crisis has so many seats, or so few.
    """
    crises.must_be_open(crisis)
    if not 0 <= wanted <= MAX_SEATS:
        raise BadValue(
            _("{count} is no number of seats: from 0 to {limit}; nothing was changed.").format(
                count=wanted, limit=MAX_SEATS
            )
        )
    decision = Sizing(
        crisis=crisis.reference,
        service=named(service),
        proposed=proposed,
        wanted=wanted,
        reason=named(reason),
        author=named(author),
        decided_at=by.at,
    )
    session.add(decision)
    line = {
        "service": decision.service,
        "proposed": proposed,
        "wanted": wanted,
        "author": decision.author,
        "reason": decision.reason,
    }
    journal.append(session, by, "sizing.decided", crises.subject(crisis.reference), line)
    session.flush()
    return decision


def listing(session: Session, reference: str) -> Sequence[Sizing]:
    """Every decision on a crisis, the oldest first."""
    return session.exec(select(Sizing).where(Sizing.crisis == reference).order_by(col(Sizing.id))).all()


def in_force(session: Session, reference: str) -> Sequence[Sizing]:
    """The newest decision on each service, in the order in which services were first decided on."""
    newest = {fold(each.service) or each.service: each for each in listing(session, reference)}
    return list(newest.values())
