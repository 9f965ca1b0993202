"""`kit crisis size`, `resize` and `add-seats`, as typed before and after a crisis is open."""

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from inventory.importing.seats import read_seats
from kit.settings import Home
from tests.unit.kit.app.rehearsal import crowd, pool_file, seats_file

Kit = Callable[..., Result]
KitJson = Callable[..., Any]


@pytest.fixture
def pool(kit: Kit, tmp_path: Path) -> None:
    """31 laptops, 20 phones and SIMs; two phones were looked at."""
    file = tmp_path / "pool.csv"
    file.write_text(pool_file(crowd(30, phones=20)), "utf-8")
    assert kit("pool", "import", str(file)).exit_code == 0
    assert kit("pool", "check", "TEL-1", "TEL-2").exit_code == 0


def named(file: Path, tmp_path: Path, count: int | None = None) -> Path:
    """The written file with a name on every line, or on the first lines only."""
    header, *lines = csv.reader(file.read_text("utf-8-sig").splitlines(), delimiter=";")
    people = [person[:2] for person in crowd(len(lines), phones=0)]
    filled = [[*names, *line[2:]] for names, line in zip(people, lines, strict=True)]
    rows = filled if count is None else [*filled[:count], *lines[count:]]
    made = tmp_path / "filled.csv"
    made.write_text("\n".join(";".join(row) for row in [header, *rows]), "utf-8")
    return made


def opened(kit_json: KitJson, tmp_path: Path, people: Sequence[tuple[str, str, str, bool]]) -> str:
    file = tmp_path / "seats.csv"
    file.write_text(seats_file(people), "utf-8")
    forced = ("--force-by", "Camille Exemple", "--force-reason", "the prefect asked")
    return str(kit_json("crisis", "open", "aubagne", "--seats", str(file), *forced)["reference"])


def by_service(found: Any, name: str) -> dict[str, Any]:
    return {each["service"]: each[name] for each in found["services"]}


def test_a_commune_is_told_how_many_seats_and_whether_the_pool_has_them(
    pool: None, kit: Kit, kit_json: KitJson
) -> None:
    found = kit_json("crisis", "size", "aubagne")
    assert (found["commune"], found["population"], found["crisis"]) == ("Aubagne", 47529, None)
    assert by_service(found, "proposed")["État civil"] == 4
    assert by_service(found, "proposed")["Élections"] == 0
    assert set(by_service(found, "there").values()) == {None}
    laptops, phones, sims = found["equipment"]
    assert (
        laptops | {"kind": "laptop", "wanted": 27, "in_stock": 31, "deployable": 0, "lacking": 0} == laptops
    )
    assert phones | {"kind": "phone", "wanted": 21, "in_stock": 20, "deployable": 2, "lacking": 1} == phones
    assert sims | {"kind": "sim", "wanted": 21, "in_stock": 20, "deployable": 20, "lacking": 1} == sims

    told = kit("crisis", "size", "aubagne")
    assert "Needed" not in told.stdout
    assert "Aubagne, 47529 inhabitants" in told.stdout
    assert "1, and 1 more" in told.stdout
    assert "The pool lacks 1 phone, 1 SIM." in told.stderr
    assert "kit pool readiness" in told.stderr


def test_without_a_pool_what_is_needed_stands_beside_what_the_pool_can_give(
    kit: Kit, kit_json: KitJson
) -> None:
    told = kit("crisis", "size", "aubagne")
    assert told.exit_code == 0
    assert "The rules give 27 seats; the pool has laptops for 0." in told.stderr
    assert "The pool lacks 27 laptops, 21 phones, 21 SIMs." in told.stderr
    assert told.stdout.count("Needed") == 2
    found = kit_json("crisis", "size", "aubagne")
    assert (found["needed"], found["wanted"]) == (27, 0)
    assert [by_service(found, name)["État civil"] for name in ("needed", "proposed")] == [4, 0]
    assert [(each["needed"], each["wanted"], each["lacking"]) for each in found["equipment"]] == [
        (27, 0, 27),
        (21, 0, 21),
        (21, 0, 21),
    ]


