"""`kit document`, `kit report` and `kit convention print`, as an operator types them."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inventory.journal import Stamp
from kit import settings
from tests.databases import fresh
from tests.unit.inventory.samples import NOW, fill
from tests.unit.kit.cli.conftest import Kit

CRISIS = "13005-2026-01"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A station with an open crisis."""
    folder = tmp_path / "home"
    database = fresh(settings.Home.at(folder).state / "kit.db")
    fill(database, Stamp("camille@station", NOW))
    database.dispose()
    return folder


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """A signed paper."""
    file = tmp_path / "scan.pdf"
    file.write_bytes(b"%PDF signed")
    return file


@pytest.mark.parametrize("report", ["situation", "technical", "register"])
def test_a_report_is_issued_listed_and_shown(kit: Kit, kit_json: Callable[..., Any], report: str) -> None:
    made = kit_json("report", report, CRISIS)
    assert hashlib.sha256(Path(made["pdf"]).read_bytes()).hexdigest() == made["pdf_sha256"]
    (row,) = kit_json("document", "list", CRISIS)
    assert (row["reference"], row["version"], row["signed"]) == (made["reference"], 1, False)
    assert made["facts_sha256"].startswith(row["check"])
    shown = kit("document", "show", f"{made['reference']}-v1", "--text")
    assert shown.exit_code == 0
    assert shown.stdout.strip() == Path(made["pdf"]).with_suffix(".txt").read_text().strip()
    assert made["facts_sha256"] in kit("document", "show", made["reference"]).stdout


def test_a_runbook_and_a_convention_are_printed_as_text(kit: Kit) -> None:
    assert "kit crisis open" in kit("report", "runbook", "--text").stdout
    shown = kit("convention", "print", "aubagne", "--text")
    assert shown.exit_code == 0
    assert "211300058" in shown.stdout


def test_a_scan_is_attached_once_and_then_the_document_is_signed(
    kit_json: Callable[..., Any], scan: Path
) -> None:
    made = kit_json("report", "situation", CRISIS)
    call = ("document", "attach", made["reference"], str(scan), "--check", made["facts_sha256"][:8])
    first = kit_json(*call, "--role", "signed")
    assert first["sha256"] == hashlib.sha256(b"%PDF signed").hexdigest()
    assert kit_json(*call) == first
    (row,) = kit_json("document", "list")
    assert row["signed"] is True
    (attached,) = kit_json("document", "show", made["reference"])["attachments"]
    assert (attached["name"], attached["role"]) == ("scan.pdf", "signed")


@pytest.mark.parametrize(
    ("reference", "role", "code"),
    [
        ("13005-2026-01-SITUATION", "signed", 3),
        ("13005-2026-01-SITUATION-v9", "signed", 4),
        ("13005-2026-01-NOTHING", "signed", 4),
        ("13005-2026-01-SITUATION", "stamped", 4),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_attached(  # noqa: PLR0917  fixtures and cases
    kit: Kit, kit_json: Callable[..., Any], scan: Path, reference: str, role: str, code: int
) -> None:
    made = kit_json("report", "situation", CRISIS)
    refused = kit("document", "attach", reference, str(scan), "--check", "00000000", "--role", role)
    assert refused.exit_code == code
    assert kit_json("document", "show", made["reference"])["attachments"] == []


def test_a_file_that_cannot_be_read_is_told(kit: Kit, kit_json: Callable[..., Any], tmp_path: Path) -> None:
    made = kit_json("report", "situation", CRISIS)
    call = ("document", "attach", made["reference"], str(tmp_path / "none.pdf"), "--check", "00000000")
    refused = kit(*call)
    assert refused.exit_code == 2
    assert "none.pdf" in refused.stderr


@pytest.mark.parametrize(
    "call",
    [
        ("report", "situation", "13005-2026-99"),
        ("document", "show", "nothing"),
        ("document", "list", "nowhere"),
        ("convention", "print", "marseille"),
    ],
)
def test_what_is_unknown_is_told_with_what_to_do(kit: Kit, call: tuple[str, ...]) -> None:
    refused = kit(*call)
    assert refused.exit_code == 4
    assert "→" in refused.stderr
