"""`kit crisis` up to the run, and `kit handover`, as typed on a station that is ready."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from kit.cli import app
from tests.unit.kit.app.rehearsal import Rehearsal


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    """A station with a crisis and its plan; the tests of this module only look, or open their own."""
    return Rehearsal.prepared(tmp_path_factory).copy(tmp_path_factory.mktemp("station") / "home")


@pytest.fixture
def typed(station: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["--home", str(station.home), *arguments])

    return run


def data(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_opening_says_what_is_missing_and_what_comes_next(station: Rehearsal, typed: Any) -> None:
    seats = str(station.home / "seats.csv")
    opened = typed("crisis", "open", "aubagne", "--seats", seats, "--drill", "--t0", "2026-01-15T03:00:00")
    assert opened.exit_code == 0
    assert "Nobody has called the correspondent back yet" in opened.stderr
    assert "EXERCISE" in opened.stdout
    reference = opened.stderr.split()[1]
    assert f"kit crisis plan {reference}" in opened.stderr
    shown = data(typed("crisis", "status", reference, "--json"))
    # 3 a.m. on the calendar of the team, one hour ahead of UTC in January.
    assert (shown["drill"], shown["t0"]) == (True, "2026-01-15T02:00:00+00:00")
    assert {stage for seat in shown["seats"] for stage in seat["stages"].values()} == {"pending"}
    listed = data(typed("crisis", "list", "--json"))
    assert [row["drill"] for row in listed if row["reference"] == reference] == [True]
    assert data(typed("crisis", "close", reference, "--json"))["closed_at"] is not None
    again = typed("crisis", "close", reference)
    assert again.exit_code == 14
    assert "was closed on" in again.stderr


def test_a_verified_caller_is_kept_and_not_asked_for_again(station: Rehearsal, typed: Any) -> None:
    seats = str(station.home / "seats.csv")
    opened = typed(
        "crisis", "open", "aubagne", "--seats", seats, "--called-back-by", "Camille Exemple", "--json"
    )
    reference = data(opened)["reference"]
    assert "called the correspondent" not in opened.stderr
    line = data(typed("journal", "tail", "--subject", f"crisis:{reference}", "--json"))[0]
    assert line["data"]["caller_verified_by"] == "Camille Exemple"
    typed("crisis", "close", reference)


def test_the_number_called_back_is_kept_and_shown(station: Rehearsal, typed: Any) -> None:
    called = ("--called-back-by", "Camille Exemple", "--called-back-on", "04 42 00 00 01")
    asked = ("crisis", "open", "martigues", "--seats", str(station.home / "seats.csv"), *called)
    forced = ("--force-by", "Sacha Modèle", "--force-reason", "no convention yet")
    typed(
        "contact", "set", "martigues", "correspondent", "--name", "Dominique Essai", "--phone", "0442000009"
    )
    refused = typed(*asked, *forced)
    assert refused.exit_code == 3
    assert "+33442000009 (Dominique Essai)" in refused.stderr
    typed("contact", "set", "martigues", "technical", "--name", "Alix Essai", "--phone", "0442000001")
    reference = data(typed(*asked, *forced, "--json"))["reference"]
    assert data(typed("crisis", "status", reference, "--json"))["called_back_on"] == "+33442000001"
    assert "called back by Camille Exemple, on +33442000001" in typed("crisis", "status", reference).stdout
    assert "+33442000001" in typed("report", "technical", reference, "--text").stdout
    pack = station.home / "pack"
    assert typed("audit", "export", reference, "--out", str(pack)).exit_code == 0
    assert json.loads((pack / "data" / "crisis.json").read_text())["called_back_on"] == "+33442000001"
    typed("crisis", "close", reference)


def test_the_dry_run_shows_the_very_plan_that_was_made(station: Rehearsal, typed: Any) -> None:
    planned = data(typed("crisis", "plan", station.reference, "--json"))
    assert data(typed("crisis", "run", station.reference, "--dry-run", "--json")) == planned
    text = typed("crisis", "run", station.reference, "--dry-run").stdout
    assert text == typed("crisis", "plan", station.reference).stdout
    for word in (
        "LAP-1 → aubagne-01",
        "camille.exemple.aubagne@secours.example",
        "TEL-1",
        "SPE_E3",
        "By hand",
    ):
        assert word in text
    devices = data(typed("pool", "list", "--json"))
    assert {device["state"] for device in devices} == {"in_stock"}


def test_status_in_words_has_every_seat_and_says_what_is_not_known(station: Rehearsal, typed: Any) -> None:
    text = typed("crisis", "status", "aubagne").stdout
    assert "1 Camille Exemple" in text
    assert "T0 → last working seat: –" in text


def test_without_anything_ready_there_is_no_sheet(station: Rehearsal, typed: Any) -> None:
    refused = typed("handover", "sheet", station.reference)
    assert refused.exit_code == 4
    assert "nothing is ready to be handed over" in refused.stderr
    assert f"kit crisis run {station.reference}" in refused.stderr


def test_a_sheet_is_issued_as_data_and_as_text(
    station: Rehearsal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = station.copy(tmp_path / "home")
    copied.prove_laptops()
    home = ("--home", str(copied.home))
    record = data(CliRunner().invoke(app, [*home, "handover", "sheet", copied.reference, "--json"]))
    assert record["reference"] == f"{copied.reference}-R1"
    assert Path(record["pdf"]).read_bytes().startswith(b"%PDF")
    text = CliRunner().invoke(app, [*home, "handover", "sheet", copied.reference, "--text"]).stdout
    assert "LAP-1" in text
    assert record["reference"] in text
