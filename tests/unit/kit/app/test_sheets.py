"""The last clean-state report of a laptop: which one it is, whose laptop, and the files that prove it."""

import hashlib
import json
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from inventory import devices, evidence, examinations, loans
from inventory.errors import Unknown
from inventory.examinations import Examination
from inventory.journal import Stamp
from kit.app.compose import App
from kit.app.sheets import laptop_report
from kit.errors import MissingRequirement
from kit.plan.stages import Stage
from kit.settings import Home, load
from tests.databases import fresh
from tests.unit.inventory.samples import HOST_KEYS, NOW, fill
from tests.unit.kit.documents.reports import failing, report

BY = Stamp("camille@station", NOW)


@pytest.fixture
def station(tmp_path: Path) -> Iterator[App]:
    """A station with three laptops, the first of which somebody of a crisis holds."""
    home = Home.at(tmp_path / "home")
    settings = load(home)
    database = fresh(home.state / "kit.db")
    reference = fill(database, BY)
    with database.write() as session:
        devices.get(session, "LAP-01").host_key = HOST_KEYS[0]
        devices.get(session, "LAP-02").host_key = HOST_KEYS[1]
        loans.reserve(session, BY, reference, 1, "LAP-01")
    yield App(home, settings, database)
    database.dispose()


def keep(
    app: App, examination: Examination, told: dict[str, Any], *, hours: int = 0, tag: str = "LAP-01"
) -> None:
    with app.database.write() as session:
        by = replace(BY, at=NOW + timedelta(hours=hours))
        examinations.keep(session, by, tag, examination, told)


def prove(app: App, told: dict[str, Any], *, tag: str = "LAP-01") -> None:
    """As the run keeps it of a laptop that it prepared."""
    with app.database.write() as session:
        (loan,) = loans.open_loans(session)
        proof = {"tag": tag, "report": told}
        evidence.keep(session, BY, loan.crisis, Stage.LAPTOP, proof, seat=loan.seat_number)


def test_a_laptop_that_was_never_looked_at_has_no_report_and_the_hint_says_how_to_get_one(
    station: App,
) -> None:
    with pytest.raises(Unknown, match="LAP-02") as refused:
        laptop_report(station, "lap-02")
    assert "kit laptop recheck LAP-02" in refused.value.hint


def test_the_report_of_its_preparation_names_the_person_and_the_crisis(station: App) -> None:
    told = report()
    prove(station, told)
    found = laptop_report(station, "lap-01")
    assert found.record["clean"] is True
    assert found.record["failed"] == []
    assert found.record["report_sha256"] == examinations.fingerprint(told)
    for fact in (
        "LAP-01",
        "Camille Exemple 1",
        "Mairie",
        "Aubagne",
        "SHA256:",
        found.record["report_sha256"],
    ):
        assert fact in found.text


def test_the_last_look_counts_whatever_it_was_for(station: App) -> None:
    prove(station, report())
    keep(station, Examination.CLEAN_STATE, report(), hours=1)
    keep(station, Examination.RECHECK, failing({"firewall": "off"}, loaned=True), hours=2)
    keep(station, Examination.PROBE, {"uptime": 1}, hours=3)
    found = laptop_report(station, "LAP-01")
    assert found.record["clean"] is False
    assert found.record["failed"] == ["firewall"]
    keep(station, Examination.CLEAN_STATE, report(), hours=4)
    assert laptop_report(station, "LAP-01").record["clean"] is True


def test_the_report_of_another_laptop_of_that_seat_is_not_this_ones(station: App) -> None:
    prove(station, report(tag="LAP-03"), tag="LAP-03")
    with pytest.raises(Unknown):
        laptop_report(station, "LAP-01")


def test_a_laptop_that_nobody_holds_has_a_report_without_a_person(station: App) -> None:
    keep(station, Examination.CLEAN_STATE, report(tag="LAP-02"), tag="LAP-02")
    found = laptop_report(station, "LAP-02")
    assert found.record["clean"] is True
    assert "Camille" not in found.text


def test_the_files_are_private_and_the_page_prints_the_hash_of_the_one_beside_it(
    station: App, tmp_path: Path
) -> None:
    told = report()
    keep(station, Examination.CLEAN_STATE, told)
    out = tmp_path / "out" / "page.pdf"
    record = laptop_report(station, "LAP-01", out=out).record
    assert record["pdf"] == str(out)
    kept = Path(record["json"])
    assert kept == out.with_name("clean-state-LAP-01.json")
    assert json.loads(kept.read_bytes()) == told
    (page,) = PdfReader(out).pages
    assert hashlib.sha256(kept.read_bytes()).hexdigest() in page.extract_text()
    assert {stat.S_IMODE(file.stat().st_mode) for file in (out, kept)} == {0o600}
    before = out.read_bytes()
    laptop_report(station, "LAP-01", out=out)
    assert out.read_bytes() == before


def test_without_a_file_nothing_is_written(station: App) -> None:
    keep(station, Examination.CLEAN_STATE, report())
    assert not {"pdf", "json"} & laptop_report(station, "LAP-01").record.keys()
    assert not station.home.documents.exists()


def test_a_place_that_cannot_be_written_is_told(station: App, tmp_path: Path) -> None:
    keep(station, Examination.CLEAN_STATE, report())
    (tmp_path / "file").write_text("")
    with pytest.raises(MissingRequirement):
        laptop_report(station, "LAP-01", out=tmp_path / "file" / "page.pdf")
