"""Owns facts of a crisis that somebody told us and that start, allow or forbid what comes after.

Requirements 4 (both ends start the return), 7 (call-back), 14 (instruction), 18 (consent, maintenance).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, Session, SQLModel, col, select

from inventory import handings, journal
from inventory.crisis_records import Crisis
from inventory.journal import Stamp
from inventory.text import named
from inventory.times import UtcDateTime

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Milestone(StrEnum):
    """What was told; the values are kept for years."""

    #: the correspondent was called back on a registered number
    CALLED_BACK = "called_back"
    #: forensic analysis has ended
    FORENSIC_ENDED = "forensic_ended"
    #: the commune's own systems work again
    SYSTEMS_RESTARTED = "systems_restarted"
    #: devices were called back from the people who have them
    RECALLED = "recalled"
    #: the commune's written instruction at the end: return, destroy or archive
    INSTRUCTED = "instructed"
    #: a person agreed to be helped from afar, once, on a device
    REMOTE_CONSENT = "remote_consent"
    #: a maintenance and its nature were announced
    MAINTENANCE = "maintenance"


class CrisisMilestone(SQLModel, table=True):
    """One such fact: when it happened, who said so, who wrote it down; a later row corrects it."""

    __tablename__ = "crisis_milestone"
    __table_args__ = (Index("milestone_by_crisis", "crisis", "kind"),)

    id: int | None = Field(default=None, primary_key=True)
    crisis: str = Field(foreign_key="crisis.reference")
    kind: str
    happened_at: datetime = Field(sa_type=UtcDateTime)
    said_by: str
    detail: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    noted_at: datetime = Field(sa_type=UtcDateTime)
    noted_by: str


def note(
    session: Session,
    by: Stamp,
    crisis: Crisis,
    kind: Milestone,
    *,
    said_by: str,
    happened_at: datetime,
    detail: Mapping[str, Any] = _NOTHING,
) -> CrisisMilestone:
    """Write down what somebody told us; the same as the last of its kind, about that device, changes nothing.

    Raises:
        BadValue: nobody said it. IllegalMove: it would be before T0 or in the future; nothing was changed.
    """
    handings.must_have_happened(crisis, by, happened_at)
    who = named(said_by)
    about = [
        each
        for each in of(session, crisis.reference, kind)
        if each.detail.get("device") == detail.get("device")
    ]
    # Only the last one: to come back to what was said before it is a correction too.
    for known in about[-1:]:
        if (known.happened_at, known.said_by, known.detail) == (happened_at, who, dict(detail)):
            return known
    row = CrisisMilestone(
        crisis=crisis.reference,
        kind=kind.value,
        happened_at=happened_at,
        said_by=who,
        detail=dict(detail),
        noted_at=by.at,
        noted_by=by.actor,
    )
    session.add(row)
    line = {"at": happened_at.isoformat(), "said_by": who, "detail": row.detail}
    journal.append(session, by, f"milestone.{kind}", f"crisis:{crisis.reference}", line)
    session.flush()
    return row


def of(session: Session, reference: str, kind: Milestone | None = None) -> Sequence[CrisisMilestone]:
    """What was told of a crisis, of one kind where it is given, in the order in which it was noted."""
    query = select(CrisisMilestone).where(CrisisMilestone.crisis == reference)
    if kind is not None:
        query = query.where(CrisisMilestone.kind == kind.value)
    return session.exec(query.order_by(col(CrisisMilestone.id))).all()


def return_due_since(session: Session, reference: str) -> datetime | None:
    """Since when the equipment is due back: both ends are known (requirement 4); None until then."""
    ends = [of(session, reference, kind) for kind in (Milestone.FORENSIC_ENDED, Milestone.SYSTEMS_RESTARTED)]
    # A later row corrects an earlier one.
    return max(told[-1].happened_at for told in ends) if all(ends) else None


def consent(session: Session, reference: str, tag: str, *, since: datetime) -> CrisisMilestone | None:
    """The last consent of a person to be helped from afar on that device, not before `since`."""
    given = [
        each
        for each in of(session, reference, Milestone.REMOTE_CONSENT)
        if each.detail.get("device") == tag and each.happened_at >= since
    ]
    return given[-1] if given else None
