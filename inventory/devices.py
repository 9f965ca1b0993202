"""Owns devices and their states: what a device is, which moves are legal, and the one way to make a move.

A move writes its journal line in the same transaction. Nothing that a person may have used comes back to
stock but through a wipe that left its finding.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from gettext import gettext as _
from types import MappingProxyType
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, Enum, Index, func, text
from sqlmodel import Field, Session, SQLModel, col, select

from inventory import crate_records, examinations, journal
from inventory.errors import IllegalMove, Unknown
from inventory.journal import Stamp
from inventory.text import fold
from inventory.times import UtcDateTime


class DeviceKind(StrEnum):
    """What a device is."""

    #: a portable computer, provisioned over SSH
    LAPTOP = "laptop"
    #: a mobile phone, known by its IMEI
    PHONE = "phone"
    #: a SIM card, known by its ICCID, with its number
    SIM = "sim"
    #: a 4G or 5G router
    ROUTER = "router"
    #: a charger, headset, bag, …
    ACCESSORY = "accessory"


class DeviceState(StrEnum):
    """Where a device stands in its life."""

    #: clean, on the shelf, free
    IN_STOCK = "in_stock"
    #: held for a seat of a crisis, untouched so far
    RESERVED = "reserved"
    #: being prepared for its person
    PROVISIONING = "provisioning"
    #: prepared and checked, waits for hand-over
    READY = "ready"
    #: in its person's hands
    ON_LOAN = "on_loan"
    #: given back, not looked at yet
    RETURNED = "returned"
    #: set apart: used, doubtful or repaired; waits for its wipe
    QUARANTINED = "quarantined"
    #: wiped, with the evidence kept
    WIPED = "wiped"
    #: nobody knows where it is
    LOST = "lost"
    #: taken, as far as is known
    STOLEN = "stolen"
    #: does not work
    BROKEN = "broken"
    #: out of the pool for good; its tag is never used again
    RETIRED = "retired"


_ACCIDENTS = frozenset({DeviceState.LOST, DeviceState.STOLEN, DeviceState.BROKEN})

#: From each state, the states that may follow it.
TRANSITIONS: dict[DeviceState, frozenset[DeviceState]] = {
    DeviceState.IN_STOCK: _ACCIDENTS | {DeviceState.RESERVED, DeviceState.QUARANTINED, DeviceState.RETIRED},
    DeviceState.RESERVED: _ACCIDENTS
    | {DeviceState.IN_STOCK, DeviceState.PROVISIONING, DeviceState.READY, DeviceState.QUARANTINED},
    DeviceState.PROVISIONING: _ACCIDENTS | {DeviceState.READY, DeviceState.QUARANTINED},
    DeviceState.READY: _ACCIDENTS | {DeviceState.ON_LOAN, DeviceState.QUARANTINED},
    DeviceState.ON_LOAN: _ACCIDENTS | {DeviceState.RETURNED},
    DeviceState.RETURNED: _ACCIDENTS | {DeviceState.QUARANTINED},
    DeviceState.QUARANTINED: _ACCIDENTS | {DeviceState.WIPED},
    DeviceState.WIPED: _ACCIDENTS | {DeviceState.IN_STOCK, DeviceState.QUARANTINED, DeviceState.RETIRED},
    DeviceState.LOST: frozenset({DeviceState.QUARANTINED, DeviceState.RETIRED}),
    DeviceState.STOLEN: frozenset({DeviceState.QUARANTINED, DeviceState.RETIRED}),
    DeviceState.BROKEN: frozenset({DeviceState.QUARANTINED, DeviceState.RETIRED}),
    DeviceState.RETIRED: frozenset(),
}

#: States in which a device may be in a crate; a move to any other takes it out.
IN_CRATES = frozenset(
    {
        DeviceState.IN_STOCK,
        DeviceState.RESERVED,
        DeviceState.PROVISIONING,
        DeviceState.READY,
        DeviceState.ON_LOAN,
        DeviceState.RETURNED,
    }
)

#: Kinds that must be provisioned, so that reserved → ready is not for them.
PROVISIONED_KINDS = frozenset({DeviceKind.LAPTOP})


def _enum(kind: type[StrEnum], name: str) -> Enum:
    """Stored by value and checked by the data base, as text on both dialects."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=16,
        values_callable=lambda members: [member.value for member in members],
    )


