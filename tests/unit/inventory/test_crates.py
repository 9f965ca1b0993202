"""Crates: one at most holds a device, a tag is used once, and what holds something is not dissolved."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from inventory import crate_records, crates, devices, journal, supplies
from inventory.crate_records import Crate
from inventory.database import Database
from inventory.devices import Device, DeviceState
from inventory.errors import BadValue, IllegalMove, Unknown
from inventory.journal import Stamp
from tests.unit.inventory.processes import together
from tests.unit.inventory.samples import NOW, laptop, phone

PROCESSES = 8
PHONES = 6
CHARGERS = 30


def test_what_is_missing_is_asked_of_the_pattern(either_database: Database, by: Stamp) -> None:
    with either_database.write() as session:
        session.add_all([laptop(1), laptop(2), phone(1)])
        pattern = {"Ordinateur portable": 1, "phone": 1, "Téléphones": 1, "Charger 65 W": 2}
        crate = crates.make(session, by, " cai-01 ", label="Kit 1", place="Room A", pattern=pattern)
        assert crates.contents(session, crate).missing == {"laptop": 1, "phone": 2, "Charger 65 W": 2}
        for tag in ("LAP-01", "lap-02", "TEL-01"):
            crates.put_in(session, by, crate, tag)
        supplies.receive(session, by, "charger 65 w", "Room B", 3, reason="bought")
        supplies.carry(session, by, "Charger 65 W", "room b", "cai-01", count=3)
    with either_database.read() as session:
        inside = crates.contents(session, crate_records.get(session, "cai-01"))
        assert [device.tag for device in inside.devices] == ["LAP-01", "LAP-02", "TEL-01"]
        assert (inside.missing, inside.surplus) == ({"phone": 1}, {"laptop": 1, "Charger 65 W": 1})
        assert not inside.complete
        assert [crate.tag for crate in crates.listing(session)] == ["CAI-01"]


def test_a_crate_that_nobody_placed_makes_nobody_forget_where_its_devices_are(
    database: Database, by: Stamp
) -> None:
    with database.write() as session:
        first, second, third = phone(1), phone(2), phone(3)
        second.place, third.place = "Room A", "Room B"
        session.add_all([first, second, third])
        crate = crates.make(session, by, "CAI-01", pattern={})
        for device in (first, second, third):
            crates.put_in(session, by, crate, device.tag)
        assert {crate.place, first.place, second.place, third.place} == {"Room A"}
        carried = journal.tail(session, subject="crate:CAI-01")[2]
        assert (carried.kind, carried.data) == ("crate.carried", {"from": "", "to": "Room A"})


def test_a_device_takes_the_place_of_its_crate_and_goes_where_it_goes(
    either_database: Database, by: Stamp
) -> None:
    with either_database.write() as session:
        session.add(phone(1))
        crate = crates.make(session, by, "CAI-01", place="Room A", pattern={})
        device = crates.put_in(session, by, crate, "TEL-01")
        assert device.place == "Room A"
        crates.carry(session, by, crate, "Town hall")
        lines = journal.head(session)[0]
        crates.carry(session, by, crate, "Town hall")
        assert crates.put_in(session, by, crate, "TEL-01") is device
        assert journal.head(session)[0] == lines
        assert (crate.place, device.place) == ("Town hall", "Town hall")
        crates.take_out(session, by, "TEL-01", place="Room B")
        assert (device.crate, device.place) == (None, "Room B")
        with pytest.raises(IllegalMove, match="in no crate"):
            crates.take_out(session, by, "TEL-01")


def test_a_device_in_a_crate_does_not_get_into_another(database: Database, by: Stamp) -> None:
    with database.write() as session:
        session.add(phone(1))
        first, second = (crates.make(session, by, tag, pattern={}) for tag in ("CAI-01", "CAI-02"))
        crates.put_in(session, by, first, "TEL-01")
        with pytest.raises(IllegalMove, match="TEL-01 is in crate CAI-01") as caught:
            crates.put_in(session, by, second, "TEL-01")
        assert "kit crate unpack TEL-01" in caught.value.hint


@pytest.mark.parametrize(
    ("state", "stays"),
    [
        (DeviceState.RESERVED, True),
        (DeviceState.QUARANTINED, False),
        (DeviceState.LOST, False),
        (DeviceState.STOLEN, False),
        (DeviceState.BROKEN, False),
        (DeviceState.RETIRED, False),
    ],
)
def test_a_device_that_is_no_longer_fit_leaves_its_crate(
    either_database: Database, by: Stamp, state: DeviceState, stays: bool
) -> None:
    with either_database.write() as session:
        session.add(phone(1))
        device = crates.put_in(session, by, crates.make(session, by, "CAI-01", pattern={}), "TEL-01")
        devices.move(session, by, device, state, reason="test")
    with either_database.read() as session:
        kept = devices.get(session, "TEL-01")
        assert kept.crate == ("CAI-01" if stays else None)
        told = [line.kind for line in journal.tail(session, subject="crate:CAI-01")]
        assert told == ["crate.made", "crate.packed", *([] if stays else ["crate.unpacked"])]


@pytest.mark.parametrize("state", sorted(set(DeviceState) - crates.PACKABLE))
def test_only_what_is_clean_and_at_hand_is_packed(database: Database, by: Stamp, state: DeviceState) -> None:
    with database.write() as session:
        device = phone(1)
        device.state = state
        session.add(device)
        crate = crates.make(session, by, "CAI-01", pattern={})
        with pytest.raises(IllegalMove, match="cannot be put into a crate"):
            crates.put_in(session, by, crate, "TEL-01")


def test_a_tag_is_used_once_for_ever_by_devices_and_crates(database: Database, by: Stamp) -> None:
    with database.write() as session:
        session.add(phone(1))
        devices.move(session, by, devices.get(session, "TEL-01"), DeviceState.RETIRED, reason="test")
        crates.dissolve(session, by, crates.make(session, by, "CAI-01", pattern={}), "test")
        for tag in ("tel-01", "CAI-01"):
            with pytest.raises(IllegalMove, match="never used again"):
                crates.make(session, by, tag, pattern={})


@pytest.mark.parametrize(
    "broken",
    [
        "INSERT INTO crate (tag, label, place, pattern) VALUES ('TEL-01', '', '', '{}')",
        "INSERT INTO device (tag, kind, state, model, place, note, state_since) "
        "VALUES ('CAI-01', 'phone', 'in_stock', '', '', '', '2026-11-20')",
        "DELETE FROM device WHERE tag = 'TEL-02'",
        "DELETE FROM crate WHERE tag = 'CAI-02'",
        "UPDATE crate SET dissolved_at = '2026-11-20' WHERE tag = 'CAI-01'",
        "UPDATE crate SET dissolved_at = '2026-11-20' WHERE tag = 'CAI-03'",
        "UPDATE device SET crate = 'CAI-02' WHERE tag = 'TEL-02'",
        "UPDATE device SET crate = 'NO' WHERE tag = 'TEL-02'",
        "UPDATE device SET state = 'lost' WHERE tag = 'TEL-01'",
    ],
)
def test_the_data_base_refuses_what_no_program_may_do(
    either_database: Database, by: Stamp, broken: str
) -> None:
    with either_database.write() as session:
        session.add_all([phone(1), phone(2)])
        for tag in ("CAI-01", "CAI-02", "CAI-03"):
            crates.make(session, by, tag, pattern={})
        crates.put_in(session, by, crate_records.get(session, "CAI-01"), "TEL-01")
        crates.dissolve(session, by, crate_records.get(session, "CAI-02"), "test")
        supplies.receive(session, by, "charger", "CAI-03", 1, reason="test")
    with pytest.raises(IntegrityError), either_database.write() as session:
        session.connection().execute(text(broken))


def test_a_crate_that_holds_something_is_not_dissolved_and_says_what(database: Database, by: Stamp) -> None:
    with database.write() as session:
        session.add(phone(1))
        crate = crates.make(session, by, "CAI-01", pattern={"phone": 1})
        crates.put_in(session, by, crate, "TEL-01")
        supplies.receive(session, by, "charger", "CAI-01", 2, reason="test")
        with pytest.raises(IllegalMove, match="TEL-01, 2 × charger"):
            crates.dissolve(session, by, crate, "test")
        crates.take_out(session, by, "TEL-01")
        supplies.carry(session, by, "charger", "CAI-01", "Shelf", count=2)
        crates.dissolve(session, by, crate, "lid broken")
        assert crates.listing(session) == []
        for attempt in (
            lambda: crates.put_in(session, by, crate, "TEL-01"),
            lambda: crates.carry(session, by, crate, "Room"),
            lambda: crates.dissolve(session, by, crate, "again"),
            lambda: supplies.receive(session, by, "charger", "cai-01", 1, reason="test"),
        ):
            with pytest.raises(IllegalMove, match="is dissolved"):
                attempt()


@pytest.mark.parametrize(
    ("tag", "pattern"),
    [("a b", {}), ("", {}), ("C1", {"phone": 0}), ("C1", {" ": 1}), ("C1", {"a\x07": 1})],
)
def test_what_names_no_crate_is_refused(
    database: Database, by: Stamp, tag: str, pattern: dict[str, int]
) -> None:
    with database.write() as session, pytest.raises(BadValue):
        crates.make(session, by, tag, pattern=pattern)


def test_no_crate_takes_the_name_of_a_place_that_is_written_otherwise_and_has_supplies(
    either_database: Database, by: Stamp
) -> None:
    with either_database.write() as session:
        supplies.receive(session, by, "charger", "cai-01", 3, reason="test")
        with pytest.raises(IllegalMove, match="3 × charger at a place called cai-01"):
            crates.make(session, by, "CAI-01", pattern={})
        supplies.carry(session, by, "charger", "CAI-01", "Shelf", count=3)
        crate = crates.make(session, by, "CAI-01", pattern={})
        supplies.carry(session, by, "charger", "Shelf", "cai-01", count=1)
        assert [stock.count for stock in crates.contents(session, crate).supplies] == [1]


def test_an_unknown_crate_is_named(database: Database) -> None:
    with database.read() as session, pytest.raises(Unknown, match="NO-1"):
        crate_records.get(session, "NO-1")


def test_eight_processes_pack_the_same_things_and_each_is_in_one_crate(
    either_database: Database, by: Stamp
) -> None:
    database = either_database
    tags = [f"CAI-{number}" for number in range(PROCESSES)]
    with database.write() as session:
        session.add_all(phone(number) for number in range(1, PHONES + 1))
        session.add_all(Crate(tag=tag) for tag in tags)
        supplies.receive(session, Stamp("test", NOW), "charger", "Shelf", CHARGERS, reason="test")
    worker = Path(__file__).with_name("pack_everything.py")
    ended = together(worker, [[database.name, tag, str(PHONES)] for tag in tags])
    assert sorted(tag for each in ended for tag in each["packed"]) == [
        f"TEL-{number:02d}" for number in range(1, PHONES + 1)
    ]
    assert sum(each["chargers"] for each in ended) == CHARGERS
    with database.read() as session:
        for tag, each in zip(tags, ended, strict=True):
            inside = crates.contents(session, crate_records.get(session, tag))
            assert [device.tag for device in inside.devices] == each["packed"]
            assert sum(stock.count for stock in inside.supplies) == each["chargers"]
        assert supplies.stock(session, place="Shelf") == []
        assert session.get(Device, "TEL-01") is not None
        journal.verify(session)
