"""Owns who gave which device to whom, and in which condition: out at the hand-over, in at the return.

A hand-over is refused whole or done whole. What came back is compared in `returns`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from gettext import gettext as _
from gettext import pgettext
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index
from sqlmodel import Field, Session, SQLModel, col, select

from inventory import devices, journal, loans, supplies
from inventory.crisis_records import Crisis, Seat, must_be_open, seat_of
from inventory.devices import Device, DeviceState
from inventory.errors import BadValue, IllegalMove, Unknown
from inventory.journal import Stamp
from inventory.loans import Loan
from inventory.stocktakes import book, codes
from inventory.text import fold, named
from inventory.times import UtcDateTime

#: The condition of what nobody said anything else of.
GOOD = "good"


class Direction(StrEnum):
    """Which way a device went."""

    OUT = "out"
    IN = "in"


class Handing(SQLModel, table=True):
    """One device that changed hands; never changed afterwards, a correction is another row.

    Attributes:
        receipt: groups what one person got or gave at one moment, e.g. "13005-2026-01-S3-1".
        person: who took or brought it; identity: how this was verified, in words, never a copy of a document.
        condition: "good", or what is wrong in words. accessories: item and count of what went along; of a
            receipt with several devices they stand with the first.
    """

    __tablename__ = "handing"
    __table_args__ = (
        CheckConstraint("direction IN ('out', 'in')", name="handing_direction"),
        Index("handing_by_crisis", "crisis", "seat_number"),
        Index("handing_by_device", "device_tag"),
    )

    id: int | None = Field(default=None, primary_key=True)
    crisis: str = Field(foreign_key="crisis.reference")
    seat_number: int
    device_tag: str = Field(foreign_key="device.tag")
    loan: int = Field(foreign_key="loan.id")
    direction: str
    receipt: str
    person: str
    identity: str
    condition: str
    accessories: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    at: datetime = Field(sa_type=UtcDateTime)
    by: str


@dataclass(frozen=True)
class Told:
    """What is said when things change hands.

    Attributes:
        person: who takes or brings them. identity: how this was verified, in words.
        at: when it happened, aware.
        conditions: by tag, what is wrong; what is not named is good.
        accessories: how many of which item go along. place: where they are taken from or put.
    """

    person: str
    identity: str
    at: datetime
    conditions: Mapping[str, str] = field(default_factory=dict)
    accessories: Mapping[str, int] = field(default_factory=dict)
    place: str = ""


def hand_over(
    session: Session, by: Stamp, crisis: Crisis, told: Told, *, seat: int, scanned: Sequence[str]
) -> list[Handing]:
    """Give a seat's person what they hold: the devices that were scanned, or all that they do not have yet.

    Raises:
        Unknown: no such seat, or nothing in the pool has a code.
        BadValue: nobody took it, nobody looked who that is, or a condition is told of what is not given.
        IllegalMove: the crisis is closed, the moment is impossible, a device is not that seat's (says whose),
            not ready, or in its person's hands already. Nothing was changed then.
        Shortage: there are not so many of an accessory.
    """
    must_be_open(crisis)
    person = seat_of(session, crisis.reference, seat)
    told = checked(crisis, by, told)
    held = _held(session, person)
    wanted = [_own(session, person, code, held) for code in scanned] or _due(session, person, held.values())
    given = list({each.device_tag: each for each in wanted}.values())
    for loan in given:
        _must_be_ready(session, loan, told.at)
    for loan in given:
        loans.hand_over(session, by, loan, at=told.at)
    return keep(session, by, given, Direction.OUT, told)


def recognised(session: Session, by: Stamp, crisis: Crisis, *, seat: int, code: str) -> Loan:
    """The loan of a scanned device that could be handed to that seat's person now.

    Raises:
        Unknown, BadValue, IllegalMove: as `hand_over`.
    """
    must_be_open(crisis)
    person = seat_of(session, crisis.reference, seat)
    loan = _own(session, person, code, _held(session, person))
    _must_be_ready(session, loan, by.at)
    return loan


def checked(crisis: Crisis, by: Stamp, told: Told) -> Told:
    """The same with tidy names; in no other time than between T0 and now.

    Raises:
        BadValue: nobody is named, or nobody says how they were recognised.
        IllegalMove: before T0, or in the future; nothing was changed.
    """
    must_have_happened(crisis, by, told.at)
    conditions = {tag.strip().upper(): _condition(said) for tag, said in told.conditions.items()}
    return Told(
        named(told.person), named(told.identity), told.at, conditions, told.accessories, told.place.strip()
    )


def must_have_happened(crisis: Crisis, by: Stamp, at: datetime) -> None:
    """Let nothing of a crisis happen before its T0 or in the future.

    Raises:
        IllegalMove: it would; nothing was changed.
    """
    if at < crisis.t0:
        raise IllegalMove(
            _("{at:%Y-%m-%d %H:%M %Z} is before T0 of crisis {crisis} ({t0:%Y-%m-%d %H:%M %Z}).").format(
                at=at, crisis=crisis.reference, t0=crisis.t0.astimezone(at.tzinfo)
            ),
            hint=_("Nothing was changed: say when it really happened."),
        )
    if at > by.at:
        raise IllegalMove(
            _("{at:%Y-%m-%d %H:%M %Z} is in the future; nothing was changed.").format(at=at),
            hint=_("Say when it really happened."),
        )


def keep(
    session: Session, by: Stamp, moved: Sequence[Loan], direction: Direction, told: Told
) -> list[Handing]:
    """Keep what changed hands between one seat and the team, as one receipt; its accessories too.

    Raises:
        BadValue: a condition is told of another device, or an accessory is none, or has no place.
        Shortage: there are not so many of an accessory.
    """
    if others := sorted(told.conditions.keys() - {loan.device_tag for loan in moved}):
        raise BadValue(
            _("A condition is told of {tags}, not handed here; nothing was changed.").format(
                tags=", ".join(others)
            )
        )
    reference, number = moved[0].crisis, moved[0].seat_number
    receipt = _receipt(session, reference, number)
    accessories = _count(session, by, direction, told, receipt)
    rows = [_row(by, direction, loan, receipt, told) for loan in moved]
    rows[0].accessories = accessories
    session.add_all(rows)
    line = {
        "receipt": receipt,
        "devices": {row.device_tag: row.condition for row in rows},
        "accessories": accessories,
        "person": told.person,
        "identity": told.identity,
        "at": told.at.isoformat(),
    }
    subject = f"crisis:{reference}/seat:{number}"
    journal.append(session, by, f"handing.{direction}", subject, line)
    session.flush()
    return rows


def of(session: Session, reference: str, *, seat: int | None = None) -> Sequence[Handing]:
    """What changed hands in a crisis, or at one of its seats, in the order in which it was kept."""
    query = select(Handing).where(Handing.crisis == reference)
    if seat is not None:
        query = query.where(Handing.seat_number == seat)
    return session.exec(query.order_by(col(Handing.id))).all()


def accessories_out(rows: Iterable[Handing]) -> dict[str, int]:
    """By item, what these rows gave and did not bring back. Pure."""
    given: Counter[str] = Counter()
    for row in rows:
        sign = 1 if row.direction == Direction.OUT else -1
        for item, count in row.accessories.items():
            given[item] += sign * count
    return {item: count for item, count in sorted(given.items()) if count > 0}


def condition_word(condition: str) -> str:
    """A condition as people read it."""
    return pgettext("equipment", "good") if condition == GOOD else condition


def identified(session: Session, code: str) -> Device:
    """The device whose tag, serial, IMEI or ICCID was scanned.

    Raises:
        BadValue: it is no code. Unknown: nothing in the pool has it.
    """
    text = tidy(code)
    owner = book.owners(session, [text]).get(text)
    if owner is None:
        raise Unknown(
            _("Nothing in the pool has the code {code}; nothing was changed.").format(code=text),
            hint=_("See what there is with `kit pool list`."),
        )
    return devices.get(session, owner.tag)


def tidy(code: str) -> str:
    """A scanned code as it can be looked up.

    Raises:
        BadValue: it is none.
    """
    try:
        return codes.tidy(code)
    except ValueError as exc:
        raise BadValue(_("A code {reason}; nothing was changed.").format(reason=exc)) from exc


def _condition(said: str) -> str:
    """A condition as it is kept; who types "bon" says nothing worse than who types nothing."""
    text = named(said)
    return GOOD if fold(text) in {GOOD, fold(condition_word(GOOD))} else text


def _held(session: Session, seat: Seat) -> dict[str, Loan]:
    """By tag, what a seat holds."""
    held = loans.open_loans(session, crisis=seat.crisis, seat=seat.number)
    return {loan.device_tag: loan for loan in held}


def _own(session: Session, seat: Seat, code: str, held: Mapping[str, Loan]) -> Loan:
    """The loan of a scanned device, which must be that seat's."""
    device = identified(session, code)
    if device.tag in held:
        return held[device.tag]
    for loan in loans.open_loans(session, device=device.tag):
        raise IllegalMove(
            _("{tag} is not for seat {number}: seat {seat} of crisis {crisis} holds it.").format(
                tag=device.tag, number=seat.number, seat=loan.seat_number, crisis=loan.crisis
            ),
            hint=_(
                "Nothing was changed: put it aside and scan what belongs to seat {number}: {tags}."
            ).format(number=seat.number, tags=", ".join(held) or "–"),
        )
    raise IllegalMove(
        _("{tag} is not for seat {number}: nobody holds it, it is {state}; nothing was changed.").format(
            tag=device.tag, number=seat.number, state=device.state
        ),
        hint=_("Seat {number} holds: {tags}.").format(number=seat.number, tags=", ".join(held) or "–"),
    )