class Device(SQLModel, table=True):
    """A thing of the pool, known by its asset tag.

    Attributes:
        tag: the asset tag, upper case; unique for ever.
        serial: the maker's serial as it was written first; unique whatever its case. None where there is
            none or only a placeholder.
        address: host name or IP address at which a laptop answers SSH.
        host_key: the laptop's pinned host key, `ssh-ed25519 AAAA…`.
        imei: 15 digits. imei2: that of a second modem. iccid: 19 or 20 digits. number: E.164.
        expires_on: the last day of what it needs to be of use, e.g. a SIM's contract or a licence.
        crate: the tag of the crate that it is in.
        state_since: the moment of the last move.
    """

    __tablename__ = "device"
    __table_args__ = (
        CheckConstraint(
            "kind <> 'laptop' OR (address IS NOT NULL AND host_key IS NOT NULL)", name="laptop_reachable"
        ),
        CheckConstraint("imei IS NULL OR kind IN ('phone', 'router')", name="imei_kind"),
        CheckConstraint("imei2 IS NULL OR kind IN ('phone', 'router')", name="imei2_kind"),
        CheckConstraint("imei2 IS NULL OR imei2 <> imei", name="imei2_other"),
        CheckConstraint("iccid IS NULL OR kind = 'sim'", name="iccid_kind"),
        CheckConstraint("number IS NULL OR kind = 'sim'", name="number_kind"),
        CheckConstraint("host_key IS NULL OR kind = 'laptop'", name="host_key_kind"),
        CheckConstraint(
            f"crate IS NULL OR state IN ({', '.join(repr(state.value) for state in sorted(IN_CRATES))})",
            name="crate_state",
        ),
        Index("one_device_per_imei2", "imei2", unique=True),
        Index("one_device_per_serial", text("upper(serial)"), unique=True),
        Index("device_by_kind", "kind", "state"),
    )

    tag: str = Field(primary_key=True)
    kind: DeviceKind = Field(sa_type=_enum(DeviceKind, "device_kind"))
    state: DeviceState = Field(
        default=DeviceState.IN_STOCK, sa_type=_enum(DeviceState, "device_state"), index=True
    )
    model: str = ""
    serial: str | None = Field(default=None, unique=True)
    address: str | None = Field(default=None, unique=True)
    host_key: str | None = Field(default=None, unique=True)
    imei: str | None = Field(default=None, unique=True)
    imei2: str | None = None
    iccid: str | None = Field(default=None, unique=True)
    number: str | None = None
    expires_on: date | None = None
    place: str = ""
    note: str = ""
    crate: str | None = Field(default=None, foreign_key="crate.tag", index=True)
    state_since: datetime = Field(sa_type=UtcDateTime)


_NOTHING: Mapping[str, Any] = MappingProxyType({})


def subject(tag: str) -> str:
    """How the journal names a device."""
    return f"device:{tag}"


def next_states(kind: DeviceKind, state: DeviceState) -> frozenset[DeviceState]:
    """The states that may follow `state` for a device of that kind."""
    following = TRANSITIONS[state]
    if kind in PROVISIONED_KINDS and state is DeviceState.RESERVED:
        return following - {DeviceState.READY}
    return following


def get(session: Session, tag: str) -> Device:
    """The device with that asset tag, in any case.

    Raises:
        Unknown: there is none.
    """
    device = session.get(Device, tag.strip().upper())
    if device is None:
        raise Unknown(
            _("No device has the tag {tag}.").format(tag=tag), hint=_("See them all with `kit pool list`.")
        )
    return device


