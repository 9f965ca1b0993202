"""Owns the table of decisions on a scarce pool, and which are in force. The commands: `allocations`."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CheckConstraint, Index, func
from sqlmodel import Field, Session, SQLModel, col, select

from inventory.crisis_records import Crisis
from inventory.devices import DeviceKind
from inventory.times import UtcDateTime


class Allocation(SQLModel, table=True):
    """One decision; the newest of a crisis and kind is in force, the others say how it came to that.

    Attributes:
        kind: of the devices, e.g. "laptop". granted: how many the crisis may hold of it in all.
        author: who decided, a name and not an account. reason: why, in a sentence.
    """

    __tablename__ = "allocation"
    __table_args__ = (
        CheckConstraint("granted >= 0", name="granted_not_negative"),
        CheckConstraint("reason <> '' AND author <> ''", name="decided_by_somebody"),
        Index("allocation_by_crisis", "crisis", "kind"),
    )

    id: int | None = Field(default=None, primary_key=True)
    crisis: str = Field(foreign_key="crisis.reference")
    kind: str
    granted: int
    reason: str
    author: str
    decided_at: datetime = Field(sa_type=UtcDateTime)


def in_force(
    session: Session, *, crisis: str | None = None, kind: DeviceKind | None = None
) -> Sequence[Allocation]:
    """The newest decision of each open crisis and kind; of one crisis or kind where these are given."""
    newest = select(func.max(Allocation.id)).group_by(col(Allocation.crisis), col(Allocation.kind))
    query = (
        select(Allocation)
        .join(Crisis, col(Crisis.reference) == Allocation.crisis)
        .where(col(Allocation.id).in_(newest), col(Crisis.closed_at).is_(None))
    )
    if crisis is not None:
        query = query.where(Allocation.crisis == crisis)
    if kind is not None:
        query = query.where(Allocation.kind == kind.value)
    return session.exec(query.order_by(col(Allocation.crisis), col(Allocation.kind))).all()
