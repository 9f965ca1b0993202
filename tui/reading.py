"""Reads pictures out of the book of record, and only what changed since the last one. No thread, no widget.

Every change of the book writes a journal line and every progress an activity row, so two numbers tell
whether there is anything to read: an idle screen costs one small query.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from inventory import activity, crises, devices
from inventory.activity import ActivityRow
from inventory.board import Board
from inventory.communes import Commune
from inventory.crises import Crisis, Seat
from inventory.journal import JournalLine
from tui import pool_query
from tui.picture import CrisisView, Picture, PoolPage, PoolQuery, SeatView


@dataclass(frozen=True)
class Mark:
    """How far the book has come: last journal line, last activity row."""

    journal: int
    activity: int


class Reader:
    """Keeps the last picture and what it was made from."""

    def __init__(self) -> None:
        self._picture: Picture | None = None
        self._mark = Mark(-1, -1)
        self._seen = 0

    def read(self, session: Session, query: PoolQuery | None) -> Picture | None:
        """The picture now, with the page that `query` asks for; None where it would be the same as before."""
        mark, before = _mark(session), self._picture
        if before is not None and mark == self._mark and query == _asked(before):
            return None
        records = before is None or mark.journal != self._mark.journal
        boards = self._fold(session, before, mark)
        picture = Picture(
            crises=_crises(session) if records or before is None else before.crises,
            counts=devices.counts(session) if records or before is None else before.counts,
            boards=boards,
            page=_page(session, query, None if records or before is None else before.page),
        )
        # Until the activity is read to its end, the next turn must find something to do.
        self._mark = Mark(mark.journal, self._seen)
        self._picture = picture
        return picture

    def _fold(self, session: Session, before: Picture | None, mark: Mark) -> dict[str, Board]:
        boards = dict(before.boards) if before else {}
        if mark.activity < self._seen:  # another data base was put in its place
            boards, self._seen = {}, 0
        if mark.activity == self._seen:
            return boards
        self._seen, events = activity.since(session, after=self._seen)
        for reference in dict.fromkeys(event.crisis for event in events):
            own = (event for event in events if event.crisis == reference)
            boards[reference] = boards.get(reference, Board()).fold(own)
        return boards


def _mark(session: Session) -> Mark:
    journal = select(func.max(col(JournalLine.seq))).scalar_subquery()
    row = select(func.max(col(ActivityRow.id))).scalar_subquery()
    last, seen = session.exec(select(journal, row)).one()
    return Mark(last or 0, seen or 0)


def _asked(picture: Picture) -> PoolQuery | None:
    return picture.page.query if picture.page else None


def _page(session: Session, query: PoolQuery | None, before: PoolPage | None) -> PoolPage | None:
    """The page; counted anew only where the pool or the words have changed: counting is the slow part."""
    if query is None:
        return None
    same = before is not None and before.query.text == query.text
    total = before.total if before is not None and same else pool_query.count(session, query.text)
    return PoolPage(query, total, pool_query.window(session, query))


def _crises(session: Session) -> tuple[CrisisView, ...]:
    names = dict(session.exec(select(Commune.code, Commune.name)).all())
    seats: dict[str, list[SeatView]] = {}
    for seat in session.exec(select(Seat).order_by(col(Seat.crisis), col(Seat.number))).all():
        seats.setdefault(seat.crisis, []).append(_seat(seat))
    return tuple(_crisis(known, names, seats.get(known.reference, ())) for known in crises.listing(session))


def _seat(seat: Seat) -> SeatView:
    return SeatView(seat.number, f"{seat.first_name} {seat.last_name}", seat.service, seat.ready_at)


def _crisis(crisis: Crisis, names: dict[str, str], seats: Sequence[SeatView]) -> CrisisView:
    return CrisisView(
        reference=crisis.reference,
        commune=names[crisis.commune_code],
        t0=crisis.t0,
        closed_at=crisis.closed_at,
        drill=crisis.drill,
        planned=crisis.plan is not None,
        seats=tuple(seats),
    )
