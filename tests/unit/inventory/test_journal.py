"""The chain: what is appended holds, and whatever is done to it behind our back is found."""

from collections.abc import Callable
from datetime import timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from inventory import journal
from inventory.database import Database
from inventory.errors import JournalBroken
from inventory.journal import GENESIS, Stamp
from tests.unit.inventory.samples import NOW

LINES = 8
#: The fixture is only read: every tampering is rolled back.
on_one_database = settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


class Undo(Exception):
    """Ends a transaction without keeping it."""


def complaint(database: Database, act: Callable[[Connection], object]) -> str:
    """What `verify` says after somebody with the file in hand did `act`; nothing of it is kept."""
    message = ""
    try:
        with database.write() as session:
            connection = session.connection()
            for trigger in ("journal_no_update", "journal_no_delete"):
                connection.execute(text(f"DROP TRIGGER {trigger}"))
            act(connection)
            with pytest.raises(JournalBroken) as caught:
                journal.verify(session)
            message = caught.value.message
            raise Undo
    except Undo:
        return message


@pytest.fixture
def filled(database: Database, by: Stamp) -> Database:
    with database.write() as session:
        for number in range(1, LINES + 1):
            journal.append(
                session, by, "device.moved", f"device:LAP-{number}", {"n": number, "é": [1.5, None]}
            )
    return database


def test_an_empty_journal_holds(either_database: Database) -> None:
    with either_database.read() as session:
        assert journal.verify(session) == 0
        assert journal.head(session) == (0, GENESIS)


def test_what_was_appended_holds_and_reads_back_as_given(either_database: Database) -> None:
    zone = timezone(timedelta(hours=2))
    by = Stamp("Zoé@mairie", NOW.astimezone(zone))
    with either_database.write() as session:
        journal.append(
            session, by, "device.moved", "device:LAP-1", {"é": {"b": [1, 2.5, None, True]}, "a": "\udfff€"}
        )
    with either_database.read() as session:
        (line,) = journal.tail(session)
        assert journal.verify(session) == 1
        assert (line.seq, line.actor, line.at, line.previous) == (1, "Zoé@mairie", NOW, GENESIS)
        assert line.data == {"é": {"b": [1, 2.5, None, True]}, "a": "\udfff€"}
        assert journal.head(session) == (1, line.hash)


def test_many_lines_at_once_are_the_lines_that_single_appends_write(
    either_database: Database, by: Stamp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "_CHUNK", 4)
    entries = [("device.added", f"device:LAP-{n}", {"n": n, "é": ["\udfff", None]}) for n in range(14)]
    with either_database.write() as session:
        for kind, subject, data in entries:
            journal.append(session, by, kind, subject, data)
        expected = [line.model_dump() for line in journal.tail(session, limit=len(entries))]
        session.rollback()
    with either_database.write() as session:
        journal.append_many(session, by, iter(entries[:3]))
        journal.append_many(session, by, entries[3:])
        journal.append_many(session, by, [])
        assert [line.model_dump() for line in journal.tail(session, limit=len(entries))] == expected
        assert journal.verify(session) == len(entries)


@pytest.mark.parametrize("act", ["UPDATE journal SET actor = 'x'", "DELETE FROM journal"])
def test_the_data_base_itself_refuses_to_change_a_line(
    either_database: Database, by: Stamp, act: str
) -> None:
    with either_database.write() as session:
        journal.append(session, by, "test.done", "test:1")
    with pytest.raises(DBAPIError, match="append-only"), either_database.write() as session:
        session.connection().execute(text(act))


@on_one_database
@given(
    seq=st.integers(1, LINES),
    change=st.sampled_from(
        [
            ("actor", "somebody@else"),
            ("kind", "device.added"),
            ("subject", "device:LAP-99"),
            ("at", "2020-01-01 00:00:00.000000"),
            ("data", '{"n": 99}'),
            ("data", '"text"'),
            ("data", "not json"),
            ("at", "not a date"),
            ("hash", "f" * 64),
            ("previous", "f" * 64),
        ]
    ),
)
def test_any_single_changed_field_is_found_and_named(
    filled: Database, seq: int, change: tuple[str, str]
) -> None:
    column, value = change
    statement = text(f"UPDATE journal SET {column} = :value WHERE seq = :seq")  # noqa: S608  from the list above
    said = complaint(filled, lambda connection: connection.execute(statement, {"value": value, "seq": seq}))
    assert f"Line {seq} " in said


@on_one_database
@given(seq=st.integers(1, LINES - 1), renumber=st.booleans())
def test_any_removed_line_is_found_also_when_the_rest_moves_up(
    filled: Database, seq: int, renumber: bool
) -> None:
    def act(connection: Connection) -> None:
        connection.execute(text("DELETE FROM journal WHERE seq = :seq"), {"seq": seq})
        if renumber:
            for later in range(seq + 1, LINES + 1):
                connection.execute(text("UPDATE journal SET seq = seq - 1 WHERE seq = :seq"), {"seq": later})

    assert f"Line {seq} " in complaint(filled, act)


