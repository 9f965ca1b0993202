"""Reads pictures out of the book of record, and only what changed since the last one. No thread, no widget.

Every change of the book writes a journal line, every progress an activity row and every sign of life its
moment, so three values tell whether there is anything to read: an idle screen costs one small query.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, assert_never

import sqlalchemy
from sqlmodel import Session, col, func, select

from inventory import activity, breaches, crises, devices, dropped_seats, heartbeats, milestones
from inventory.activity import ActivityRow
from inventory.board import Board
from inventory.breaches import Breach
from inventory.communes import Commune
from inventory.crises import Crisis, Seat
from inventory.heartbeats import Heartbeat
from inventory.journal import JournalLine
from kit.plan.stages import Stage
from tui import commune_query, document_query, journal_query, pool_query
from tui.picture import (
    Answer,
    BreachView,
    CellLog,
    CellQuery,
    CommunesQuery,
    CrisisView,
    DeviceQuery,
    DocumentQuery,
    DocumentsQuery,
    JournalQuery,
    Picture,
    PoolPage,
    PoolQuery,
    Question,
    SeatView,
    StationView,
)

#: How many events of a cell are shown: more than a whole run of a laptop tells.
_EVENTS = 500


#: Asked several times a second, so it is written once.
_MARKS = select(
    select(func.max(col(JournalLine.seq))).scalar_subquery(),
    select(func.max(col(ActivityRow.id))).scalar_subquery(),
    select(func.max(col(Heartbeat.at))).scalar_subquery(),
)


@dataclass(frozen=True)
class Mark:
    """How far the book has come: last journal line, last activity row, last sign of life of any station."""

    journal: int
    activity: int
    beat: datetime | None = None


class Reader:
    """Keeps the last picture and what it was made from; `documents` is the folder of their texts."""

    def __init__(self, documents: Path) -> None:
        self._documents = documents
        self._picture: Picture | None = None
        self._mark = Mark(-1, -1)
        self._seen = 0

    def read(self, session: Session, question: Question | None) -> Picture | None:
        """The picture now, with the answer to `question`; None where it would be the same as before."""
        mark, before = _mark(session), self._picture
        if before is not None and mark == self._mark and question == _asked(before):
            return None
        same = before if before is not None and mark.journal == self._mark.journal else None
        boards = self._fold(session, before, mark)
        picture = Picture(
            crises=same.crises if same else _crises(session),
            counts=same.counts if same else devices.counts(session),
            boards=boards,
            breaches=same.breaches if same else _breaches(session),
            stations=self._stations(session, before, mark),
            answer=self._answer(session, question, same, news=mark.activity != self._mark.activity),
        )
        # Until the activity is read to its end, the next turn must find something to do.
        self._mark = Mark(mark.journal, self._seen, mark.beat)
        self._picture = picture
        return picture

    def _stations(self, session: Session, before: Picture | None, mark: Mark) -> tuple[StationView, ...]:
        if before is not None and mark.beat == self._mark.beat:
            return before.stations
        signs = heartbeats.listing(session)
        return tuple(StationView(each.station, each.began_at, each.at, each.ended) for each in signs)

    def _answer(
        self, session: Session, question: Question | None, same: Picture | None, *, news: bool
    ) -> Answer | None:
        """The answer; `same` is the picture before, where the book has not changed since.

        `news` says whether a run told something meanwhile.
        """
        before = same.answer if same else None
        if before is not None and before.query == question and not (news and isinstance(before, CellLog)):
            return before
        found: Answer | None = None
        match question:
            case PoolQuery():
                found = pool_query.page(session, question, _counted(before, question))
            case DeviceQuery():
                found = pool_query.file(session, question)
            case JournalQuery():
                found = journal_query.page(session, question)
            case DocumentsQuery():
                found = document_query.listing(session, question)
            case DocumentQuery():
                found = document_query.text(session, question, self._documents)
            case CommunesQuery():
                found = commune_query.listing(session, question)
            case CellQuery():
                found = _log(session, question)
            case None:
                pass
            case _:
                assert_never(question)
        return found

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
    last, seen, heard = session.exec(_MARKS).one()
    return Mark(last or 0, seen or 0, heard)


def _log(session: Session, question: CellQuery) -> CellLog:
    events = activity.of_cell(session, question.crisis, question.stage, question.seat, limit=_EVENTS)
    return CellLog(question, tuple(events))


def _asked(picture: Picture) -> Question | None:
    return picture.answer.query if picture.answer else None


def _counted(before: Answer | None, question: PoolQuery) -> int | None:
    """Counted anew only where pool or words have changed: counting is the slow part."""
    if isinstance(before, PoolPage) and before.query.text == question.text:
        return before.total
    return None


def _breaches(session: Session) -> tuple[BreachView, ...]:
    return tuple(_breach(each) for each in breaches.listing(session) if _is_open(each))


def _is_open(entry: Breach) -> bool:
    return entry.closed_at is None and entry.notified_at is None


def _breach(entry: Breach) -> BreachView:
    return BreachView(entry.reference, entry.description, entry.deadline)


def _crises(session: Session) -> tuple[CrisisView, ...]:
    names = dict(session.exec(select(Commune.code, Commune.name)).all())
    seats: dict[str, list[SeatView]] = {}
    # Columns, not objects: in years of crises there are tens of thousands of seats.
    named = (Seat.crisis, Seat.number, Seat.first_name, Seat.last_name, Seat.service, Seat.ready_at)
    query = sqlalchemy.select(*(col(each) for each in named)).where(dropped_seats.needed())
    query = query.order_by(col(Seat.crisis), col(Seat.number))
    for crisis, number, first, last, service, ready_at in session.execute(query):
        seats.setdefault(crisis, []).append(SeatView(number, f"{first} {last}", service, ready_at))
    return tuple(
        _crisis(session, known, names, seats.get(known.reference, ())) for known in crises.listing(session)
    )


def _crisis(session: Session, crisis: Crisis, names: dict[str, str], seats: Sequence[SeatView]) -> CrisisView:
    closed = crisis.closed_at is not None
    return CrisisView(
        reference=crisis.reference,
        commune=names[crisis.commune_code],
        t0=crisis.t0,
        closed_at=crisis.closed_at,
        drill=crisis.drill,
        planned=crisis.plan is not None,
        due_back=None if closed else milestones.return_due_since(session, crisis.reference),
        seats=tuple(seats),
        devices={} if closed or crisis.plan is None else _devices(crisis.plan),
    )


def _devices(plan: Mapping[str, Any]) -> dict[tuple[int, str], str]:
    return {
        (seat["number"], stage): seat[stage]["tag"]
        for seat in plan["seats"]
        for stage in (Stage.LAPTOP, Stage.PHONE)
        if seat[stage]
    }