def test_of_a_small_pool_each_service_tells_what_it_needs_and_what_it_can_get(
    kit: Kit, kit_json: KitJson, tmp_path: Path
) -> None:
    file = tmp_path / "pool.csv"
    file.write_text(pool_file(crowd(4, phones=0)), "utf-8")
    assert kit("pool", "import", str(file)).exit_code == 0
    found = kit_json("crisis", "size", "aubagne")
    laptops = found["equipment"][0]
    assert (found["needed"], found["wanted"], laptops["in_stock"], laptops["lacking"]) == (27, 5, 5, 22)
    assert "The pool lacks 22 laptops, 21 phones, 21 SIMs." in kit("crisis", "size", "aubagne").stderr


def test_a_service_that_is_due_is_named(pool: None, kit: Kit, kit_json: KitJson) -> None:
    assert (
        by_service(kit_json("crisis", "size", "aubagne", "--due", "elections"), "proposed")["Élections"] == 2
    )
    refused = kit("crisis", "size", "aubagne", "--due", "CCAS")
    assert refused.exit_code == 4
    assert "Élections" in refused.stderr


def test_the_file_that_it_writes_is_refused_until_every_line_has_its_names_and_then_opens_the_crisis(
    pool: None, kit: Kit, kit_json: KitJson, tmp_path: Path
) -> None:
    file = tmp_path / "written.csv"
    told = kit("crisis", "size", "aubagne", "--out", str(file))
    assert f"{file} has 27 seats: fill in their names." in told.stderr
    assert f"kit crisis open Aubagne --seats {file}" in told.stderr
    assert file.stat().st_mode & 0o777 == 0o600

    forced = ("--force-by", "Camille Exemple", "--force-reason", "the prefect asked")
    half = named(file, tmp_path, count=25)
    refused = kit("crisis", "open", "aubagne", "--seats", str(half), *forced, "--json")
    assert refused.exit_code == 3
    assert [row["line"] for row in json.loads(refused.stdout)["error"]["rows"]] == [27, 28]

    full = named(file, tmp_path)
    seats = read_seats(full)
    assert (len(seats), sum(seat.wants_phone for seat in seats)) == (27, 21)
    done = kit("crisis", "open", "aubagne", "--seats", str(full), *forced)
    assert done.exit_code == 0
    assert "Seats beside those proposed" not in done.stderr


@pytest.mark.parametrize("name", ["there.csv", "seats.xlsx", "seats"])
def test_no_file_is_overwritten_and_only_csv_is_written(
    pool: None, kit: Kit, tmp_path: Path, name: str
) -> None:
    (tmp_path / "there.csv").write_text("names that somebody typed")
    refused = kit("crisis", "size", "aubagne", "--out", str(tmp_path / name))
    assert refused.exit_code == 3
    assert (tmp_path / "there.csv").read_text() == "names that somebody typed"
    assert not (tmp_path / "seats.xlsx").exists()


def test_a_seats_file_is_compared_before_a_crisis_is_open(
    pool: None, kit_json: KitJson, kit: Kit, tmp_path: Path
) -> None:
    file = tmp_path / "seats.csv"
    file.write_text(
        seats_file([("Exemple", "Camille", "Paie", True), ("Essai", "Alix", "Voirie publique", False)])
    )
    found = kit_json("crisis", "size", "aubagne", "--seats", str(file))
    assert found["crisis"] is None
    assert by_service(found, "there")["Ressources humaines"] == 1
    assert found["differences"]["Voirie publique"] == 1
    assert found["differences"]["CCAS"] == -3
    assert found["equipment"][0]["there"] == 2
    unknown = kit("crisis", "size", "atlantis")
    assert unknown.exit_code == 4


def test_opening_with_other_seats_than_proposed_says_so_in_one_line_and_refuses_nothing(
    pool: None, kit: Kit, home: Path, tmp_path: Path
) -> None:
    file = tmp_path / "seats.csv"
    file.write_text(seats_file([*crowd(5, phones=0), ("Essai", "Alix", "Cimetières", False)]), "utf-8")
    forced = ("--force-by", "Camille Exemple", "--force-reason", "the prefect asked")
    told = kit("crisis", "open", "aubagne", "--seats", str(file), *forced)
    assert told.exit_code == 0
    (line,) = [line for line in told.stderr.splitlines() if line.startswith("Seats beside those proposed")]
    # Three of État civil and two of CCAS, where four and three are proposed.
    assert "État civil -1" in line
    assert "CCAS -1" in line
    assert "Cimetières +1" in line
    # The proposal would lack a phone, these people do not.
    assert "The pool lacks" not in told.stderr

    many = tmp_path / "many.csv"
    many.write_text(seats_file(crowd(33, phones=22)), "utf-8")
    told = kit("crisis", "open", "aubagne", "--seats", str(many), *forced)
    assert "The pool lacks 2 laptops, 2 phones, 2 SIMs." in told.stderr

    settings = Home.at(home).settings_file
    settings.write_text('[team]\nsizing = "/nowhere/sizing.toml"\n')
    told = kit("crisis", "open", "aubagne", "--seats", str(file), *forced)
    assert told.exit_code == 0
    assert "/nowhere/sizing.toml" in told.stderr