@on_one_database
@given(pair=st.lists(st.integers(1, LINES), min_size=2, max_size=2, unique=True))
def test_any_two_exchanged_lines_are_found(filled: Database, pair: list[int]) -> None:
    def act(connection: Connection) -> None:
        for old, new in ((pair[0], -1), (pair[1], pair[0]), (-1, pair[1])):
            connection.execute(
                text("UPDATE journal SET seq = :new WHERE seq = :old"), {"old": old, "new": new}
            )

    assert f"Line {min(pair)} " in complaint(filled, act)


def test_a_line_rewritten_with_a_fitting_hash_breaks_the_next_one(filled: Database) -> None:
    def act(connection: Connection) -> None:
        with filled.read() as session:
            line = journal.tail(session, after=2, limit=1)[0]
            line.actor = "somebody@else"
            fitting = journal.line_hash(line)
        connection.execute(
            text("UPDATE journal SET actor = 'somebody@else', hash = :h WHERE seq = 3"), {"h": fitting}
        )

    assert "Line 4 " in complaint(filled, act)


def test_a_cut_off_end_is_found_by_the_anchor_only(filled: Database) -> None:
    with filled.read() as session:
        _seq, anchor = journal.head(session)
        assert journal.verify(session, head=anchor) == LINES
    with filled.write() as session:
        session.connection().execute(text("DROP TRIGGER journal_no_delete"))
        session.connection().execute(text("DELETE FROM journal WHERE seq = :seq"), {"seq": LINES})
    with filled.read() as session:
        assert journal.verify(session) == LINES - 1
        with pytest.raises(JournalBroken, match="noted down"):
            journal.verify(session, head=anchor)


def test_an_anchor_stays_good_while_the_journal_grows(filled: Database, by: Stamp) -> None:
    with filled.read() as session:
        _seq, anchor = journal.head(session)
    with filled.write() as session:
        journal.append(session, by, "test.done", "test:1")
    with filled.read() as session:
        assert journal.verify(session, head=anchor) == LINES + 1


def test_tail_gives_the_newest_lines_or_goes_on_after_one(filled: Database) -> None:
    with filled.read() as session:
        assert [line.seq for line in journal.tail(session, limit=3)] == [6, 7, 8]
        assert [line.seq for line in journal.tail(session, after=2, limit=3)] == [3, 4, 5]
        assert journal.tail(session, after=LINES) == []


def test_tail_of_a_subject_includes_its_parts_and_nothing_that_begins_like_it(
    either_database: Database, by: Stamp
) -> None:
    subjects = ["crisis:1", "crisis:1/seat:1", "crisis:1/Été", "crisis:1-2", "crisis:10", "crisis:1_"]
    with either_database.write() as session:
        for subject in subjects:
            journal.append(session, by, "test.done", subject)
    with either_database.read() as session:
        assert [line.subject for line in journal.tail(session, subject="crisis:1")] == subjects[:3]


def test_subjects_are_compared_by_code_points_whatever_the_servers_language(postgresql: Database) -> None:
    query = "SELECT collation_name FROM information_schema.columns WHERE column_name = 'subject' "
    with postgresql.read() as session:
        assert session.connection().scalar(text(query + "AND table_name = 'journal'")) == "C"


def test_lines_of_one_transaction_follow_each_other_however_they_are_added(
    either_database: Database, by: Stamp
) -> None:
    with either_database.write() as session:
        journal.append(session, by, "test.done", "test:1")
        journal.append_many(session, by, [("test.done", f"test:{n}", {}) for n in (2, 3)])
        journal.append(session, by, "test.done", "test:4")
        journal.append(session, by, "test.done", "test:5")
        savepoint = session.begin_nested()
        journal.append(session, by, "test.done", "test:none")
        savepoint.rollback()
        journal.append(session, by, "test.done", "test:6")
    with either_database.read() as session:
        assert journal.verify(session) == 6
        assert [line.subject for line in journal.tail(session)] == [f"test:{n}" for n in range(1, 7)]


def test_a_session_that_goes_on_after_its_transaction_sees_the_lines_of_others(
    database: Database, by: Stamp
) -> None:
    with database.write() as session:
        engine = session.get_bind()
    with Session(engine) as session:
        journal.append(session, by, "test.done", "test:1")
        session.commit()
        with database.write() as other:
            journal.append(other, by, "test.done", "test:2")
        journal.append(session, by, "test.done", "test:3")
        session.commit()
        assert journal.verify(session) == 3
