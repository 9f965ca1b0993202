"""Tells from the journal alone how the pool stands: what the book says must be what its lines explain."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, col, select

from inventory.crate_records import Crate
from inventory.devices import Device, DeviceKind
from inventory.journal import JournalLine
from inventory.loans import Loan
from inventory.pairings import Pairing
from inventory.supplies import Supply


@dataclass
class Picture:
    """How the pool stands: by tag states, facts and crates; who holds what, what sits where, what is counted.

    Facts are those that a device has, as the journal writes them; `given` is what its person got in hand.
    """

    states: dict[str, str] = field(default_factory=dict)
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    crates: dict[str, str] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)
    held: dict[str, str] = field(default_factory=dict)
    given: set[str] = field(default_factory=set)
    sims: dict[str, tuple[str, int]] = field(default_factory=dict)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)


def replayed(lines: Iterable[JournalLine]) -> Picture:
    """The picture that the lines draw, from an empty book on."""
    picture = Picture()
    for line in lines:
        noun, _colon, name = line.subject.partition(":")
        for draw in _DRAWN_BY.get(noun, ()):
            draw(picture, line.kind, name, line.data)
    return picture


def _states(picture: Picture, kind: str, tag: str, data: dict[str, Any]) -> None:
    match kind:
        case "device.added":
            picture.states[tag] = data["state"]
        case "device.moved" | "device.undone":
            assert picture.states[tag] == data["from"]
            picture.states[tag] = data["to"]


def _crates(picture: Picture, kind: str, tag: str, data: dict[str, Any]) -> None:
    match kind:
        case "device.packed":
            picture.crates[tag] = data["crate"]
        case "device.unpacked":
            assert picture.crates.pop(tag) == data["crate"]
        case "device.moved" if "crate" in data:
            assert picture.crates.pop(tag) == data["crate"]


def _facts(picture: Picture, kind: str, tag: str, data: dict[str, Any]) -> None:
    match kind:
        case "device.added":
            assert tag not in picture.facts
            picture.facts[tag] = {name: value for name, value in data.items() if name != "state"}
        case "device.packed" | "device.unpacked":
            _change(picture.facts[tag], {"place": data["place"]})
        case "device.changed":
            _change(picture.facts[tag], data)


def _change(facts: dict[str, Any], changes: dict[str, Any]) -> None:
    for name, change in changes.items():
        assert facts.get(name) == change["from"]
        facts[name] = change["to"]


def _sims(picture: Picture, kind: str, tag: str, data: dict[str, Any]) -> None:
    match kind:
        case "sim.inserted" if tag.startswith("SIM"):
            picture.sims[tag] = (data["with"], data["slot"])
        case "sim.removed" if tag.startswith("SIM"):
            assert picture.sims.pop(tag) == (data["with"], data["slot"])


def _whole(picture: Picture, kind: str, tag: str, _data: dict[str, Any]) -> None:
    match kind:
        case "crate.made":
            picture.whole.add(tag)
        case "crate.dissolved":
            picture.whole.remove(tag)


def _held(picture: Picture, kind: str, seat: str, data: dict[str, Any]) -> None:
    match kind:
        case "loan.reserved":
            assert data["device"] not in picture.held
            picture.held[data["device"]] = seat
        case "loan.handed_over":
            assert picture.held[data["device"]] == seat
            picture.given.add(data["device"])
        case "loan.ended":
            assert picture.held.pop(data["device"]) == seat
            picture.given.discard(data["device"])


def _counts(picture: Picture, kind: str, item: str, data: dict[str, Any]) -> None:
    sign = {"supply.received": 1, "supply.issued": -1}[kind]
    picture.counts[item, data["place"]] += sign * data["count"]
    assert picture.counts[item, data["place"]] == data["there"] >= 0


_DRAWN_BY = {
    "device": (_states, _crates, _facts, _sims),
    "crate": (_whole,),
    "crisis": (_held,),
    "supply": (_counts,),
}


def recorded(session: Session) -> Picture:
    """The picture that the tables draw."""
    devices = session.exec(select(Device)).all()
    loans = session.exec(select(Loan).where(col(Loan.ended_at).is_(None))).all()
    pairings = session.exec(select(Pairing).where(col(Pairing.until).is_(None))).all()
    return Picture(
        states={device.tag: device.state.value for device in devices},
        facts={device.tag: _told(device) for device in devices},
        crates={device.tag: device.crate for device in devices if device.crate is not None},
        whole=set(session.exec(select(Crate.tag).where(col(Crate.dissolved_at).is_(None)))),
        held={loan.device_tag: f"{loan.crisis}/seat:{loan.seat_number}" for loan in loans},
        given={loan.device_tag for loan in loans if loan.handed_over_at is not None},
        sims={pairing.sim_tag: (pairing.host_tag, pairing.slot) for pairing in pairings},
        counts=Counter({(s.item, s.place): s.count for s in session.exec(select(Supply))}),
    )


def _told(device: Device) -> dict[str, Any]:
    known = device.model_dump(mode="json", exclude={"tag", "state", "state_since", "crate"})
    return {name: value for name, value in known.items() if value is not None}


def kinds(session: Session) -> dict[str, DeviceKind]:
    """What each device is."""
    return {device.tag: device.kind for device in session.exec(select(Device))}
