"""Reserving: all the plan names, or nothing."""

from inventory import allocations, crises, devices, loans
from inventory.activity import Status
from inventory.database import Database
from inventory.devices import DeviceKind, DeviceState
from kit.workflows.outcome import Done, Failed
from kit.workflows.reserve import reserve
from kit.workflows.station import Station
from tests.unit.kit.workflows.conftest import BY, plan_of, told


def test_every_device_of_the_plan_is_held_once_however_often_it_runs(
    database: Database, working: Station, crisis: str
) -> None:
    plan_of(database, crisis)
    assert reserve(crisis) == Done()
    assert reserve(crisis) == Done()
    with database.read() as session:
        held = {loan.device_tag: loan.seat_number for loan in loans.open_loans(session)}
        assert held == {"LAP-01": 1, "TEL-01": 1, "SIM-01": 1, "LAP-02": 2, "TEL-02": 2, "SIM-02": 2}
        assert {devices.get(session, tag).state for tag in held} == {DeviceState.RESERVED}


def test_a_device_taken_meanwhile_refuses_all_of_it(
    database: Database, working: Station, crisis: str
) -> None:
    plan_of(database, crisis)
    with database.write() as session:
        devices.move(session, BY, devices.get(session, "SIM-02"), DeviceState.LOST, reason="gone")
    outcome = reserve(crisis)
    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.message) == ("shortage", "SIM-02 is not free: it is lost.")
    assert "plan again" in outcome.hint
    with database.read() as session:
        assert loans.open_loans(session) == []
        assert devices.get(session, "LAP-01").state is DeviceState.IN_STOCK
    last = told(working, crisis)[-1]
    assert (last.stage, last.status, last.detail) == ("reserve", Status.FAILED, outcome.message)
    assert (last.hint, last.data) == (outcome.hint, {"kind": "shortage"})


def test_a_decision_after_the_plan_refuses_all_of_it_until_the_plan_is_made_again(
    database: Database, working: Station, crisis: str
) -> None:
    plan_of(database, crisis)
    with database.write() as session:
        found = crises.get(session, crisis)
        allocations.decide(session, BY, found, DeviceKind.LAPTOP, 1, author="Camille", reason="few left")
    outcome = reserve(crisis)
    assert isinstance(outcome, Failed)
    assert outcome.kind == "shortage"
    assert "Camille granted it 1" in outcome.message
    assert "make the plan again" in outcome.hint
    with database.read() as session:
        assert loans.open_loans(session) == []
    plan_of(database, crisis)
    assert reserve(crisis) == Done()
    with database.read() as session:
        assert [loan.device_tag for loan in loans.open_loans(session)] == ["LAP-01", "TEL-01", "SIM-01"]
