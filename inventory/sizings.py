"""Owns how large a crisis's kit should be, service by service, and why it was changed: recorded decisions."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

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
