"""Owns the windows over the journal. Lines have numbers without gaps, so a window is a range of numbers."""

import re

from sqlalchemy import ColumnElement, String, cast, or_
from sqlmodel import Session, col, select

from inventory import journal
from inventory.journal import JournalLine
from tui.picture import JournalPage, JournalQuery, LineView

#: How many lines a filter shows, and among how many of the newest it looks for them.
FOUND, LOOKED_AT = 500, 200_000
_SUBJECT = re.compile(r"[a-z]+:\S+")


def page(session: Session, query: JournalQuery) -> JournalPage:
    """What the window shows."""
    if query.text:
        lines = _found(session, query.text)
        return JournalPage(query, 0, len(lines), lines)
    total, _hash = journal.head(session)
    first = max(total - query.count, 0) if query.first is None else query.first
    ordered = select(JournalLine).where(col(JournalLine.seq) > first).order_by(col(JournalLine.seq))
    rows = session.exec(ordered.limit(query.count)).all()
    return JournalPage(query, first, total, tuple(map(view, rows)))


def view(line: JournalLine) -> LineView:
    """A line as the screens show it."""
    return LineView(
        line.seq, line.at, line.actor, line.kind, line.subject, line.data, line.previous, line.hash
    )


def _found(session: Session, text: str) -> tuple[LineView, ...]:
    """The newest lines with all these words; one subject (`device:PC-01`) is looked up in all lines."""
    if _SUBJECT.fullmatch(text):
        return tuple(map(view, journal.tail(session, subject=text, limit=FOUND)))
    newest, _hash = journal.head(session)
    recent = select(JournalLine).where(col(JournalLine.seq) > newest - LOOKED_AT)
    matching = recent.where(*(_holds(word) for word in text.split()))
    rows = session.exec(matching.order_by(col(JournalLine.seq).desc()).limit(FOUND)).all()
    return tuple(view(row) for row in reversed(rows))


def _holds(word: str) -> ColumnElement[bool]:
    texts = (col(JournalLine.kind), col(JournalLine.subject), col(JournalLine.actor))
    told = cast(col(JournalLine.data), String)
    return or_(*(column.icontains(word, autoescape=True) for column in (*texts, told)))
