"""States and moves: the table is closed, a move is explained, nothing used comes back unwiped."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from inventory import devices, examinations, journal
from inventory.database import Database
from inventory.devices import TRANSITIONS, Device, DeviceKind, DeviceState
from inventory.errors import IllegalMove, Unknown
from inventory.examinations import Examination
from inventory.journal import Stamp
from tests.unit.inventory.samples import NOW, laptop, phone


def reachable(start: DeviceState, *, without: DeviceState | None = None) -> set[DeviceState]:
    found, waiting = {start}, [start]
    while waiting:
        for following in TRANSITIONS[waiting.pop()] - found - {without}:
            found.add(following)
            waiting.append(following)
    return found


def test_the_table_is_closed_and_nothing_follows_itself() -> None:
    assert set(TRANSITIONS) == set(DeviceState)
    assert all(state not in following for state, following in TRANSITIONS.items())


def test_every_state_is_reachable_from_stock_and_only_retired_is_final() -> None:
    assert reachable(DeviceState.IN_STOCK) == set(DeviceState)
    assert [state for state, following in TRANSITIONS.items() if not following] == [DeviceState.RETIRED]


@pytest.mark.parametrize(
    "used", sorted(set(DeviceState) - {DeviceState.IN_STOCK, DeviceState.RESERVED, DeviceState.WIPED})
)
def test_only_a_wipe_brings_back_to_stock_what_may_have_been_used(used: DeviceState) -> None:
    assert DeviceState.IN_STOCK not in reachable(used, without=DeviceState.WIPED)


@pytest.mark.parametrize(
    "bad", [DeviceState.LOST, DeviceState.STOLEN, DeviceState.RETIRED, DeviceState.QUARANTINED]
)
def test_what_is_lost_or_doubtful_is_never_lent(bad: DeviceState) -> None:
    assert not TRANSITIONS[bad] & {DeviceState.RESERVED, DeviceState.READY, DeviceState.ON_LOAN}


def test_a_phone_may_be_ready_without_provisioning_and_a_laptop_may_not() -> None:
    assert DeviceState.READY in devices.next_states(DeviceKind.PHONE, DeviceState.RESERVED)
    assert DeviceState.READY not in devices.next_states(DeviceKind.LAPTOP, DeviceState.RESERVED)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    kind=st.sampled_from(DeviceKind),
    wishes=st.lists(st.sampled_from(DeviceState), max_size=12),
    data=st.data(),
)
def test_the_journal_explains_the_state_after_any_wishes(
    database: Database, by: Stamp, kind: DeviceKind, wishes: list[DeviceState], data: st.DataObject
) -> None:
    tag = f"T{data.draw(st.integers(0, 10**12))}"
    with database.write() as session:
        reached = tag if kind is DeviceKind.LAPTOP else None
        session.merge(Device(tag=tag, kind=kind, address=reached, host_key=reached, state_since=NOW))
        device = devices.get(session, tag)
        device.state = DeviceState.IN_STOCK
        before = journal.head(session)[0]
        expected = [DeviceState.IN_STOCK]
        for wish in wishes:
            if wish in devices.next_states(kind, expected[-1]):
                if wish is DeviceState.WIPED:
                    examinations.keep(session, by, tag, Examination.WIPE, {})
                devices.move(session, by, device, wish, reason="test")
                expected.append(wish)
            else:
                with pytest.raises(IllegalMove):
                    devices.move(session, by, device, wish, reason="test")
        lines = [
            line
            for line in journal.tail(session, subject=devices.subject(tag))
            if line.kind == "device.moved"
        ]
        told = [(line.data["from"], line.data["to"]) for line in lines if line.seq > before]
        assert told == list(pairwise(expected))
        assert device.state is expected[-1]


def test_an_illegal_move_names_the_legal_ones_and_changes_nothing(database: Database, by: Stamp) -> None:
    with database.write() as session:
        device = laptop(1)
        session.add(device)
        with pytest.raises(IllegalMove) as caught:
            devices.move(session, by, device, DeviceState.ON_LOAN, reason="test")
        assert "LAP-01 is in_stock: it cannot become on_loan" in caught.value.message
        assert "broken, lost, quarantined, reserved, retired, stolen" in caught.value.hint
        assert device.state is DeviceState.IN_STOCK
        assert journal.head(session)[0] == 0


@pytest.mark.parametrize(
    ("minutes", "failed", "wiped"), [(-1, (), False), (1, ("homes",), False), (0, (), True), (1, (), True)]
)
def test_only_a_wipe_that_passed_since_the_quarantine_makes_wiped(
    database: Database, by: Stamp, minutes: int, failed: tuple[str, ...], wiped: bool
) -> None:
    at = replace(by, at=by.at + timedelta(minutes=minutes))
    with database.write() as session:
        device = laptop(1)
        session.add(device)
        devices.move(session, by, device, DeviceState.QUARANTINED, reason="test")
        examinations.keep(session, at, device.tag, Examination.WIPE, {"checks": []}, failed=failed)
        with nullcontext() if wiped else pytest.raises(IllegalMove, match="nothing proves"):
            devices.move(session, at, device, DeviceState.WIPED, reason="test")
        assert device.state is (DeviceState.WIPED if wiped else DeviceState.QUARANTINED)


def test_a_move_keeps_when_it_happened(database: Database, by: Stamp) -> None:
    with database.write() as session:
        device = laptop(1)
        session.add(device)
        devices.move(session, by, device, DeviceState.BROKEN, reason="fell", data={"seat": 2})
    with database.read() as session:
        kept = devices.get(session, "lap-01")
        assert (kept.state, kept.state_since) == (DeviceState.BROKEN, by.at)
        (line,) = journal.tail(session)
        assert line.data == {"from": "in_stock", "to": "broken", "reason": "fell", "seat": 2}


def test_listing_and_counts_follow_kind_and_state(either_database: Database, by: Stamp) -> None:
    with either_database.write() as session:
        session.add_all([laptop(2), laptop(1), phone(1)])
        devices.move(session, by, devices.get(session, "LAP-02"), DeviceState.RESERVED, reason="test")
    with either_database.read() as session:
        assert [d.tag for d in devices.listing(session)] == ["LAP-01", "LAP-02", "TEL-01"]
        assert [d.tag for d in devices.listing(session, kind=DeviceKind.PHONE)] == ["TEL-01"]
        assert [d.tag for d in devices.listing(session, state=DeviceState.RESERVED)] == ["LAP-02"]
        assert devices.counts(session) == {
            (DeviceKind.LAPTOP, DeviceState.IN_STOCK): 1,
            (DeviceKind.LAPTOP, DeviceState.RESERVED): 1,
            (DeviceKind.PHONE, DeviceState.IN_STOCK): 1,
        }


def test_an_unknown_tag_is_named(database: Database) -> None:
    with database.read() as session, pytest.raises(Unknown, match="NO-1"):
        devices.get(session, "NO-1")


@pytest.mark.parametrize(
    "impossible",
    [
        {"kind": DeviceKind.LAPTOP},
        {"kind": DeviceKind.PHONE, "iccid": "1"},
        {"kind": DeviceKind.SIM, "imei": "1"},
        {"kind": DeviceKind.PHONE, "number": "+33612345678"},
        {"kind": DeviceKind.PHONE, "host_key": "ssh-ed25519 A"},
        {"kind": DeviceKind.PHONE, "imei": "1", "tag": "T2"},
        {"kind": DeviceKind.SIM, "serial": "S", "tag": "T2"},
    ],
)
def test_the_data_base_refuses_what_cannot_be(either_database: Database, impossible: dict[str, Any]) -> None:
    with either_database.write() as session:
        session.add(Device(tag="T0", kind=DeviceKind.PHONE, imei="1", serial="S", state_since=NOW))
    facts: dict[str, Any] = {"tag": "T1", "state_since": NOW} | impossible
    with pytest.raises(IntegrityError), either_database.write() as session:
        session.add(Device(**facts))
