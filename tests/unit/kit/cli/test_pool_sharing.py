"""`kit pool share` and `grant`, and the plan that obeys, as typed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from kit.cli import app
from tests.unit.kit.app.rehearsal import Rehearsal

Typed = Callable[..., Result]


@pytest.fixture
def station(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    """A crisis for two people, one of whom wants a phone; three laptops, one phone and one SIM."""
    return Rehearsal.prepared(tmp_path_factory).copy(tmp_path / "home")


@pytest.fixture
def typed(station: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> Typed:
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["--home", str(station.home), "--lang", "en", *arguments])

    return run


def data(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def grant(typed: Typed, reference: str, count: int, *more: str) -> Result:
    return typed(
        *("pool", "grant", reference, str(count), "--kind", "laptop"),
        *("--by", "Camille Exemple", "--reason", "hospital first", *more),
    )


def drill(station: Rehearsal, typed: Typed) -> str:
    seats = str(station.home / "seats.csv")
    opened = typed("crisis", "open", "13005", "--seats", seats, "--drill", "--json")
    return str(data(opened)["reference"])


def test_the_table_has_every_open_crisis_and_the_proposal(station: Rehearsal, typed: Typed) -> None:
    exercise = drill(station, typed)
    assert data(typed("pool", "check", "TEL-1", "--json"))
    told = data(typed("pool", "share", "--json"))
    laptops, phones, sims = told["kinds"]
    assert (laptops["kind"], laptops["free"], laptops["deployable"], laptops["scarce"]) == (
        "laptop",
        3,
        0,
        True,
    )
    assert [(row["crisis"], row["asked"], row["held"], row["proposed"]) for row in laptops["crises"]] == [
        (station.reference, 2, 0, 2),
        (exercise, 2, 0, 1),
    ]
    assert [row["waits"] for row in laptops["crises"]] == [0, 1]
    assert [(each["tag"], each["verdict"]) for each in laptops["substitutes"]] == [
        (f"LAP-{n}", "needs_check") for n in (1, 2, 3)
    ]
    assert (phones["free"], phones["deployable"], phones["substitutes"]) == (1, 1, [])
    assert [row["waits"] for row in sims["crises"]] == [0, 1]
    assert data(typed("pool", "share", "--kind", "phone", "--json"))["kinds"] == [phones]


def test_the_proposal_is_told_as_commands_that_can_be_typed_in_their_order(
    station: Rehearsal, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    exercise = drill(station, typed)
    grant(typed, exercise, 2)
    # As wide as what goes to a file: nothing that is typed again may be cut.
    monkeypatch.setenv("COLUMNS", "120")
    told = typed("pool", "share", "--kind", "laptop").stdout
    table = "\n".join(line for line in told.splitlines() if line.startswith("│"))
    assert station.reference in table
    assert exercise in table
    assert "EXERCISE" in table
    assert f"{exercise}: Camille Exemple granted 2 on " in told
    assert ": hospital first\n" in told
    assert "laptop: 3 in stock, 0 deployable" in told
    assert "Could be used: LAP-1, needs check (nobody ever looked at it)" in told
    lines = [line.split() for line in told.splitlines() if line.startswith("  kit pool grant")]
    assert [(line[3], line[4]) for line in lines] == [(exercise, "1"), (station.reference, "2")]
    for line in lines:
        assert grant(typed, line[3], int(line[4])).exit_code == 0
    assert "kit pool grant" not in typed("pool", "share", "--kind", "laptop").stdout
    plan = data(typed("crisis", "plan", exercise, "--json"))
    assert plan["waiting"] == [2]


def test_a_decision_is_obeyed_by_the_plan_which_says_whose_it_is(station: Rehearsal, typed: Typed) -> None:
    made = data(grant(typed, station.reference, 1, "--json"))
    assert (made["granted"], made["author"], made["reason"]) == (1, "Camille Exemple", "hospital first")
    told = typed("crisis", "plan", station.reference).stdout
    assert "Seat 2 waits by decision." in told
    assert "Camille Exemple granted 1 of kind laptop on" in told
    assert "hospital first" in told
    assert "Not deployable: LAP-1, TEL-1 (nobody ever looked at it)" in told
    plan = data(typed("crisis", "plan", station.reference, "--json"))
    assert ([seat["number"] for seat in plan["seats"]], plan["waiting"]) == ([1], [2])
    assert [each["granted"] for each in plan["decisions"]] == [1]
    assert [each["tag"] for each in plan["not_deployable"]] == ["LAP-1", "TEL-1"]
    assert "Seat 2 waits by decision." in typed("crisis", "status", station.reference).stdout
    assert data(typed("crisis", "status", station.reference, "--json"))["waiting"] == [2]
    (line,) = data(typed("journal", "tail", "--subject", f"crisis:{station.reference}", "-n", "1", "--json"))
    assert line["kind"] == "crisis.planned"


def test_what_cannot_be_granted_leaves_with_its_own_code(station: Rehearsal, typed: Typed) -> None:
    refused = grant(typed, station.reference, 4)
    assert refused.exit_code == 6
    assert "3 of kind laptop are free: 4 more" in refused.stderr
    assert grant(typed, "13005-2020-01", 1).exit_code == 4
    kinds = typed("pool", "grant", station.reference, "1", "--kind", "tablet", "--by", "x", "--reason", "y")
    assert kinds.exit_code == 4
    nobody = typed("pool", "grant", station.reference, "1", "--kind", "laptop", "--by", "", "--reason", "y")
    assert nobody.exit_code == 3
    nothing = typed("pool", "grant", station.reference, "1", "--kind", "", "--by", "x", "--reason", "y")
    assert nothing.exit_code == 3
    assert grant(typed, station.reference, -1).exit_code == 2


def test_a_crisis_that_gets_nothing_is_planned_and_not_run(station: Rehearsal, typed: Typed) -> None:
    assert grant(typed, station.reference, 0).exit_code == 0
    assert "Seats 1, 2 wait by decision." in typed("crisis", "plan", station.reference).stdout
    refused = typed("crisis", "run", station.reference)
    assert refused.exit_code == 6
    assert "by decision it gets nothing" in refused.stderr


def test_without_an_open_crisis_there_is_nothing_to_share(station: Rehearsal, typed: Typed) -> None:
    typed("crisis", "close", station.reference)
    assert "No open crisis asks for anything." in typed("pool", "share").stdout
