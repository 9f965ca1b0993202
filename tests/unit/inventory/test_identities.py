"""No thing is taken for another, nothing that others stand on is deleted, nothing that is gone is lent."""

from collections.abc import Callable
from datetime import datetime
from itertools import product

import pytest
from sqlalchemy import Insert, insert, text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel

from inventory import crate_records, crates, departures, devices, journal, loans, pairings, shelf, swaps, undo
from inventory.database import Database
from inventory.departures import Departure
from inventory.devices import Device, DeviceKind, DeviceState
from inventory.errors import IllegalMove, Shortage, Unknown
from inventory.journal import Stamp
from tests.unit.inventory.replaying import recorded
from tests.unit.inventory.samples import NOW, fill, laptop

IMEI, IMEI2, ICCID, SERIAL, NUMBER = (
    "490154203237518",
    "356938035643809",
    "8933150319000000006",
    "PF1",
    "+33639980001",
)
#: What can be read off the things of `shelved`, and is the tag of none of its devices.
NO_DEVICE = (IMEI, IMEI2, ICCID, SERIAL, NUMBER, "CAI-01", "10.0.0.1", "charger", "Room A", "", "1")
#: The same for crates.
NO_CRATE = (IMEI, ICCID, SERIAL, "TEL-01", "SIM-01", "LAP-01", "Room A", "", "1")
GONE = (DeviceState.LOST, DeviceState.STOLEN, DeviceState.BROKEN, DeviceState.RETIRED)

Act = Callable[[Session, Stamp, str, str], object]
#: Every command that takes a device, by what it is given: crisis, and what should be a tag.
ON_DEVICES: tuple[Act, ...] = (
    lambda s, by, crisis, code: loans.reserve(s, by, crisis, 1, code),
    lambda s, by, _crisis, code: loans.set_apart(s, by, code, "test"),
    lambda s, by, _crisis, code: departures.declare(s, by, code, Departure.LOST, "test"),
    lambda s, by, _crisis, code: undo.undo(s, by, code, reason="test"),
    lambda s, by, _crisis, code: swaps.swap(s, by, code, "TEL-02", reason="test"),
    lambda s, by, _crisis, code: swaps.swap(s, by, "TEL-01", code, reason="test"),
    lambda s, by, _crisis, code: crates.put_in(s, by, crate_records.get(s, "CAI-01"), code),
    lambda s, by, _crisis, code: crates.take_out(s, by, code),
    lambda s, by, _crisis, code: pairings.insert(s, by, code, "TEL-01"),
    lambda s, by, _crisis, code: pairings.insert(s, by, "SIM-01", code),
    lambda s, by, _crisis, code: pairings.remove(s, by, code),
    lambda s, by, _crisis, code: shelf.look(s, by, code),
)
#: What the refusal says of two things that do not belong together.
OTHER_KINDS: dict[str, Callable[[Session, Stamp], object]] = {
    "TEL-02 is a phone, not a SIM": lambda s, by: pairings.insert(s, by, "TEL-02", "TEL-01"),
    "LAP-01 is a laptop: no SIM goes into it": lambda s, by: pairings.insert(s, by, "SIM-01", "LAP-01"),
    "LAP-01 is a laptop, not a SIM": lambda s, by: pairings.insert(s, by, "LAP-01", "SIM-01"),
    "TEL-01 is a phone, SIM-01 a sim": lambda s, by: swaps.swap(s, by, "TEL-01", "SIM-01", reason="test"),
    "TEL-01 is a phone, LAP-01 a laptop": lambda s, by: swaps.swap(s, by, "TEL-01", "LAP-01", reason="test"),
    "TEL-02 is taken": lambda s, by: crates.make(s, by, "tel-02", pattern={}),
}
#: What the data base itself refuses: identities of other kinds, and those of another device.
OTHER_IDENTITIES = (
    ("SIM-01", {"imei": ICCID}),
    ("LAP-01", {"imei2": "2"}),
    ("TEL-02", {"iccid": IMEI}),
    ("TEL-02", {"number": "1"}),
    ("TEL-02", {"host_key": "k"}),
    ("TEL-01", {"kind": DeviceKind.ACCESSORY}),
    ("TEL-02", {"imei": IMEI}),
    ("TEL-02", {"serial": SERIAL}),
    ("TEL-02", {"serial": SERIAL.lower()}),
)
DEVICE, CRISIS, LOAN = (SQLModel.metadata.tables[name] for name in ("device", "crisis", "loan"))


