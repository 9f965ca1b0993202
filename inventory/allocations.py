"""Owns how many devices of a kind a crisis may take while the pool is scarce: decisions (requirement 8)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

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
