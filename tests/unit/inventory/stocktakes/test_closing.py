"""A session closes when all is decided; its result is frozen, hashed, and tied to the signed report."""

import hashlib
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update
from sqlmodel import col

from inventory import devices, journal
from inventory.database import Database
from inventory.devices import DeviceState
from inventory.errors import IllegalMove, JournalBroken
from inventory.journal import Stamp
from inventory.stocktakes import closing, decisions, records, scans
from inventory.stocktakes.comparison import Discrepancy
from inventory.stocktakes.decisions import Choice, Ruling
from inventory.stocktakes.records import Stocktake
from tests.unit.inventory.samples import TODAY
from tests.unit.inventory.stocktakes.shelf import seen

PARIS = ZoneInfo("Europe/Paris")
PRESENT = ("LAP-01", "LAP-02", "SIM-01", "SIM-02", "TEL-01", "TEL-02")


@pytest.fixture
def closed(database: Database, reference: str, by: Stamp) -> str:
    """Everything was there but LAP-03, which somebody still looks for."""
    ruling = Ruling(Choice.SEARCH, until=TODAY + timedelta(days=7))
    with database.write() as session:
        stocktake = records.get_open(session, reference)
        scans.merge(session, by, stocktake, [seen(code) for code in PRESENT], source="test")
        decisions.decide(
            session, by, stocktake, ruling, code="LAP-03", discrepancy=Discrepancy.MISSING, today=TODAY
        )
        closing.close(session, by, stocktake, lender="Métropole", zone=PARIS)
    return reference


def test_a_session_with_undecided_discrepancies_stays_open(
    database: Database, reference: str, by: Stamp
) -> None:
    with database.write() as session:
        stocktake = records.get_open(session, reference)
        with pytest.raises(IllegalMove, match=r"7 discrepancies .* LAP-01 \(missing\).*, …; it stays open"):
            closing.close(session, by, stocktake, lender="Métropole", zone=PARIS)
        assert stocktake.closed_at is None
        with pytest.raises(IllegalMove, match="is open"):
            closing.result(session, stocktake)


def test_the_result_is_kept_whatever_comes_later_and_the_journal_has_its_hash(
    database: Database, closed: str, by: Stamp
) -> None:
    with database.write() as session:
        before, digest = closing.result(session, records.get(session, closed))
        devices.move(session, by, devices.get(session, "LAP-03"), DeviceState.LOST, reason="test")
    with database.read() as session:
        found, again = closing.result(session, records.get(session, closed))
        line = journal.tail(session, subject=f"stocktake:{closed}")[-1]
    assert (found, again) == (before, digest)
    assert (line.kind, line.data) == ("stocktake.closed", {"result_sha256": digest, "discrepancies": 1})
    assert hashlib.sha256(closing.canonical(found)).hexdigest() == digest
    assert (found["expected"], found["seen"], found["sightings"]) == (7, 6, 6)
    (row,) = found["discrepancies"]
    assert (row["subject"], row["discrepancy"], row["choice"], row["until"], row["owner"]) == (
        *("LAP-03", "missing", "search", "2026-11-27", by.actor),
    )


def test_nothing_is_scanned_or_decided_after_the_close(database: Database, closed: str) -> None:
    with database.read() as session, pytest.raises(IllegalMove, match="was closed on"):
        records.get_open(session, closed)


def test_a_result_that_was_changed_is_noticed(database: Database, closed: str) -> None:
    with database.write() as session:
        result = dict(records.get(session, closed).result or {}) | {"seen": 7}
        session.execute(update(Stocktake).where(col(Stocktake.reference) == closed).values(result=result))
    with database.read() as session, pytest.raises(JournalBroken, match="is not what the journal has"):
        closing.result(session, records.get(session, closed))


def test_the_signed_report_is_tied_once_by_its_hash(database: Database, closed: str, by: Stamp) -> None:
    with database.write() as session:
        stocktake = records.get(session, closed)
        first = closing.attach(session, by, stocktake, "signed.pdf", b"scan")
        assert closing.attach(session, by, stocktake, "again.pdf", b"scan") == first
        closing.attach(session, by, stocktake, "other.pdf", b"another scan")
        tied = records.attachments(session, closed)
        lines = [line.data for line in journal.tail(session) if line.kind == "stocktake.attached"]
    assert sorted(one.name for one in tied) == ["other.pdf", "signed.pdf"]
    assert lines[0] == {"name": "signed.pdf", "sha256": hashlib.sha256(b"scan").hexdigest()}
    assert len(lines) == 2


def test_nothing_is_tied_to_an_open_session(database: Database, reference: str, by: Stamp) -> None:
    with database.write() as session, pytest.raises(IllegalMove, match="is open"):
        closing.attach(session, by, records.get(session, reference), "signed.pdf", b"scan")
