"""Undo: only a person's own mistake, only the last move, only within a day, and never by erasing."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from inventory import crates, devices, examinations, journal, loans, undo
from inventory.database import Database
from inventory.devices import TRANSITIONS, DeviceState
from inventory.errors import BadValue, IllegalMove
from inventory.examinations import Examination
from inventory.journal import Stamp
from inventory.undo import UNDOABLE, WITHIN
from tests.unit.inventory.samples import NOW, fill, phone

#: What a person signed for, or what the device itself proved.
NEVER = [
    (DeviceState.READY, DeviceState.ON_LOAN),
    (DeviceState.ON_LOAN, DeviceState.RETURNED),
    (DeviceState.QUARANTINED, DeviceState.WIPED),
    (DeviceState.PROVISIONING, DeviceState.READY),
]


def test_only_legal_moves_are_in_the_table_and_what_was_signed_or_proven_is_not() -> None:
    moves = {(before, after) for after, befores in UNDOABLE.items() for before in befores}
    assert all(after in TRANSITIONS[before] for before, after in moves)
    assert not moves & set(NEVER)
    assert all(before is not DeviceState.QUARANTINED or after in UNDOABLE for before, after in moves)


def test_no_undo_makes_something_lendable_that_was_not() -> None:
    lendable = {DeviceState.IN_STOCK, DeviceState.RESERVED, DeviceState.PROVISIONING, DeviceState.READY}
    for before, after in product(DeviceState, DeviceState):
        if before in UNDOABLE.get(after, ()) and before in lendable:
            # It was on the shelf, and the move that is undone only took it away from there.
            assert before is DeviceState.IN_STOCK
            assert after not in lendable | {DeviceState.WIPED, DeviceState.RETURNED}


def move(before: DeviceState, after: DeviceState, **data: str) -> dict[str, str]:
    return {"from": before.value, "to": after.value, "reason": "test"} | data


@pytest.mark.parametrize(("before", "after"), NEVER)
def test_what_was_signed_or_proven_is_told_as_never(before: DeviceState, after: DeviceState) -> None:
    assert "never undone" in undo.obstacle(move(before, after), NOW, NOW)


@pytest.mark.parametrize(
    ("data", "age", "said"),
    [
        ({}, timedelta(0), ""),
        ({"crate": "CAI-01"}, WITHIN, ""),
        ({"fingerprint": "SHA256:x"}, timedelta(0), "not by mistake"),
        ({}, WITHIN + timedelta(seconds=1), "24 hours"),
    ],
)
def test_evidence_and_time_stand_against_it(data: dict[str, str], age: timedelta, said: str) -> None:
    wrong = move(DeviceState.IN_STOCK, DeviceState.QUARANTINED, **data)
    obstacle = undo.obstacle(wrong, NOW - age, NOW)
    assert said in obstacle
    assert bool(obstacle) == bool(said)


@pytest.mark.parametrize("wrong", sorted(DeviceState))
def test_a_wrong_scan_at_the_shelf_is_undone_by_another_line(
    either_database: Database, by: Stamp, wrong: DeviceState
) -> None:
    if DeviceState.IN_STOCK not in UNDOABLE.get(wrong, ()):
        return
    later = replace(by, at=by.at + timedelta(minutes=5))
    with either_database.write() as session:
        session.add(phone(1))
        devices.move(session, by, devices.get(session, "TEL-01"), wrong, reason="typed the wrong tag")
        device = undo.undo(session, later, "tel-01", reason="TEL-11 was meant")
        assert (device.state, device.state_since) == (DeviceState.IN_STOCK, later.at)
    with either_database.read() as session:
        moved, undone = journal.tail(session, subject="device:TEL-01")
        assert (undone.kind, undone.data) == (
            "device.undone",
            {"undoes": moved.seq, "from": wrong, "to": "in_stock", "reason": "TEL-11 was meant"},
        )
    with either_database.write() as session, pytest.raises(IllegalMove, match="no move"):
        undo.undo(session, later, "TEL-01", reason="again")


def test_only_the_last_thing_that_happened_is_undone(database: Database, by: Stamp) -> None:
    with database.write() as session:
        session.add_all([phone(1), phone(2)])
        with pytest.raises(IllegalMove, match="no move"):
            undo.undo(session, by, "TEL-01", reason="nothing happened")
        for tag in ("TEL-01", "TEL-02"):
            devices.move(session, by, devices.get(session, tag), DeviceState.QUARANTINED, reason="test")
        with pytest.raises(BadValue):
            undo.undo(session, by, "TEL-01", reason="")
        examinations.keep(session, by, "TEL-01", Examination.WIPE, {})
        with pytest.raises(IllegalMove, match="TEL-01 stays quarantined") as caught:
            undo.undo(session, by, "TEL-01", reason="too late")
        assert "wiped" in caught.value.hint
        undo.undo(session, by, "TEL-02", reason="in time")


def test_an_old_wipe_does_not_count_for_what_was_undone_back_to_quarantine(
    database: Database, by: Stamp
) -> None:
    later = replace(by, at=by.at + timedelta(minutes=5))
    with database.write() as session:
        session.add(phone(1))
        device = devices.get(session, "TEL-01")
        devices.move(session, by, device, DeviceState.QUARANTINED, reason="test")
        examinations.keep(session, by, "TEL-01", Examination.WIPE, {})
        devices.move(session, by, device, DeviceState.LOST, reason="test")
        undo.undo(session, later, "TEL-01", reason="behind the box")
        assert device.state is DeviceState.QUARANTINED
        with pytest.raises(IllegalMove, match="nothing proves"):
            devices.move(session, later, device, DeviceState.WIPED, reason="test")


def test_a_loan_that_ended_meanwhile_is_not_lent_again(database: Database, by: Stamp) -> None:
    reference = fill(database, by, phones=1)
    with database.write() as session:
        loan = loans.reserve(session, by, reference, 1, "TEL-01")
        device = devices.get(session, "TEL-01")
        devices.move(session, by, device, DeviceState.READY, reason="test")
        loans.hand_over(session, by, loan)
        devices.move(session, by, device, DeviceState.LOST, reason="test")
        undo.undo(session, by, "TEL-01", reason="it was in the bag")
        assert device.state is DeviceState.ON_LOAN
        devices.move(session, by, device, DeviceState.LOST, reason="test")
        loans.end(session, by, loan, "paid for")
        with pytest.raises(IllegalMove, match="loan has ended"):
            undo.undo(session, by, "TEL-01", reason="found")


def test_an_undone_device_is_packed_again_by_hand(database: Database, by: Stamp) -> None:
    with database.write() as session:
        session.add(phone(1))
        crates.put_in(session, by, crates.make(session, by, "CAI-01", pattern={}), "TEL-01")
        device = devices.get(session, "TEL-01")
        devices.move(session, by, device, DeviceState.LOST, reason="test")
        undo.undo(session, by, "TEL-01", reason="found in it")
        assert (device.state, device.crate) == (DeviceState.IN_STOCK, None)
