"""The certificate comes last: it lists what is gone, by which proof, and what remains; or it is refused."""

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from inventory import crises, departures, devices, evidence, examinations, instructions, loans
from inventory.departures import Departure
from inventory.devices import DeviceState
from inventory.errors import IllegalMove
from inventory.examinations import Examination
from inventory.instructions import Instruction, Wish
from inventory.journal import Stamp
from inventory.times import utc_now
from kit.app import closing_papers
from kit.app.compose import App
from kit.plan.stages import Stage
from kit.workflows import order
from tests.databases import fresh
from tests.unit.inventory.samples import fill

REFERENCE = "13005-2026-01"
SHA256 = "ab" * 32


class Ended:
    """A crisis that ended in the tenant, with one laptop that came back and a bag that is at the station."""

    def __init__(self, home: Path) -> None:
        self.by = Stamp("camille@station", utc_now())
        database = fresh(home / "kit.db")
        fill(database, self.by, laptops=3)
        self.file = home / "exports" / f"{REFERENCE}.tar.age"
        self.file.parent.mkdir()
        self.file.write_bytes(b"sealed")
        with database.write() as session:
            self._end(session)
        database.dispose()
        self.app = App.open(home)

    def _end(self, session: Session) -> None:
        crisis, by = crises.get(session, REFERENCE), self.by
        # Whatever the machine's clock says, the crisis began an hour ago.
        crisis.t0 = by.at - timedelta(hours=1)
        instruction = Instruction(Wish.DESTROY, "Camille Exemple", crisis.t0, "a.pdf", SHA256)
        instructions.give(session, by, crisis, instruction)
        kept: dict[str, dict[str, Any]] = {
            Stage.REVOKE: {"accounts": 1},
            order.DELIVERY: {"recipient": "age1x", "reason": "", "given_by": "Camille Exemple"},
            Stage.BAG: {
                "folder": str(self.file.with_name(REFERENCE)),
                "manifest_sha256": SHA256,
                "files": 3,
                "octets": 900,
            },
            order.SEALED: {
                "folder": str(self.file.with_name(REFERENCE)),
                "file": str(self.file),
                "sha256": "cd" * 32,
                "octets": 6,
                "recipient": "age1x",
                "manifest_sha256": SHA256,
            },
            Stage.ACKNOWLEDGED: {"manifest_sha256": SHA256, "acknowledged_by": "Camille Exemple"},
            Stage.REMOVAL: {
                "absences": [
                    {"kind": "user", "id": "u1", "name": "camille@secours.example", "read": "GET: 404"},
                    {"kind": "unit", "id": "n1", "name": "Aubagne", "read": "GET: 404"},
                ]
            },
        }
        for stage, data in kept.items():
            evidence.keep(session, by, REFERENCE, stage, data)
        evidence.keep(
            session, by, REFERENCE, Stage.MAIL_EXPORT, {"mail": {"messages": 5, "bytes": 9}}, seat=1
        )
        # One that was only held for a while, and one that somebody had.
        loans.end(session, by, loans.reserve(session, by, REFERENCE, 1, "LAP-02"), "not needed")
        loan = loans.reserve(session, by, REFERENCE, 1, "LAP-01")
        laptop = devices.get(session, "LAP-01")
        for state in (DeviceState.PROVISIONING, DeviceState.READY):
            devices.move(session, by, laptop, state, reason="test")
        loans.hand_over(session, by, loan)

    def back(self, *, state: DeviceState = DeviceState.QUARANTINED) -> None:
        with self.app.database.write() as session:
            (loan,) = loans.open_loans(session)
            loans.end(session, self.by, loan, "returned")
            devices.move(session, self.by, devices.get(session, "LAP-01"), state, reason="test")

    def wiped(self, at: timedelta = timedelta(0), *, failed: tuple[str, ...] = ()) -> None:
        with self.app.database.write() as session:
            by = Stamp(self.by.actor, self.by.at + at)
            examinations.keep(session, by, "LAP-01", Examination.WIPE, {"disk": "written"}, failed=failed)

    def forget(self, stage: str) -> None:
        with self.app.database.write() as session:
            session.delete(session.get_one(evidence.Evidence, (REFERENCE, 0, stage)))


@pytest.fixture
def ended(tmp_path: Path) -> Iterator[Ended]:
    made = Ended(tmp_path / "home")
    yield made
    made.app.database.dispose()


