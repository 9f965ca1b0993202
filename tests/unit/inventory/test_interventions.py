"""Decisions about a stage: the last one that concerns a seat counts, and the journal keeps them all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from inventory import crises, interventions, journal
from inventory.database import Database
from inventory.errors import BadValue, IllegalMove
from inventory.interventions import Intervention, Kind
from inventory.journal import Stamp
from tests.unit.inventory.samples import NOW, fill

BY = Stamp("camille@station", NOW)


@pytest.fixture
def crisis(database: Database) -> str:
    return fill(database, BY, laptops=2, seats=2, phones=0)


def decide(session: Session, crisis: str, kind: Kind, *, seat: int = 0, reason: str = "because") -> None:
    found = crises.get(session, crisis)
    interventions.decide(session, BY, found, "laptop", kind, seat=seat, reason=reason)


def test_the_last_word_about_a_seat_or_all_of_them_counts(database: Database, crisis: str) -> None:
    with database.write() as session:
        decide(session, crisis, Kind.SKIP, seat=1)
        decide(session, crisis, Kind.RETRY)
        decide(session, crisis, Kind.SKIP, seat=2)
    with database.read() as session:
        decisions = interventions.of(session, crisis, stage="laptop")
        counting = {seat: interventions.counting(decisions, seat=seat) for seat in (1, 2, None)}
        kinds = {seat: each.kind if each else None for seat, each in counting.items()}
        assert kinds == {1: Kind.RETRY, 2: Kind.SKIP, None: Kind.RETRY}
        assert not interventions.of(session, crisis, stage="phone")
        lines = [line.kind for line in journal.tail(session)]
    assert lines.count("stage.decided") == 3


@pytest.mark.parametrize("reason", ["", "  "])
def test_nothing_is_left_out_without_a_reason(database: Database, crisis: str, reason: str) -> None:
    with database.write() as session, pytest.raises(BadValue):
        decide(session, crisis, Kind.SKIP, reason=reason)
    with database.read() as session:
        assert not interventions.of(session, crisis)


def test_nothing_is_decided_about_a_closed_crisis(database: Database, crisis: str) -> None:
    with database.write() as session:
        crises.close(session, BY, crises.get(session, crisis), NOW)
        with pytest.raises(IllegalMove):
            decide(session, crisis, Kind.RETRY)


@given(words=st.lists(st.tuples(st.sampled_from(Kind), st.integers(0, 3))), seat=st.integers(1, 3))
def test_what_counts_is_the_last_of_those_that_concern_the_seat(
    words: list[tuple[Kind, int]], seat: int
) -> None:
    decisions = [
        Intervention(
            id=n, crisis="c", stage="s", seat_number=at, kind=kind, reason="", decided_at=NOW, decided_by="x"
        )
        for n, (kind, at) in enumerate(words, start=1)
    ]
    concerned = [each for each in decisions if each.seat_number in {0, seat}]
    assert interventions.counting(decisions, seat=seat) == (concerned[-1] if concerned else None)