def _due(session: Session, seat: Seat, held: Iterable[Loan]) -> list[Loan]:
    """What a seat's person does not have yet and is not gone."""
    due = [
        loan
        for loan in held
        if loan.handed_over_at is None
        and devices.get(session, loan.device_tag).state not in {DeviceState.LOST, DeviceState.STOLEN}
    ]
    if due:
        return due
    raise IllegalMove(
        _("Seat {number} of crisis {crisis} has nothing left to be handed over; nothing was changed.").format(
            number=seat.number, crisis=seat.crisis
        ),
        hint=_("See where it stands: `kit crisis status {crisis}`.").format(crisis=seat.crisis),
    )


def _must_be_ready(session: Session, loan: Loan, at: datetime) -> None:
    device = devices.get(session, loan.device_tag)
    if loan.handed_over_at is not None:
        raise IllegalMove(
            _("{tag} was handed over already, on {at:%Y-%m-%d %H:%M %Z}; nothing was changed.").format(
                tag=device.tag, at=loan.handed_over_at.astimezone(at.tzinfo)
            ),
            hint=_("Scan what is left, or leave the tags out."),
        )
    if device.state is not DeviceState.READY:
        raise IllegalMove(
            _("{tag} is {state}, not ready; nothing was changed.").format(tag=device.tag, state=device.state),
            hint=_(
                "Go on with `kit crisis run {crisis}`; what is ready can be handed over now, by its tags."
            ).format(crisis=loan.crisis),
        )
    if at < device.state_since:
        raise IllegalMove(
            _("{tag} was not ready before {since:%Y-%m-%d %H:%M %Z}; nothing was changed.").format(
                tag=device.tag, since=device.state_since.astimezone(at.tzinfo)
            ),
            hint=_("Say when it happened with `--at`, or leave it out for now."),
        )


