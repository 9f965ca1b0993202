"""Readers follow the activity by the last row they saw."""

from datetime import timedelta

from inventory import activity
from inventory.activity import Event, Status
from inventory.database import Database
from tests.unit.inventory.samples import NOW


def event(crisis: str, minute: int) -> Event:
    return Event(
        crisis,
        "laptop",
        Status.WAITING,
        NOW + timedelta(minutes=minute),
        seat=1,
        until=NOW,
        data={"n": minute},
    )


def test_a_reader_goes_on_after_what_it_saw(either_database: Database) -> None:
    given = [event("A", 1), event("B", 2), event("A", 3)]
    with either_database.write() as session:
        activity.record(session, given)
    with either_database.read() as session:
        last, first = activity.since(session, limit=2)
        assert list(first) == given[:2]
        end, rest = activity.since(session, after=last)
        assert list(rest) == given[2:]
        assert activity.since(session, after=end) == (end, [])
        assert list(activity.since(session, crisis="A")[1]) == [given[0], given[2]]


def test_rows_after_a_pruning_are_still_newer_than_any_reader(either_database: Database) -> None:
    with either_database.write() as session:
        activity.record(session, [event("A", 1), event("A", 2)])
    with either_database.write() as session:
        seen, _events = activity.since(session)
        activity.prune(session, before=NOW + timedelta(hours=1))
        activity.record(session, [event("A", 90)])
    with either_database.read() as session:
        assert [e.data["n"] for e in activity.since(session, after=seen)[1]] == [90]
