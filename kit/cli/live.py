"""Draws a crisis in the terminal with Rich: live on stderr while it runs, once on stdout as a status."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from gettext import gettext as _
from types import TracebackType

from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from inventory.activity import Status, look
from inventory.board import Board, Cell
from kit.app.situation import Situation
from kit.cli.render import console_on
from kit.cli.times import local
from kit.plan.stages import CLOSING_STAGES, CRISIS_STAGES, SEAT_STAGES, Stage, label

_STYLES = {
    Status.PENDING: "dim",
    Status.RUNNING: "cyan",
    Status.WAITING: "yellow",
    Status.DONE: "green",
    Status.SKIPPED: "green",
    Status.LEFT_OUT: "yellow",
    Status.FAILED: "bold red",
    Status.NEEDS_HUMAN: "bold magenta",
}


@dataclass(frozen=True)
class Shown:
    """The stages that a view shows: of each seat, and of the crisis as a whole."""

    seat: tuple[Stage, ...]
    crisis: tuple[Stage, ...]

    def __contains__(self, stage: object) -> bool:
        return stage in self.seat or stage in self.crisis


#: What a run of the plan goes through, and what ending the crisis in the tenant does.
EQUIPPING = Shown(SEAT_STAGES, CRISIS_STAGES)
CLOSING = Shown(
    (Stage.MAIL_EXPORT,), tuple(stage for stage in CLOSING_STAGES if stage is not Stage.MAIL_EXPORT)
)


class LiveBoard:
    """The live view of one run; on a pipe it prints a line whenever a stage changes instead."""

    def __init__(self, people: Mapping[int, str], shown: Shown = EQUIPPING) -> None:
        self._people = people
        self._shown = shown
        self._console = console_on(stderr=True)
        self._live = Live(console=self._console, auto_refresh=False) if self._console.is_terminal else None
        self._told: dict[tuple[int | None, str], Status] = {}

    def __enter__(self) -> "LiveBoard":
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, board: Board) -> None:
        """Draw the board as it is now."""
        if self._live is not None:
            self._live.update(draw(board, self._people, self._shown), refresh=True)
            return
        for (seat, stage), cell in board.cells.items():
            if stage in self._shown and self._told.get((seat, stage)) is not cell.status:
                self._told[seat, stage] = cell.status
                print(_line(seat, Stage(stage), cell, self._people), file=sys.stderr, flush=True)


def draw(board: Board, people: Mapping[int, str], shown: Shown) -> Group:
    """Seats × stages, the crisis's own stages below, then what runs, waits or failed in words."""
    grid = Table(title_justify="left")
    grid.add_column(_("Seat"), no_wrap=True)
    for stage in shown.seat:
        grid.add_column(label(stage))
    for number, person in people.items():
        grid.add_row(f"{number} {person}", *(_look(board.cell(number, stage)) for stage in shown.seat))
    whole = Text("  ").join(
        Text.assemble(f"{label(stage)} ", _look(board.cell(None, stage))) for stage in shown.crisis
    )
    said = [
        Text(_line(cell.last.seat, Stage(cell.last.stage), cell, people), style=_STYLES[cell.status])
        for status in (Status.FAILED, Status.NEEDS_HUMAN, Status.LEFT_OUT, Status.WAITING, Status.RUNNING)
        for cell in board.with_status(status)
        if cell.last.detail and cell.last.stage in shown
    ]
    return Group(grid, whole, *said)


def describe(situation: Situation) -> None:
    """Print a situation on stdout."""
    console = console_on()
    table = Table(
        title=_("{exercise}Crisis {reference}, {commune}, T0 {t0}").format(
            exercise=_("EXERCISE – ") if situation.drill else "",
            reference=situation.reference,
            commune=situation.commune,
            t0=local(situation.t0).strftime("%Y-%m-%d %H:%M:%S"),
        ),
        title_justify="left",
    )
    table.add_column(_("Seat"), no_wrap=True)
    for heading in (*(label(stage) for stage in SEAT_STAGES), _("Works since")):
        table.add_column(heading)
    for seat in situation.seats:
        table.add_row(
            f"{seat.number} {seat.person}",
            *(_styled(Status(seat.stages[stage])) for stage in SEAT_STAGES),
            local(seat.ready_at).strftime("%H:%M:%S") if seat.ready_at else "–",
        )
    console.print(table)
    console.print(
        "  ".join(
            _named(label(Stage(stage)), look(Status(status))[1]) for stage, status in situation.stages.items()
        )
    )
    for failure in situation.failures:
        where = _("Seat {number}").format(number=failure.seat) if failure.seat else _("Crisis")
        console.print(_named(f"✗ {where}, {label(Stage(failure.stage))}", failure.message))
        if failure.hint:
            console.print(f"  → {failure.hint}")
    for each in situation.left_out:
        where = _("Seat {number}").format(number=each.seat) if each.seat else _("Crisis")
        console.print(_named(f"/ {where}, {label(Stage(each.stage))}", each.told))
    for name, seconds in (
        (_("T0 → first working seat"), situation.first_seat_s),
        (_("T0 → last working seat"), situation.last_seat_s),
    ):
        console.print(_named(name, _duration(seconds)))


def _named(name: str, value: str) -> str:
    """A value after its name, with the colon of the reader's language."""
    return _("{name}: {value}").format(name=name, value=value)


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours} h {minutes:02d} min {rest:04.1f} s" if hours else f"{minutes} min {rest:04.1f} s"


def _look(cell: Cell | None) -> Text:
    if cell is not None and cell.status is Status.RUNNING and cell.task:
        return Text(f"▶ {cell.task[:24]}", style="cyan")
    return _styled(cell.status if cell else Status.PENDING)


def _styled(status: Status) -> Text:
    return Text(" ".join(look(status)), style=_STYLES[status])


def _line(seat: int | None, stage: Stage, cell: Cell, people: Mapping[int, str]) -> str:
    who = _("crisis") if seat is None else f"{seat} {people.get(seat, '')}"
    until = cell.last.until
    glyph, word = look(cell.status)
    parts = [
        _named(f"{glyph} {who}, {label(stage)}", word),
        cell.last.detail,
        _("until {time}").format(time=local(until).strftime("%H:%M:%S")) if until else "",
        f"→ {cell.last.hint}" if cell.last.hint else "",
    ]
    return " – ".join(part for part in parts if part)
