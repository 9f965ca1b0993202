"""Says where a crisis stands, from the book of record alone: seats, stages, times since T0, what is wrong.

Times: a stage's seconds run from its first move to its end; the first and the last working seat are
measured from T0 (requirement 5).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from inventory import crises, dropped_seats, evidence, milestones
from inventory.activity import Status
from inventory.board import Board, Cell, read_board
from inventory.communes import Commune
from inventory.crises import Crisis, Seat
from kit.plan.stages import CRISIS_STAGES, SEAT_STAGES, Stage
from kit.workflows import planning


@dataclass(frozen=True)
class SeatSituation:
    """Where one seat stands; `stages` gives each stage's status by name."""

    number: int
    person: str
    service: str
    ready_at: datetime | None
    stages: Mapping[str, str]


@dataclass(frozen=True)
class Failure:
    """One stage that does not hold, or waits for a person; seat None is the crisis as a whole."""

    seat: int | None
    stage: str
    message: str
    hint: str
    kind: str


@dataclass(frozen=True)
class LeftOut:
    """One stage that is gone without; seat None is the crisis as a whole."""

    seat: int | None
    stage: str
    told: str


@dataclass(frozen=True)
class Situation:
    """Where a crisis stands; `proofs` holds the crisis-wide evidence by stage (group, team, site, sheet).

    `waiting` and `without_phone` are the seats to which the plan gives nothing, or no phone, by decision;
    `left_out` are the stages without which somebody decided to go on, with who and why;
    `return_due_since` is when both ends were known: forensics ended and systems restarted.
    `caller_verified_by` called the correspondent back, on `called_back_on`; empty where that was not said.
    """

    reference: str
    commune: str
    drill: bool
    t0: datetime
    closed_at: datetime | None
    seats: tuple[SeatSituation, ...]
    stages: Mapping[str, str]
    first_seat_s: float | None
    last_seat_s: float | None
    stage_seconds: Mapping[str, float]
    proofs: Mapping[str, Mapping[str, Any]]
    failures: tuple[Failure, ...]
    waiting: tuple[int, ...]
    without_phone: tuple[int, ...]
    return_due_since: datetime | None = None
    left_out: tuple[LeftOut, ...] = ()
    caller_verified_by: str = ""
    called_back_on: str = ""


def read(session: Session, crisis: Crisis) -> Situation:
    """The situation of one crisis, now."""
    board = read_board(session, crisis.reference)
    people = crises.seats(session, crisis.reference)
    proven = {(row.seat, row.stage): row for row in evidence.of(session, crisis.reference)}
    whole = evidence.WHOLE_CRISIS
    dropped = {each.number for each in dropped_seats.listing(session, crisis.reference)}
    ready = [seat.ready_at for seat in people if seat.ready_at is not None]
    everyone = len(ready) == len(people)
    plan = None if crisis.plan is None else planning.from_json(crisis.plan)
    return Situation(
        reference=crisis.reference,
        commune=session.get_one(Commune, crisis.commune_code).name,
        drill=crisis.drill,
        t0=crisis.t0,
        closed_at=crisis.closed_at,
        seats=tuple(_seat(seat, board) for seat in people),
        stages={stage.value: _status(board.cell(None, stage)) for stage in CRISIS_STAGES},
        first_seat_s=_seconds(crisis, min(ready)) if ready else None,
        last_seat_s=_seconds(crisis, max(ready)) if ready and everyone else None,
        stage_seconds={stage.value: seconds for stage, seconds in _stage_seconds(board).items()},
        proofs={stage: row.data for (seat, stage), row in proven.items() if seat == whole},
        failures=tuple(
            _failure(cell)
            for status in (Status.FAILED, Status.NEEDS_HUMAN)
            for cell in board.with_status(status)
            if cell.last.seat not in dropped
        ),
        waiting=plan.waiting if plan else (),
        without_phone=plan.without_phone if plan else (),
        return_due_since=milestones.return_due_since(session, crisis.reference),
        left_out=tuple(
            LeftOut(cell.last.seat, cell.last.stage, cell.last.detail)
            for cell in board.with_status(Status.LEFT_OUT)
            if cell.last.seat not in dropped
        ),
        caller_verified_by=crisis.caller_verified_by,
        called_back_on=crisis.called_back_on,
    )


def _seat(seat: Seat, board: Board) -> SeatSituation:
    return SeatSituation(
        number=seat.number,
        person=f"{seat.first_name} {seat.last_name}",
        service=seat.service,
        ready_at=seat.ready_at,
        stages={stage.value: _status(board.cell(seat.number, stage)) for stage in SEAT_STAGES},
    )


def _status(cell: Cell | None) -> str:
    return (cell.status if cell else Status.PENDING).value


def _seconds(crisis: Crisis, moment: datetime) -> float:
    return round((moment - crisis.t0).total_seconds(), 1)


def _stage_seconds(board: Board) -> dict[Stage, float]:
    """From the first move of a stage, in any seat, to its last."""
    spans: dict[Stage, float] = {}
    for stage in (*CRISIS_STAGES, *SEAT_STAGES):
        cells = [cell for (_seat, name), cell in board.cells.items() if name == stage]
        if cells:
            begun, ended = min(cell.first.at for cell in cells), max(cell.ended for cell in cells)
            spans[stage] = round((ended - begun).total_seconds(), 1)
    return spans


def _failure(cell: Cell) -> Failure:
    event = cell.last
    return Failure(event.seat, event.stage, event.detail, event.hint, str(event.data.get("kind", "error")))
