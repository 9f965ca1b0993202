"""`kit pool declare` and `kit pool undo`, as typed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from inventory import loans
from inventory.database import Database
from tests.unit.kit.cli import lending

Kit = Callable[..., Result]


@pytest.fixture(autouse=True)
def phone(kit: Callable[..., Result], tmp_path: Path) -> None:
    """TEL-1 in the pool."""
    file = tmp_path / "pool.csv"
    file.write_text("tag;kind;imei\nTEL-1;phone;490154203237518\n", "utf-8")
    assert kit("pool", "import", str(file)).exit_code == 0


def test_what_was_declared_by_mistake_is_undone_in_the_open(
    kit: Callable[..., Result], kit_json: Callable[..., Any]
) -> None:
    lost = kit("pool", "declare", "tel-1", "lost", "--reason", "left on a train")
    assert lost.exit_code == 0
    assert "kit pool undo TEL-1" in lost.stderr
    assert kit_json("pool", "undo", "TEL-1", "--reason", "TEL-11 was meant") == {
        "tag": "TEL-1",
        "state": "in_stock",
    }
    history = kit_json("pool", "show", "TEL-1")["history"]
    assert [line["kind"] for line in history] == ["device.added", "device.moved", "device.undone"]
    assert kit("pool", "undo", "TEL-1", "--reason", "again").exit_code == 14


def test_what_a_person_had_in_hand_is_not_only_lost_but_a_loss_to_report(kit: Kit, home: Path) -> None:
    database = Database(f"sqlite:///{home / 'kit.db'}")
    reference = lending.ready(database)
    with database.write() as session:
        for loan in loans.open_loans(session):
            if loan.device_tag != "LAP-02":
                loans.hand_over(session, lending.BY, loan)
    command = "kit loss {} {} --{} --told-by"
    stolen = kit("pool", "declare", "LAP-01", "stolen", "--reason", "out of a car")
    assert command.format(reference, "LAP-01", "stolen") in stolen.stderr
    # Still here when it went: nobody's data are on it.
    assert "kit loss" not in kit("pool", "declare", "LAP-02", "lost", "--reason", "gone").stderr
    assert "kit loss" not in kit("pool", "declare", "TEL-02", "broken", "--reason", "fell").stderr
    database.dispose()
    opened = kit("stocktake", "open", "--commune", "aubagne", "--json")
    session_reference = json.loads(opened.stdout)["reference"]
    decided = kit("stocktake", "decide", session_reference, "TEL-01", "missing", "--as", "lost")
    assert command.format(reference, "TEL-01", "lost") in decided.stderr


@pytest.mark.parametrize(
    ("state", "reason", "code"), [("on_loan", "x", 4), ("", "x", 3), ("lost", " ", 3), ("retired", "old", 0)]
)
def test_only_a_departure_with_its_reason_is_declared(
    kit: Callable[..., Result], kit_json: Callable[..., Any], state: str, reason: str, code: int
) -> None:
    assert kit("pool", "declare", "TEL-1", state, "--reason", reason).exit_code == code
    assert kit_json("pool", "show", "TEL-1")["state"] == ("in_stock" if code else state)
