"""One open loan per device, whoever asks and however often."""

from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from inventory import crises, devices, journal, loans
from inventory.database import Database
from inventory.devices import DeviceState
from inventory.errors import IllegalMove, Shortage, Unknown
from inventory.journal import Stamp
from inventory.loans import Loan
from tests.unit.inventory.processes import together
from tests.unit.inventory.samples import NOW, fill

PROCESSES = 8
DEVICES = 24


def test_a_reservation_holds_the_device_and_a_second_one_for_the_seat_changes_nothing(
    either_database: Database, by: Stamp
) -> None:
    reference = fill(either_database, by)
    with either_database.write() as session:
        first = loans.reserve(session, by, reference, 1, "LAP-01")
        lines = journal.head(session)[0]
        assert loans.reserve(session, by, reference, 1, "lap-01") is first
        assert journal.head(session)[0] == lines
        assert devices.get(session, "LAP-01").state is DeviceState.RESERVED
    with either_database.read() as session:
        (line,) = [line for line in journal.tail(session) if line.kind == "loan.reserved"]
        assert (line.subject, line.data) == (f"crisis:{reference}/seat:1", {"device": "LAP-01"})


def test_another_seat_is_told_who_holds_the_device(database: Database, by: Stamp) -> None:
    reference = fill(database, by)
    with database.write() as session:
        loans.reserve(session, by, reference, 1, "LAP-01")
        with pytest.raises(Shortage, match=f"seat 1 of crisis {reference} holds it"):
            loans.reserve(session, by, reference, 2, "LAP-01")


def test_a_device_that_is_not_in_stock_cannot_be_reserved(database: Database, by: Stamp) -> None:
    reference = fill(database, by)
    with database.write() as session:
        devices.move(session, by, devices.get(session, "LAP-01"), DeviceState.LOST, reason="test")
        with pytest.raises(Shortage, match="LAP-01 is not free: it is lost"):
            loans.reserve(session, by, reference, 1, "LAP-01")


def test_seat_crisis_and_device_must_exist(database: Database, by: Stamp) -> None:
    reference = fill(database, by)
    with database.write() as session:
        for asked in ((reference, 9, "LAP-01"), ("13005-2020-01", 1, "LAP-01"), (reference, 1, "NO-1")):
            with pytest.raises(Unknown):
                loans.reserve(session, by, *asked)


def test_a_kit_is_reserved_whole_in_the_order_asked_for_and_what_is_held_stays(
    either_database: Database, by: Stamp
) -> None:
    reference = fill(either_database, by, laptops=3, phones=1)
    with either_database.write() as session:
        held = loans.reserve(session, by, reference, 2, "LAP-02")
        kit = [(1, "TEL-01"), (2, "lap-02"), (1, "LAP-01")]
        found = loans.reserve_all(session, by, reference, kit)
        assert [(loan.seat_number, loan.device_tag) for loan in found] == [
            (1, "TEL-01"),
            (2, "LAP-02"),
            (1, "LAP-01"),
        ]
        assert found[1] is held
        assert loans.reserve_all(session, by, reference, kit) == found
    with either_database.read() as session:
        assert [loan.device_tag for loan in loans.open_loans(session)] == ["LAP-02", "TEL-01", "LAP-01"]
        assert journal.verify(session)


@pytest.mark.parametrize(
    ("kit", "refusal"),
    [
        ([(1, "LAP-01"), (2, "lap-01")], (Shortage, "seat 1 of crisis .* holds it")),
        ([(1, "LAP-01"), (1, "NO-1"), (2, "LAP-02")], (Unknown, "NO-1")),
        ([(1, "LAP-01"), (9, "LAP-02")], (Unknown, "9")),
    ],
)
def test_one_device_that_cannot_be_had_refuses_the_whole_kit(
    database: Database, by: Stamp, kit: list[tuple[int, str]], refusal: tuple[type[Exception], str]
) -> None:
    reference = fill(database, by)
    error, told = refusal
    with pytest.raises(error, match=told), database.write() as session:
        loans.reserve_all(session, by, reference, kit)
    with database.read() as session:
        assert not loans.open_loans(session)
        assert devices.get(session, "LAP-01").state is DeviceState.IN_STOCK


def test_the_index_refuses_a_second_open_loan_and_allows_one_after_the_end(
    either_database: Database, by: Stamp
) -> None:
    reference = fill(either_database, by)
    with either_database.write() as session:
        loans.end(session, by, loans.reserve(session, by, reference, 1, "LAP-01"), "test")
        loans.reserve(session, by, reference, 2, "LAP-01")
    with pytest.raises(IntegrityError), either_database.write() as session:
        session.add(Loan(device_tag="LAP-01", crisis=reference, seat_number=1, reserved_at=NOW))


