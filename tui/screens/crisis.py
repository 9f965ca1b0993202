"""One crisis, live: seats × stages, the crisis's own stages on top, the cell under the cursor in words."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, tzinfo
from gettext import gettext as _

from textual import on
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from inventory.activity import Status
from inventory.board import Board, Cell
from kit.plan.stages import CRISIS_STAGES, SEAT_STAGES, Stage, label
from tui import clock, pace, story
from tui.actions import COMMON, bindings
from tui.dialogs.credential import CredentialDialog
from tui.dialogs.text import TextDialog
from tui.help import Help
from tui.picture import CrisisView, Picture, SeatView
from tui.screens import access_pass, crisis_acts
from tui.screens.base import Stand, View
from tui.screens.cell import CellScreen
from tui.screens.crisis_acts import At
from tui.widgets.detail import Detail
from tui.widgets.grid import Grid
from tui.widgets.rows import Column, Row, Rows
from tui.widgets.stages import Stages, Told
from tui.words import Word, plain, status_word

#: Columns of a stage: its longest word, and what there is room for on the smallest screen.
_CELL, _TIGHT = 11, 10
#: The columns of the grid that are stages.
_CELLS = range(2, 2 + len(SEAT_STAGES))
#: The plot stands beside the story where the screen has that many columns and lines; its own columns.
_PLOT_FROM, _PLOT = (110, 30), 36


class CrisisScreen(View, inherit_bindings=False):
    """The board of one crisis."""

    BINDINGS = bindings("open", "retry", "leave_out", "replace", "pass", "run", "back", *COMMON)
    help = Help(
        _("One crisis, live"),
        _(
            "One line a seat, one column a stage: · to do, ▶ running, … waiting for the world, ✓ done, "
            "– no need, / left out, ✗ failed, ! needs you. The stages of the crisis as a whole stand above: "
            "go up from the first seat to reach them. The cell under the cursor is told below: what runs, "
            "until when it waits and why, what failed and what to do next; Enter opens all that happened "
            "in it. What needs you: do what it says, then try it again; or leave it out, with a reason; or "
            "replace the laptop or phone. Whose access pass works no more gets another one. Leaving this "
            "screen stops nothing."
        ),
    )

    def __init__(self, stand: Stand, reference: str, cell: tuple[int | None, str] | None = None) -> None:
        super().__init__(stand, reference)
        self.reference, self._cell = reference, cell
        self._facts = Static("", id="facts")
        self._whole = Stages(len(CRISIS_STAGES))
        self._seats = Grid(
            Column(_("Seat")),
            Column(_("Service"), 18, from_room=100),
            *(Column(label(stage), _CELL, tight=_TIGHT) for stage in SEAT_STAGES),
            Column(_("Works since"), 11, from_room=100),
            cells=_CELLS,
            widget_id="seats",
            empty=_("No seat."),
        )
        self._detail = Detail()
        self._pace = Static("", id="pace", markup=False)

    def body(self) -> Iterable[Widget]:
        """Facts, the crisis's stages, the seats, the story beside the plot."""
        yield from (self._facts, self._whole, self._seats)
        with Horizontal(id="below"):
            yield from (self._detail, self._pace)

    def exercise(self, picture: Picture) -> bool:
        """Whether this crisis is one."""
        crisis = picture.crisis(self.reference)
        return crisis is not None and crisis.drill

    def on_mount(self) -> None:
        """The arrows move among the cells at once, from the one that was asked for."""
        seat, stage = self._cell or (None, "")
        if seat is None and stage in CRISIS_STAGES:
            self._whole.column = CRISIS_STAGES.index(Stage(stage))
            self._whole.focus()
            return
        if stage in SEAT_STAGES:
            self._seats.put_cursor(str(seat), SEAT_STAGES.index(Stage(stage)))
        self._seats.focus()

    def draw(self) -> None:
        """Draw the crisis as it stands."""
        crisis, board = self._known()
        if crisis is None:
            return
        self._heading.name_it(f"{crisis.reference} · {plain(crisis.commune)}")
        self._whole.show(whole(board))
        seats = [seat_row(crisis, seat, board) for seat in crisis.seats]
        self._seats.show(Rows.whole(seats))
        self.age()

    def on_resize(self) -> None:
        """Break the lines anew; the plot stands where there is room."""
        columns, lines = self.size
        self._pace.display = columns >= _PLOT_FROM[0] and lines >= _PLOT_FROM[1]
        self.call_after_refresh(self.draw)

    def age(self) -> None:
        """Draw the clocks, the plot, and the story, which counts seconds."""
        crisis, board = self._known()
        if crisis is None:
            return
        self._facts.update(facts(crisis, board, self.now, self.zone), layout=False)
        if self._pace.display:
            told = pace.told(crisis, board, self.now, width=_PLOT, height=self._pace.content_size.height)
            self._pace.update("\n".join(told), layout=False)
        self._tell()

    def action_choose(self) -> None:
        """Open what happened in the cell under the cursor."""
        now = replace(self.stand, picture=self.picture, now=self.now)
        self.app.push_screen(CellScreen(now, self._at()))

    def action_retry(self) -> None:
        """Have the cell tried again."""
        crisis_acts.retry(self, self._at())

    def action_leave_out(self) -> None:
        """Go on without the cell."""
        crisis_acts.leave_out(self, self._at())

    def action_replace(self) -> None:
        """Replace the seat's laptop or phone."""
        crisis_acts.replace(self, self._at())

    def action_make_pass(self) -> None:
        """Let the seat's person sign in."""
        crisis_acts.make_pass(self, self._at())

    @on(access_pass.Made)
    def _show_pass(self, message: access_pass.Made) -> None:
        self.app.push_screen(CredentialDialog(message.credential, self.zone))

    @on(access_pass.NotMade)
    def _tell_why_not(self, message: access_pass.NotMade) -> None:
        self.app.push_screen(TextDialog(_("No access pass"), f"✗ {message.why}"))

    def action_go_on(self) -> None:
        """Have the plan carried out."""
        crisis_acts.go_on(self, self.reference)

    @on(Grid.Moved, "#seats")
    @on(Stages.Moved)
    def _tell(self) -> None:
        crisis, board = self._known()
        if crisis is not None:
            at = self._at()
            self._detail.show(story.tell(crisis, board, at.seat, self.now, self.zone, stage=at.stage))

    @on(Grid.Above)
    def _go_above(self) -> None:
        self._whole.focus()

    @on(Stages.Below)
    def _go_below(self) -> None:
        self._seats.focus()
        self._tell()

    def _at(self) -> At:
        """The cell under the cursor."""
        if self._whole.has_focus or self._seats.key is None:
            return At(self.reference, CRISIS_STAGES[self._whole.column], None)
        return At(self.reference, SEAT_STAGES[self._seats.column], int(self._seats.key))

    def _known(self) -> tuple[CrisisView | None, Board]:
        picture = self.picture or Picture()
        return picture.crisis(self.reference), picture.board(self.reference)


