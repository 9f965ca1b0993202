"""The sheet of what is ready: the same facts once, other facts as another version."""

from pathlib import Path

import pytest

from inventory import evidence
from inventory.database import Database
from kit.plan.model import Plan
from kit.plan.stages import Stage
from kit.workflows import seats, sheet
from kit.workflows.outcome import Done, Skipped
from kit.workflows.station import Station
from tests.unit.kit.workflows.conftest import BY, plan_of


@pytest.fixture
def plan(database: Database, crisis: str) -> Plan:
    return plan_of(database, crisis)


def prove(database: Database, plan: Plan, stage: Stage, number: int) -> None:
    with database.write() as session:
        seats.prove(session, BY, plan, stage, [(number, {"tag": plan.seat(number).laptop.tag})])


def kept(database: Database, crisis: str) -> dict[str, object]:
    with database.read() as session:
        row = evidence.find(session, crisis, Stage.SHEET)
        assert row is not None
        return row.data


def test_without_anything_ready_there_is_no_sheet(working: Station, plan: Plan, crisis: str) -> None:
    outcome = sheet.issue(working, crisis)
    assert outcome == Skipped("nothing is ready to be handed over")
    assert not working.documents.exists()


def test_the_same_facts_are_issued_once_and_others_as_the_next_version(
    database: Database, working: Station, plan: Plan, crisis: str
) -> None:
    prove(database, plan, Stage.LAPTOP, 1)
    first = sheet.issue(working, crisis)
    assert isinstance(first, Done)
    assert Path(first.detail).name == f"handover-{crisis}-R1.pdf"
    before = kept(database, crisis)
    assert isinstance(sheet.issue(working, crisis), Skipped)
    assert kept(database, crisis) == before

    prove(database, plan, Stage.PHONE, 2)
    second = sheet.issue(working, crisis)
    assert isinstance(second, Done)
    assert Path(second.detail).name == f"handover-{crisis}-R2.pdf"
    assert Path(first.detail).exists()
    assert isinstance(sheet.issue(working, crisis), Skipped)
    text = Path(second.detail).with_suffix(".txt").read_text()
    # Only what was proven: seat 1 has a laptop and no phone, seat 2 the other way round.
    assert [tag in text for tag in ("LAP-01", "TEL-01", "LAP-02", "TEL-02")] == [True, False, False, True]


def test_a_sheet_that_was_lost_is_issued_again(
    database: Database, working: Station, plan: Plan, crisis: str
) -> None:
    prove(database, plan, Stage.LAPTOP, 1)
    first = sheet.issue(working, crisis)
    assert isinstance(first, Done)
    Path(first.detail).unlink()
    assert sheet.issue(working, crisis) == Done(first.detail.replace("-R1", "-R2"))
