"""`kit crate`, as typed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

Kit = Callable[..., Result]
KitJson = Callable[..., Any]


@pytest.fixture
def phone(kit: Kit, tmp_path: Path) -> str:
    """The tag of a phone in the pool."""
    file = tmp_path / "pool.csv"
    file.write_text("tag;kind;imei;lieu\nTEL-1;phone;490154203237518;Room A\n", "utf-8")
    assert kit("pool", "import", str(file)).exit_code == 0
    return "TEL-1"


def test_a_kit_is_prepared_in_advance_carried_and_dissolved(kit: Kit, kit_json: KitJson, phone: str) -> None:
    needs = ("--needs", "phone=1", "--needs", "charger 65 W=2")
    made = kit_json("crate", "make", "CAI-1", *needs, "--label", "Kit 1", "--place", "Room A")
    assert (made["complete"], made["missing"]) == (False, {"phone": 1, "charger 65 W": 2})
    kit_json("stock", "in", "charger 65 W", "3", "--place", "CAI-1", "--reason", "bought")
    packed = kit_json("crate", "pack", "cai-1", phone)
    assert (packed["complete"], packed["devices"]) == (True, [phone])
    assert (packed["supplies"], packed["surplus"]) == ({"charger 65 W": 3}, {"charger 65 W": 1})
    assert "3 × charger 65 W" in kit("crate", "list").stdout
    assert kit_json("crate", "list") == [packed]
    kit_json("crate", "move", "CAI-1", "Town hall")
    assert kit_json("pool", "show", phone)["place"] == "Town hall"
    refused = kit("crate", "dissolve", "CAI-1", "--reason", "old")
    assert refused.exit_code == 14
    assert "TEL-1, 3 × charger 65 W" in refused.stderr
    kit_json("crate", "unpack", phone, "--place", "Room B")
    kit_json("stock", "move", "charger 65 W", "3", "--from", "CAI-1", "--to", "Room B")
    assert kit_json("crate", "dissolve", "CAI-1", "--reason", "old")["dissolved_at"] is not None
    assert kit_json("crate", "list") == []
    shown = kit("crate", "show", "CAI-1").stdout
    assert "TEL-1 " not in shown
    assert "dissolved  20" in shown


def test_packing_is_all_or_nothing(kit: Kit, kit_json: KitJson, phone: str) -> None:
    kit_json("crate", "make", "CAI-1")
    assert kit("crate", "pack", "CAI-1", phone, "NO-1").exit_code == 4
    assert kit_json("crate", "show", "CAI-1")["devices"] == []


@pytest.mark.parametrize("needs", ["laptop", "laptop=", "laptop=two", "=2", "laptop=0", "laptop=-1"])
def test_what_is_no_need_is_refused(kit: Kit, kit_json: KitJson, needs: str) -> None:
    assert kit("crate", "make", "CAI-1", "--needs", needs).exit_code == 3
    assert kit_json("crate", "list") == []


def test_a_crates_tag_is_refused_for_a_device_of_a_file(kit: Kit, kit_json: KitJson, tmp_path: Path) -> None:
    kit_json("crate", "make", "CAI-1")
    file = tmp_path / "pool.csv"
    file.write_text("tag;kind\nCAI-1;accessory\n", "utf-8")
    refused = kit("pool", "import", str(file))
    assert refused.exit_code == 3
    assert "CAI-1 is the tag of a crate" in refused.stderr


def test_a_file_does_not_tell_a_device_in_a_crate_where_it_is(
    kit: Kit, kit_json: KitJson, phone: str, tmp_path: Path
) -> None:
    kit_json("crate", "make", "CAI-1", "--place", "Room B")
    kit_json("crate", "pack", "CAI-1", phone)
    refused = kit("pool", "import", str(tmp_path / "pool.csv"))
    assert refused.exit_code == 3
    assert "TEL-1 is in crate CAI-1, so it is where that is: Room B, not Room A" in refused.stderr