def test_decisions_are_shown_beside_what_is_proposed_and_what_is_there(
    pool: None, kit: Kit, kit_json: KitJson, tmp_path: Path
) -> None:
    reference = opened(kit_json, tmp_path, crowd(5, phones=2))
    decided = ("--by", "Camille Exemple", "--reason", "cold spell")
    first = kit_json("crisis", "resize", reference, "action sociale", "6", *decided)
    assert (first["service"], first["proposed"], first["decided"], first["missing"]) == ("CCAS", 3, 6, 4)
    kit_json("crisis", "resize", "aubagne", "ccas", "5", *decided)
    new = kit("crisis", "resize", reference, "Cimetières", "1", *decided)
    assert "No rule knows “Cimetières”" in new.stderr
    assert f"kit crisis size {reference} --out" in new.stderr

    found = kit_json("crisis", "size", "aubagne")
    assert found["crisis"] == reference
    assert by_service(found, "decided")["CCAS"] == 5
    assert by_service(found, "decided")["État civil"] is None
    assert by_service(found, "there")["CCAS"] == 2
    assert by_service(found, "missing")["Cimetières"] == 1
    assert [(one["service"], one["wanted"]) for one in found["decisions"]] == [
        ("CCAS", 6),
        ("CCAS", 5),
        ("Cimetières", 1),
    ]
    told = kit("crisis", "size", reference).stdout
    assert "cold spell" in told
    assert "Camille Exemple" in told
    refused = kit("crisis", "resize", reference, "CCAS", "501", *decided)
    assert refused.exit_code == 3


def test_people_who_come_later_are_added_once(
    pool: None, kit: Kit, kit_json: KitJson, tmp_path: Path
) -> None:
    reference = opened(kit_json, tmp_path, crowd(3, phones=1))
    more = tmp_path / "more.csv"
    more.write_text(seats_file([("Essai", "Alix", "CCAS", True), ("Essai", "Dominique", "Mairie", False)]))
    adding = ("crisis", "add-seats", "aubagne", "--seats", str(more), "--validated-by")
    assert kit(*adding, " ").exit_code == 3
    told = kit(*adding, "Dominique Essai")
    assert told.exit_code == 0
    assert "4, 5" in told.stdout
    assert "Seats beside those proposed" in told.stderr
    assert f"kit crisis plan {reference}" in told.stderr

    again = kit(*adding, "Dominique Essai", "--json")
    assert again.exit_code == 3
    assert json.loads(again.stdout)["error"]["rows"] == [
        {"line": 2, "reason": "has seat 4 already"},
        {"line": 3, "reason": "has seat 5 already"},
    ]
    assert len(kit_json("crisis", "status", reference)["seats"]) == 5


def test_the_missing_seats_of_an_open_crisis_are_written_to_be_added(
    pool: None, kit: Kit, kit_json: KitJson, tmp_path: Path
) -> None:
    file = tmp_path / "written.csv"
    kit("crisis", "size", "aubagne", "--out", str(file))
    forced = ("--force-by", "Camille Exemple", "--force-reason", "the prefect asked")
    seats = str(named(file, tmp_path))
    reference = kit_json("crisis", "open", "aubagne", "--seats", seats, *forced)["reference"]
    decided = ("--by", "Camille Exemple", "--reason", "cold spell")
    kit("crisis", "resize", reference, "CCAS", "5", *decided)
    more = tmp_path / "more.csv"
    told = kit("crisis", "size", reference, "--out", str(more))
    assert f"kit crisis add-seats {reference} --seats {more} --validated-by" in told.stderr
    # Three of them had two phones; five have three.
    assert more.read_text("utf-8-sig").splitlines()[1:] == [";;CCAS;oui;", ";;CCAS;non;"]
    kit("crisis", "resize", reference, "CCAS", "3", *decided)
    whole = kit("crisis", "size", reference, "--out", str(tmp_path / "none.csv"))
    assert whole.exit_code == 3
    assert "No seat is missing" in whole.stderr
