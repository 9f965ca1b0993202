"""Which SIM sits where: one place a SIM, one SIM a slot, and nothing of it is forgotten."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from inventory import devices, journal, pairings
from inventory.database import Database
from inventory.devices import Device, DeviceKind, DeviceState
from inventory.errors import BadValue, IllegalMove
from inventory.journal import Stamp
from inventory.pairings import Pairing
from tests.unit.inventory.samples import NOW, laptop, phone


def sim(number: int) -> Device:
    return Device(tag=f"SIM-{number:02d}", kind=DeviceKind.SIM, iccid=str(number), state_since=NOW)


def fill(database: Database) -> None:
    with database.write() as session:
        session.add_all([laptop(1), phone(1), phone(2), sim(1), sim(2)])


def test_a_sim_moves_from_phone_to_phone_and_both_remember(either_database: Database, by: Stamp) -> None:
    fill(either_database)
    later = replace(by, at=by.at + timedelta(days=1))
    with either_database.write() as session:
        pairings.insert(session, by, "sim-01", "tel-01")
        lines = journal.head(session)[0]
        pairings.insert(session, by, "SIM-01", "TEL-01")
        assert journal.head(session)[0] == lines
        pairings.remove(session, later, "SIM-01")
        pairings.insert(session, later, "SIM-01", "TEL-02", slot=2)
        pairings.insert(session, later, "SIM-02", "TEL-02", slot=1)
    with either_database.read() as session:
        sat = [(p.host_tag, p.slot, p.since, p.until) for p in pairings.history(session, "SIM-01")]
        assert sat == [("TEL-01", 1, by.at, later.at), ("TEL-02", 2, later.at, None)]
        assert [p.sim_tag for p in pairings.current(session, "TEL-02")] == ["SIM-02", "SIM-01"]
        assert [p.sim_tag for p in pairings.history(session, "TEL-01")] == ["SIM-01"]
        told = [(line.kind, line.data["with"]) for line in journal.tail(session, subject="device:TEL-01")]
        assert told == [("sim.inserted", "SIM-01"), ("sim.removed", "SIM-01")]


@pytest.mark.parametrize(
    ("sim_tag", "host_tag", "said"),
    [
        ("SIM-01", "TEL-02", "SIM-01 sits in slot 1 of TEL-01"),
        ("SIM-02", "TEL-01", "SIM-01 sits in slot 1 of TEL-01"),
        ("TEL-01", "TEL-02", "TEL-01 is a phone, not a SIM"),
        ("SIM-02", "LAP-01", "LAP-01 is a laptop: no SIM goes into it"),
        ("SIM-02", "SIM-01", "SIM-01 is a sim: no SIM goes into it"),
    ],
)
def test_what_does_not_fit_is_refused(
    database: Database, by: Stamp, sim_tag: str, host_tag: str, said: str
) -> None:
    fill(database)
    with database.write() as session:
        pairings.insert(session, by, "SIM-01", "TEL-01")
        with pytest.raises(IllegalMove, match=said):
            pairings.insert(session, by, sim_tag, host_tag)
        assert len(pairings.history(session, "SIM-01")) == 1


@pytest.mark.parametrize("gone", [DeviceState.LOST, DeviceState.STOLEN, DeviceState.RETIRED])
@pytest.mark.parametrize("tag", ["SIM-01", "TEL-01"])
def test_nothing_is_put_into_what_is_gone(database: Database, by: Stamp, tag: str, gone: DeviceState) -> None:
    fill(database)
    with database.write() as session:
        devices.move(session, by, devices.get(session, tag), gone, reason="test")
        with pytest.raises(IllegalMove, match=f"{tag} is {gone}"):
            pairings.insert(session, by, "SIM-01", "TEL-01")


def test_a_sim_that_sits_nowhere_is_not_taken_out_and_a_phone_has_two_slots(
    database: Database, by: Stamp
) -> None:
    fill(database)
    with database.write() as session:
        pairings.insert(session, by, "SIM-01", "TEL-01")
        for tag in ("SIM-02", "TEL-01"):
            with pytest.raises(IllegalMove, match="sits in no phone"):
                pairings.remove(session, by, tag)
        with pytest.raises(BadValue, match="no slot 3"):
            pairings.insert(session, by, "SIM-02", "TEL-01", slot=3)


@pytest.mark.parametrize(
    ("sim_tag", "host_tag", "slot"),
    [("SIM-01", "TEL-02", 1), ("SIM-02", "TEL-01", 1), ("SIM-02", "TEL-01", 3)],
)
def test_the_data_base_refuses_a_second_open_pairing(
    either_database: Database, by: Stamp, sim_tag: str, host_tag: str, slot: int
) -> None:
    fill(either_database)
    with either_database.write() as session:
        pairings.insert(session, by, "SIM-01", "TEL-01")
    with pytest.raises(IntegrityError), either_database.write() as session:
        session.add(Pairing(sim_tag=sim_tag, host_tag=host_tag, slot=slot, since=NOW))


def test_the_journal_dates_the_numbers_of_a_sim(database: Database, by: Stamp) -> None:
    fill(database)
    later = replace(by, at=by.at + timedelta(days=1))
    with database.write() as session:
        journal.append(session, by, "device.added", "device:SIM-01", {"number": "+33612345678"})
        journal.append(session, later, "device.changed", "device:SIM-01", {"note": {"from": "", "to": "x"}})
        change = {"number": {"from": "+33612345678", "to": "+33612345679"}}
        journal.append(session, later, "device.changed", "device:SIM-01", change)
        spells = [(s.number, s.since, s.until) for s in pairings.numbers(session, "SIM-01")]
        assert spells == [("+33612345678", by.at, later.at), ("+33612345679", later.at, None)]
        assert pairings.numbers(session, "SIM-02") == []