def test_a_phone_goes_from_reservation_to_hand_over_and_back(database: Database, by: Stamp) -> None:
    reference = fill(database, by, phones=1)
    with database.write() as session:
        loan = loans.reserve(session, by, reference, 1, "TEL-01")
        with pytest.raises(IllegalMove):
            loans.hand_over(session, by, loan)
        phone = devices.get(session, "TEL-01")
        devices.move(session, by, phone, DeviceState.READY, reason="assigned")
        loans.hand_over(session, by, loan)
        assert (phone.state, loan.handed_over_at) == (DeviceState.ON_LOAN, by.at)
        loans.end(session, by, loan, "given back")
        assert (phone.state, loan.end_reason) == (DeviceState.RETURNED, "given back")
        with pytest.raises(IllegalMove, match="has ended before"):
            loans.end(session, by, loan, "again")
        with pytest.raises(IllegalMove, match="has ended before"):
            loans.hand_over(session, by, loan)


@pytest.mark.parametrize(
    ("path", "after"),
    [
        ([], DeviceState.IN_STOCK),
        ([DeviceState.PROVISIONING], DeviceState.QUARANTINED),
        ([DeviceState.PROVISIONING, DeviceState.READY], DeviceState.QUARANTINED),
        ([DeviceState.PROVISIONING, DeviceState.READY, DeviceState.ON_LOAN], DeviceState.RETURNED),
        ([DeviceState.STOLEN], DeviceState.STOLEN),
    ],
)
def test_the_end_of_a_loan_sends_the_device_where_its_state_says(
    database: Database, by: Stamp, path: list[DeviceState], after: DeviceState
) -> None:
    reference = fill(database, by)
    with database.write() as session:
        loan = loans.reserve(session, by, reference, 1, "LAP-01")
        device = devices.get(session, "LAP-01")
        for state in path:
            devices.move(session, by, device, state, reason="test")
        loans.end(session, by, loan, "test")
        assert device.state is after
        assert loans.open_loans(session) == []


def test_open_loans_are_found_by_crisis_and_seat(database: Database, by: Stamp) -> None:
    reference = fill(database, by)
    with database.write() as session:
        for seat, tag in ((1, "LAP-01"), (2, "LAP-02")):
            loans.reserve(session, by, reference, seat, tag)
        assert [loan.device_tag for loan in loans.open_loans(session)] == ["LAP-01", "LAP-02"]
        assert [loan.device_tag for loan in loans.open_loans(session, crisis=reference, seat=2)] == ["LAP-02"]
        assert loans.open_loans(session, crisis="other") == []


def test_a_closed_crisis_reserves_nothing(database: Database, by: Stamp) -> None:
    reference = fill(database, by)
    with database.write() as session:
        crises.close(session, by, crises.get(session, reference), NOW)
        with pytest.raises(IllegalMove, match="was closed on"):
            loans.reserve(session, by, reference, 1, "LAP-01")


def test_eight_processes_reserve_the_same_devices_and_each_is_reserved_once(
    either_database: Database, by: Stamp
) -> None:
    database = either_database
    reference = fill(database, by, laptops=DEVICES, seats=PROCESSES)
    worker = Path(__file__).with_name("reserve_everything.py")
    seats = range(1, PROCESSES + 1)
    ended = together(worker, [[database.name, reference, str(seat), str(DEVICES)] for seat in seats])
    reserved = [tag for each in ended for tag in each["reserved"]]
    assert sorted(reserved) == [f"LAP-{number:02d}" for number in range(1, DEVICES + 1)]
    with database.read() as session:
        assert sorted(loan.device_tag for loan in loans.open_loans(session)) == sorted(reserved)
        journal.verify(session)


def test_a_doubtful_device_is_set_apart_and_its_seat_is_free_for_another(
    database: Database, by: Stamp
) -> None:
    reference = fill(database, by)
    with database.write() as session:
        loans.reserve(session, by, reference, 1, "LAP-01")
        loans.reserve(session, by, reference, 2, "LAP-02")
        device = loans.set_apart(session, by, "lap-01", "fell into water", data={"seen_by": "camille"})
        assert device.state is DeviceState.QUARANTINED
        assert [loan.device_tag for loan in loans.open_loans(session)] == ["LAP-02"]
        (moved,) = [line for line in journal.tail(session) if line.data.get("to") == "quarantined"]
        assert (moved.data["reason"], moved.data["seen_by"]) == ("fell into water", "camille")


def test_a_device_in_its_persons_hands_is_not_set_apart(database: Database, by: Stamp) -> None:
    reference = fill(database, by, phones=1)
    with database.write() as session:
        loan = loans.reserve(session, by, reference, 1, "TEL-01")
        devices.move(session, by, devices.get(session, "TEL-01"), DeviceState.READY, reason="test")
        loans.hand_over(session, by, loan)
        with pytest.raises(IllegalMove):
            loans.set_apart(session, by, "TEL-01", "doubted")
        assert loan.ended_at is None
