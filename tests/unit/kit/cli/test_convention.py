"""`kit convention`, as typed."""

from collections.abc import Callable
from typing import Any

from typer.testing import Result

ADD = ("convention", "add", "aubagne", "--template", "amp_cyber", "--notified")


def test_add_records_once_and_says_from_when_to_when(
    kit: Callable[..., Result], kit_json: Callable[..., Any]
) -> None:
    added = kit_json(*ADD, "2024-03-15")
    assert (added["code"], added["status"], added["lends_kit"]) == ("13005", "active", True)
    assert (added["effect"], added["last_day"]) == ("2024-03-15", "2032-03-15")
    assert kit_json(*ADD, "2024-03-15")["id"] == added["id"]
    assert len(kit_json("convention", "show", "13005")) == 1
    assert "2032-03-15" in kit("convention", "show", "13005").stdout


def test_list_has_a_line_for_every_commune(kit: Callable[..., Result], kit_json: Callable[..., Any]) -> None:
    kit(*ADD, "2024-03-15")
    kit("convention", "add", "allauch", "--template", "amp_cyber")
    rows = kit_json("convention", "list")
    assert len(rows) == 92
    assert {row["commune"]: row["status"] for row in rows if row["status"] != "none"} == {
        "Aubagne": "active",
        "Allauch": "draft",
    }
    assert "Aubagne" in kit("convention", "list").stdout


def test_a_terminated_one_is_ended(kit_json: Callable[..., Any]) -> None:
    assert kit_json(*ADD, "2020-01-01", "--ended", "2020-12-31")["status"] == "ended"


def test_what_cannot_be_is_refused(kit: Callable[..., Result]) -> None:
    assert kit(*ADD, "15/03/2024").exit_code == 2
    assert kit("convention", "add", "aubagne", "--template", "amp").exit_code == 4
    backwards = kit(*ADD, "2024-03-15", "--ended", "2024-03-14")
    assert backwards.exit_code == 14
    assert "cannot end on 2024-03-14" in backwards.stderr
