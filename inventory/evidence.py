"""Owns the proofs of a crisis: what each stage left behind, by seat. One row a stage, the latest wins.

Clean-state report of a laptop, object ids of an account, address of a site, hash of a sheet: facts read
back from the world, kept with the journal line that says so. A seat whose required stages all have their
evidence is a working seat, and the first moment it is one is kept for ever (requirement 5).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, Session, SQLModel, col, select

from inventory import crises, journal
from inventory.journal import Stamp
from inventory.times import UtcDateTime

#: The seat number under which evidence of the crisis as a whole is kept.
WHOLE_CRISIS = 0


class Evidence(SQLModel, table=True):
    """What one stage of one seat left behind."""

    __tablename__ = "evidence"

    crisis: str = Field(primary_key=True, foreign_key="crisis.reference")
    seat: int = Field(primary_key=True)
    stage: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    data: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


def keep(
    session: Session, by: Stamp, crisis: str, stage: str, data: Mapping[str, Any], *, seat: int = WHOLE_CRISIS
) -> None:
    """Keep evidence; the same evidence again changes nothing, other evidence replaces it in the open."""
    before = session.get(Evidence, (crisis, seat, stage))
    if before is not None and before.data == dict(data):
        return
    row = before or Evidence(crisis=crisis, seat=seat, stage=stage, at=by.at)
    row.at, row.data = by.at, dict(data)
    session.add(row)
    journal.append(session, by, f"{stage}.proven", subject(crisis, seat), data)


def of(session: Session, crisis: str) -> Sequence[Evidence]:
    """All evidence of one crisis, seats in order, the crisis's own (seat 0) first."""
    query = (
        select(Evidence).where(Evidence.crisis == crisis).order_by(col(Evidence.seat), col(Evidence.stage))
    )
    return session.exec(query).all()


def find(session: Session, crisis: str, stage: str, *, seat: int = WHOLE_CRISIS) -> Evidence | None:
    """One stage's evidence."""
    return session.get(Evidence, (crisis, seat, stage))


def settle(session: Session, by: Stamp, crisis: str, *, seat: int, required: Collection[str]) -> bool:
    """Whether the seat works, i.e. every required stage has evidence; the first time is journalled."""
    session.flush()
    query = select(Evidence.stage).where(Evidence.crisis == crisis, Evidence.seat == seat)
    works = set(required) <= set(session.exec(query).all())
    if works:
        crises.seat_ready(session, by, crisis, seat, by.at)
    return works


def subject(crisis: str, seat: int) -> str:
    """How the journal calls a seat of a crisis; seat 0 is the crisis as a whole."""
    return f"crisis:{crisis}" if seat == WHOLE_CRISIS else f"crisis:{crisis}/seat:{seat}"