def test_it_lists_what_is_gone_by_which_proof_and_what_remains(ended: Ended) -> None:
    ended.back()
    ended.wiped()
    paper = closing_papers.certify(ended.app, REFERENCE)
    facts = Path(paper.pdf).with_suffix(".json").read_bytes()
    told = facts.decode()
    wipe = examinations.fingerprint({"disk": "written"})
    until = f"{(ended.by.at + timedelta(days=30)).astimezone(ended.app.zone):%Y}"
    for expected in ("camille@secours.example", "404", "LAP-01", wipe, ended.file.name, SHA256, until):
        assert expected in told
    assert "LAP-02" not in told
    assert not ended.file.exists()
    assert hashlib.sha256(facts).hexdigest() == paper.facts_sha256
    # The same again is the same paper.
    assert closing_papers.certify(ended.app, REFERENCE) == paper


def refused(ended: Ended, words: str) -> None:
    with pytest.raises(IllegalMove, match=words):
        closing_papers.certify(ended.app, REFERENCE)
    assert ended.file.exists()


@pytest.mark.parametrize("stage", [Stage.REVOKE, Stage.BAG, order.SEALED, Stage.ACKNOWLEDGED, Stage.REMOVAL])
def test_each_step_that_is_missing_refuses_it_and_deletes_nothing(ended: Ended, stage: str) -> None:
    ended.back()
    ended.wiped()
    ended.forget(stage)
    refused(ended, "nothing")


def test_a_device_that_is_out_or_not_wiped_since_refuses_it(ended: Ended) -> None:
    ended.wiped(timedelta(seconds=-1))
    refused(ended, "LAP-01 is still out")
    ended.back()
    refused(ended, "LAP-01 was not wiped since")
    ended.wiped(failed=("disk",))
    refused(ended, "LAP-01 was not wiped since")


def test_an_instruction_to_archive_refuses_it(ended: Ended) -> None:
    ended.back()
    ended.wiped()
    with ended.app.database.write() as session:
        crisis = crises.get(session, REFERENCE)
        later = Instruction(Wish.ARCHIVE, "Camille Exemple", crisis.t0, "b.pdf", "ef" * 32)
        instructions.give(session, ended.by, crisis, later)
    refused(ended, "archive")


def test_a_stolen_device_is_named_as_what_remains(ended: Ended) -> None:
    ended.back(state=DeviceState.STOLEN)
    paper = closing_papers.certify(ended.app, REFERENCE)
    told = Path(paper.text).read_text(encoding="utf-8")
    assert "LAP-01" in told


def test_what_was_stolen_and_then_written_off_still_is_what_remains(ended: Ended) -> None:
    ended.back(state=DeviceState.STOLEN)
    with ended.app.database.write() as session:
        departures.declare(session, ended.by, "LAP-01", Departure.RETIRED, "written off")
    paper = closing_papers.certify(ended.app, REFERENCE)
    (left,) = [
        each
        for each in json.loads(Path(paper.pdf).with_suffix(".json").read_bytes())["remaining"]
        if each["identifier"].startswith("LAP-01")
    ]
    assert "jamais effacé" in left["why"]


def test_what_is_out_is_to_be_taken_back_before_it_is_wiped(ended: Ended) -> None:
    with pytest.raises(IllegalMove) as out:
        closing_papers.certify(ended.app, REFERENCE)
    assert f"kit crisis close {REFERENCE}" in out.value.hint
    ended.back()
    with pytest.raises(IllegalMove) as unwiped:
        closing_papers.certify(ended.app, REFERENCE)
    assert "kit laptop release" in unwiped.value.hint


def test_the_receipt_names_the_hashes_and_who_acknowledged(ended: Ended) -> None:
    paper = closing_papers.receipt(ended.app, REFERENCE)
    told = Path(paper.pdf).with_suffix(".json").read_text(encoding="utf-8")
    for expected in (SHA256, "cd" * 32, "age1x", "Camille Exemple"):
        assert expected in told
    ended.forget(Stage.ACKNOWLEDGED)
    assert closing_papers.receipt(ended.app, REFERENCE).version == 2
    ended.forget(order.SEALED)
    with pytest.raises(IllegalMove, match="not sealed"):
        closing_papers.receipt(ended.app, REFERENCE)
