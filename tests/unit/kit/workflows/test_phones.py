"""Phones and SIMs of the people who asked for one."""

from inventory import allocations, crises, devices, evidence
from inventory.activity import Status
from inventory.database import Database
from inventory.devices import DeviceKind, DeviceState
from kit.plan.stages import Stage
from kit.workflows.outcome import Done, Failed, Skipped
from kit.workflows.phones import assign_phones, manage_phones
from kit.workflows.reserve import reserve
from kit.workflows.station import Station
from tests.unit.kit.workflows.conftest import BY, plan_of, told


def test_each_gets_phone_and_sim_and_a_second_time_nothing_moves(
    database: Database, working: Station, crisis: str
) -> None:
    with database.write() as session:
        crises.seats(session, crisis)[1].wants_phone = False
    plan_of(database, crisis)
    reserve(crisis)
    assert assign_phones(crisis) == Done()
    with database.read() as session:
        proof = evidence.find(session, crisis, Stage.PHONE, seat=1)
        assert proof is not None
        assert proof.data == {"phone": "TEL-01", "imei": "1", "sim": "SIM-01", "iccid": "89331"}
        assert evidence.find(session, crisis, Stage.PHONE, seat=2) is None
        since = [devices.get(session, tag).state_since for tag in ("TEL-01", "SIM-01")]
        assert {devices.get(session, tag).state for tag in ("TEL-01", "SIM-01")} == {DeviceState.READY}
        assert devices.get(session, "TEL-02").state is DeviceState.IN_STOCK
    assert assign_phones(crisis) == Done()
    with database.read() as session:
        assert [devices.get(session, tag).state_since for tag in ("TEL-01", "SIM-01")] == since
    ends = {event.seat: event.status for event in told(working, crisis) if event.stage == Stage.PHONE}
    assert ends == {1: Status.DONE, 2: Status.SKIPPED}


def test_where_nobody_asked_for_one_there_is_nothing_to_do(
    database: Database, working: Station, crisis: str
) -> None:
    with database.write() as session:
        for seat in crises.seats(session, crisis):
            seat.wants_phone = False
    plan_of(database, crisis)
    assert assign_phones(crisis) == Skipped("no phone asked for")
    working.activity.conclude()
    assert {event.status for event in told(working, crisis)} == {Status.SKIPPED}


def test_who_was_granted_no_phone_is_not_said_to_have_asked_for_none(
    database: Database, working: Station, crisis: str
) -> None:
    with database.write() as session:
        found = crises.get(session, crisis)
        allocations.decide(session, BY, found, DeviceKind.PHONE, 1, author="Camille", reason="few left")
    plan_of(database, crisis)
    reserve(crisis)
    assert assign_phones(crisis) == Done()
    (said,) = [event for event in told(working, crisis) if (event.stage, event.seat) == (Stage.PHONE, 2)]
    assert (said.status, said.detail) == (Status.SKIPPED, "no phone granted")


def test_who_has_no_account_is_nobodys_user_and_the_tenant_is_not_asked(
    database: Database, working: Station, crisis: str
) -> None:
    plan_of(database, crisis)
    refused = manage_phones(crisis)
    assert isinstance(refused, Failed)
    assert (refused.kind, "TEL-01, TEL-02" in refused.message) == ("incomplete", True)
    assert f"kit crisis run {crisis}" in refused.hint
    with database.read() as session:
        assert evidence.find(session, crisis, Stage.MANAGED, seat=1) is None
