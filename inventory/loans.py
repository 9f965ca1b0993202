"""Owns loans: which device is held by which seat, from its reservation to its end.

A loan begins as a reservation. A partial unique index allows one open loan per device, so nothing is ever
promised or lent twice, whatever the program does. While the pool is scarce, a reservation obeys the decisions
in force (`allocations`).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from gettext import gettext as _
from types import MappingProxyType
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, func, text
from sqlmodel import Field, Session, SQLModel, col, select

from inventory import allocation_records, crisis_records, devices, journal
from inventory.allocation_records import Allocation
from inventory.arbitration import Claim
from inventory.devices import Device, DeviceKind, DeviceState
from inventory.errors import IllegalMove, Shortage
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


def held(session: Session, kind: DeviceKind) -> Counter[str]:
    """How many devices of a kind each crisis holds."""
    query = (
        select(Loan.crisis, func.count())
        .join(Device, col(Device.tag) == Loan.device_tag)
        .where(col(Loan.ended_at).is_(None), col(Device.kind) == kind)
        .group_by(col(Loan.crisis))
    )
    return Counter(dict(session.exec(query).all()))


def claim(session: Session, crisis_reference: str, kind: DeviceKind) -> Claim:
    """What the decisions in force leave a crisis of a kind of device, now."""
    decided = allocation_records.in_force(session, kind=kind)
    return _claim(session, crisis_reference, kind, decided, besides=0)


def listed(counts: Mapping[str, int]) -> str:
    """Who has how many, for messages."""
    return ", ".join(f"{reference}: {count}" for reference, count in sorted(counts.items())) or "–"


def reserve(
    session: Session,
    by: Stamp,
    crisis_reference: str,
    seat_number: int,
    tag: str,
    *,
    instead_of: Loan | None = None,
) -> Loan:
    """Hold a device for a seat, as `reserve_all` does.

    `instead_of` is a loan of this crisis that ends by it: its device no longer counts as held.
    """
    besides = 0 if instead_of is None else 1
    (loan,) = reserve_all(session, by, crisis_reference, [(seat_number, tag)], besides=besides)
    return loan


def reserve_all(
    session: Session,
    by: Stamp,
    crisis_reference: str,
    wanted: Sequence[tuple[int, str]],
    *,
    besides: int = 0,
) -> list[Loan]:
    """Hold devices for seats, as (seat number, tag); for a seat that already holds one nothing changes.

    `besides` so many of what the crisis holds, of a kind, does not count. Everything is asked once for all of
    them: a kit of forty devices is reserved while somebody waits.

    Raises:
        Unknown: no such crisis, seat or device.
        IllegalMove: the crisis is closed.
        Shortage: a device is not free (says who holds it, or in which state it is), or a decision grants
            the crisis no more of its kind, or what is left of it to others (requirement 8).
    """
    crisis = crisis_records.get(session, crisis_reference)
    crisis_records.must_be_open(crisis)
    for number in {number for number, _tag in wanted}:
        crisis_records.seat_of(session, crisis.reference, number)
    found = devices.get_all(session, [tag for _number, tag in wanted])
    holding = {loan.device_tag: loan for loan in _holding(session, found)}
    rooms = _Rooms(session, crisis.reference, besides)
    for (number, _tag), device in zip(wanted, found, strict=True):
        before = holding.get(device.tag)
        if before is not None and (before.crisis, before.seat_number) == (crisis.reference, number):
            continue
        if before is not None or device.state is not DeviceState.IN_STOCK:
            raise _not_free(device, before)
        rooms.take(device)
        holding[device.tag] = _begin(session, by, device, crisis.reference, number)
    session.flush()
    return [holding[device.tag] for device in found]


def hand_over(session: Session, by: Stamp, loan: Loan, *, at: datetime | None = None) -> None:
    """The person has the device in hand: ready → on loan; `at` where that was before it is written down.

    Raises:
        IllegalMove: the loan has ended, or the device is not ready.
    """
    _must_be_open(loan)
    devices.move(session, by, devices.get(session, loan.device_tag), DeviceState.ON_LOAN, reason="hand-over")
    loan.handed_over_at = at or by.at
    session.add(loan)
    line = {"device": loan.device_tag, "at": loan.handed_over_at.isoformat()}
    journal.append(session, by, "loan.handed_over", _subject(loan), line)


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
    return loan


def _holding(session: Session, found: Sequence[Device]) -> Sequence[Loan]:
    tags = [device.tag for device in found]
    return session.exec(
        select(Loan).where(col(Loan.device_tag).in_(tags), col(Loan.ended_at).is_(None))
    ).all()


class _Rooms:
    """What the decisions in force leave a crisis of each kind, less what it takes; asked once a kind."""

    def __init__(self, session: Session, reference: str, besides: int) -> None:
        self._session, self._reference, self._besides = session, reference, besides
        self._kinds: dict[DeviceKind, tuple[Sequence[Allocation], Claim | None]] = {}

    def take(self, device: Device) -> None:
        """Count a device as taken, or refuse it."""
        if device.kind not in self._kinds:
            self._kinds[device.kind] = self._ask(device.kind)
        decided, left = self._kinds[device.kind]
        if left is not None:
            _must_have_room(self._reference, device, left, decided)
            self._kinds[device.kind] = decided, left.less_one()

    def _ask(self, kind: DeviceKind) -> tuple[Sequence[Allocation], Claim | None]:
        decided = allocation_records.in_force(self._session, kind=kind)
        # Where nobody decided, the pool is not scarce, and counting it would take longer than the rest.
        left = (
            _claim(self._session, self._reference, kind, decided, besides=self._besides) if decided else None
        )
        return decided, left


def _claim(
    session: Session, reference: str, kind: DeviceKind, decided: Sequence[Allocation], *, besides: int
) -> Claim:
    """`besides` so many of those that the crisis holds."""
    free = select(func.count()).where(col(Device.kind) == kind, col(Device.state) == DeviceState.IN_STOCK)
    having = held(session, kind)
    granted = {each.crisis: each.granted for each in decided}
    return Claim(
        free=session.exec(free).one(),
        held=having[reference] - besides,
        granted=granted.get(reference),
        promised={
            crisis: count - having[crisis]
            for crisis, count in granted.items()
            if crisis != reference and count > having[crisis]
        },
    )


def _must_have_room(reference: str, device: Device, left: Claim, decided: Sequence[Allocation]) -> None:
    if left.room > 0:
        return
    hint = _("See `kit pool share`; after another decision (`kit pool grant`) make the plan again.")
    if left.exhausted:
        (own,) = (each for each in decided if each.crisis == reference)
        raise Shortage(
            _(
                "{tag} was not reserved: crisis {reference} holds {held} of kind {kind}, and {author} "
                "granted it {granted}."
            ).format(
                tag=device.tag,
                reference=reference,
                held=left.held,
                kind=device.kind,
                author=own.author,
                granted=own.granted,
            ),
            hint=hint,
        )
    raise Shortage(
        _(
            "{tag} was not reserved: {free} of kind {kind} are free, and all are granted to others who have "
            "not taken them yet ({others})."
        ).format(tag=device.tag, free=left.free, kind=device.kind, others=listed(left.promised)),
        hint=hint,
    )


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