def get_all(session: Session, tags: Sequence[str]) -> list[Device]:
    """The devices with these asset tags in their order, as `get` finds each, by one question.

    Raises:
        Unknown: there is no such device.
    """
    wanted = [tag.strip().upper() for tag in tags]
    found = {
        device.tag: device for device in session.exec(select(Device).where(col(Device.tag).in_(wanted))).all()
    }
    return [found.get(tag) or get(session, tag) for tag in wanted]


def serial_key(serial: str) -> str:
    """The form in which two spellings of one maker's serial are equal."""
    return serial.upper()


def has_serial(serials: Iterable[str]) -> ColumnElement[bool]:
    """Of a device: it has one of these serials, whatever their case."""
    # SQLite knows the case of ASCII only, as do bytes.
    keys = {key for text in serials for key in (serial_key(text), text.encode().upper().decode())}
    return func.upper(col(Device.serial)).in_(keys)


def listing(
    session: Session, *, kind: DeviceKind | None = None, state: DeviceState | None = None
) -> Sequence[Device]:
    """Devices by tag, of one kind and in one state where these are given."""
    query = select(Device)
    if kind is not None:
        query = query.where(col(Device.kind) == kind)
    if state is not None:
        query = query.where(col(Device.state) == state)
    return session.exec(query.order_by(col(Device.tag))).all()


def places_called(session: Session, place: str) -> list[str]:
    """The places of the book that this name means, whatever their case, accents and hyphens."""
    return [name for name in session.exec(select(Device.place).distinct()).all() if fold(name) == fold(place)]


def counts(session: Session) -> dict[tuple[DeviceKind, DeviceState], int]:
    """How many devices of each kind are in each state; only those that exist."""
    query = select(Device.kind, Device.state, func.count()).group_by(col(Device.kind), col(Device.state))
    return {(DeviceKind(kind), DeviceState(state)): count for kind, state, count in session.exec(query).all()}


def move(
    session: Session,
    by: Stamp,
    device: Device,
    to: DeviceState,
    *,
    reason: str,
    data: Mapping[str, Any] = _NOTHING,
) -> None:
    """Bring a device to another state, with the journal line that explains it; out of its crate if need be.

    Raises:
        IllegalMove: the table does not allow it; the hint names the legal next states. Or it would count
            as wiped, and no wipe since it was set apart has proven that.
    """
    legal = next_states(device.kind, device.state)
    if to not in legal:
        raise IllegalMove(
            _("{tag} is {state}: it cannot become {to}.").format(tag=device.tag, state=device.state, to=to),
            hint=_("From here it can become: {states}.").format(states=", ".join(sorted(legal)))
            if legal
            else _("Nothing follows {state}.").format(state=device.state),
        )
    if to is DeviceState.WIPED and not examinations.wiped_since(session, device.tag, device.state_since):
        raise IllegalMove(
            _("{tag} stays in quarantine: nothing proves that it was wiped since.").format(tag=device.tag),
            hint=_wipe_hint(device),
        )
    line = {"from": device.state.value, "to": to.value, "reason": reason} | dict(data)
    if device.crate is not None and to not in IN_CRATES:
        line["crate"] = device.crate
        taken = {"device": device.tag, "reason": reason}
        journal.append(session, by, "crate.unpacked", crate_records.subject(device.crate), taken)
        device.crate = None
    journal.append(session, by, "device.moved", subject(device.tag), line)
    device.state, device.state_since = to, by.at
    session.add(device)


def _wipe_hint(device: Device) -> str:
    if device.kind in PROVISIONED_KINDS:
        return _("Erase it: `kit laptop release {tag}`.").format(tag=device.tag)
    return _("Reset it and look at it, then say how: `kit pool wiped {tag} --how …`.").format(tag=device.tag)
