"""The readiness of the whole shelf with one query, and a person's look that counts for it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from inventory import devices, examinations, shelf
from inventory.database import Database
from inventory.devices import DeviceKind, DeviceState
from inventory.errors import BadValue, IllegalMove
from inventory.examinations import Examination
from inventory.journal import Stamp
from inventory.readiness import Limits, Reason, Verdict, Why
from tests.unit.inventory.samples import NOW, laptop, phone
from tests.unit.inventory.test_pairings import sim

LIMITS = Limits()


def test_thirty_seven_of_forty_and_why_not_the_three(either_database: Database, by: Stamp) -> None:
    old = replace(by, at=by.at - timedelta(days=100))
    with either_database.write() as session:
        session.add_all(laptop(number) for number in range(1, 42))
        session.flush()
        for number in range(1, 42):
            tag = f"LAP-{number:02d}"
            examinations.keep(session, old, tag, Examination.CLEAN_STATE, {"updates": {"security": ["ssl"]}})
            if number != 3:
                facts = {"battery": 10 if number == 2 else 90, "security_updates": int(number == 1)}
                examinations.keep(session, by, tag, Examination.PROBE, facts)
        devices.move(session, by, devices.get(session, "LAP-41"), DeviceState.LOST, reason="not counted")
    with either_database.read() as session:
        statements: list[str] = []
        event.listen(session.connection(), "before_cursor_execute", lambda *call: statements.append(call[2]))
        found = shelf.readiness(session, NOW, LIMITS)
        assert len(statements) == 1
    assert len(found) == 40
    assert {
        each.device.tag: (each.verdict, *(reason.why for reason in each.reasons))
        for each in found
        if each.verdict is not Verdict.DEPLOYABLE
    } == {
        "LAP-01": (Verdict.NEEDS_UPDATE, Why.SECURITY_UPDATES),
        "LAP-02": (Verdict.NEEDS_CHARGE, Why.BATTERY_LOW),
        "LAP-03": (Verdict.NEEDS_CHECK, Why.CHECK_OLD, Why.SECURITY_UPDATES),
    }
    assert [each.device.tag for each in found] == sorted(each.device.tag for each in found)


def test_kind_and_place_narrow_the_question(either_database: Database) -> None:
    with either_database.write() as session:
        elsewhere = phone(2)
        elsewhere.place = "Room A"
        expiring = sim(1)
        expiring.expires_on = NOW.date()
        session.add_all([phone(1), elsewhere, expiring])
    with either_database.read() as session:
        assert [e.device.tag for e in shelf.readiness(session, NOW, LIMITS, kind=DeviceKind.PHONE)] == [
            "TEL-01",
            "TEL-02",
        ]
        assert [e.device.tag for e in shelf.readiness(session, NOW, LIMITS, place="room-a")] == ["TEL-02"]
        (card,) = shelf.readiness(session, NOW, LIMITS, kind=DeviceKind.SIM)
        assert card.reasons == (Reason(Why.EXPIRES, 0, 30),)


@pytest.mark.parametrize(
    ("data", "whys"),
    [
        ({"batteries": [{"design_mwh": 50000, "full_mwh": 25000}, {"design_mwh": 0}]}, [Why.BATTERY_WORN]),
        ({"batteries": [{"design_mwh": 50000, "full_mwh": 49000}]}, []),
        ({"updates": {"security": ["libssl3", "sudo"]}}, [Why.SECURITY_UPDATES]),
        ({"updates": {"security": []}, "security_updates": 4}, []),
        ({"updates": 3}, []),
        ({"updates": {"security": "[libssl3"}, "batteries": "[" * 9999}, []),
        ({"security_updates": "9" * 5000, "battery": -1}, []),
        ({"security_updates": "³"}, []),
        ({"updates": {"security": "libssl3"}}, []),
        ({"battery": "low", "batteries": {"full_mwh": 1}, "security_updates": "many"}, []),
        ({"failed": ["no reason", 1, None]}, []),
        ({"battery": None, "batteries": ["x", None, {"design_mwh": "1", "full_mwh": 0}]}, []),
    ],
)
def test_what_a_device_says_of_itself_is_read_only_where_it_has_its_shape(
    either_database: Database, by: Stamp, data: dict[str, Any], whys: list[Why]
) -> None:
    with either_database.write() as session:
        session.add(laptop(1))
        session.flush()
        examinations.keep(session, by, "LAP-01", Examination.ENROLMENT, data)
    with either_database.read() as session:
        (found,) = shelf.readiness(session, NOW, LIMITS)
    assert [reason.why for reason in found.reasons] == whys


def test_a_persons_look_counts_until_the_next_one(database: Database, by: Stamp) -> None:
    with database.write() as session:
        session.add(phone(1))
        shelf.look(session, by, "tel-01", charge=80, failed=["screen  cracked"])
        (found,) = shelf.readiness(session, NOW, LIMITS)
        assert found.reasons == (Reason(Why.CHECK_FAILED, "screen cracked"),)
        shelf.look(session, by, "TEL-01", charge=20)
        (found,) = shelf.readiness(session, NOW, LIMITS)
        assert found.reasons == (Reason(Why.BATTERY_LOW, 20, 50),)
        shelf.look(session, by, "TEL-01")
        (found,) = shelf.readiness(session, NOW, LIMITS)
        assert found.verdict is Verdict.DEPLOYABLE


def test_a_person_does_not_speak_for_a_laptop(database: Database, by: Stamp) -> None:
    with database.write() as session:
        session.add_all([laptop(1), phone(1)])
        with pytest.raises(IllegalMove) as caught:
            shelf.look(session, by, "LAP-01")
        assert "kit pool probe LAP-01" in caught.value.hint
        with pytest.raises(BadValue):
            shelf.look(session, by, "TEL-01", failed=[" "])
        assert examinations.of(session, "TEL-01") == []
