"""A crisis is opened by right or by force, keeps its plan, and closes when nothing is out."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from inventory import communes, contacts, crises, devices, journal, loans
from inventory.contacts import Role
from inventory.crises import Crisis
from inventory.database import Database
from inventory.devices import DeviceState
from inventory.errors import BadValue, ConventionInactive, IllegalMove, Unknown
from inventory.journal import Stamp
from tests.unit.inventory.samples import NOW, TODAY, entries, fill


def test_opening_needs_an_active_convention(either_database: Database, by: Stamp) -> None:
    reference = fill(either_database, by, seats=2)
    assert reference == "13005-2026-01"
    with either_database.read() as session:
        crisis = crises.get(session, reference)
        assert (crisis.t0, crisis.closed_at, crisis.forced_by, crisis.plan) == (NOW, None, "", None)
        assert [seat.last_name for seat in crises.seats(session, reference)] == ["Exemple 1", "Exemple 2"]
        (line,) = journal.tail(session, subject=f"crisis:{reference}")
        assert (line.kind, line.data["seats"], line.data["convention"]) == ("crisis.opened", 2, 1)


@pytest.mark.parametrize(("name", "reason"), [("", ""), ("Dominique Essai", ""), ("", "urgent"), (" ", " ")])
def test_without_a_convention_it_takes_a_name_and_a_reason(
    database: Database, by: Stamp, name: str, reason: str
) -> None:
    with database.write() as session:
        communes.load(session, by)
        with pytest.raises(ConventionInactive):
            crises.open_crisis(
                session,
                by,
                communes.find(session, "13001"),
                t0=NOW,
                drill=False,
                seats=entries(1),
                today=TODAY,
                forced_by=name,
                forced_reason=reason,
            )
        assert crises.listing(session) == []


def test_a_forced_opening_keeps_who_and_why(database: Database, by: Stamp) -> None:
    with database.write() as session:
        communes.load(session, by)
        crisis = crises.open_crisis(
            session,
            by,
            communes.find(session, "13001"),
            t0=NOW,
            drill=True,
            seats=entries(1),
            today=TODAY,
            forced_by="Dominique Essai",
            forced_reason="the prefect asked",
            caller_verified_by="Camille Exemple",
        )
        (line,) = journal.tail(session, subject=crises.subject(crisis.reference))
        assert line.data["forced_by"] == "Dominique Essai"
        assert line.data["forced_reason"] == "the prefect asked"
        assert line.data["convention"] is None
        assert (crisis.drill, crisis.caller_verified_by) == (True, "Camille Exemple")


REGISTERED, ALSO = "+33442000001", "+33442000002"


def called(session: Session, by: Stamp, number: str, **changes: Any) -> Crisis:
    """A crisis of Aubagne whose correspondent was called back on that number."""
    said = {"called_back_on": number, "caller_verified_by": "Camille Exemple"} | changes
    return crises.open_crisis(
        session,
        by,
        communes.find(session, "13005"),
        t0=NOW,
        drill=False,
        seats=entries(1),
        today=TODAY,
        **said,
    )


def register(session: Session, by: Stamp, phone: str, *, deputy: bool = False) -> None:
    contacts.put(
        session,
        by,
        "13005",
        Role.CORRESPONDENT,
        deputy=deputy,
        name="Dominique Essai",
        phone=phone,
        email="",
        today=TODAY,
    )


FORCED = {"forced_by": "Sacha Modèle", "forced_reason": "number of the town hall's web site"}
LATER = NOW + timedelta(hours=1)


@pytest.mark.parametrize("number", ["04 42 00 00 01", "+33 4 42 00 00 02"])
def test_the_number_called_back_is_one_that_was_registered(
    database: Database, by: Stamp, number: str
) -> None:
    fill(database, by)
    with database.write() as session:
        register(session, by, REGISTERED)
        register(session, by, ALSO, deputy=True)
        crisis = called(session, by, number)
        assert crisis.called_back_on in {REGISTERED, ALSO}
        (line,) = journal.tail(session, subject=crises.subject(crisis.reference))
    # The journal names the contact, for a number in it could never be taken out again.
    assert line.data["called_back_contact"] in {1, 2}
    assert crisis.called_back_on not in str(line.data)


def test_a_number_that_was_not_known_beforehand_is_refused_with_those_that_were(
    database: Database, by: Stamp
) -> None:
    fill(database, by)
    with database.write() as session:
        register(session, by, REGISTERED)
        # Whoever calls in the crisis may have another number written down: that proves nothing.
        register(session, Stamp(by.actor, LATER), ALSO)
        for said in ({}, FORCED):
            with pytest.raises(BadValue) as refused:
                called(session, Stamp(by.actor, LATER), ALSO, **said)
            assert REGISTERED in refused.value.hint
            assert ALSO not in refused.value.hint
        assert called(session, Stamp(by.actor, LATER), REGISTERED).called_back_on == REGISTERED


def test_where_no_number_was_known_it_takes_a_name_and_a_reason(database: Database, by: Stamp) -> None:
    fill(database, by)
    with database.write() as session:
        with pytest.raises(BadValue, match="was known beforehand"):
            called(session, by, REGISTERED)
        crisis = called(session, by, REGISTERED, **FORCED)
        assert (crisis.forced_by, crisis.called_back_on) == ("Sacha Modèle", REGISTERED)
        (line,) = journal.tail(session, subject=crises.subject(crisis.reference))
    assert (line.data["called_back_contact"], line.data["forced_reason"]) == (None, FORCED["forced_reason"])


@pytest.mark.parametrize(("number", "caller"), [("04 42 00 00 01", " "), ("twelve", "Camille Exemple")])
def test_a_call_back_has_a_number_and_somebody_who_called(
    database: Database, by: Stamp, number: str, caller: str
) -> None:
    fill(database, by)
    with database.write() as session:
        register(session, by, REGISTERED)
        with pytest.raises(BadValue):
            called(session, by, number, caller_verified_by=caller)
        assert len(crises.listing(session)) == 1


def test_references_count_by_commune_and_year(database: Database, by: Stamp) -> None:
    fill(database, by)
    with database.write() as session:
        aubagne = communes.find(session, "13005")
        opened = [
            crises.open_crisis(
                session, by, aubagne, t0=NOW, drill=False, seats=entries(1), today=day
            ).reference
            for day in (TODAY, TODAY + timedelta(days=365))
        ]
    assert opened == ["13005-2026-02", "13005-2027-01"]


def test_a_crisis_is_found_by_reference_or_by_the_commune_with_one_open(
    database: Database, by: Stamp
) -> None:
    reference = fill(database, by)
    with database.write() as session:
        assert crises.find(session, "aubagne").reference == reference
        assert crises.find(session, reference).reference == reference
        with pytest.raises(Unknown, match="Allauch has no open crisis"):
            crises.find(session, "allauch")
        aubagne = communes.find(session, "13005")
        second = crises.open_crisis(session, by, aubagne, t0=NOW, drill=True, seats=entries(1), today=TODAY)
        with pytest.raises(Unknown, match=f"{reference}, {second.reference}"):
            crises.find(session, "aubagne")
        crises.close(session, by, second, NOW)
        assert crises.find(session, "13005").reference == reference
        with pytest.raises(Unknown, match="13005-2026-09"):
            crises.get(session, "13005-2026-09")


def test_added_seats_go_on_after_the_last_and_the_journal_says_who_validated_them(
    either_database: Database, by: Stamp
) -> None:
    reference = fill(either_database, by, seats=2)
    for _ in range(2):
        with either_database.write() as session:
            crisis = crises.get(session, reference)
            crises.add_seats(session, by, crisis, entries(2), validated_by=" Dominique  Essai ")
    with either_database.read() as session:
        assert [seat.number for seat in crises.seats(session, reference)] == [1, 2, 3, 4, 5, 6]
        told = [line for line in journal.tail(session) if line.kind == "crisis.seats_added"]
    assert [(line.subject, line.data) for line in told] == [
        (f"crisis:{reference}", {"first": first, "last": first + 1, "validated_by": "Dominique Essai"})
        for first in (3, 5)
    ]


def test_seats_are_added_to_an_open_crisis_only_and_by_somebody(database: Database, by: Stamp) -> None:
    reference = fill(database, by, seats=2)
    with database.write() as session, pytest.raises(BadValue, match="empty"):
        crises.add_seats(session, by, crises.get(session, reference), entries(1), validated_by=" ")
    with database.write() as session:
        crisis = crises.get(session, reference)
        crises.close(session, by, crisis, NOW)
        with pytest.raises(IllegalMove, match="was closed"):
            crises.add_seats(session, by, crisis, entries(1), validated_by="Dominique Essai")
        assert len(crises.seats(session, reference)) == 2


def test_the_journal_has_the_hash_of_the_plan_and_the_same_plan_is_kept_once(
    either_database: Database, by: Stamp
) -> None:
    reference = fill(either_database, by)
    plan = {"seats": [{"n": 1, "nom": "Éloïse"}], "b": None}
    for _ in range(2):
        with either_database.write() as session:
            crises.keep_plan(session, by, crises.get(session, reference), plan)
    with either_database.read() as session:
        assert crises.get(session, reference).plan == plan
        told = [line for line in journal.tail(session) if line.kind == "crisis.planned"]
    expected = b'{"b":null,"seats":[{"n":1,"nom":"\\u00c9lo\\u00efse"}]}'
    assert [line.data for line in told] == [{"plan_sha256": hashlib.sha256(expected).hexdigest()}]


def test_only_the_first_time_a_seat_works_counts(database: Database, by: Stamp) -> None:
    reference = fill(database, by)
    with database.write() as session:
        for minutes in (5, 9):
            crises.seat_ready(session, by, reference, 1, NOW + timedelta(minutes=minutes))
        first, second = crises.seats(session, reference)
        assert (first.ready_at, second.ready_at) == (NOW + timedelta(minutes=5), None)
        assert len(journal.tail(session, subject=f"crisis:{reference}/seat:1")) == 1
        with pytest.raises(Unknown, match="has no seat 9"):
            crises.seat_ready(session, by, reference, 9, NOW)


def test_closing_releases_what_was_held_and_sets_apart_what_was_prepared(
    database: Database, by: Stamp
) -> None:
    reference = fill(database, by, laptops=3, seats=3, phones=1)
    with database.write() as session:
        for seat, tag in ((1, "LAP-01"), (2, "LAP-02"), (3, "LAP-03"), (1, "TEL-01")):
            loans.reserve(session, by, reference, seat, tag)
        for tag, path in {"LAP-01": ["provisioning"], "LAP-02": ["provisioning", "ready"]}.items():
            for state in path:
                devices.move(session, by, devices.get(session, tag), DeviceState(state), reason="test")
    with database.write() as session:
        crises.close(session, by, crises.get(session, reference), NOW)
    with database.write() as session:
        states = {device.tag: device.state.value for device in devices.listing(session)}
        assert states == {
            "LAP-01": "quarantined",
            "LAP-02": "quarantined",
            "LAP-03": "in_stock",
            "TEL-01": "in_stock",
        }
        assert loans.open_loans(session) == []
        with pytest.raises(IllegalMove, match="was closed on 2026-11-20"):
            crises.close(session, by, crises.get(session, reference), NOW)
        with pytest.raises(IllegalMove, match="was closed"):
            crises.keep_plan(session, by, crises.get(session, reference), {})


def test_closing_is_refused_while_a_device_is_in_somebodys_hands(database: Database, by: Stamp) -> None:
    reference = fill(database, by, phones=2)
    with database.write() as session:
        loan = loans.reserve(session, by, reference, 1, "TEL-02")
        loans.reserve(session, by, reference, 1, "TEL-01")
        devices.move(session, by, devices.get(session, "TEL-02"), DeviceState.READY, reason="assigned")
        loans.hand_over(session, by, loan)
    with database.write() as session:
        with pytest.raises(IllegalMove, match="still on loan are TEL-02"):
            crises.close(session, by, crises.get(session, reference), NOW)
        assert devices.get(session, "TEL-01").state is DeviceState.RESERVED
