"""Owns the activity: progress of runs as it happens (task events, waits, retries), high in volume, pruned.

The journal keeps facts that matter in a year; the activity keeps what an operator watches tonight.
One row is one `Event`. Screens and the command line read rows after the last id they saw and fold
them into a board (`inventory/board.py`); nothing here decides anything.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from gettext import gettext as _
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, Session, SQLModel, col, delete, select

from inventory.times import UtcDateTime


class Status(StrEnum):
    """How far one stage of one seat (or of the crisis) has come."""

    #: it will run, nothing has started
    PENDING = "pending"
    #: something works on it now
    RUNNING = "running"
    #: it waits for the world (throttling, replication, a laptop that boots); `until` says how long at most
    WAITING = "waiting"
    #: it holds, and was read back
    DONE = "done"
    #: there was nothing to do; the detail says why
    SKIPPED = "skipped"
    #: somebody decided to go without it; the detail says who and why
    LEFT_OUT = "left_out"
    #: it does not hold; the detail says what happened, the hint what to do next
    FAILED = "failed"
    #: a person must act before it can go on
    NEEDS_HUMAN = "needs_human"


def look(status: Status) -> tuple[str, str]:
    """The glyph of a status and its word in the reader's language, at most nine characters long.

    The word always stands beside the glyph: neither shape nor colour alone tells enough.
    """
    looks = {
        Status.PENDING: ("·", _("to do")),
        Status.RUNNING: ("▶", _("running")),
        Status.WAITING: ("…", _("waiting")),
        Status.DONE: ("✓", _("done")),
        Status.SKIPPED: ("–", _("no need")),
        Status.LEFT_OUT: ("/", _("left out")),
        Status.FAILED: ("✗", _("failed")),
        Status.NEEDS_HUMAN: ("!", _("needs you")),
    }
    return looks[status]


@dataclass(frozen=True)
class Event:
    """One thing that happened in a run.

    Attributes:
        crisis: the crisis's reference, e.g. "13005-2026-01".
        stage: machine name of the stage, e.g. "laptop" (`kit/plan/stages.py`).
        status: how far that stage is after this event.
        at: when, in UTC.
        seat: the seat's number from 1; None where the stage belongs to the whole crisis.
        detail: one sentence for the operator, in the language of the station that runs.
        hint: what to do next, where something is wrong.
        until: end of a wait, where it is known.
        data: small facts for machines (task name, host, counts); never a secret.
    """

    crisis: str
    stage: str
    status: Status
    at: datetime
    seat: int | None = None
    detail: str = ""
    hint: str = ""
    until: datetime | None = None
    data: dict[str, Any] = field(default_factory=dict)


class ActivityRow(SQLModel, table=True):
    """An `Event` as stored; `id` grows and is what readers remember."""

    __tablename__ = "activity"

    id: int | None = Field(default=None, primary_key=True)
    crisis: str = Field(index=True)
    stage: str
    status: str
    at: datetime = Field(sa_type=UtcDateTime)
    seat: int | None = None
    detail: str = ""
    hint: str = ""
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    data: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


def record(session: Session, events: Iterable[Event]) -> None:
    """Add `events` in their order; the caller's transaction decides when they show."""
    session.add_all(
        ActivityRow(
            crisis=event.crisis,
            stage=event.stage,
            status=event.status.value,
            at=event.at,
            seat=event.seat,
            detail=event.detail,
            hint=event.hint,
            until=event.until,
            data=event.data,
        )
        for event in events
    )


def since(
    session: Session, *, crisis: str | None = None, after: int = 0, limit: int = 5000
) -> tuple[int, Sequence[Event]]:
    """Read the events after row `after`, oldest first; returns the last row's id and the events."""
    query = select(ActivityRow).where(col(ActivityRow.id) > after)
    if crisis is not None:
        query = query.where(ActivityRow.crisis == crisis)
    rows = session.exec(query.order_by(col(ActivityRow.id)).limit(limit)).all()
    last = rows[-1].id if rows else None
    return (last if last is not None else after), [_event(row) for row in rows]


def of_cell(
    session: Session, crisis: str, stage: str, seat: int | None, *, limit: int
) -> list[tuple[int, Event]]:
    """The last `limit` events of one stage of one seat, or of the crisis, oldest first, by their row's id."""
    about = col(ActivityRow.seat)
    query = select(ActivityRow).where(
        ActivityRow.crisis == crisis,
        ActivityRow.stage == stage,
        about.is_(None) if seat is None else about == seat,
    )
    rows = session.exec(query.order_by(col(ActivityRow.id).desc()).limit(limit)).all()
    return [(row.id or 0, _event(row)) for row in reversed(rows)]


def prune(session: Session, *, before: datetime) -> None:
    """Forget what happened before that time."""
    session.exec(delete(ActivityRow).where(col(ActivityRow.at) < before))


def _event(row: ActivityRow) -> Event:
    return Event(
        crisis=row.crisis,
        stage=row.stage,
        status=Status(row.status),
        at=row.at,
        seat=row.seat,
        detail=row.detail,
        hint=row.hint,
        until=row.until,
        data=row.data,
    )
