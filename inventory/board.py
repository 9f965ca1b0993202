"""Folds a run's activity into what a person looks at: seats × stages. Pure.

The command line's live view, the screens and the tests all read this one fold.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from inventory.activity import Event, Status

#: A (seat, stage) pair; seat None is the crisis as a whole.
Key = tuple[int | None, str]


@dataclass(frozen=True)
class Cell:
    """Where one stage of one seat stands: the last event, and when it first moved."""

    last: Event
    first: Event
    task: str = ""

    @property
    def status(self) -> Status:
        """The last event's status."""
        return self.last.status

    @property
    def seconds(self) -> float:
        """Time from the first to the last event of this cell."""
        return (self.last.at - self.first.at).total_seconds()


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
            cells[key] = (
                Cell(last=event, first=event, task=task)
                if before is None or before.status is Status.PENDING
                else replace(before, last=event, task=task)
            )
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
