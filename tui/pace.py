"""Owns how fast a crisis goes: seats that work over time as a small plot, and how long stages take. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from gettext import gettext as _
from statistics import median

from inventory.board import Board
from kit.plan.stages import SEAT_STAGES, label
from tui import clock
from tui.picture import CrisisView

#: Eighths of a line, from none to all of it.
_BLOCKS = " ▁▂▃▄▅▆▇█"


def told(crisis: CrisisView, board: Board, now: datetime, *, width: int, height: int) -> list[str]:
    """The plot with its scales and the stages' times, in `height` lines of `width` columns at most."""
    times = list(_times(board))
    end = max([crisis.last_ready or crisis.closed_at or now, *crisis.ready])
    rows = max(height - len(times) - 3, 2)
    top = str(len(crisis.seats))
    plotted = plot(
        [(at - crisis.t0).total_seconds() for at in crisis.ready],
        total=len(crisis.seats),
        span=(end - crisis.t0).total_seconds(),
        width=width - len(top) - 1,
        height=rows,
    )
    scale = [top, *("" for _row in range(rows - 2)), "0"]
    named = [f"{mark:>{len(top)}} {line}" for mark, line in zip(scale, plotted, strict=True)]
    axis = clock.span((end - crisis.t0).total_seconds())
    below = " " * (len(top) + 1) + "T0" + axis.rjust(max(width - len(top) - 3, 0))
    return [_("Seats that work, since T0"), *named, below, *times][:height]


def plot(ready: Sequence[float], *, total: int, span: float, width: int, height: int) -> list[str]:
    """How many of `total` were ready at each moment of `span` seconds, highest line first; blocks of eighths.

    `ready` are seconds since the beginning.
    """
    steps = len(_BLOCKS) - 1
    tall = []
    for column in range(width):
        moment = span * (column + 1) / width
        count = sum(each <= moment for each in ready)
        # What counts at all is seen.
        tall.append(max(round(count * height * steps / total), 1 if count else 0) if total else 0)
    return [
        "".join(_BLOCKS[max(0, min(each - row * steps, steps))] for each in tall)
        for row in reversed(range(height))
    ]


def medians(board: Board) -> dict[str, float]:
    """The median of the seconds that each stage of a seat took, where it is done."""
    taken: dict[str, list[float]] = {stage: [] for stage in SEAT_STAGES}
    for (_seat, stage), cell in board.cells.items():
        if cell.done is not None and stage in taken:
            taken[stage].append(cell.seconds)
    return {stage: median(seconds) for stage, seconds in taken.items() if seconds}


def _times(board: Board) -> Iterator[str]:
    found = medians(board)
    if not found:
        return
    named = [(label(stage), clock.span(found[stage])) for stage in SEAT_STAGES if stage in found]
    yield _("Median of a seat")
    width = max(len(name) for name, _span in named)
    yield from (f"{name.ljust(width)}  {span}" for name, span in named)
