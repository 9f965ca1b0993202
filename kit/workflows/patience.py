"""Tries a step again while the world, or a person, may still come round."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from inventory import interventions
from inventory.activity import Status
from inventory.evidence import WHOLE_CRISIS
from inventory.interventions import Intervention
from inventory.times import utc_now
from kit.plan.model import Plan
from kit.plan.stages import SEAT_STAGES, Stage
from kit.workflows import engine, planning
from kit.workflows.outcome import NotYet, Outcome, again, asks
from kit.workflows.station import Cell, conclusion, current

_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 60.0
#: How soon a person's word is heard.
_LOOK_SECONDS = 1.5
_ASKING = frozenset({Status.WAITING, Status.NEEDS_HUMAN})


def patiently(step: Callable[[], Outcome], patience: float) -> Outcome:
    """Run `step` until it holds, fails for good, or `patience` seconds of waiting are used up.

    Call it from a workflow only: the number of tries is decided by checkpointed outcomes.
    """
    waited, pause = 0.0, _FIRST_PAUSE
    while again(outcome := step()) and waited < patience:
        pause = min(pause, patience - waited)
        engine.sleep(pause)
        waited, pause = waited + pause, _longer(pause)
    return outcome


@dataclass(frozen=True)
class Begun:
    """Whom a stage concerns, and the number of the last decision about it before its first try."""

    cell: Cell
    last: int


@dataclass(frozen=True)
class Heard:
    """What a wait ended with: the number of the last decision there is, and whether it is new."""

    last: int
    new: bool


def until_answered(
    reference: str, stage: Stage, step: Callable[[], Outcome], patience: float, *, seat: int | None = None
) -> Outcome:
    """As `patiently`, and listens meanwhile: a decision about the stage has the step tried at once.

    What only a person can clear is not tried again by itself, and is waited for as long. A person who answers
    is given all of the patience anew. Call it from a workflow only.
    """
    begun = begin(reference, stage, seat)
    cell, last = begun.cell, begun.last
    waited, pause = 0.0, _FIRST_PAUSE
    while (again(outcome := step()) or asks(outcome)) and waited < patience:
        pause = min(pause if again(outcome) else patience, patience - waited)
        heard = listen(cell, outcome, last, end_of_wait(pause))
        if not (heard.new or again(outcome)):
            break
        last = heard.last
        waited, pause = (0.0, _FIRST_PAUSE) if heard.new else (waited + pause, _longer(pause))
    return outcome


@engine.step
def begin(reference: str, stage: Stage, seat: int | None) -> Begun:
    """What is known before the first try: a decision that comes after it is news."""
    with current().database.read() as session:
        plan = planning.kept(session, reference)
    cell = Cell(reference, stage, _concerned(plan, stage) if seat is None else (seat,))
    return Begun(cell, _last(cell))


@engine.step
def end_of_wait(seconds: float) -> datetime:
    """When a wait that begins now ends: a crash does not start it anew."""
    return utc_now() + timedelta(seconds=seconds)


@engine.step
def listen(cell: Cell, outcome: Outcome, last: int, until: datetime) -> Heard:
    """Wait until that moment, or until somebody decides about the cell."""
    station = current()
    waiting = replace(cell, seats=outcome.seats) if isinstance(outcome, NotYet) and outcome.seats else cell
    told = conclusion(waiting, outcome, until=until)
    station.activity.conclude(*(event for event in told if event.status in _ASKING))
    while (now := _last(cell)) <= last:
        left = (until - utc_now()).total_seconds()
        if left <= 0:
            return Heard(now, new=False)
        if station.stopping.wait(min(_LOOK_SECONDS, left)):
            engine.abandon()
    return Heard(now, new=True)


def _concerned(plan: Plan, stage: Stage) -> tuple[int | None, ...]:
    if stage not in SEAT_STAGES:
        return (None,)
    of_phones = stage in {Stage.PHONE, Stage.MANAGED}
    return tuple(seat.number for seat in plan.seats if seat.phone or not of_phones)


def _longer(pause: float) -> float:
    return min(pause * 1.5, _LONGEST_PAUSE)


def _last(cell: Cell) -> int:
    with current().database.read() as session:
        decisions = interventions.of(session, cell.crisis, stage=cell.stage)
        return max(_numbers(decisions, cell.seats), default=0)


def _numbers(decisions: Sequence[Intervention], seats: Sequence[int | None]) -> list[int]:
    concerned = {WHOLE_CRISIS, *(seat for seat in seats if seat is not None)}
    return [each.id or 0 for each in decisions if each.seat_number in concerned]
