"""One crisis, live: seats × stages, the crisis's own stages on top, the seat under the cursor in words."""

from collections.abc import Iterable
from datetime import datetime, tzinfo
from gettext import gettext as _

from textual import on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from inventory.activity import Status
from inventory.board import Board, Cell
from kit.plan.stages import CRISIS_STAGES, SEAT_STAGES, Stage, label
from tui import clock, story
from tui.actions import COMMON, bindings
from tui.help import Help
from tui.picture import CrisisView, Picture, SeatView
from tui.screens.base import Stand, View
from tui.widgets.detail import Detail
from tui.widgets.rows import Column, Row, Rows
from tui.widgets.table import Table
from tui.words import STYLES, Word, plain, status_word

_CELL = 11
#: Stages shown from that many columns on; what goes wrong in them stands in the story all the same.
_ROOMY = {Stage.MANAGED: 92}
_BETWEEN = "   "


class CrisisScreen(View, inherit_bindings=False):
    """The board of one crisis."""

    BINDINGS = bindings("back", *COMMON)
    help = Help(
        _("One crisis, live"),
        _(
            "One line a seat, one column a stage: · to do, ▶ running, … waiting for the world, ✓ done, "
            "✗ failed, ! needs you. The stages of the crisis as a whole stand above. Move the cursor to a "
            "seat to read what runs, what waits and why, what failed and what to do next."
        ),
    )

    def __init__(self, stand: Stand, reference: str) -> None:
        super().__init__(stand, reference)
        self.reference = reference
        self._facts = Static("", id="facts")
        self._whole = Static("", id="whole")
        self._seats = Table(
            Column(_("Seat")),
            Column(_("Service"), 18, from_room=100),
            *(Column(label(stage), _CELL, from_room=_ROOMY.get(stage, 0)) for stage in SEAT_STAGES),
            Column(_("Works since"), 11, from_room=100),
            widget_id="seats",
            empty=_("No seat."),
        )
        self._detail = Detail()

    def body(self) -> Iterable[Widget]:
        """Facts, the crisis's stages, the seats, the story."""
        yield from (self._facts, self._whole, self._seats, self._detail)

    def exercise(self, picture: Picture) -> bool:
        """Whether this crisis is one."""
        crisis = picture.crisis(self.reference)
        return crisis is not None and crisis.drill

    def draw(self) -> None:
        """Draw the crisis as it stands."""
        crisis, board = self._known()
        if crisis is None:
            return
        self._heading.name_it(f"{crisis.reference} · {plain(crisis.commune)}")
        self._whole.update(whole(board, self._whole.content_size.width))
        seats = [seat_row(crisis, seat, board) for seat in crisis.seats]
        self._seats.show(Rows.whole(seats))
        self.age()

    def on_resize(self) -> None:
        """Break the lines anew."""
        self.call_after_refresh(self.draw)

    def age(self) -> None:
        """Draw the clocks and the story, which counts seconds."""
        crisis, board = self._known()
        if crisis is not None:
            self._facts.update(facts(crisis, board, self.now, self.zone), layout=False)
            self._tell()

    @on(Table.Moved, "#seats")
    def _tell(self) -> None:
        crisis, board = self._known()
        if crisis is not None:
            key = self._seats.key
            number = int(key) if key is not None else None
            self._detail.show(story.tell(crisis, board, number, self.now, self.zone))

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


def whole(board: Board, room: int) -> Content:
    """The stages of the crisis as a whole in lines of `room` columns, broken between stages only."""
    lines: list[list[Content]] = [[]]
    left = room
    for stage in CRISIS_STAGES:
        word = cell_word(board.cell(None, stage))
        told = Content.assemble((f"{label(stage)} ", "$secondary"), (word.text, STYLES[word.tone]))
        if told.cell_length > left and lines[-1]:
            lines.append([])
            left = room
        lines[-1].append(told)
        left -= told.cell_length + len(_BETWEEN)
    return Content("\n").join(Content(_BETWEEN).join(line) for line in lines)


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
