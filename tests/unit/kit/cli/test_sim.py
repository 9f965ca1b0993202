"""`kit sim`, as typed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

POOL = (
    "tag;kind;imei;imei 2;iccid;numéro;échéance\n"
    "TEL-1;phone;490154203237518;356938035643809;;;\n"
    "SIM-1;sim;;;8933150319000000006;06 12 34 56 78;31/12/2026\n"
)


@pytest.fixture
def file(kit: Callable[..., Result], tmp_path: Path) -> Path:
    path = tmp_path / "pool.csv"
    path.write_text(POOL, "utf-8")
    assert kit("pool", "import", str(path)).exit_code == 0
    return path


def test_a_sim_goes_in_and_out_and_its_history_has_the_numbers(
    kit: Callable[..., Result], kit_json: Callable[..., Any], file: Path
) -> None:
    assert kit_json("sim", "insert", "sim-1", "tel-1", "--slot", "2")["until"] is None
    assert kit_json("sim", "remove", "SIM-1")["until"] is not None
    file.write_text(POOL.replace("06 12 34 56 78", "06 12 34 56 79"), "utf-8")
    assert kit("pool", "import", str(file), "--update-identity").exit_code == 0
    told = kit_json("sim", "history", "SIM-1")
    assert [(sat["host_tag"], sat["slot"]) for sat in told["pairings"]] == [("TEL-1", 2)]
    first, second = told["numbers"]
    assert (first["number"], second["number"]) == ("+33612345678", "+33612345679")
    assert first["until"] == second["since"]
    text = kit("sim", "history", "SIM-1").stdout
    assert "TEL-1" in text
    assert "+33612345679" in text
    assert kit_json("sim", "history", "TEL-1")["numbers"] == []


def test_a_slot_that_is_taken_is_refused(kit: Callable[..., Result], file: Path) -> None:
    assert kit("sim", "insert", "SIM-1", "TEL-1").exit_code == 0
    refused = kit("sim", "insert", "SIM-1", "TEL-1", "--slot", "2")
    assert refused.exit_code == 14
    assert "kit sim remove SIM-1" in refused.stderr
    assert kit("sim", "insert", "SIM-1", "TEL-1", "--slot", "3").exit_code == 2


def test_the_second_imei_and_the_end_of_the_contract_are_shown(
    kit: Callable[..., Result], kit_json: Callable[..., Any], file: Path
) -> None:
    assert kit_json("pool", "show", "TEL-1")["imei2"] == "356938035643809"
    assert kit_json("pool", "show", "SIM-1")["expires_on"] == "2026-12-31"
    file.write_text(POOL.replace("31/12/2026", "2027-01-31"), "utf-8")
    dry = kit("pool", "import", str(file), "--dry-run")
    assert "SIM-1 changes: expires on 2026-12-31 → 2027-01-31" in dry.stdout
    assert kit("pool", "import", str(file)).exit_code == 0
    assert kit_json("pool", "show", "SIM-1")["expires_on"] == "2027-01-31"
