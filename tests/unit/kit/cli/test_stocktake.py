"""`kit stocktake`, as typed."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner, Result

from inventory.times import utc_now
from kit.cli import app

Kit = Callable[..., Result]
KitJson = Callable[..., Any]
POOL = (
    "étiquette;type;modèle;IMEI;ICCID;lieu\n"
    "TEL-1;téléphone;Fairphone;490154203237518;;Armoire A\n"
    "TEL-2;téléphone;Fairphone;356944000000009;;Armoire A\n"
    "SIM-1;sim;;;8933150319031901230;Armoire A\n"
    "CHG-1;accessoire;Chargeur;;;Armoire B\n"
)
NOW = utc_now().astimezone(ZoneInfo("Europe/Paris"))
SESSION = f"ST-{NOW:%Y}-01"
DAY = (NOW + timedelta(days=30)).date().isoformat()


@pytest.fixture
def session(kit: Kit, tmp_path: Path) -> str:
    """An open session that counts cupboard A."""
    file = tmp_path / "pool.csv"
    file.write_text(POOL, encoding="utf-8")
    kit("pool", "import", str(file))
    assert kit("stocktake", "open", "--place", "armoire a").exit_code == 0
    return SESSION


@pytest.fixture
def reader(home: Path, monkeypatch: pytest.MonkeyPatch) -> Kit:
    """Runs `kit stocktake scan` with what a reader types."""
    monkeypatch.setenv("COLUMNS", "200")

    def run(typed: str, *arguments: str) -> Result:
        return CliRunner().invoke(
            app, ["--home", str(home), "stocktake", "scan", SESSION, *arguments], input=typed
        )

    return run


def test_a_reader_that_types_is_answered_line_by_line(session: str, reader: Kit) -> None:
    answered = reader("TEL-1\r\n\r\nTEL)é\n8933150319031901230\nCHG-1\nfoo\nTEL-1\n" + "x" * 70 + "\n")
    assert answered.exit_code == 0
    assert answered.stdout.splitlines() == [
        "ok  TEL-1 phone Fairphone",
        "ok  TEL-2 phone Fairphone; typed TEL)é on another keyboard, read as TEL-2",
        "ok  SIM-1 sim",
        "UNEXPECTED  CHG-1 accessory Chargeur: in_stock, Armoire B",
        "UNKNOWN  foo: nothing in the pool has this code; it is kept",
        "ok  TEL-1 phone Fairphone; scanned before",
    ]
    assert "is longer than 64 characters; it was not kept" in answered.stderr


def test_a_crate_is_not_counted_but_what_is_in_it(
    session: str, kit: Kit, kit_json: KitJson, reader: Kit
) -> None:
    assert kit("crate", "make", "CRATE-1", "--place", "Armoire A").exit_code == 0
    assert "CRATE-1 is a crate: scan what is in it; it was not kept." in reader("CRATE-1\n").stderr
    assert kit_json("stocktake", "report", session)["sightings"] == 0


def test_codes_on_the_command_line_and_from_the_reader_are_data_too(session: str, reader: Kit) -> None:
    result = reader("foo\n", "TEL-1", "-", "--place", "Mairie", "--condition", "hs", "--json")
    told = json.loads(result.stdout)
    assert [(one["code"], one["sequence"], one["place"], one["condition"]) for one in told] == [
        ("TEL-1", 1, "Mairie", "faulty"),
        ("foo", 2, "Mairie", "faulty"),
    ]
    assert [(one["identity"], one["expected"]) for one in told] == [("tag", True), (None, False)]


def test_a_second_session_on_the_same_devices_is_told(session: str, kit: Kit, kit_json: KitJson) -> None:
    second = kit("stocktake", "open", "--place", "Armoire A", "--state", "in_stock")
    assert f"{session} is open too and expects 3 of these devices." in second.stderr
    answered = kit("stocktake", "scan", session, "TEL-1")
    assert "also expected in ST-" in answered.stdout
    assert [one["place"] for one in kit_json("stocktake", "list")] == ["Armoire A", "Armoire A"]


def test_an_offline_file_is_merged_once(session: str, kit: Kit, kit_json: KitJson, tmp_path: Path) -> None:
    file = tmp_path / "reader.csv"
    file.write_text(f"code;moment\nTEL-1;{utc_now().isoformat()}\nfoo;{utc_now().isoformat()}\n")
    assert kit_json("stocktake", "scan", session, "--file", str(file)) == {"read": 2, "new": 2}
    assert kit_json("stocktake", "scan", session, "--file", str(file)) == {"read": 2, "new": 0}
    file.write_text("code;moment\nTEL-1;2020-01-01 10:00\n")
    refused = kit("stocktake", "scan", session, "--file", str(file))
    assert (refused.exit_code, "line 2" in refused.stderr) == (3, True)


def test_from_the_count_to_the_signed_report(
    session: str, kit: Kit, kit_json: KitJson, home: Path, tmp_path: Path
) -> None:
    kit("stocktake", "scan", session, "TEL-1", "CHG-1", "foo")
    kit("stocktake", "scan", session, "TEL-2", "--place", "Mairie")
    report = kit_json("stocktake", "report", session)
    assert (report["expected"], report["seen"]) == (3, 2)
    open_ones = [(row["subject"], row["discrepancy"]) for row in report["discrepancies"]]
    assert open_ones == [
        ("CHG-1", "unexpected"),
        ("SIM-1", "missing"),
        ("TEL-2", "wrong_place"),
        ("foo", "unknown_code"),
    ]
    assert "4 wait for a decision." in kit("stocktake", "report", session).stdout
    early = kit("stocktake", "close", session)
    assert (early.exit_code, "4 discrepancies" in early.stderr) == (14, True)
    decide = ("stocktake", "decide", session)
    kit_json(*decide, "CHG-1", "unexpected", "--as", "correct")
    kit_json(*decide, "sim-1", "missing", "--as", "search", "--until", DAY, "--owner", "Sacha")
    kit_json(*decide, "TEL-2", "wrong-place", "--as", "correct")
    last = kit(*decide, "foo", "unknown_code", "--as", "accept", "--reason", "an empty box")
    assert "an empty box" in last.stdout
    assert kit_json("pool", "show", "TEL-2")["place"] == "Mairie"
    issued = kit_json("stocktake", "close", session)
    pdf = Path(issued["pdf"])
    assert pdf.parent == home / "documents" / "stocktakes"
    assert hashlib.sha256(pdf.read_bytes()).hexdigest() == issued["pdf_sha256"]
    assert hashlib.sha256(pdf.with_suffix(".json").read_bytes()).hexdigest() == issued["result_sha256"]
    assert kit_json("stocktake", "close", session) == issued
    again = kit_json("stocktake", "report", session, "--out", str(tmp_path / "again.pdf"))
    assert again["pdf_sha256"] == issued["pdf_sha256"]
    signed = tmp_path / "signed.pdf"
    signed.write_bytes(b"a scan of the signed report")
    tied = kit_json("stocktake", "attach", session, str(signed))
    assert tied["sha256"] == hashlib.sha256(signed.read_bytes()).hexdigest()
    closed = kit_json("stocktake", "report", session)
    assert closed["attachments"] == [{"name": "signed.pdf", "sha256": tied["sha256"]}]
    assert closed["result_sha256"] == issued["result_sha256"]
    assert kit("journal", "verify").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("open",), 3, "either `--place` or `--commune`"),
        (("open", "--place", "A", "--commune", "aubagne"), 3, "either `--place` or `--commune`"),
        (("open", "--commune", "aubagne"), 4, "nothing of that on loan"),
        (("open", "--place", "x", "--state", "nowhere"), 4, "in_stock"),
        (("scan", "ST-2020-01", "TEL-1"), 4, "kit stocktake list"),
        (("scan", SESSION, "TEL-1", "--condition", "bof"), 3, "is no condition"),
        (("scan", SESSION, "--probe"), 4, "expects no laptop"),
        (("report", "ST-2020-01"), 4, "kit stocktake list"),
        (("report", SESSION, "--out", "x.pdf"), 14, "it has no result yet"),
        (("decide", SESSION, "TEL-1", "missing", "--as", "burn"), 4, "correct, lost, found, search, accept"),
        (("decide", SESSION, "TEL-1", "gone", "--as", "lost"), 4, "missing, unexpected"),
        (("decide", SESSION, "TEL-1", "missing", "--as", "accept"), 3, "needs a reason"),
        (("decide", SESSION, "TEL-1", "", "--as", "accept"), 2, "missing"),
        (("attach", SESSION, "nosuchfile"), 2, "cannot be read"),
    ],
)
def test_what_cannot_be_done_is_said_with_the_way_out(
    session: str, kit: Kit, arguments: tuple[str, ...], code: int, said: str
) -> None:
    refused = kit("stocktake", *arguments)
    assert (refused.exit_code, said in refused.stderr) == (code, True), refused.output


def test_a_wrong_scan_is_taken_back_once(session: str, kit: Kit, kit_json: KitJson) -> None:
    kit("stocktake", "scan", session, "TEL-1", "CHG-1")
    assert kit_json("stocktake", "report", session)["seen"] == 1
    assert kit_json("stocktake", "unscan", session, "TEL-1")["code"] == "TEL-1"
    assert kit_json("stocktake", "report", session)["seen"] == 0
    assert kit("stocktake", "unscan", session, "TEL-1").exit_code == 14
