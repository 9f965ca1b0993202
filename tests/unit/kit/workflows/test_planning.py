"""From the book of record to a plan and back."""

import json
from dataclasses import replace

import pytest
from sqlmodel import Session

from inventory import allocations, communes, crises, devices, evidence, examinations, journal, loans, shelf
from inventory.crises import Crisis
from inventory.database import Database
from inventory.devices import DeviceKind, DeviceState
from inventory.errors import Shortage, Unknown
from inventory.examinations import Examination
from inventory.readiness import Limits
from kit.plan.model import Plan
from kit.plan.stages import Stage
from kit.workflows import planning
from tests.unit.inventory.samples import NOW, TODAY, entries
from tests.unit.kit.workflows.conftest import BY, TERMS, plan_of


def made(session: Session, crisis: Crisis) -> Plan:
    return planning.make(session, crisis, TERMS, shelf.readiness(session, NOW, Limits()))


def grant(database: Database, reference: str, kind: DeviceKind, count: int) -> None:
    with database.write() as session:
        crisis = crises.get(session, reference)
        allocations.decide(session, BY, crisis, kind, count, author="Camille Exemple", reason="few left")


def tags(plan: Plan) -> list[str]:
    return [seat.laptop.tag for seat in plan.seats]


def test_a_kept_plan_is_the_same_value_after_its_way_through_json(database: Database, crisis: str) -> None:
    plan = plan_of(database, crisis)
    assert planning.from_json(json.loads(json.dumps(planning.to_json(plan)))) == plan
    with database.read() as session:
        assert planning.kept(session, crisis) == plan


def test_a_plan_that_an_earlier_version_kept_is_read(database: Database, crisis: str) -> None:
    plan = plan_of(database, crisis)
    old = planning.to_json(plan)
    del old["waiting"], old["without_phone"], old["crisis"]["apart"]
    assert planning.from_json(old) == plan


def test_making_a_plan_changes_nothing_and_gives_the_same_twice(database: Database, crisis: str) -> None:
    with database.read() as session:
        found = crises.get(session, crisis)
        before = journal.head(session)
        assert made(session, found) == made(session, found)
        assert journal.head(session) == before
        assert loans.open_loans(session) == []
        with pytest.raises(Unknown, match="no plan yet"):
            planning.kept(session, crisis)


def test_a_shortage_says_how_many_of_each_are_missing(database: Database, crisis: str) -> None:
    with database.write() as session:
        for tag in ("LAP-01", "LAP-02", "TEL-01", "SIM-01", "SIM-02"):
            devices.move(session, BY, devices.get(session, tag), DeviceState.LOST, reason="gone")
    with database.read() as session, pytest.raises(Shortage, match="1 laptops, 1 phones and 2 SIMs"):
        made(session, crises.get(session, crisis))


def test_what_a_seat_holds_stays_with_it_and_what_went_to_quarantine_is_replaced(
    database: Database, crisis: str
) -> None:
    assert tags(plan_of(database, crisis)) == ["LAP-01", "LAP-02"]
    with database.write() as session:
        # Seat 1 holds a laptop further down the list than the plan would take.
        loans.reserve(session, BY, crisis, 1, "LAP-03")
        held = loans.reserve(session, BY, crisis, 2, "LAP-01")
    assert tags(plan_of(database, crisis)) == ["LAP-03", "LAP-01"]
    with database.write() as session:
        devices.move(session, BY, devices.get(session, "LAP-01"), DeviceState.QUARANTINED, reason="not clean")
        loans.end(session, BY, session.get_one(loans.Loan, held.id), "not clean")
    assert tags(plan_of(database, crisis)) == ["LAP-03", "LAP-02"]


def test_what_is_deployable_is_used_before_what_is_not(database: Database, crisis: str) -> None:
    with database.write() as session:
        for tag in ("LAP-02", "LAP-03"):
            examinations.keep(session, BY, tag, Examination.PROBE, {"battery": 90})
        examinations.keep(session, BY, "LAP-02", Examination.CLEAN_STATE, {}, failed=["homes"])
    assert tags(plan_of(database, crisis)) == ["LAP-03", "LAP-01"]


