"""Owns which SIM sits in which phone or router since when, and which number a SIM had when.

Pairings are dated and kept for ever. Partial unique indexes allow one open pairing per SIM and per slot.
Numbers are told by the journal, which has every change of a SIM's number.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from gettext import gettext as _
from typing import Any

from sqlalchemy import CheckConstraint, Index, or_, text
from sqlmodel import Field, Session, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from inventory import devices, journal
from inventory.devices import Device, DeviceKind, DeviceState
from inventory.errors import BadValue, IllegalMove
from inventory.journal import JournalLine, Stamp
from inventory.times import UtcDateTime

#: What takes a SIM, and how many.
HOSTS = frozenset({DeviceKind.PHONE, DeviceKind.ROUTER})
SLOTS = (1, 2)
#: Nobody puts a SIM into these, or these into a phone.
_GONE = frozenset({DeviceState.LOST, DeviceState.STOLEN, DeviceState.RETIRED})
_OPEN = text("until IS NULL")


class Pairing(SQLModel, table=True):
    """A SIM in a slot of a phone or router; open as long as `until` is None."""

    __tablename__ = "pairing"
    __table_args__ = (
        CheckConstraint("slot IN (1, 2)", name="pairing_slot"),
        CheckConstraint("sim_tag <> host_tag", name="pairing_of_two"),
        Index("one_place_per_sim", "sim_tag", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(
            "one_sim_per_slot", "host_tag", "slot", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
        ),
        Index("pairing_by_sim", "sim_tag"),
        Index("pairing_by_host", "host_tag"),
    )

    id: int | None = Field(default=None, primary_key=True)
    sim_tag: str = Field(foreign_key="device.tag")
    host_tag: str = Field(foreign_key="device.tag")
    slot: int
    since: datetime = Field(sa_type=UtcDateTime)
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)


@dataclass(frozen=True)
class NumberSpell:
    """A number of a SIM, from when until when; `until` is None for the present one."""

    number: str
    since: datetime
    until: datetime | None


def insert(session: Session, by: Stamp, sim_tag: str, host_tag: str, *, slot: int = 1) -> Pairing:
    """Put a SIM into a phone or router; where it is there already nothing changes.

    Raises:
        Unknown: there is no such device.
        BadValue: there is no such slot.
        IllegalMove: one is of another kind or gone, the SIM sits elsewhere, or another in the slot.
    """
    if slot not in SLOTS:
        raise BadValue(_("There is no slot {slot}: a phone has 1 and 2.").format(slot=slot))
    sim, host = devices.get(session, sim_tag), devices.get(session, host_tag)
    _must_fit(sim, host)
    for pairing in current(session, sim.tag, host.tag):
        if (pairing.sim_tag, pairing.host_tag, pairing.slot) == (sim.tag, host.tag, slot):
            return pairing
        if pairing.sim_tag == sim.tag or pairing.slot == slot:
            raise _occupied(pairing)
    made = Pairing(sim_tag=sim.tag, host_tag=host.tag, slot=slot, since=by.at)
    session.add(made)
    _tell(session, by, made, "inserted")
    return made


def remove(session: Session, by: Stamp, sim_tag: str) -> Pairing:
    """Take a SIM out of what it sits in.

    Raises:
        Unknown: there is no such device.
        IllegalMove: it sits nowhere.
    """
    sim = devices.get(session, sim_tag)
    for pairing in current(session, sim.tag):
        if pairing.sim_tag == sim.tag:
            pairing.until = by.at
            session.add(pairing)
            _tell(session, by, pairing, "removed")
            return pairing
    raise IllegalMove(_("{tag} sits in no phone.").format(tag=sim.tag))


def current(session: Session, *tags: str) -> Sequence[Pairing]:
    """The open pairings in which one of these devices takes part, by slot."""
    query = _of(tags).where(col(Pairing.until).is_(None))
    return session.exec(query.order_by(col(Pairing.slot), col(Pairing.id))).all()


def history(session: Session, tag: str) -> Sequence[Pairing]:
    """Every pairing of a SIM, phone or router, the oldest first."""
    return session.exec(_of([tag]).order_by(col(Pairing.since), col(Pairing.id))).all()


def numbers(session: Session, sim_tag: str) -> Sequence[NumberSpell]:
    """The numbers that a SIM had, the oldest first."""
    lines = session.exec(
        select(JournalLine)
        .where(JournalLine.subject == devices.subject(sim_tag))
        .order_by(col(JournalLine.seq))
    )
    changes = [(at, number) for line in lines for at, number in _number_told(line.at, line.kind, line.data)]
    ends = [*(at for at, _number in changes[1:]), None]
    return [NumberSpell(number, since, until) for (since, number), until in zip(changes, ends, strict=False)]


def _number_told(at: datetime, kind: str, data: Mapping[str, Any]) -> Iterator[tuple[datetime, str]]:
    if kind == "device.added" and data.get("number"):
        yield at, data["number"]
    elif kind == "device.changed" and "number" in data:
        yield at, data["number"]["to"]


def _of(tags: Sequence[str]) -> SelectOfScalar[Pairing]:
    return select(Pairing).where(or_(col(Pairing.sim_tag).in_(tags), col(Pairing.host_tag).in_(tags)))


def _must_fit(sim: Device, host: Device) -> None:
    if sim.kind is not DeviceKind.SIM:
        raise IllegalMove(_("{tag} is a {kind}, not a SIM.").format(tag=sim.tag, kind=sim.kind))
    if host.kind not in HOSTS:
        raise IllegalMove(_("{tag} is a {kind}: no SIM goes into it.").format(tag=host.tag, kind=host.kind))
    for device in (sim, host):
        if device.state in _GONE:
            raise IllegalMove(
                _("{tag} is {state}; nothing was changed.").format(tag=device.tag, state=device.state)
            )


def _occupied(pairing: Pairing) -> IllegalMove:
    return IllegalMove(
        _("{sim} sits in slot {slot} of {host}; nothing was changed.").format(
            sim=pairing.sim_tag, slot=pairing.slot, host=pairing.host_tag
        ),
        hint=_("Take it out first: `kit sim remove {sim}`.").format(sim=pairing.sim_tag),
    )


def _tell(session: Session, by: Stamp, pairing: Pairing, what: str) -> None:
    """A line about each of the two, so that the history of either says it."""
    for tag, other in ((pairing.sim_tag, pairing.host_tag), (pairing.host_tag, pairing.sim_tag)):
        line = {"with": other, "slot": pairing.slot}
        journal.append(session, by, f"sim.{what}", devices.subject(tag), line)
    session.flush()
