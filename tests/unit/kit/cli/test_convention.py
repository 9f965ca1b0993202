"""`kit convention`, as typed."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from typer.testing import Result

from tests.unit.inventory.conventions.owning import PARAMETERS

ADD = ("convention", "add", "aubagne", "--template", "amp_cyber", "--notified")
NOTICE = ("convention", "notice", "aubagne")


def test_add_records_once_and_says_from_when_to_when(
    kit: Callable[..., Result], kit_json: Callable[..., Any]
) -> None:
    added = kit_json(*ADD, "2024-03-15")
    assert (added["code"], added["status"], added["lends_kit"]) == ("13005", "active", True)
    assert (added["effect"], added["last_day"]) == ("2024-03-15", "2032-03-15")
    assert kit_json(*ADD, "2024-03-15")["id"] == added["id"]
    assert len(kit_json("convention", "show", "13005")) == 1
    assert "2032-03-15" in kit("convention", "show", "13005").stdout


def test_the_longest_duration_is_read_as_the_team_reads_it(kit_json: Callable[..., Any]) -> None:
    added = kit_json(*ADD, "2024-03-15", "--reading", "nth_civil_year")
    assert (added["reading"], added["last_day"]) == ("nth_civil_year", "2031-12-31")


def test_list_has_a_line_for_every_commune(kit: Callable[..., Result], kit_json: Callable[..., Any]) -> None:
    kit(*ADD, "2024-03-15")
    kit("convention", "add", "allauch", "--template", "amp_cyber")
    rows = kit_json("convention", "list")
    assert len(rows) == 92
    assert {row["commune"]: row["status"] for row in rows if row["status"] != "none"} == {
        "Aubagne": "active",
        "Allauch": "draft",
    }
    told = {line.split("│")[2].strip(): line for line in kit("convention", "list").stdout.splitlines()[3:-1]}
    assert "│ in force " in told["Aubagne"]
    assert "│ not in force yet " in told["Allauch"]
    assert "│ none " in told["Auriol"]


def test_a_terminated_one_is_ended(kit_json: Callable[..., Any]) -> None:
    assert kit_json(*ADD, "2020-01-01", "--ended", "2020-12-31")["status"] == "ended"


def test_what_cannot_be_is_refused(kit: Callable[..., Result]) -> None:
    assert kit(*ADD, "15/03/2024").exit_code == 2
    assert kit("convention", "add", "aubagne", "--template", "amp").exit_code == 4
    assert kit(*ADD, "2024-03-15", "--reading", "leap").exit_code == 4
    backwards = kit(*ADD, "2024-03-15", "--ended", "2024-03-14")
    assert backwards.exit_code == 14
    assert "cannot end on 2024-03-14" in backwards.stderr
    assert "nothing was changed" in kit(*ADD, "2024-03-15", "--signed", "2024-03-16").stderr


def test_a_letter_is_recorded_and_the_end_is_told(
    kit: Callable[..., Result], kit_json: Callable[..., Any]
) -> None:
    kit(*ADD, "2020-03-15")
    sent = kit_json(*NOTICE, "exit", "--side", "lender", "--sent", "2024-09-01")
    assert (sent["received_on"], sent["last_day"]) == (None, "2028-03-15")
    received = kit_json(
        *NOTICE, "exit", "--side", "lender", "--sent", "2024-09-01", "--received", "2024-09-30"
    )
    assert (received["id"], received["last_day"]) == (sent["id"], "2024-12-31")
    assert [row["status"] for row in kit_json("convention", "show", "aubagne")] == ["ended"]
    # It has ended: there is nothing left to write a letter about.
    assert kit(*NOTICE, "exit", "--side", "lender", "--sent", "2024-09-01").exit_code == 4


def test_letters_that_cannot_be_are_refused(kit: Callable[..., Result]) -> None:
    kit(*ADD, "2024-03-15")
    assert kit(*NOTICE, "divorce", "--side", "lender", "--sent", "2024-09-01").exit_code == 4
    assert kit(*NOTICE, "exit", "--side", "", "--sent", "2024-09-01").exit_code == 3
    early = kit(*NOTICE, "exit", "--side", "lender", "--sent", "2024-09-02", "--received", "2024-09-01")
    assert early.exit_code == 14
    assert "receipt (2024-09-01) is before sending (2024-09-02)" in early.stderr


def test_terms_tell_every_date_with_its_rule(
    kit: Callable[..., Result], kit_json: Callable[..., Any]
) -> None:
    kit(*ADD, "2024-03-15")
    rows = {row["what"]: row for row in kit_json("convention", "terms", "aubagne")}
    assert rows["end of the first term"]["day"] == "2024-12-31"
    assert rows["longest duration, to the anniversary (this one counts)"]["day"] == "2032-03-15"
    assert rows["longest duration, to the end of the last civil year"]["day"] == "2031-12-31"
    assert rows["support"]["day"] == "not in the template"
    (window,) = [row for what, row in rows.items() if what.startswith("last day to receive")]
    assert window["day"].endswith("-09-30")
    assert window["rule"] == "3 months from receipt of the registered letter, to the end of a term"
    assert all(row["rule"] for row in rows.values())
    assert "2031-12-31" in kit("convention", "terms", "aubagne").stdout


@pytest.mark.parametrize("template", ["amp_mcmdmp", "lyon_gnm", "moselle"])
def test_every_template_tells_its_terms(kit_json: Callable[..., Any], template: str) -> None:
    kit_json("convention", "add", "aubagne", "--template", template)
    draft = {row["what"]: row["day"] for row in kit_json("convention", "terms", "aubagne")}
    assert draft["first day in force"] is None
    dates = ("--signed", "2022-05-31", "--notified", "2022-05-31")
    kit_json("convention", "add", "aubagne", "--template", template, *dates)
    told = {row["what"]: row["day"] for row in kit_json("convention", "terms", "aubagne")}
    assert told["first day in force"] == "2022-05-31"
    assert told["last day in force"] is not None


def test_due_tells_the_whole_territory_and_writes_the_calendar(
    kit: Callable[..., Result], kit_json: Callable[..., Any], tmp_path: Path
) -> None:
    kit(*ADD, "2024-03-15")
    sent = (date.today() - timedelta(days=3)).isoformat()  # noqa: DTZ011  the day the program goes by
    kit(*NOTICE, "breach", "--side", "commune", "--sent", sent, "--received", sent)
    file = tmp_path / "calendar" / "kit.ics"
    shown = kit("convention", "due", "--ics", str(file))
    assert shown.exit_code == 0
    assert "breach told by the commune" in shown.stdout
    assert "things to do." in shown.stderr
    rows = kit_json("convention", "due", "--days", "0")
    assert rows[0]["commune"] == "Aubagne"
    assert rows[0]["kind"] == "cure"
    assert rows[0]["what"] == "breach told by the commune is cured, or it is the last day"
    assert rows[0]["rule"] == "3 months to cure a breach, from receipt"
    assert [row["kind"] for row in rows].count("no_convention") == 91
    assert {row["what"] for row in rows if row["code"] is None} == {"no correspondent is known"}
    (event,) = [
        each for each in Calendar.from_ical(file.read_bytes()).events if "breach" in str(each["SUMMARY"])
    ]
    assert str(event["SUMMARY"]).startswith("Aubagne: ")
    before = file.read_bytes()
    kit("convention", "due", "--ics", str(file))
    assert file.read_bytes() == before


def test_a_team_has_templates_of_its_own(
    home: Path, kit: Callable[..., Result], kit_json: Callable[..., Any]
) -> None:
    folder = home / "templates"
    folder.mkdir()
    file = folder / "ours.json"
    file.write_text(json.dumps({"templates": {"ours": [PARAMETERS | {"version": 1}]}}))
    (home / "kit.toml").write_text(f'[conventions]\ntemplates = "{folder}"\n')
    ours = ("convention", "add", "aubagne", "--template", "ours", "--notified", "2024-01-01")
    added = kit_json(*ours)
    assert (added["status"], added["lends_kit"], added["last_day"]) == ("active", True, None)
    # The convention no longer needs the file.
    file.write_text("{}")
    assert kit("convention", "add", "allauch", "--template", "ours").exit_code == 3
    assert [row["status"] for row in kit_json("convention", "show", "aubagne")] == ["active"]
