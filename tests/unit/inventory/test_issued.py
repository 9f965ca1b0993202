"""Documents as the book keeps them: versions that follow each other, hashed facts, scans that fit."""

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from inventory import issued, journal
from inventory.database import Database
from inventory.errors import BadValue, IllegalMove, JournalBroken, Unknown
from inventory.issued import IssuedDocument, Proof, Role
from inventory.journal import Stamp

FACTS: dict[str, Any] = {"person": "Camille Exemple", "items": ["PC-0001"], "seat": 3}
SCAN = Proof("scan.pdf", b"%PDF-1.7 signed")

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def issue(session: Session, by: Stamp, version: int = 1, **changes: Any) -> IssuedDocument:
    values: dict[str, Any] = {
        "reference": "13005-2026-01-S3-1",
        "version": version,
        "kind": "receipt",
        "subject": "crisis:13005-2026-01/seat:3",
        "facts": FACTS | {"version": version},
        "pdf_sha256": "f" * 64,
    }
    return issued.issue(session, by, **(values | changes))


def test_versions_follow_each_other_and_the_newest_is_found(either_database: Database, by: Stamp) -> None:
    with either_database.write() as session:
        first, second = issue(session, by), issue(session, by, 2, change="New: PC-0002.")
    with either_database.read() as session:
        assert issued.newest(session, "13005-2026-01-S3-1") == second
        assert [each.version for each in issued.versions(session, "13005-2026-01-S3-1")] == [1, 2]
        assert issued.find(session, "13005-2026-01-S3-1") == second
        assert issued.find(session, "13005-2026-01-S3-1", 1) == first
        assert issued.find(session, " 13005-2026-01-S3-1-v1 ") == first
        assert issued.newest(session, "13005-2026-01-S3-2") is None


def test_the_name_on_a_hand_over_sheet_says_its_version_too(database: Database, by: Stamp) -> None:
    with database.write() as session:
        made = [issue(session, by, n, reference="13005-2026-01-R", kind="handover") for n in (1, 2)]
        assert issued.find(session, "13005-2026-01-R1") == made[0]
        assert issued.find(session, "13005-2026-01-R2") == made[1]


@pytest.mark.parametrize(
    ("reference", "version"),
    [("13005-2026-01-S9-1", None), ("13005-2026-01-S3-1", 3), ("13005-2026-01-S3-1-v3", None), ("", None)],
)
def test_what_was_never_issued_is_unknown(
    database: Database, by: Stamp, reference: str, version: int | None
) -> None:
    with database.write() as session:
        issue(session, by)
    with database.read() as session, pytest.raises(Unknown) as refused:
        issued.find(session, reference, version)
    assert "kit document" in refused.value.hint


@pytest.mark.parametrize("changes", [{"version": 1}, {"version": 3}, {"version": 2, "kind": "swap-sheet"}])
def test_a_version_that_does_not_follow_is_refused_and_leaves_no_trace(
    database: Database, by: Stamp, changes: dict[str, Any]
) -> None:
    with database.write() as session:
        issue(session, by)
    before = lines(database)
    with pytest.raises(IllegalMove), database.write() as session:
        issue(session, by, **changes)
    assert lines(database) == before


def test_the_journal_has_the_hashes_and_none_of_the_facts(database: Database, by: Stamp) -> None:
    with database.write() as session:
        document = issue(session, by, change="New: Camille Exemple.")
        (line,) = journal.tail(session, subject="crisis:13005-2026-01")
    assert line.kind == "document.issued"
    assert line.data == {
        "reference": "13005-2026-01-S3-1",
        "version": 1,
        "document": "receipt",
        "facts_sha256": document.facts_sha256,
        "pdf_sha256": "f" * 64,
    }
    assert "Camille" not in str(line.data)


def test_facts_that_were_changed_in_the_data_base_are_noticed(database: Database, by: Stamp) -> None:
    with database.write() as session:
        issued.verify(session, issue(session, by))
    with database.write() as session:
        document = issued.find(session, "13005-2026-01-S3-1")
        document.facts = document.facts | {"seat": 4}
        # Whoever changes the facts can change the hash beside them, but not the journal's.
        document.facts_sha256 = issued.fingerprint(document.facts)
        session.add(document)
    with database.read() as session, pytest.raises(JournalBroken):
        issued.verify(session, issued.find(session, "13005-2026-01-S3-1"))


