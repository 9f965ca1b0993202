"""Owns the journal: who did what, when, about which object. Append-only and hash-chained.

Every line carries the hash of the line before it, so a line that is changed, removed or moved breaks the
chain at a place that can be named. A line is written in the transaction of the change that it explains.
Subjects read `device:LAP-01`, `crisis:13005-2026-01`, `crisis:13005-2026-01/seat:2`, `commune:13005`.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from gettext import gettext as _
from itertools import islice
from typing import Any

from sqlalchemy import JSON, Column, ScalarResult, and_, insert, or_
from sqlalchemy.exc import DBAPIError
from sqlmodel import Field, Session, SQLModel, col, select

from inventory.errors import JournalBroken
from inventory.times import UtcDateTime

#: What stands in `previous` of the first line.
GENESIS = "0" * 64
_CHUNK = 1000
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False)
_NOTHING: Mapping[str, Any] = {}
#: Where a session keeps the line that it appended last, with the transaction that it belongs to.
_LAST = "journal.last"
#: What reading a line raises that holds no JSON, no moment, no text in UTF-8, or lists in lists without end.
_UNREADABLE = (ValueError, TypeError, AttributeError, RecursionError, DBAPIError)

#: What a line says of its own: kind, subject, data.
Entry = tuple[str, str, Mapping[str, Any]]


@dataclass(frozen=True)
class Stamp:
    """Who acts and when: the actor as `login@station`, the moment with its time zone."""

    actor: str
    at: datetime


class JournalLine(SQLModel, table=True):
    """One line; `seq` counts from 1 without gaps, `hash` covers every other field."""

    __tablename__ = "journal"

    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_type=UtcDateTime)
    actor: str
    kind: str
    subject: str = Field(index=True)
    data: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    previous: str
    hash: str


def canonical(data: Any) -> bytes:
    """The one way to write a JSON value as bytes, so that equal values have equal hashes."""
    return _CANONICAL.encode(data).encode()


def line_hash(line: JournalLine) -> str:
    """SHA-256, in hexadecimal, over the canonical JSON of every field but the hash itself."""
    names = ("seq", "at", "actor", "kind", "subject", "data", "previous")
    return _digest({name: getattr(line, name) for name in names})


def append(
    session: Session, by: Stamp, kind: str, subject: str, data: Mapping[str, Any] = _NOTHING
) -> JournalLine:
    """Add a line in the caller's write transaction (`Database.write`, which lets one writer in at a time).

    `kind` is also the action name of logs, e.g. "device.moved". `data` is small, JSON, and never a secret.
    """
    line = JournalLine(**next(_chained(_newest(session), by, [(kind, subject, data)])))
    session.add(line)
    session.info[_LAST] = session.get_transaction(), line
    return line


def append_many(session: Session, by: Stamp, entries: Iterable[Entry]) -> None:
    """Add the lines that `append` would add one by one, without a look at the head before each."""
    rows = _chained(head(session), by, entries)
    session.info.pop(_LAST, None)
    while chunk := list(islice(rows, _CHUNK)):
        session.execute(insert(SQLModel.metadata.tables["journal"]), chunk)


def _newest(session: Session) -> tuple[int, str]:
    """As `head`; asks only for a transaction's first line, for nobody else writes until it ends."""
    transaction, line = session.info.get(_LAST, (None, None))
    # A savepoint that was rolled back has taken its lines out of the session.
    if line is not None and transaction is session.get_transaction() and line in session:
        if session.deleted:
            # As a question would: looked up by its key, what is deleted was still there.
            session.flush()
        return line.seq, line.hash
    return head(session)


def _chained(newest: tuple[int, str], by: Stamp, entries: Iterable[Entry]) -> Iterator[dict[str, Any]]:
    """The fields of each line, from the one on that is the newest so far."""
    last, previous = newest
    at = by.at.astimezone(UTC)
    for seq, (kind, subject, data) in enumerate(entries, start=last + 1):
        fields = {
            "seq": seq,
            "at": at,
            "actor": by.actor,
            "kind": kind,
            "subject": subject,
            "data": json.loads(canonical(dict(data))),
            "previous": previous,
        }
        previous = _digest(fields)
        yield fields | {"hash": previous}


