"""Swaps: the faulty one to quarantine, its seat to the replacement, linked both ways, or nothing."""

import pytest
from sqlalchemy.exc import IntegrityError

from inventory import devices, journal, loans, pairings, swaps
from inventory.database import Database
from inventory.devices import DeviceState
from inventory.errors import BadValue, IllegalMove, Shortage
from inventory.journal import Stamp
from inventory.swaps import Swap
from tests.unit.inventory.samples import fill
from tests.unit.inventory.test_pairings import sim

#: How a phone gets to each state in which its seat still holds it.
PATHS = {
    DeviceState.RESERVED: [],
    DeviceState.READY: [DeviceState.READY],
    DeviceState.ON_LOAN: [DeviceState.READY, DeviceState.ON_LOAN],
    DeviceState.BROKEN: [DeviceState.READY, DeviceState.ON_LOAN, DeviceState.BROKEN],
    DeviceState.LOST: [DeviceState.READY, DeviceState.ON_LOAN, DeviceState.LOST],
    DeviceState.STOLEN: [DeviceState.STOLEN],
}


@pytest.mark.parametrize("state", PATHS)
def test_the_replacement_takes_the_seat_and_the_faulty_one_waits_for_its_wipe(
    either_database: Database, by: Stamp, state: DeviceState
) -> None:
    reference = fill(either_database, by, phones=2)
    with either_database.write() as session:
        loans.reserve(session, by, reference, 2, "TEL-01")
        for step in PATHS[state]:
            devices.move(session, by, devices.get(session, "TEL-01"), step, reason="test")
        swaps.swap(session, by, "tel-01", "tel-02", reason="screen  broken")
    with either_database.read() as session:
        gone = state in {DeviceState.LOST, DeviceState.STOLEN}
        faulty = devices.get(session, "TEL-01")
        assert faulty.state is (state if gone else DeviceState.QUARANTINED)
        assert devices.get(session, "TEL-02").state is DeviceState.RESERVED
        (held,) = loans.open_loans(session)
        assert (held.device_tag, held.crisis, held.seat_number) == ("TEL-02", reference, 2)
        for tag, word, other in (("TEL-01", "replaced_by", "TEL-02"), ("TEL-02", "replaces", "TEL-01")):
            ((link, was, became),) = swaps.of(session, tag)
            assert (link.reason, was, became) == ("screen broken", "TEL-01", "TEL-02")
            line = journal.tail(session, subject=f"device:{tag}")[-1]
            assert (line.kind, line.data[word], line.data["seat"]) == ("device.swapped", other, 2)


def test_a_replacement_can_be_replaced(database: Database, by: Stamp) -> None:
    reference = fill(database, by)
    with database.write() as session:
        loans.reserve(session, by, reference, 1, "LAP-01")
        swaps.swap(session, by, "LAP-01", "LAP-02", reason="first")
        swaps.swap(session, by, "LAP-02", "LAP-03", reason="second")
        assert [link.reason for link, _was, _became in swaps.of(session, "LAP-02")] == ["first", "second"]


@pytest.mark.parametrize("state", [DeviceState.ON_LOAN, DeviceState.BROKEN])
def test_the_replacement_phone_gets_the_sims(database: Database, by: Stamp, state: DeviceState) -> None:
    reference = fill(database, by, phones=2)
    with database.write() as session:
        session.add_all([sim(1), sim(2)])
        loans.reserve(session, by, reference, 1, "TEL-01")
        for slot in (1, 2):
            pairings.insert(session, by, f"SIM-0{slot}", "TEL-01", slot=slot)
        for step in PATHS[state]:
            devices.move(session, by, devices.get(session, "TEL-01"), step, reason="test")
        swaps.swap(session, by, "TEL-01", "TEL-02", reason="test")
        sat = [(p.sim_tag, p.slot) for p in pairings.current(session, "TEL-02")]
        assert sat == [("SIM-01", 1), ("SIM-02", 2)]
        assert pairings.current(session, "TEL-01") == []


def test_a_lost_phone_keeps_its_sim(database: Database, by: Stamp) -> None:
    reference = fill(database, by, phones=2)
    with database.write() as session:
        session.add_all([sim(1), sim(2)])
        loans.reserve(session, by, reference, 1, "TEL-01")
        loans.reserve(session, by, reference, 1, "SIM-01")
        pairings.insert(session, by, "SIM-01", "TEL-01")
        for tag in ("TEL-01", "SIM-01"):
            devices.move(session, by, devices.get(session, tag), DeviceState.LOST, reason="test")
        swaps.swap(session, by, "TEL-01", "TEL-02", reason="lost")
        swaps.swap(session, by, "SIM-01", "SIM-02", reason="lost")
        assert [p.host_tag for p in pairings.current(session, "SIM-01")] == ["TEL-01"]
        assert pairings.current(session, "TEL-02", "SIM-02") == []


def test_a_replacement_sim_gets_the_slot(database: Database, by: Stamp) -> None:
    reference = fill(database, by, phones=1)
    with database.write() as session:
        session.add_all([sim(1), sim(2)])
        loans.reserve(session, by, reference, 1, "SIM-01")
        pairings.insert(session, by, "SIM-01", "TEL-01", slot=2)
        swaps.swap(session, by, "SIM-01", "SIM-02", reason="test")
        assert [(p.sim_tag, p.slot) for p in pairings.current(session, "TEL-01")] == [("SIM-02", 2)]


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [
        (("LAP-03", "LAP-02", "x"), IllegalMove, "No seat holds LAP-03"),
        (("LAP-01", "TEL-01", "x"), IllegalMove, "LAP-01 is a laptop, TEL-01 a phone"),
        (("LAP-01", "LAP-01", "x"), IllegalMove, "with that seat already"),
        (("LAP-01", "LAP-02", "x"), Shortage, "seat 2 of crisis .* holds it"),
        (("LAP-01", "LAP-04", "x"), Shortage, "it is lost"),
        (("LAP-01", "LAP-03", " "), BadValue, "empty"),
    ],
)
def test_what_cannot_be_swapped_changes_nothing(
    database: Database, by: Stamp, asked: tuple[str, str, str], error: type[Exception], said: str
) -> None:
    reference = fill(database, by, laptops=4, phones=1)
    with database.write() as session:
        loans.reserve(session, by, reference, 1, "LAP-01")
        loans.reserve(session, by, reference, 2, "LAP-02")
        devices.move(session, by, devices.get(session, "LAP-04"), DeviceState.LOST, reason="test")
    with database.read() as session:
        before = journal.head(session)
    faulty, replacement, reason = asked
    with pytest.raises(error, match=said), database.write() as session:
        swaps.swap(session, by, faulty, replacement, reason=reason)
    with database.read() as session:
        assert journal.head(session) == before
        assert [loan.device_tag for loan in loans.open_loans(session)] == ["LAP-01", "LAP-02"]


def test_the_data_base_links_a_loan_once(either_database: Database, by: Stamp) -> None:
    reference = fill(either_database, by)
    with either_database.write() as session:
        loans.reserve(session, by, reference, 1, "LAP-01")
        link = swaps.swap(session, by, "LAP-01", "LAP-02", reason="test")
        other = loans.reserve(session, by, reference, 2, "LAP-03")
        old, new = other.id, link.replacement_loan
    assert old is not None
    with pytest.raises(IntegrityError), either_database.write() as session:
        session.add(Swap(faulty_loan=old, replacement_loan=new, at=by.at, reason="again"))