def test_a_later_larger_decision_equips_who_waited_and_keeps_what_the_others_hold(
    database: Database, crisis: str
) -> None:
    grant(database, crisis, DeviceKind.LAPTOP, 1)
    few = plan_of(database, crisis)
    assert (tags(few), few.waiting) == (["LAP-01"], (2,))
    with database.write() as session:
        loans.reserve(session, BY, crisis, 1, "LAP-01")
    grant(database, crisis, DeviceKind.LAPTOP, 2)
    everybody = plan_of(database, crisis)
    assert (tags(everybody), everybody.waiting) == (["LAP-01", "LAP-02"], ())
    assert everybody.seats[0] == few.seats[0]


def test_a_phone_that_a_decision_denies_does_not_hold_up_the_laptop(database: Database, crisis: str) -> None:
    grant(database, crisis, DeviceKind.PHONE, 1)
    plan = plan_of(database, crisis)
    assert [seat.phone is not None for seat in plan.seats] == [True, False]
    assert plan.without_phone == (2,)


def test_what_is_granted_to_another_crisis_is_lacking_and_the_hint_says_where_to_look(
    database: Database, crisis: str
) -> None:
    with database.write() as session:
        other = crises.open_crisis(
            session,
            BY,
            communes.find(session, "13005"),
            t0=NOW,
            drill=False,
            seats=entries(2),
            today=TODAY,
        ).reference
    grant(database, other, DeviceKind.LAPTOP, 2)
    with database.read() as session, pytest.raises(Shortage, match="lacks 1 laptops, 0 phones") as refused:
        made(session, crises.get(session, crisis))
    assert "kit pool share" in refused.value.hint


def test_a_seat_with_evidence_is_never_dropped_from_the_plan(database: Database, crisis: str) -> None:
    with database.write() as session:
        evidence.keep(session, BY, crisis, "account", {"id": "1"}, seat=2)
    grant(database, crisis, DeviceKind.LAPTOP, 1)
    assert [seat.number for seat in plan_of(database, crisis).seats] == [2]
    grant(database, crisis, DeviceKind.LAPTOP, 0)
    with database.read() as session, pytest.raises(Shortage, match="leaves seats 2 without a laptop"):
        made(session, crises.get(session, crisis))


def again(database: Database, *, drill: bool = False) -> str:
    """Another crisis of the same commune, for one person without a phone."""
    with database.write() as session:
        commune = communes.find(session, "13005")
        (one,) = entries(1)
        seats = [replace(one, wants_phone=False)]
        return crises.open_crisis(
            session, BY, commune, t0=NOW, drill=drill, seats=seats, today=TODAY
        ).reference


def end(database: Database, reference: str, how: str) -> None:
    with database.write() as session:
        if how in {"run", "run and closed"}:
            journal.append(session, BY, "run.started", crises.subject(reference), {})
        if how in {"closed", "run and closed"}:
            crises.close(session, BY, crises.get(session, reference), NOW)
        if how == "removed":
            evidence.keep(session, BY, reference, Stage.REMOVAL, {})


@pytest.mark.parametrize(
    ("first", "apart"),
    [("open", True), ("run", True), ("run and closed", True), ("closed", False), ("removed", False)],
)
def test_a_second_crisis_of_a_commune_has_addresses_of_its_own_while_the_first_may_be_in_the_tenant(
    database: Database, crisis: str, first: str, apart: bool
) -> None:
    before = plan_of(database, crisis)
    end(database, crisis, first)
    second = again(database)
    plan = plan_of(database, second)
    assert plan.crisis.apart == ("2026-02" if apart else "")
    assert ({seat.account.principal_name for seat in plan.seats} <= principals(before)) is not apart
    # What was named so once stays so, and a third one is told from both.
    end(database, crisis, "removed")
    assert plan_of(database, second) == plan
    third = plan_of(database, again(database)).crisis.apart
    assert third == ("" if apart else "2026-03")


def principals(plan: Plan) -> set[str]:
    return {seat.account.principal_name for seat in plan.seats}


def test_the_first_keeps_its_addresses_and_an_exercise_needs_none_of_its_own(
    database: Database, crisis: str
) -> None:
    plan = plan_of(database, crisis)
    assert plan_of(database, again(database)).crisis.apart == "2026-02"
    assert plan_of(database, again(database, drill=True)).crisis.apart == ""
    assert plan_of(database, crisis) == plan
