"""What lies on the counter follows from the journal's lines, and so does taking it back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory import counter, journal
from inventory.counter import Lying
from inventory.database import Database
from inventory.errors import IllegalMove
from inventory.journal import JournalLine, Stamp
from tests.unit.inventory.samples import NOW

PLACE = counter.for_seat("13005-2026-01", 1)
SCANS = st.lists(st.sampled_from(["LAP-01", "LAP-02", "TEL-01", None]), max_size=12)


def lines(scans: list[str | None]) -> list[JournalLine]:
    """Journal lines of these scans; None takes the last one back, or does nothing where there is none."""
    made: list[JournalLine] = []
    for tag in scans:
        there = counter.fold(made)
        if tag is None and not there:
            continue
        kind = "counter.scanned" if tag else "counter.unscanned"
        data = {"subject": tag, "condition": "good"} if tag else {"subject": there[-1].subject}
        seq = len(made) + 1
        made.append(
            JournalLine(seq=seq, at=NOW, actor="a", kind=kind, subject=PLACE, data=data, previous="", hash="")
        )
    return made


@given(SCANS)
def test_what_is_taken_back_is_as_if_it_had_not_been_scanned(scans: list[str | None]) -> None:
    expected: list[str] = []
    for tag in scans:
        if tag is None:
            expected = expected[:-1]
        elif tag not in expected:
            expected.append(tag)
    assert [each.subject for each in counter.fold(lines(scans))] == expected


def test_a_scan_is_taken_back_by_another_line(database: Database, by: Stamp) -> None:
    with database.write() as session:
        first = counter.scan(session, by, PLACE, "LAP-01", "good")
        counter.scan(session, by, PLACE, "TEL-01", "good")
        assert counter.take_back(session, by, PLACE).subject == "TEL-01"
        assert counter.lying(session, PLACE) == (first,)
        assert [line.kind for line in journal.tail(session)] == [
            "counter.scanned",
            "counter.scanned",
            "counter.unscanned",
        ]
        assert counter.take_back(session, by, PLACE) == first
        with pytest.raises(IllegalMove, match="No scan is left"):
            counter.take_back(session, by, PLACE)


def test_the_same_again_adds_no_line_and_another_condition_corrects(database: Database, by: Stamp) -> None:
    with database.write() as session:
        once = counter.scan(session, by, PLACE, "LAP-01", "good")
        assert counter.scan(session, by, PLACE, "LAP-01", "good") == once
        counter.scan(session, by, PLACE, "TEL-01", "good")
        counter.scan(session, by, PLACE, "LAP-01", "scratched lid")
        assert counter.lying(session, PLACE) == (
            Lying(3, "LAP-01", "scratched lid"),
            Lying(2, "TEL-01", "good"),
        )


def test_counters_of_seats_and_of_the_return_are_apart(database: Database, by: Stamp) -> None:
    with database.write() as session:
        for place in (PLACE, counter.for_seat("13005-2026-01", 2), counter.of_return("13005-2026-01")):
            counter.scan(session, by, place, "LAP-01", "good")
        counter.take_back(session, by, PLACE)
        assert [
            len(counter.lying(session, place))
            for place in (PLACE, counter.for_seat("13005-2026-01", 2), counter.of_return("13005-2026-01"))
        ] == [0, 1, 1]
