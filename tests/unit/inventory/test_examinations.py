"""Findings are kept for ever with a line in the journal; only the last look replaces the one before."""

from dataclasses import replace
from datetime import timedelta

from inventory import examinations, journal
from inventory.database import Database
from inventory.examinations import Examination
from inventory.journal import Stamp
from tests.unit.inventory.samples import laptop


def test_each_finding_is_kept_and_the_journal_has_its_hash(either_database: Database, by: Stamp) -> None:
    reports = [{"checks": [{"name": "firewall", "passed": passed}]} for passed in (False, True)]
    later = replace(by, at=by.at + timedelta(hours=1))
    with either_database.write() as session:
        session.add(laptop(1))
        session.flush()
        examinations.keep(session, by, "LAP-01", Examination.CLEAN_STATE, reports[0], failed=["firewall"])
        examinations.keep(session, later, "LAP-01", Examination.CLEAN_STATE, reports[1])
    with either_database.read() as session:
        found = examinations.of(session, "LAP-01")
        assert [(finding.passed, finding.data) for finding in found] == list(
            zip((False, True), reports, strict=True)
        )
        last = examinations.latest(session, "LAP-01", Examination.CLEAN_STATE)
        assert last is not None
        assert (last.at, last.passed) == (later.at, True)
        assert examinations.latest(session, "LAP-01", Examination.WIPE) is None
        assert [line.data for line in journal.tail(session)] == [
            {
                "examination": "clean_state",
                "failed": failed,
                "sha256": examinations.fingerprint(report),
            }
            for failed, report in zip((["firewall"], []), reports, strict=True)
        ]


def test_a_look_replaces_the_last_one_of_that_device_and_leaves_no_line(
    database: Database, by: Stamp
) -> None:
    with database.write() as session:
        session.add_all([laptop(1), laptop(2)])
        session.flush()
        for battery in (80, 70):
            for tag in ("LAP-01", "LAP-02"):
                examinations.keep(session, by, tag, Examination.PROBE, {"battery": battery})
    with database.read() as session:
        assert [finding.data for finding in examinations.of(session, "LAP-01")] == [{"battery": 70}]
        assert [finding.data for finding in examinations.of(session, "LAP-02")] == [{"battery": 70}]
        assert journal.head(session)[0] == 0


def test_the_last_wipe_counts_not_an_earlier_one(database: Database, by: Stamp) -> None:
    with database.write() as session:
        session.add(laptop(1))
        session.flush()
        assert not examinations.wiped_since(session, "LAP-01", by.at)
        examinations.keep(session, by, "LAP-01", Examination.WIPE, {})
        assert examinations.wiped_since(session, "LAP-01", by.at)
        examinations.keep(session, by, "LAP-01", Examination.WIPE, {}, failed=["homes"])
        assert not examinations.wiped_since(session, "LAP-01", by.at)