def facts(crisis: CrisisView, board: Board, now: datetime, zone: tzinfo) -> Content:
    """The times that count (requirement 5), and how old the last news of the run is."""
    first, last = (
        clock.since(crisis.t0, at) if at else "–" for at in (crisis.first_ready, crisis.last_ready)
    )
    return Content.assemble(
        (clock.since(crisis.t0, crisis.closed_at or now), "bold"),
        "   ",
        (_("T0 {moment}").format(moment=clock.moment(crisis.t0, zone)), "$secondary"),
        "   ",
        (_news(crisis, board, now), "$secondary"),
        "\n",
        (_("{ready} of {all} seats work").format(ready=len(crisis.ready), all=len(crisis.seats)), "bold"),
        "   ",
        _("first seat {first}   last seat {last}").format(first=first, last=last),
    )


def whole(board: Board) -> list[Told]:
    """The stages of the crisis as a whole."""
    return [(label(stage), cell_word(board.cell(None, stage))) for stage in CRISIS_STAGES]


def _news(crisis: CrisisView, board: Board, now: datetime) -> str:
    at = max((cell.last.at for cell in board.cells.values()), default=None)
    if crisis.closed_at is not None:
        return _("closed")
    if at is None:
        return _("no news yet")
    return _("last news {span} ago").format(span=clock.span((now - at).total_seconds()))


def seat_row(crisis: CrisisView, seat: SeatView, board: Board) -> Row:
    """One line of the board."""
    since = clock.since(crisis.t0, seat.ready_at) if seat.ready_at else "–"
    return Row(
        str(seat.number),
        (
            Word(f"{seat.number} {plain(seat.person)}", "good" if seat.ready_at else "plain"),
            Word(plain(seat.service), "quiet"),
            *(cell_word(board.cell(seat.number, stage)) for stage in SEAT_STAGES),
            Word(since, "good" if seat.ready_at else "quiet"),
        ),
    )


def cell_word(cell: Cell | None) -> Word:
    """How one stage stands; what nothing was said of is still to do."""
    return status_word(cell.status if cell else Status.PENDING)
