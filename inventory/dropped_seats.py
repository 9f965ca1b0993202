"""Owns which seats of a crisis are needed no more, by whose decision and why.

A seat is dropped before its person got anything. Its row stays, for its number is never used again, and so do
its ended loans.
"""

from collections.abc import Sequence
from datetime import datetime
from gettext import gettext as _

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKeyConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from inventory import crisis_records, journal, loans
from inventory.crisis_records import Crisis, Seat
from inventory.errors import IllegalMove
from inventory.journal import Stamp
from inventory.loans import Loan
from inventory.text import named
from inventory.times import UtcDateTime


class DroppedSeat(SQLModel, table=True):
    """A seat that is needed no more; `reason` says why, in a sentence."""

    __tablename__ = "dropped_seat"
    __table_args__ = (
        ForeignKeyConstraint(["crisis", "number"], ["seat.crisis", "seat.number"], name="dropped_of_seat"),
        CheckConstraint("reason <> ''", name="dropped_for_a_reason"),
    )

    crisis: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    reason: str
    dropped_at: datetime = Field(sa_type=UtcDateTime)
    dropped_by: str


def needed() -> ColumnElement[bool]:
    """Of a seat: it was not dropped."""
    mine = (col(DroppedSeat.crisis) == Seat.crisis, col(DroppedSeat.number) == Seat.number)
    return ~select(DroppedSeat.number).where(*mine).correlate(Seat).exists()


def listing(session: Session, reference: str) -> Sequence[DroppedSeat]:
    """Every seat of a crisis that was dropped, by number."""
    query = select(DroppedSeat).where(DroppedSeat.crisis == reference)
    return session.exec(query.order_by(col(DroppedSeat.number))).all()


def drop(session: Session, by: Stamp, crisis: Crisis, number: int, *, reason: str) -> Sequence[Loan]:
    """Note that a seat is needed no more; its reservations end, and are given.

    Raises:
        Unknown: the crisis has no such seat.
        IllegalMove: the crisis is closed, the seat was dropped before or is the last one, or its person has
            been given something; nothing was changed.
        BadValue: nobody says why.
    """
    crisis_records.must_be_open(crisis)
    seat = crisis_records.seat_of(session, crisis.reference, number)
    why = named(reason)
    _must_be_needed(session, seat)
    _must_have_nothing(session, seat)
    ended = loans.open_loans(session, crisis=crisis.reference, seat=number)
    for loan in ended:
        loans.end(session, by, loan, "seat dropped")
    session.add(
        DroppedSeat(crisis=crisis.reference, number=number, reason=why, dropped_at=by.at, dropped_by=by.actor)
    )
    line = {"reason": why, "devices": [loan.device_tag for loan in ended]}
    journal.append(session, by, "seat.dropped", f"crisis:{crisis.reference}/seat:{number}", line)
    session.flush()
    return ended


def _must_be_needed(session: Session, seat: Seat) -> None:
    where = {"number": seat.number, "reference": seat.crisis}
    if session.get(DroppedSeat, (seat.crisis, seat.number)) is not None:
        raise IllegalMove(
            _("Seat {number} of crisis {reference} was dropped before; nothing was changed.").format(**where)
        )
    others = select(Seat.number).where(Seat.crisis == seat.crisis, Seat.number != seat.number, needed())
    if session.exec(others).first() is None:
        raise IllegalMove(
            _("Seat {number} is the last of crisis {reference}; nothing was changed.").format(**where),
            hint=_("Close the crisis instead: `kit crisis close {reference}`.").format(**where),
        )


def _must_have_nothing(session: Session, seat: Seat) -> None:
    """Whatever changed hands left papers with that person's name, and comes back with papers."""
    query = select(Loan.device_tag).where(
        Loan.crisis == seat.crisis, Loan.seat_number == seat.number, col(Loan.handed_over_at).is_not(None)
    )
    given = sorted(set(session.exec(query)))
    if given:
        raise IllegalMove(
            _("Seat {number} of crisis {reference} was given {tags}; nothing was changed.").format(
                number=seat.number, reference=seat.crisis, tags=", ".join(given)
            ),
            hint=_("Take back what its person has, `kit return scan {reference} …`; the seat stays.").format(
                reference=seat.crisis
            ),
        )