def _row(by: Stamp, direction: Direction, loan: Loan, receipt: str, told: Told) -> Handing:
    return Handing.model_validate(
        {
            "crisis": loan.crisis,
            "seat_number": loan.seat_number,
            "device_tag": loan.device_tag,
            "loan": loan.id,
            "direction": direction.value,
            "receipt": receipt,
            "person": told.person,
            "identity": told.identity,
            "condition": told.conditions.get(loan.device_tag, GOOD),
            "accessories": {},
            "at": told.at,
            "by": by.actor,
        }
    )


def _receipt(session: Session, reference: str, seat_number: int) -> str:
    before = {row.receipt for row in of(session, reference, seat=seat_number)}
    return f"{reference}-S{seat_number}-{len(before) + 1}"


def _count(session: Session, by: Stamp, direction: Direction, told: Told, receipt: str) -> dict[str, int]:
    """Take accessories from what is counted, or put them back; by item as the book spells it."""
    moved: dict[str, int] = {}
    for item, count in told.accessories.items():
        name = supplies.item_named(session, item)
        if direction is Direction.OUT:
            place = told.place or _only_place(session, name)
            supplies.issue(session, by, name, place, count, reason=receipt)
        else:
            supplies.receive(session, by, name, told.place, count, reason=receipt)
        moved[name] = moved.get(name, 0) + count
    return moved


def _only_place(session: Session, item: str) -> str:
    places = [stock.place for stock in supplies.stock(session, item=item)]
    if len(places) == 1:
        return places[0]
    raise BadValue(
        _("{item} is at {places}: say from where; nothing was changed.").format(
            item=item, places=", ".join(places) or _("no place")
        ),
        hint=_("Name the place with `--from`; see them with `kit stock list`."),
    )
