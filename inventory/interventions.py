"""Owns what operators decide about one stage of a run: try it again now, or go on without it.

A run that waits for its world looks here before it waits on; a stage that is left out is skipped by every run
from then on, until somebody has it tried again. The latest decision about a stage and seat counts.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from gettext import gettext as _

from sqlalchemy import Index
from sqlmodel import Field, Session, SQLModel, col, select

from inventory import evidence, journal
from inventory.crisis_records import Crisis, must_be_open
from inventory.errors import BadValue
from inventory.evidence import WHOLE_CRISIS
from inventory.journal import Stamp
from inventory.times import UtcDateTime


class Kind(StrEnum):
    """What was decided; the values are kept for years."""

    #: what it waited for is there, or it is worth another try
    RETRY = "retry"
    #: the seat, or the crisis, goes without it
    SKIP = "skip"


class Intervention(SQLModel, table=True):
    """One decision about a stage; seat 0 is the crisis as a whole."""

    __tablename__ = "intervention"
    __table_args__ = (Index("intervention_by_crisis", "crisis", "stage", "seat_number"),)

    id: int | None = Field(default=None, primary_key=True)
    crisis: str = Field(foreign_key="crisis.reference")
    stage: str
    seat_number: int
    kind: str
    reason: str
    decided_at: datetime = Field(sa_type=UtcDateTime)
    decided_by: str


def decide(
    session: Session,
    by: Stamp,
    crisis: Crisis,
    stage: str,
    kind: Kind,
    *,
    seat: int = WHOLE_CRISIS,
    reason: str = "",
) -> Intervention:
    """Write a decision down; to go without something takes a reason.

    Raises:
        BadValue: a stage is left out without a reason.
        IllegalMove: the crisis is closed.
    """
    must_be_open(crisis)
    if kind is Kind.SKIP and not reason.strip():
        raise BadValue(_("Who goes on without a stage says why."))
    decision = Intervention(
        crisis=crisis.reference,
        stage=stage,
        seat_number=seat,
        kind=kind.value,
        reason=reason.strip(),
        decided_at=by.at,
        decided_by=by.actor,
    )
    session.add(decision)
    told = {"stage": stage, "decision": kind.value, "reason": decision.reason}
    journal.append(session, by, "stage.decided", evidence.subject(crisis.reference, seat), told)
    return decision


def of(session: Session, crisis: str, *, stage: str | None = None) -> Sequence[Intervention]:
    """Every decision about a crisis, or about one stage of it, the oldest first."""
    query = select(Intervention).where(Intervention.crisis == crisis)
    if stage is not None:
        query = query.where(Intervention.stage == stage)
    return session.exec(query.order_by(col(Intervention.id))).all()


def counting(decisions: Sequence[Intervention], *, seat: int | None) -> Intervention | None:
    """Of a stage's decisions, oldest first, the one that counts for a seat: its own or everybody's. Pure."""
    concerned = {seat or WHOLE_CRISIS, WHOLE_CRISIS}
    return next((each for each in reversed(decisions) if each.seat_number in concerned), None)
