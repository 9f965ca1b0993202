"""Asks the book: what should be there, whose code that is, and what it says of a device now."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_
from sqlalchemy import select as columns_of
from sqlmodel import Session, col, select

from inventory import devices
from inventory.crisis_records import Crisis, Seat
from inventory.devices import Device, DeviceState, has_serial, serial_key
from inventory.loans import Loan
from inventory.pairings import Pairing
from inventory.stocktakes import codes
from inventory.stocktakes.comparison import GONE, Record

#: States in which a device lies at its place.
ON_THE_SHELF = frozenset(DeviceState) - GONE - {DeviceState.ON_LOAN}
#: What can be read off a device, in the order in which a code is looked up: labels carry the tag.
_IDENTITIES = ("tag", "serial", "imei", "imei2", "iccid")
_FACTS = ("tag", "kind", "model", "state", "serial", "place")
#: Parameters that one statement takes on both data bases.
_CHUNK = 5000


@dataclass(frozen=True)
class Scope:
    """What is counted: what is recorded at a place, or lent to a commune; in one state where one is given."""

    place: str = ""
    commune_code: str | None = None
    state: DeviceState | None = None


class Owner(NamedTuple):
    """The device that a code means; the other fields are those of a `Match`."""

    tag: str
    identity: str
    meant: str


@dataclass(frozen=True)
class Match:
    """The device that a code means.

    Attributes:
        identity: what the code is of it: "tag", "serial", "imei", "imei2" or "iccid".
        meant: the code as it should have come; empty where it came so.
    """

    record: Record
    identity: str
    meant: str = ""


def expected(session: Session, scope: Scope) -> list[Record]:
    """What the book has in that scope, by tag."""
    if scope.commune_code is not None:
        lent = select(Loan.device_tag).distinct().join(Crisis, col(Crisis.reference) == Loan.crisis)
        lent = lent.where(Crisis.commune_code == scope.commune_code, *_in_hands())
        tags = session.exec(lent.order_by(col(Loan.device_tag))).all()
        # The place of the book is the shelf it came from: at the commune it says nothing.
        found: Iterable[Record] = (replace(one, place="") for one in records(session, tags).values())
        states = frozenset(DeviceState) - GONE
    else:
        at_place = col(Device.place).in_(devices.places_called(session, scope.place))
        query = select(Device.tag).where(at_place).order_by(col(Device.tag))
        found = records(session, session.exec(query).all()).values()
        states = ON_THE_SHELF
    if scope.state is not None:
        states = frozenset({scope.state})
    return [record for record in found if record.state in states]


def identify(session: Session, scanned: Collection[str]) -> dict[str, Match]:
    """Whose codes these are; codes that nothing in the pool has are left out.

    A code as it was typed goes before one that a badly set keyboard may have garbled.
    """
    found = owners(session, scanned)
    book = records(session, {owner.tag for owner in found.values()})
    return {code: Match(book[one.tag], one.identity, one.meant) for code, one in found.items()}


def owners(session: Session, scanned: Collection[str]) -> dict[str, Owner]:
    """Whose codes these are, by tag alone; codes that nothing in the pool has are left out."""
    found = _look_up(session, {code: code for code in scanned})
    meant = {code: read for code in scanned if code not in found and (read := codes.meant(code))}
    found |= _look_up(session, meant)
    return {code: Owner(tag, identity, meant.get(code, "")) for code, (tag, identity) in found.items()}


def gone(session: Session) -> set[str]:
    """The tags of what is lost, stolen or retired by the book."""
    return set(session.exec(select(Device.tag).where(col(Device.state).in_(GONE))))


def records(session: Session, tags: Collection[str]) -> dict[str, Record]:
    """What the book says of these devices now, by tag and in the order of the tags."""
    found: dict[str, Record] = {}
    for chunk in _chunks(tags):
        columns = [getattr(Device, name) for name in _FACTS]
        query = columns_of(*columns).where(col(Device.tag).in_(chunk)).order_by(col(Device.tag))
        holders, sims = _holders(session, chunk), _sims(session, chunk)
        for tag, kind, model, state, serial, place in session.execute(query):
            holder, seat = holders.get(tag, ("", ""))
            sim = sims.get(tag, "")
            found[tag] = Record(tag, kind.value, model, state.value, serial or "", place, holder, seat, sim)
    return found


def _in_hands() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Of a loan: the person has the device."""
    return col(Loan.ended_at).is_(None), col(Loan.handed_over_at).is_not(None)


def _holders(session: Session, tags: Collection[str]) -> dict[str, tuple[str, str]]:
    """By tag, who has the device, and that person's seat."""
    who = (
        col(Loan.device_tag),
        col(Loan.crisis),
        col(Loan.seat_number),
        col(Seat.first_name),
        col(Seat.last_name),
    )
    query = columns_of(*who)
    query = query.join(Seat, and_(col(Seat.crisis) == Loan.crisis, col(Seat.number) == Loan.seat_number))
    query = query.where(col(Loan.device_tag).in_(tags), *_in_hands())
    return {
        tag: (f"{first} {last}", f"{crisis}/{number}")
        for tag, crisis, number, first, last in session.execute(query)
    }


def _sims(session: Session, tags: Collection[str]) -> dict[str, str]:
    """By tag, the SIMs that sit in the phone or router, by slot and separated by spaces."""
    query = columns_of(col(Pairing.host_tag), col(Pairing.sim_tag))
    query = query.where(col(Pairing.host_tag).in_(tags), col(Pairing.until).is_(None))
    found: dict[str, str] = {}
    for host, sim in session.execute(query.order_by(col(Pairing.slot))):
        found[host] = f"{found[host]} {sim}" if host in found else sim
    return found


def _look_up(session: Session, wanted: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """By code, the device that its text means, and what the text is of it; tags go before all others."""
    found: dict[str, tuple[str, str]] = {}
    for name in _IDENTITIES:
        column = getattr(Device, name)
        left = {code: text for code, text in wanted.items() if code not in found}
        owners: dict[str, str] = {}
        for chunk in _chunks({*left.values()}):
            # Tags are kept in capitals, all others are digits.
            meant = has_serial(chunk) if name == "serial" else column.in_([text.upper() for text in chunk])
            query = columns_of(column, col(Device.tag)).where(meant)
            owners.update((serial_key(value), tag) for value, tag in session.execute(query))
        for code, text in left.items():
            if tag := owners.get(serial_key(text)):
                found[code] = tag, name
    return found


def _chunks(texts: Collection[str]) -> Iterator[list[str]]:
    ordered = sorted(texts)
    return (ordered[at : at + _CHUNK] for at in range(0, len(ordered), _CHUNK))
