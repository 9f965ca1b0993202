"""Owns what does not hold at a procedure's end: outcomes that become troubles, told where they show."""

from collections.abc import Mapping
from dataclasses import dataclass

from inventory.activity import Status
from inventory.board import read_board
from kit.plan.stages import Stage
from kit.workflows import engine
from kit.workflows.outcome import Failed, NotYet, Outcome
from kit.workflows.station import Cell, current


@dataclass(frozen=True)
class Trouble:
    """What one stage ended as where it does not hold; seat None is the crisis as a whole."""

    stage: Stage
    seat: int | None
    kind: str
    message: str
    hint: str


def troubles(outcomes: Mapping[tuple[Stage, int | None], Outcome]) -> tuple[Trouble, ...]:
    """Those of a procedure's outcomes, by stage and seat, that do not hold."""
    found = []
    for (stage, seat), outcome in outcomes.items():
        match outcome:
            case Failed(kind, message, hint):
                found.append(Trouble(stage, seat, kind, message, hint))
            case NotYet(reason):
                found.append(Trouble(stage, seat, "incomplete", reason, ""))
            case _:
                pass
    return tuple(found)


@engine.step
def give_up(reference: str, left: tuple[Trouble, ...]) -> None:
    """What the world or a person still had to do when its time was up has failed: say so where it shows."""
    station = current()
    with station.database.read() as session:
        board = read_board(session, reference)
    waiting = [*board.with_status(Status.WAITING), *board.with_status(Status.NEEDS_HUMAN)]
    for trouble in left:
        seats = [
            cell.last.seat
            for cell in waiting
            if cell.last.stage == trouble.stage and trouble.seat in {None, cell.last.seat}
        ]
        told = Cell(reference, trouble.stage, seats).events(
            Status.FAILED, trouble.message, hint=trouble.hint, data={"kind": trouble.kind}
        )
        station.activity.conclude(*told)
