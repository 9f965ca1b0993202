"""`kit pool quarantine`, `wiped` and `restock`, as typed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from inventory.database import Database
from kit import settings
from kit.cli import exits
from tests.unit.inventory.samples import laptop, phone

Kit = Callable[..., Result]
CONFLICT, BAD_INPUT = exits.CODES["conflict"], exits.CODES["bad-input"]


@pytest.fixture(autouse=True)
def pool(home: Path) -> Iterator[None]:
    """A laptop and two phones."""
    database = Database(settings.load(settings.Home.at(home)).database)
    with database.write() as session:
        session.add_all([laptop(1), phone(1), phone(2)])
    yield
    database.dispose()


def states(kit_json: Callable[..., Any]) -> dict[str, str]:
    return {row["tag"]: row["state"] for row in kit_json("pool", "list")}


def test_a_phone_comes_back_to_stock_on_the_word_of_who_reset_it(
    kit: Kit, kit_json: Callable[..., Any]
) -> None:
    apart = kit("pool", "quarantine", "tel-01", "--reason", "came back\nwithout its charger")
    assert (apart.exit_code, "kit pool wiped TEL-01 --how" in apart.stderr) == (0, True)
    assert kit("pool", "restock", "TEL-01").exit_code == CONFLICT
    assert kit("pool", "wiped", "TEL-01", "--how", " ").exit_code == BAD_INPUT
    assert kit_json("pool", "wiped", "TEL-01", "--how", "factory reset, asks for no account") == [
        {"tag": "TEL-01", "state": "wiped"}
    ]
    # All of them, or none.
    refused = kit("pool", "restock", "TEL-01", "TEL-02")
    assert (refused.exit_code, "TEL-02 (in_stock)" in refused.stderr) == (CONFLICT, True)
    assert states(kit_json)["TEL-01"] == "wiped"
    assert kit_json("pool", "restock", "TEL-01") == [{"tag": "TEL-01", "state": "in_stock"}]
    shown = kit_json("pool", "show", "TEL-01")
    assert shown["findings"][0]["data"]["how"] == "factory reset, asks for no account"
    assert [line["data"].get("reason") for line in shown["history"]] == [
        "came back without its charger",
        None,
        "reset by hand",
        "back on the shelf",
    ]
    text = kit("pool", "show", "TEL-01").stdout
    wipe = "wipe  passed: factory reset, asks for no account"
    assert text.index("IMEI") < text.index(wipe) < text.index("device.moved")


def test_a_laptop_has_to_prove_its_wipe_itself(kit: Kit, kit_json: Callable[..., Any]) -> None:
    apart = kit("pool", "quarantine", "LAP-01", "--reason", "doubtful")
    assert "kit laptop release LAP-01" in apart.stderr
    refused = kit("pool", "wiped", "LAP-01", "--how", "believe me")
    assert (refused.exit_code, "kit laptop release LAP-01" in refused.stderr) == (BAD_INPUT, True)
    assert kit_json("pool", "show", "LAP-01")["findings"] == []
    assert states(kit_json)["LAP-01"] == "quarantined"


def test_what_is_not_in_quarantine_is_not_wiped(kit: Kit, kit_json: Callable[..., Any]) -> None:
    assert kit("pool", "wiped", "TEL-01", "--how", "reset").exit_code == CONFLICT
    assert kit_json("pool", "show", "TEL-01")["findings"] == []
    assert kit("pool", "quarantine", "TEL-09", "--reason", "x").exit_code == exits.CODES["unknown"]
