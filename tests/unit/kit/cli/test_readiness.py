"""`kit pool readiness` and `kit pool check`, as typed."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from inventory.readiness import Limits
from inventory.times import utc_now
from kit.settings import PoolSettings


@pytest.fixture(autouse=True)
def pool(kit: Callable[..., Result], tmp_path: Path) -> None:
    """Two phones, and a SIM whose contract ended."""
    ended = (utc_now() - timedelta(days=5)).date()
    file = tmp_path / "pool.csv"
    file.write_text(
        "tag;kind;imei;iccid;échéance;lieu\n"
        "TEL-1;phone;490154203237518;;;Room A\n"
        "TEL-2;phone;356938035643809;;;Room A\n"
        f"SIM-1;sim;;8933150319000000006;{ended};Room B\n",
        "utf-8",
    )
    assert kit("pool", "import", str(file)).exit_code == 0


def test_it_says_how_many_are_deployable_and_why_not_the_others(
    kit: Callable[..., Result], kit_json: Callable[..., Any]
) -> None:
    kit_json("pool", "check", "TEL-1", "--battery", "80")
    told = kit("pool", "readiness").stdout
    assert "phone: 1 of 2 deployable now" in told
    assert "sim: 0 of 1 deployable now" in told
    assert "nobody ever looked at it" in told
    assert "contract or licence ended" in told
    assert "TEL-1 " not in told
    found = kit_json("pool", "readiness", "--kind", "phone")
    (counts,) = found["kinds"]
    assert (counts["in_stock"], counts["deployable"], counts["needs_check"]) == (2, 1, 1)
    assert [(d["tag"], d["verdict"]) for d in found["devices"]] == [
        ("TEL-1", "deployable"),
        ("TEL-2", "needs_check"),
    ]
    assert found["devices"][1]["reasons"] == [{"why": "never_checked", "found": None, "limit": None}]
    assert [d["tag"] for d in kit_json("pool", "readiness", "--place", "Room B")["devices"]] == ["SIM-1"]
    assert [d["tag"] for d in kit_json("pool", "readiness", "--search", "-kind:sim tel")["devices"]] == [
        "TEL-1",
        "TEL-2",
    ]
    assert "Nothing is in stock." in kit("pool", "readiness", "--place", "nowhere").stdout


def test_a_look_that_finds_something_wrong_says_what_to_do(kit: Callable[..., Result]) -> None:
    seen = kit("pool", "check", "TEL-1", "TEL-2", "--fails", "screen cracked")
    assert seen.exit_code == 0
    assert "kit pool quarantine" in seen.stderr
    told = kit("pool", "readiness").stdout
    assert "phone: 0 of 2 deployable now" in told
    assert "did not pass: screen cracked" in told
    assert "nobody ever looked" not in told
    assert "failed: screen cracked" in kit("pool", "show", "TEL-1").stdout
    assert kit("pool", "check", "TEL-1", "--battery", "101").exit_code == 2
    assert kit("pool", "readiness", "--kind", "tablet").exit_code == 4


def test_the_limits_are_settings(
    kit: Callable[..., Result], kit_json: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert vars(Limits()) == PoolSettings().model_dump()
    kit_json("pool", "check", "TEL-1", "TEL-2", "--battery", "80")
    assert "phone: 2 of 2" in kit("pool", "readiness").stdout
    monkeypatch.setenv("KIT_POOL__BATTERY_CHARGE", "90")
    assert "phone: 0 of 2" in kit("pool", "readiness").stdout
    assert "battery at 80 %, limit 90 %" in kit("pool", "readiness").stdout
