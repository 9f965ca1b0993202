"""Owns loans: which device is held by which seat, from its reservation to its end.

A loan begins as a reservation. A partial unique index allows one open loan per device, so nothing is ever
promised or lent twice, whatever the program does.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from gettext import gettext as _
from types import MappingProxyType
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlmodel import Field, Session, SQLModel, col, select

from inventory import crisis_records, devices, journal
from inventory.crisis_records import Seat
from inventory.devices import Device, DeviceState
from inventory.errors import IllegalMove, Shortage, Unknown
from inventory.journal import Stamp
from inventory.times import UtcDateTime

_OPEN = text("ended_at IS NULL")
_NOTHING: Mapping[str, Any] = MappingProxyType({})

#: Where a device goes when its loan ends; from other states (lost, quarantined, …) it does not move.
AFTER_LOAN = {
    DeviceState.RESERVED: DeviceState.IN_STOCK,
    DeviceState.PROVISIONING: DeviceState.QUARANTINED,
    DeviceState.READY: DeviceState.QUARANTINED,
    DeviceState.ON_LOAN: DeviceState.RETURNED,
}


class Loan(SQLModel, table=True):
    """A device held by a seat; open as long as `ended_at` is None."""

    __tablename__ = "loan"
    __table_args__ = (
        ForeignKeyConstraint(["crisis", "seat_number"], ["seat.crisis", "seat.number"], name="loan_seat"),
        Index(
            "one_open_loan_per_device", "device_tag", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
        ),
        Index("loan_by_seat", "crisis", "seat_number"),
    )

    id: int | None = Field(default=None, primary_key=True)
    device_tag: str = Field(foreign_key="device.tag")
    crisis: str = Field(foreign_key="crisis.reference")
    seat_number: int
    reserved_at: datetime = Field(sa_type=UtcDateTime)
    handed_over_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    end_reason: str = ""


def open_loans(
    session: Session, *, crisis: str | None = None, seat: int | None = None, device: str | None = None
) -> Sequence[Loan]:
    """The open loans, oldest first; of one crisis, one of its seats, or one device where these are given."""
    query = select(Loan).where(col(Loan.ended_at).is_(None))
    if crisis is not None:
        query = query.where(Loan.crisis == crisis)
    if seat is not None:
        query = query.where(Loan.seat_number == seat)
    if device is not None:
        query = query.where(Loan.device_tag == device)
    return session.exec(query.order_by(col(Loan.id))).all()


def reserve(session: Session, by: Stamp, crisis_reference: str, seat_number: int, tag: str) -> Loan:
    """Hold a device for a seat; for a seat that already holds it nothing changes.

    Raises:
        Unknown: no such crisis, seat or device.
        IllegalMove: the crisis is closed.
        Shortage: the device is not free; says who holds it, or in which state it is.
    """
    crisis = crisis_records.get(session, crisis_reference)
    if crisis.closed_at is not None:
        raise IllegalMove(
            _("Crisis {reference} is closed: nothing can be reserved for it.").format(
                reference=crisis.reference
            )
        )
    if session.get(Seat, (crisis.reference, seat_number)) is None:
        raise Unknown(
            _("Crisis {reference} has no seat {number}.").format(
                reference=crisis.reference, number=seat_number
            )
        )
    device = devices.get(session, tag)
    held = session.exec(
        select(Loan).where(Loan.device_tag == device.tag, col(Loan.ended_at).is_(None))
    ).first()
    if held is not None and (held.crisis, held.seat_number) == (crisis.reference, seat_number):
        return held
    if held is not None or device.state is not DeviceState.IN_STOCK:
        raise _not_free(device, held)
    return _begin(session, by, device, crisis.reference, seat_number)


def hand_over(session: Session, by: Stamp, loan: Loan) -> None:
    """The person has the device in hand: ready → on loan.

    Raises:
        IllegalMove: the loan has ended, or the device is not ready.
    """
    _must_be_open(loan)
    devices.move(session, by, devices.get(session, loan.device_tag), DeviceState.ON_LOAN, reason="hand-over")
    loan.handed_over_at = by.at
    session.add(loan)
    journal.append(session, by, "loan.handed_over", _subject(loan), {"device": loan.device_tag})


def end(session: Session, by: Stamp, loan: Loan, reason: str) -> None:
    """End a loan; its device goes where `AFTER_LOAN` sends it.

    Raises:
        IllegalMove: it has ended before.
    """
    _must_be_open(loan)
    device = devices.get(session, loan.device_tag)
    if device.state in AFTER_LOAN:
        devices.move(session, by, device, AFTER_LOAN[device.state], reason=reason)
    loan.ended_at, loan.end_reason = by.at, reason
    session.add(loan)
    journal.append(session, by, "loan.ended", _subject(loan), {"device": loan.device_tag, "reason": reason})


def set_apart(
    session: Session, by: Stamp, tag: str, reason: str, *, data: Mapping[str, Any] = _NOTHING
) -> Device:
    """Bring a doubtful device to quarantine and end the loan that holds it; a seat then needs another.

    Raises:
        Unknown: there is no such device.
        IllegalMove: it is in no state from which it can be set apart, e.g. still in its person's hands.
    """
    device = devices.get(session, tag)
    devices.move(session, by, device, DeviceState.QUARANTINED, reason=reason, data=data)
    for loan in open_loans(session, device=device.tag):
        end(session, by, loan, reason)
    return device


def _begin(session: Session, by: Stamp, device: Device, reference: str, seat_number: int) -> Loan:
    loan = Loan(device_tag=device.tag, crisis=reference, seat_number=seat_number, reserved_at=by.at)
    holder = {"crisis": reference, "seat": seat_number}
    devices.move(session, by, device, DeviceState.RESERVED, reason="reserved", data=holder)
    session.add(loan)
    journal.append(session, by, "loan.reserved", _subject(loan), {"device": device.tag})
    session.flush()
    return loan


def _not_free(device: Device, held: Loan | None) -> Shortage:
    hint = _("Make the plan again: it takes another device.")
    if held is None:
        return Shortage(
            _("{tag} is not free: it is {state}.").format(tag=device.tag, state=device.state), hint=hint
        )
    return Shortage(
        _("{tag} is not free: seat {seat} of crisis {crisis} holds it.").format(
            tag=device.tag, seat=held.seat_number, crisis=held.crisis
        ),
        hint=hint,
    )


def _must_be_open(loan: Loan) -> None:
    if loan.ended_at is not None:
        raise IllegalMove(_("The loan of {tag} has ended before.").format(tag=loan.device_tag))


def _subject(loan: Loan) -> str:
    return f"crisis:{loan.crisis}/seat:{loan.seat_number}"
