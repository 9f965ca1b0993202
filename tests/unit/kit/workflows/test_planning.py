"""From the book of record to a plan and back."""

import json

import pytest

from inventory import crises, devices, journal, loans
from inventory.database import Database
from inventory.devices import DeviceState
from inventory.errors import Shortage, Unknown
from kit.workflows import planning
from tests.unit.kit.workflows.conftest import BY, TERMS, plan_of


def test_a_kept_plan_is_the_same_value_after_its_way_through_json(database: Database, crisis: str) -> None:
    made = plan_of(database, crisis)
    assert planning.from_json(json.loads(json.dumps(planning.to_json(made)))) == made
    with database.read() as session:
        assert planning.kept(session, crisis) == made


def test_making_a_plan_changes_nothing_and_gives_the_same_twice(database: Database, crisis: str) -> None:
    with database.read() as session:
        found = crises.get(session, crisis)
        before = journal.head(session)
        assert planning.make(session, found, TERMS) == planning.make(session, found, TERMS)
        assert journal.head(session) == before
        assert loans.open_loans(session) == []
        with pytest.raises(Unknown, match="no plan yet"):
            planning.kept(session, crisis)


def test_a_shortage_says_how_many_of_each_are_missing(database: Database, crisis: str) -> None:
    with database.write() as session:
        for tag in ("LAP-01", "LAP-02", "TEL-01", "SIM-01", "SIM-02"):
            devices.move(session, BY, devices.get(session, tag), DeviceState.LOST, reason="gone")
    with database.read() as session, pytest.raises(Shortage, match="1 laptops, 1 phones and 2 SIMs"):
        planning.make(session, crises.get(session, crisis), TERMS)


def test_what_a_seat_holds_stays_with_it_and_what_went_to_quarantine_is_replaced(
    database: Database, crisis: str
) -> None:
    first = plan_of(database, crisis)
    assert [seat.laptop.tag for seat in first.seats] == ["LAP-01", "LAP-02"]
    with database.write() as session:
        # Seat 1 holds a laptop further down the list than the plan would take.
        loans.reserve(session, BY, crisis, 1, "LAP-03")
        held = loans.reserve(session, BY, crisis, 2, "LAP-01")
    assert [seat.laptop.tag for seat in plan_of(database, crisis).seats] == ["LAP-03", "LAP-01"]
    with database.write() as session:
        devices.move(session, BY, devices.get(session, "LAP-01"), DeviceState.QUARANTINED, reason="not clean")
        loans.end(session, BY, session.get_one(loans.Loan, held.id), "not clean")
    assert [seat.laptop.tag for seat in plan_of(database, crisis).seats] == ["LAP-03", "LAP-02"]
