"""When a seat works."""

from inventory import crises, evidence
from inventory.database import Database
from kit.plan.stages import Stage
from kit.workflows import seats
from tests.unit.kit.workflows.conftest import BY, plan_of


def test_a_seat_works_once_every_stage_it_needs_has_its_evidence(database: Database, crisis: str) -> None:
    with database.write() as session:
        crises.seats(session, crisis)[1].wants_phone = False
    plan = plan_of(database, crisis)
    assert seats.required(plan, 1) == [*seats.required(plan, 2), Stage.PHONE, Stage.MANAGED]
    for stage in seats.required(plan, 2):
        with database.read() as session:
            assert [seat.ready_at for seat in crises.seats(session, crisis)] == [None, None]
        with database.write() as session:
            seats.prove(session, BY, plan, stage, [(1, {"n": 1}), (2, {"n": 2})])
    with database.read() as session:
        assert [seat.ready_at for seat in crises.seats(session, crisis)] == [None, BY.at]
        row = evidence.find(session, crisis, Stage.ACCOUNT, seat=2)
        assert row is not None
        assert row.data == {"n": 2}