def _digest(fields: Mapping[str, Any]) -> str:
    at = fields["at"].astimezone(UTC).isoformat(timespec="microseconds")
    return hashlib.sha256(canonical({**fields, "at": at})).hexdigest()


def head(session: Session) -> tuple[int, str]:
    """Number and hash of the newest line; (0, GENESIS) where there is none."""
    newest = session.exec(
        select(JournalLine.seq, JournalLine.hash).order_by(col(JournalLine.seq).desc()).limit(1)
    ).first()
    return (0, GENESIS) if newest is None else (newest[0], newest[1])


def tail(
    session: Session, *, after: int = 0, limit: int = 100, subject: str | None = None
) -> Sequence[JournalLine]:
    """Lines in their order: the newest `limit`, or, for a reader who saw line `after`, the next `limit`.

    `subject` keeps the lines about that object and its parts (`crisis:X` includes `crisis:X/seat:1`).
    """
    query = select(JournalLine)
    if subject is not None:
        column = col(JournalLine.subject)
        # A range, since no index answers LIKE on SQLite; both data bases compare this column by code points,
        # in which "0" follows "/".
        parts = and_(column >= f"{subject}/", column < f"{subject}0")
        query = query.where(or_(column == subject, parts))
    if after:
        return session.exec(
            query.where(col(JournalLine.seq) > after).order_by(col(JournalLine.seq)).limit(limit)
        ).all()
    return session.exec(query.order_by(col(JournalLine.seq).desc()).limit(limit)).all()[::-1]


def verify(session: Session, *, head: str | None = None) -> int:
    """Follow the chain from its first line; returns how many lines it has.

    Lines cut off at the end leave a shorter chain that holds: only an anchor shows it. `head` is such an
    anchor, the hash of a line noted down earlier (on paper, in a report); it must still be in the chain.

    Raises:
        JournalBroken: names the first line that does not hold, or says that the anchor is gone.
    """
    seq, previous, anchored = 0, GENESIS, head in {None, GENESIS}
    try:
        with _lines(session, _CHUNK) as lines:
            for line in lines:
                if fault := _fault(line, seq, previous):
                    raise _broken(fault)
                seq, previous = line.seq, line.hash
                anchored = anchored or line.hash == head
    except _UNREADABLE as exc:
        if isinstance(exc, DBAPIError) and exc.connection_invalidated:
            # The data base went away: that says nothing about the line.
            raise
        raise _broken(_unreadable(session)) from exc
    if not anchored:
        raise _broken(
            _("No line has the hash that was noted down: lines after it were removed or written anew.")
        )
    return seq


def _lines(session: Session, chunk: int) -> ScalarResult[JournalLine]:
    """All lines, read as they are needed; to be closed, for nobody may want the rest."""
    query = select(JournalLine).order_by(col(JournalLine.seq))
    return session.exec(query.execution_options(yield_per=chunk, populate_existing=True))


def _fault(line: JournalLine, seq: int, previous: str) -> str:
    if line.seq != seq + 1:
        return _("Line {line} is missing.").format(line=seq + 1)
    if line.previous != previous:
        return _("Line {line} does not follow line {before}.").format(line=line.seq, before=seq)
    if line.hash != line_hash(line):
        return _("Line {line} was changed.").format(line=line.seq)
    return ""


def _unreadable(session: Session) -> str:
    """Name the first line whose fields cannot even be read; read one by one, since chunks hide which."""
    seq = 0
    try:
        with _lines(session, 1) as lines:
            for line in lines:
                line_hash(line)
                seq = line.seq
    except _UNREADABLE:
        return _("Line {line} was changed: it cannot be read.").format(line=seq + 1)
    return _("Line {line} was changed.").format(line=seq)


def _broken(message: str) -> JournalBroken:
    return JournalBroken(
        message,
        hint=_("Keep the data base as it is for the inquiry and restore the last good backup beside it."),
    )
