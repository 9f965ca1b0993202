"""Folds a run's activity into what a person looks at: seats × stages. Pure, but for `read_board`.

The command line's live view, the screens and the tests all read this one fold.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlmodel import Session

from inventory import activity
from inventory.activity import Event, Status

#: A (seat, stage) pair; seat None is the crisis as a whole.
Key = tuple[int | None, str]


@dataclass(frozen=True)
class Cell:
    """Where one stage of one seat stands: the last event, and when it first moved."""

    last: Event
    first: Event
    #: the first time it was done, which a later run that finds nothing to do does not change
    done: Event | None = None
    task: str = ""

    @property
    def status(self) -> Status:
        """The last event's status."""
        return self.last.status

    @property
    def seconds(self) -> float:
        """Time from its first move until it was done, or to its last event so far."""
        return (self.ended - self.first.at).total_seconds()

    @property
    def ended(self) -> datetime:
        """When it was first done, or last heard of."""
        return (self.done or self.last).at


@dataclass(frozen=True)
class Board:
    """The whole picture of one run; every update returns a new board."""

    cells: dict[Key, Cell] = field(default_factory=dict)

    def fold(self, events: Iterable[Event]) -> "Board":
        """The board after `events`, oldest first."""
        cells = dict(self.cells)
        for event in events:
            key = (event.seat, event.stage)
            before = cells.get(key)
            task = str(event.data.get("task", before.task if before else ""))
            known = before is not None and before.status is not Status.PENDING
            cell = (
                replace(before, last=event, task=task) if before and known else Cell(event, event, task=task)
            )
            first_done = event.status is Status.DONE and cell.done is None
            cells[key] = replace(cell, done=event) if first_done else cell
        return Board(cells)

    def seats(self) -> list[int]:
        """The seat numbers seen so far, in order."""
        return sorted({seat for seat, _ in self.cells if seat is not None})

    def cell(self, seat: int | None, stage: str) -> Cell | None:
        """One cell; None where nothing was ever said of it."""
        return self.cells.get((seat, stage))

    def stages(self, seat: int | None) -> dict[str, Cell]:
        """Every stage known of one seat, or of the crisis as a whole."""
        return {stage: cell for (number, stage), cell in self.cells.items() if number == seat}

    def with_status(self, status: Status) -> list[Cell]:
        """All cells that stand at `status`, seats in order, the crisis's own first."""
        ordered = sorted(self.cells.items(), key=lambda item: (item[0][0] or 0, item[0][1]))
        return [cell for _, cell in ordered if cell.status is status]


def read_board(session: Session, crisis: str) -> Board:
    """The board of everything that was ever told of a crisis."""
    board, last = Board(), 0
    while True:
        last, events = activity.since(session, crisis=crisis, after=last)
        if not events:
            return board
        board = board.fold(events)