def test_documents_are_listed_by_what_they_are_about(database: Database, by: Stamp) -> None:
    with database.write() as session:
        mine = issue(session, by)
        whole = issue(session, by, reference="A", subject="crisis:13005-2026-01")
        other = issue(session, by, reference="B", subject="crisis:13005-2026-010")
        assert issued.listing(session) == [mine, whole, other]
        assert issued.listing(session, "crisis:13005-2026-01") == [mine, whole]
        assert issued.listing(session, "crisis:13005-2026-01/seat:3") == [mine]
        assert issued.listing(session, "crisis:13005_2026-01") == []


def test_a_scan_is_tied_by_its_hash_and_the_same_one_again_changes_nothing(
    either_database: Database, by: Stamp
) -> None:
    with either_database.write() as session:
        document = issue(session, by)
        check = document.facts_sha256[:8]
        made = issued.attach(session, by, document, SCAN, check=f" {check[:4]} {check[4:].upper()} ")
    before = lines(either_database)
    with either_database.write() as session:
        again = issued.attach(session, by, issued.find(session, document.reference), SCAN, check=check)
        assert issued.attachments(session, document) == [again]
    assert lines(either_database) == before
    assert (made.sha256, made.role) == (hashlib.sha256(SCAN.content).hexdigest(), "signed")
    (line,) = [line for line in before if line[0] == "document.attached"]
    assert line[1]["sha256"] == made.sha256


def test_two_versions_keep_their_own_scans(database: Database, by: Stamp) -> None:
    with database.write() as session:
        first, second = issue(session, by), issue(session, by, 2)
        issued.attach(session, by, first, SCAN, check=first.facts_sha256[:8])
        signature = Proof("sheet.p7s", b"signature", Role.SIGNATURE)
        issued.attach(session, by, second, signature, check=second.facts_sha256[:8])
        assert [one.name for one in issued.attachments(session, first)] == ["scan.pdf"]
        assert [one.role for one in issued.attachments(session, second)] == ["signature"]


@pytest.mark.parametrize("check", ["", "0", "00000000", "zzzzzzzz", "another version's"])
def test_a_scan_of_another_paper_is_refused(database: Database, by: Stamp, check: str) -> None:
    with database.write() as session:
        document, other = issue(session, by), issue(session, by, 2)
    said = other.facts_sha256[:8] if check.startswith("another") else check
    before = lines(database)
    with pytest.raises(BadValue, match="13005-2026-01-S3-1"), database.write() as session:
        issued.attach(session, by, document, SCAN, check=said)
    assert lines(database) == before


def test_more_or_fewer_digits_than_eight_are_refused(database: Database, by: Stamp) -> None:
    with database.write() as session:
        document = issue(session, by)
        for count in (7, 9):
            with pytest.raises(BadValue):
                issued.attach(session, by, document, SCAN, check=document.facts_sha256[:count])


def test_an_empty_file_is_no_proof(database: Database, by: Stamp) -> None:
    with database.write() as session:
        document = issue(session, by)
        with pytest.raises(BadValue, match="empty"):
            issued.attach(session, by, document, Proof("a.pdf", b""), check=document.facts_sha256[:8])


@given(facts=st.dictionaries(st.text(), json_values, max_size=4), key=st.text(), value=json_values)
def test_equal_facts_have_equal_fingerprints_and_any_change_changes_it(
    facts: dict[str, Any], key: str, value: Any
) -> None:
    shuffled = dict(reversed(facts.items()))
    assert issued.fingerprint(shuffled) == issued.fingerprint(facts)
    changed = facts | {key: value}
    same = journal.canonical(changed) == journal.canonical(facts)
    assert (issued.fingerprint(changed) == issued.fingerprint(facts)) == same


def lines(database: Database) -> list[tuple[str, dict[str, Any]]]:
    with database.read() as session:
        return [(line.kind, line.data) for line in journal.tail(session)]