@pytest.fixture
def reference(either_database: Database, by: Stamp) -> str:
    """An open crisis, and the things that its seats may get; the first phone is held already."""
    reference = fill(either_database, by, laptops=0)
    with either_database.write() as session:
        one = laptop(1)
        one.serial = SERIAL
        phones = (
            Device(tag="TEL-01", kind=DeviceKind.PHONE, imei=IMEI, imei2=IMEI2, state_since=NOW),
            Device(tag="TEL-02", kind=DeviceKind.PHONE, imei="1", state_since=NOW),
        )
        sim = Device(tag="SIM-01", kind=DeviceKind.SIM, iccid=ICCID, number=NUMBER, state_since=NOW)
        session.add_all([one, *phones, sim])
        session.flush()
        crates.make(session, by, "CAI-01", place="Room A", pattern={})
        loans.reserve(session, by, reference, 2, "TEL-01")
    return reference


def test_no_command_takes_another_code_for_the_tag_of_a_device(
    either_database: Database, by: Stamp, reference: str
) -> None:
    with either_database.read() as session:
        before = recorded(session), journal.head(session)
    for act, code in product(ON_DEVICES, NO_DEVICE):
        with pytest.raises(Unknown, match="No device has the tag"), either_database.write() as session:
            act(session, by, reference, code)
    with either_database.read() as session:
        assert (recorded(session), journal.head(session)) == before


def test_no_code_but_its_tag_is_a_crate(either_database: Database, reference: str) -> None:
    with either_database.read() as session:
        for code in NO_CRATE:
            with pytest.raises(Unknown, match="No crate has the tag"):
                crate_records.get(session, code)


def test_a_device_of_another_kind_is_refused_by_name_and_nothing_changes(
    either_database: Database, by: Stamp, reference: str
) -> None:
    with either_database.read() as session:
        before = recorded(session), journal.head(session)
    for said, act in OTHER_KINDS.items():
        with pytest.raises(IllegalMove, match=said), either_database.write() as session:
            act(session, by)
    with either_database.read() as session:
        assert (recorded(session), journal.head(session)) == before


def test_the_data_base_keeps_identities_with_their_kinds_and_for_one_device(
    either_database: Database, reference: str
) -> None:
    for tag, facts in OTHER_IDENTITIES:
        with pytest.raises(IntegrityError), either_database.write() as session:
            session.connection().execute(update(DEVICE).where(DEVICE.c.tag == tag).values(facts))


def test_nothing_that_others_stand_on_or_that_was_lent_is_deleted(
    either_database: Database, by: Stamp, reference: str
) -> None:
    with either_database.write() as session:
        crates.put_in(session, by, crate_records.get(session, "CAI-01"), "TEL-02")
        pairings.insert(session, by, "SIM-01", "TEL-01")
        swaps.swap(session, by, "TEL-01", "TEL-02", reason="test")
    for holding in ("commune", "crisis", "seat", "device", "crate", "loan", "pairing", "swap"):
        with pytest.raises(IntegrityError), either_database.write() as session:
            session.connection().execute(text(f"DELETE FROM {holding}"))  # noqa: S608  from the line above


def test_what_is_not_in_stock_is_not_lent(either_database: Database, by: Stamp, reference: str) -> None:
    for state in sorted(set(DeviceState) - {DeviceState.IN_STOCK}):
        with either_database.write() as session:
            devices.get(session, "TEL-02").state = state
            with pytest.raises(Shortage, match=f"it is {state}"):
                loans.reserve(session, by, reference, 1, "TEL-02")


def test_the_data_base_lends_nothing_that_is_gone_and_nothing_for_what_is_over(
    either_database: Database, reference: str
) -> None:
    gone = [update(DEVICE).where(DEVICE.c.tag == "TEL-02").values(state=state) for state in GONE]
    for broken in (*gone, update(CRISIS).values(closed_at=NOW)):
        with either_database.write() as session:
            session.execute(broken)
            # What ended before may be told of anything.
            session.execute(_loan(reference, ended_at=NOW))
            with pytest.raises(IntegrityError):
                session.execute(_loan(reference, ended_at=None))
            session.rollback()


def _loan(reference: str, *, ended_at: datetime | None) -> Insert:
    began = {"device_tag": "TEL-02", "crisis": reference, "seat_number": 1, "reserved_at": NOW}
    return insert(LOAN).values(**began, ended_at=ended_at, end_reason="")
