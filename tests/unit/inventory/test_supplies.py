"""What is only counted: never below zero, under one name, and every movement is a line."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from inventory import journal, supplies
from inventory.database import Database
from inventory.errors import BadValue, Shortage
from inventory.journal import Stamp
from inventory.supplies import Stock


def test_things_come_go_and_move(either_database: Database, by: Stamp) -> None:
    with either_database.write() as session:
        assert supplies.receive(session, by, "Charger", "Room A", 5, reason="bought").count == 5
        assert supplies.issue(session, by, "Charger", "Room A", 1, reason="seat 4").count == 4
        moved = supplies.carry(session, by, "Charger", "Room A", "Room B", count=3)
        assert moved == Stock("Charger", "Room B", 3)
        supplies.receive(session, by, "Bag", "Room B", 1, reason="bought")
    with either_database.read() as session:
        assert supplies.stock(session) == [
            Stock("Bag", "Room B", 1),
            Stock("Charger", "Room A", 1),
            Stock("Charger", "Room B", 3),
        ]
        assert supplies.stock(session, item="charger", place="room b") == [moved]
        lines = journal.tail(session, subject="supply:Charger")
        assert [(line.kind, line.data) for line in lines] == [
            ("supply.received", {"place": "Room A", "count": 5, "there": 5, "reason": "bought"}),
            ("supply.issued", {"place": "Room A", "count": 1, "there": 4, "reason": "seat 4"}),
            ("supply.issued", {"place": "Room A", "count": 3, "there": 1, "to": "Room B"}),
            ("supply.received", {"place": "Room B", "count": 3, "there": 3, "from": "Room A"}),
        ]


def test_one_thing_has_one_name_however_it_is_typed(database: Database, by: Stamp) -> None:
    with database.write() as session:
        supplies.receive(session, by, "Câble USB-C", "Réserve A", 1, reason="bought")
        again = supplies.receive(session, by, " cable  usb c", "reserve a", 1, reason="bought")
        assert again == Stock("Câble USB-C", "Réserve A", 2)


@pytest.mark.parametrize("count", [3, 10**9])
def test_more_than_there_is_is_not_given_out(database: Database, by: Stamp, count: int) -> None:
    with database.write() as session:
        supplies.receive(session, by, "Charger", "Room A", 2, reason="bought")
        with pytest.raises(Shortage, match=f"Room A has 2 of Charger, not {count}"):
            supplies.issue(session, by, "Charger", "Room A", count, reason="test")
        with pytest.raises(Shortage, match=f"Room A has 2 of Charger, not {count}"):
            supplies.carry(session, by, "Charger", "Room A", "Room B", count=count)
        assert supplies.stock(session) == [Stock("Charger", "Room A", 2)]
        assert journal.head(session)[0] == 1


@pytest.mark.parametrize(
    "said",
    [
        ("", "Room", 1, "test"),
        ("Bag", " ", 1, "test"),
        ("Bag", "Room", 0, "test"),
        ("Bag", "Room", -1, "test"),
        ("Bag", "Room", 1, ""),
        ("Bag\x1b[2J", "Room", 1, "test"),
    ],
)
def test_what_says_nothing_is_refused(database: Database, by: Stamp, said: tuple[str, str, int, str]) -> None:
    item, place, count, reason = said
    for act in (supplies.receive, supplies.issue):
        with pytest.raises(BadValue), database.write() as session:
            act(session, by, item, place, count, reason=reason)
    with database.read() as session:
        assert supplies.stock(session) == []


def test_a_thing_is_not_carried_to_where_it_is(database: Database, by: Stamp) -> None:
    with database.write() as session:
        supplies.receive(session, by, "Bag", "Room", 1, reason="bought")
        with pytest.raises(BadValue, match="where they are already"):
            supplies.carry(session, by, "bag", "Room", "ROOM", count=1)


def test_the_data_base_itself_lets_no_count_fall_below_zero(either_database: Database, by: Stamp) -> None:
    with either_database.write() as session:
        supplies.receive(session, by, "Bag", "Room", 1, reason="bought")
    with pytest.raises(IntegrityError), either_database.write() as session:
        session.connection().execute(text("UPDATE supply SET count = count - 2"))


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(wishes=st.lists(st.tuples(st.sampled_from("AB"), st.integers(-4, 4).filter(bool)), max_size=12))
def test_counts_are_what_came_less_what_went(
    database: Database, by: Stamp, wishes: list[tuple[str, int]]
) -> None:
    expected = {"A": 0, "B": 0}
    with database.write() as session:
        for place in expected:
            for held in supplies.stock(session, place=place):
                supplies.issue(session, by, "Bag", place, held.count, reason="from before")
        for place, count in wishes:
            if count > 0:
                supplies.receive(session, by, "Bag", place, count, reason="test")
                expected[place] += count
            elif expected[place] >= -count:
                supplies.issue(session, by, "Bag", place, -count, reason="test")
                expected[place] += count
            else:
                with pytest.raises(Shortage):
                    supplies.issue(session, by, "Bag", place, -count, reason="test")
        assert {s.place: s.count for s in supplies.stock(session)} == {k: v for k, v in expected.items() if v}
