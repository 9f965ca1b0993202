"""Whoever has the file in hand changes, removes, adds or moves what he likes: the first wrong line is named.

Beside `test_journal`, which tampers with uniform lines: here the lines are such as commands write, the values
are any, and both data bases are tried.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text
from sqlmodel import Session

from inventory import crates, departures, devices, journal, loans, supplies
from inventory.database import Database
from inventory.departures import Departure
from inventory.devices import DeviceState
from inventory.errors import JournalBroken
from inventory.journal import GENESIS, JournalLine, Stamp
from tests.unit.inventory.samples import fill

#: The fixture is only read: every tampering is rolled back.
on_one_book = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
#: Any line, whatever their number is.
anywhere = st.floats(0, 1, exclude_max=True)
words = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | words,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(words, inner, max_size=2),
    max_leaves=4,
)


class Undo(Exception):
    """Ends a transaction without keeping it."""


@pytest.fixture
def book(either_database: Database, by: Stamp) -> Database:
    """A book with lines of every sort."""
    reference = fill(either_database, by, phones=3)
    with either_database.write() as session:
        crates.put_in(session, by, crates.make(session, by, "CAI-1", place="Dépôt", pattern={}), "TEL-03")
        supplies.receive(session, by, "chargeur", "Dépôt", 3, reason="acheté")
        loan = loans.reserve(session, by, reference, 1, "TEL-01")
        devices.move(session, by, devices.get(session, "TEL-01"), DeviceState.READY, reason="test")
        loans.hand_over(session, by, loan)
        departures.declare(session, by, "TEL-03", Departure.LOST, "tombé à l’eau")
        journal.append_many(session, by, [("test.done", f"test:{n}", {"n": n / 4}) for n in range(5)])
    return either_database


def complaint(database: Database, act: Callable[[Session, list[JournalLine]], int], **how: Any) -> str:
    """What `verify` says after `act`, which returns the number of the line to be named; nothing is kept."""
    found, named = "", 0
    try:
        with database.write() as session:
            lines = list(journal.tail(session, limit=1000))
            assert journal.verify(session) == len(lines)
            _unguard(session.connection())
            named = act(session, lines)
            with pytest.raises(JournalBroken) as caught:
                journal.verify(session, **how)
            found = caught.value.message
            raise Undo
    except Undo:
        assert not named or f"Line {named} " in found
        return found


def _unguard(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        for trigger in ("journal_no_update", "journal_no_delete"):
            connection.execute(text(f"DROP TRIGGER {trigger}"))
    else:
        connection.execute(text("SET LOCAL session_replication_role = replica"))


def _put(session: Session, seq: int, values: Mapping[str, Any]) -> None:
    """Write these columns of a line."""
    columns = ", ".join(f"{name} = :{name}" for name in values)
    statement = text(f"UPDATE journal SET {columns} WHERE seq = :line")  # noqa: S608  our own names
    session.connection().execute(statement, {**values, "line": seq})


def _renumber(session: Session, old: int, new: int) -> None:
    session.connection().execute(
        text("UPDATE journal SET seq = :new WHERE seq = :old"), {"new": new, "old": old}
    )


def _remove(session: Session, seq: int) -> None:
    session.connection().execute(text("DELETE FROM journal WHERE seq = :seq"), {"seq": seq})


def _written_anew(session: Session, lines: list[JournalLine], first: int, actor: str) -> None:
    """Give line `first` another actor and all from there on hashes that fit."""
    previous = lines[first - 2].hash if first > 1 else GENESIS
    for line in lines[first - 1 :]:
        changed = JournalLine(**line.model_dump() | {"previous": previous})
        changed.actor = actor if line.seq == first else line.actor
        previous = journal.line_hash(changed)
        _put(session, line.seq, {"actor": changed.actor, "previous": changed.previous, "hash": previous})


@on_one_book
@given(where=anywhere, column=st.sampled_from(["actor", "kind", "subject", "previous", "hash"]), value=words)
def test_any_text_that_is_changed_is_found(book: Database, where: float, column: str, value: str) -> None:
    def act(session: Session, lines: list[JournalLine]) -> int:
        line = lines[int(where * len(lines))]
        changed = value if value != getattr(line, column) else f"{value}."
        _put(session, line.seq, {column: changed})
        return line.seq

    complaint(book, act)


@on_one_book
@given(where=anywhere, value=values, at=st.none() | st.integers(1, 10**12))
def test_any_other_data_or_moment_is_found(book: Database, where: float, value: Any, at: int | None) -> None:
    def act(session: Session, lines: list[JournalLine]) -> int:
        line = lines[int(where * len(lines))]
        if at is None:
            changed = value if journal.canonical(value) != journal.canonical(line.data) else [value]
            _put(session, line.seq, {"data": json.dumps(changed)})
        else:
            moment = "datetime(at, :by)" if book.name.startswith("sqlite") else "at + CAST(:by AS interval)"
            statement = text(f"UPDATE journal SET at = {moment} WHERE seq = :seq")  # noqa: S608  our own
            seconds = f"-{at // 1000 + 1} seconds"
            session.connection().execute(statement, {"by": seconds, "seq": line.seq})
        return line.seq

    complaint(book, act)


@on_one_book
@given(where=anywhere, count=st.integers(1, 4), renumber=st.booleans())
def test_any_lines_that_are_removed_are_found_also_when_the_rest_moves_up(
    book: Database, where: float, count: int, renumber: bool
) -> None:
    def act(session: Session, lines: list[JournalLine]) -> int:
        first = int(where * (len(lines) - count)) + 1
        for seq in range(first, first + count):
            _remove(session, seq)
        if renumber:
            for seq in range(first + count, len(lines) + 1):
                _renumber(session, seq, seq - count)
        return first

    complaint(book, act)


@on_one_book
@given(order=st.data())
def test_any_other_order_is_found_and_its_first_wrong_line_named(
    book: Database, order: st.DataObject
) -> None:
    def act(session: Session, lines: list[JournalLine]) -> int:
        old = [line.seq for line in lines]
        new = order.draw(st.permutations(old).filter(lambda drawn: drawn != old))
        for seq in old:
            _renumber(session, seq, -seq)
        for seq, before in zip(old, new, strict=True):
            _renumber(session, -before, seq)
        return next(seq for seq, before in zip(old, new, strict=True) if seq != before)

    complaint(book, act)


@on_one_book
@given(where=anywhere, again=anywhere)
def test_any_line_that_is_put_in_once_more_is_found(book: Database, where: float, again: float) -> None:
    def act(session: Session, lines: list[JournalLine]) -> int:
        at = int(where * (len(lines) + 1)) + 1
        for line in reversed(lines[at - 1 :]):
            _renumber(session, line.seq, line.seq + 1)
        copy = lines[int(again * len(lines))]
        session.expunge_all()
        session.add(JournalLine(**copy.model_dump() | {"seq": at}))
        session.flush()
        # The line that stands there already, put in once more, is wrong at its second place only.
        return at + 1 if copy.seq == at else at

    complaint(book, act)


@on_one_book
@given(where=anywhere, noted=anywhere)
def test_a_tail_that_is_cut_off_or_written_anew_is_found_by_any_hash_noted_in_it(
    book: Database, where: float, noted: float
) -> None:
    with book.read() as session:
        lines = journal.tail(session, limit=1000)
    first = int(where * len(lines)) + 1
    anchor = lines[first - 1 + int(noted * (len(lines) - first + 1))].hash

    def cut(session: Session, lines: list[JournalLine]) -> int:
        for line in lines[first - 1 :]:
            _remove(session, line.seq)
        return 0

    def write_anew(session: Session, lines: list[JournalLine]) -> int:
        _written_anew(session, lines, first, "somebody@else")
        session.expire_all()
        assert journal.verify(session) == len(lines)
        return 0

    for act in (cut, write_anew):
        assert "noted down" in complaint(book, act, head=anchor)


@pytest.mark.parametrize(
    "damage",
    [
        "actor = CAST(x'ff' AS TEXT)",
        "data = CAST(x'7b22ff' AS TEXT)",
        "actor = x'00'",
        "at = CAST(x'ff' AS TEXT)",
        f"data = '{'[' * 100_000}'",
        "data = '{\"n\": 1e999}'",
        "hash = x'ff'",
    ],
)
def test_damage_that_cannot_even_be_read_is_named_too(database: Database, by: Stamp, damage: str) -> None:
    with database.write() as session:
        journal.append_many(session, by, [("test.done", f"test:{n}", {"n": n}) for n in range(9)])

    def act(session: Session, _lines: list[JournalLine]) -> int:
        statement = f"UPDATE journal SET {damage} WHERE seq = 6"  # noqa: S608  from the list above
        session.connection().exec_driver_sql(statement)
        return 6

    complaint(database, act)
