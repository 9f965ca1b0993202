"""The sheet of what is ready: the same facts once, other facts as another version, reports as annexes."""

import base64
import hashlib
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from inventory import crises, devices, evidence, examinations, interventions
from inventory.database import Database
from inventory.devices import DeviceKind
from inventory.interventions import Kind
from kit.plan.model import Plan
from kit.plan.stages import Stage
from kit.workflows import seats, sheet
from kit.workflows.outcome import Done, Skipped
from kit.workflows.station import Station
from tests.unit.kit.documents.reports import report
from tests.unit.kit.workflows.conftest import BY, plan_of


@pytest.fixture
def plan(database: Database, crisis: str) -> Plan:
    with database.write() as session:
        for device in devices.listing(session, kind=DeviceKind.LAPTOP):
            device.host_key = f"ssh-ed25519 {base64.b64encode(device.tag.encode()).decode()}"
    return plan_of(database, crisis)


def prove(database: Database, plan: Plan, stage: Stage, number: int, **more: Any) -> None:
    proof = {"tag": plan.seat(number).laptop.tag, **more}
    with database.write() as session:
        seats.prove(session, BY, plan, stage, [(number, proof)])


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


def test_a_sheet_that_was_lost_is_written_again_with_the_same_bytes(
    database: Database, working: Station, plan: Plan, crisis: str
) -> None:
    prove(database, plan, Stage.LAPTOP, 1)
    first = sheet.issue(working, crisis)
    assert isinstance(first, Done)
    file, before = Path(first.detail), kept(database, crisis)
    printed = file.read_bytes()
    file.unlink()
    assert sheet.issue(working, crisis) == first
    assert file.read_bytes() == printed
    assert kept(database, crisis) == before


def test_each_laptops_report_is_an_annex_and_its_file_has_the_hash_that_the_annex_prints(
    database: Database, working: Station, plan: Plan, crisis: str
) -> None:
    told = report()
    prove(database, plan, Stage.LAPTOP, 1, report=told)
    first = sheet.issue(working, crisis)
    assert isinstance(first, Done)
    file = working.documents / crisis / "clean-state-LAP-01.json"
    assert json.loads(file.read_bytes()) == told
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    printed = hashlib.sha256(file.read_bytes()).hexdigest()
    assert printed == examinations.fingerprint(told)
    shown = PdfReader(first.detail).pages[-1].extract_text().replace("\u200b", "")
    for fact in (file.name, printed, "Camille Exemple 1", "SHA256:"):
        assert fact in shown
    assert printed in Path(first.detail).with_suffix(".txt").read_text()


def test_a_report_that_is_another_makes_a_new_sheet_and_one_that_was_lost_is_written_again(
    database: Database, working: Station, plan: Plan, crisis: str
) -> None:
    prove(database, plan, Stage.LAPTOP, 1, report=report())
    sheet.issue(working, crisis)
    assert isinstance(sheet.issue(working, crisis), Skipped)
    prove(database, plan, Stage.LAPTOP, 1, report=report(host_name="autre"))
    second = sheet.issue(working, crisis)
    assert isinstance(second, Done)
    assert second.detail.endswith("-R2.pdf")
    file = working.documents / crisis / "clean-state-LAP-01.json"
    assert json.loads(file.read_bytes())["host_name"] == "autre"
    file.unlink()
    assert sheet.issue(working, crisis) == second
    assert json.loads(file.read_bytes())["host_name"] == "autre"


def test_a_laptop_without_report_is_never_told_clean(
    database: Database, working: Station, plan: Plan, crisis: str
) -> None:
    prove(database, plan, Stage.LAPTOP, 1)
    first = sheet.issue(working, crisis)
    assert isinstance(first, Done)
    facts = json.loads(Path(first.detail).with_suffix(".json").read_bytes())
    assert [annex["clean"] for annex in facts["annexes"]] == [False]


def test_the_report_of_the_laptop_that_a_seat_had_before_proves_nothing(
    database: Database, working: Station, plan: Plan, crisis: str
) -> None:
    with database.write() as session:
        seats.prove(session, BY, plan, Stage.LAPTOP, [(1, {"tag": "LAP-03", "report": report(tag="LAP-03")})])
    assert sheet.issue(working, crisis) == Skipped("nothing is ready to be handed over")


def test_the_sheet_says_what_was_left_out_until_it_is_there(
    database: Database, working: Station, plan: Plan, crisis: str
) -> None:
    prove(database, plan, Stage.LAPTOP, 1)
    prove(database, plan, Stage.LAPTOP, 2)
    with database.write() as session:
        for stage, seat in ((Stage.PHONE, 1), (Stage.TEAM, 0)):
            interventions.decide(
                session, BY, crises.get(session, crisis), stage, Kind.SKIP, seat=seat, reason="on Monday"
            )
    first = sheet.issue(working, crisis)
    assert isinstance(first, Done)
    facts = json.loads(Path(first.detail).with_suffix(".json").read_bytes())
    assert [seat["undelivered"] for seat in facts["seats"]] == [["phone", "team"], ["team"]]
    # Why somebody decided so is not for everybody's eyes.
    assert "Monday" not in Path(first.detail).with_suffix(".txt").read_text()
    prove(database, plan, Stage.PHONE, 1)
    with database.write() as session:
        evidence.keep(session, BY, crisis, Stage.TEAM, {"id": "1"})
    second = sheet.issue(working, crisis)
    assert isinstance(second, Done)
    facts = json.loads(Path(second.detail).with_suffix(".json").read_bytes())
    assert [seat["undelivered"] for seat in facts["seats"]] == [[], []]
