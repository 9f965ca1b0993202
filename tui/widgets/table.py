"""The one table of every list screen, drawn line by line: as quick with 100,000 rows as with ten.

It is given rows by key and redraws only the lines that changed; the cursor stays on its thing when others
come and go. Where it is given a window of the rows, it says which window it needs next.
"""

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style as Look

from tui.actions import bindings
from tui.widgets.rows import Column, Rows, changed, fit, widths
from tui.words import STYLES, Tone, Word

_HEADER = 1
_UNREAD = Word("…", "quiet")
#: What stands before a line, by whether the cursor is on it and whether it is marked; needs no colours.
_SIGNS = {(False, False): " ", (True, False): "›", (False, True): "+", (True, True): "±"}


class Table(ScrollView, can_focus=True):
    """Columns with a heading and a cursor."""

    BINDINGS = bindings("line.up", "line.down", "page.up", "page.down", "first", "last")
    COMPONENT_CLASSES: ClassVar[set[str]] = {"table--heading", "table--cursor", "table--cursor-blurred"}

    class Chosen(Message):
        """The operator wants to open the row."""

        def __init__(self, table: "Table", key: str) -> None:
            super().__init__()
            self.table, self.key = table, key

        @property
        def control(self) -> "Table":
            """The table, for `@on` selectors."""
            return self.table

    class Moved(Message):
        """The cursor stands on another row; None in an empty table."""

        def __init__(self, table: "Table", key: str | None) -> None:
            super().__init__()
            self.table, self.key = table, key

        @property
        def control(self) -> "Table":
            """The table, for `@on` selectors."""
            return self.table

    class Wanted(Message):
        """Lines are in sight that the window does not hold: from `first` on, `count` are wanted."""

        def __init__(self, first: int, count: int) -> None:
            super().__init__()
            self.first, self.count = first, count

    def __init__(self, *columns: Column, widget_id: str, empty: str = "", cursor: bool = True) -> None:
        super().__init__(id=widget_id)
        self._columns = columns
        self._tones: dict[Tone, Style] = {}
        self._empty = empty
        self._rows = Rows()
        self._read = False
        self._position = 0
        self._key: str | None = None
        self.can_focus = cursor

    @property
    def key(self) -> str | None:
        """The key of the row under the cursor."""
        return self._key

    @property
    def rows(self) -> Rows:
        """What it shows."""
        return self._rows

    @property
    def at_end(self) -> bool:
        """Whether the cursor stands on the last line."""
        return self._position >= self._rows.total - 1

    def show(self, rows: Rows) -> None:
        """Show these rows; the cursor follows its row, or stays at its place where that row is gone."""
        before, self._rows = self._rows, rows
        found = rows.position(self._key) if self._key is not None else None
        position = self._position if found is None else found
        if before.total != rows.total or not self._read:
            self._read = True
            # An empty table has one line, which says so.
            self.virtual_size = Size(0, max(rows.total, 1) + _HEADER)
            self.refresh()
        else:
            for line in changed(before, rows):
                self.refresh_line(line + _HEADER)
        self._place(position)

    def render_line(self, y: int) -> Strip:
        """Draw one line of the screen; line 0 is the heading, which does not scroll."""
        room = self.size.width
        if y == 0:
            heading = self.get_component_rich_style("table--heading")
            titles = tuple(Word(column.title) for column in self._columns)
            return self._strip(" ", titles, heading, room, toned=False)
        position = y - _HEADER + self.scroll_offset.y
        if position >= self._rows.total:
            text = self._empty if position == 0 and self._read else ""
            quiet = self.rich_style + self._tone("quiet")
            return Strip([Segment(fit(f" {text}", room), quiet)], room)
        row, cursor = self._rows.at(position), self.can_focus and position == self._position
        sign = _SIGNS[cursor and self.has_focus, row is not None and row.marked]
        return self._strip(sign, row.cells if row else (_UNREAD,), self._line_style(cursor=cursor), room)

    def action_move(self, lines: int) -> None:
        """Move the cursor by that many lines."""
        self._place(self._position + lines, follow=True)

    def action_page(self, pages: int) -> None:
        """Move the cursor by that many pages."""
        self._place(self._position + pages * self._height, follow=True)

    def action_first(self) -> None:
        """Move the cursor to the first line."""
        self._place(0, follow=True)

    def action_last(self) -> None:
        """Move the cursor to the last line."""
        self._place(self._rows.total - 1, follow=True)

    def action_choose(self) -> None:
        """Open the row under the cursor."""
        if self._key is not None:
            self.post_message(self.Chosen(self, self._key))

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the line; a second click opens it."""
        line = event.y - _HEADER
        if self.can_focus and line >= 0 and line + self.scroll_offset.y < self._rows.total:
            self._place(line + self.scroll_offset.y)
            if event.chain > 1:
                self.action_choose()

    def on_resize(self) -> None:
        """More or fewer lines are in sight."""
        self._keep_in_sight()
        self._want()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Other lines are in sight."""
        super().watch_scroll_y(old_value, new_value)
        self._want()

    def watch_has_focus(self, _focused: bool) -> None:
        """The cursor looks different."""
        super().watch_has_focus(_focused)
        self.refresh_line(self._position + _HEADER)

    @property
    def _height(self) -> int:
        return max(self.size.height - _HEADER, 1)

    def _place(self, position: int, *, follow: bool = False) -> None:
        """Put the cursor at a position, as near as the rows allow; `follow` keeps it in sight."""
        before, key = self._position, self._key
        self._position = max(0, min(position, self._rows.total - 1))
        row = self._rows.at(self._position)
        # A row that is not read yet has no key: what stands there is known when its window comes.
        self._key = row.key if row else None
        if before != self._position:
            self.refresh_line(before + _HEADER)
            self.refresh_line(self._position + _HEADER)
        if follow or before != self._position:
            self._keep_in_sight()
        if key != self._key:
            self.post_message(self.Moved(self, self._key))
        self._want()

    def _keep_in_sight(self) -> None:
        top = self.scroll_offset.y
        nearest = max(self._position - self._height + 1, min(top, self._position))
        if nearest != top:
            # By force: rows that have just come have no scroll bar yet, and without one nothing scrolls.
            self.scroll_to(y=nearest, animate=False, force=True, immediate=True)

    def _want(self) -> None:
        top = self.scroll_offset.y
        if not self._rows.covers(top, top + self._height):
            # One page before and after, so that scrolling by lines finds them read.
            self.post_message(self.Wanted(max(top - self._height, 0), 3 * self._height))

    def _line_style(self, *, cursor: bool) -> Style:
        if not cursor:
            return self.rich_style
        name = "table--cursor" if self.has_focus else "table--cursor-blurred"
        return self.get_component_rich_style(name)

    def _strip(
        self, sign: str, cells: tuple[Word, ...], style: Style, room: int, *, toned: bool = True
    ) -> Strip:
        segments = [Segment(sign, style)]
        for index, width in widths(self._columns, room - 2):
            cell = cells[index] if index < len(cells) else Word("")
            look = style + self._tone(cell.tone) if toned and cell.tone != "plain" else style
            segments.append(Segment(fit(cell.text, width, right=self._columns[index].right), look))
            segments.append(Segment(" ", style))
        return Strip(segments).adjust_cell_length(room, style)

    def notify_style_update(self) -> None:
        """The colours may be others."""
        super().notify_style_update()
        self._tones.clear()

    def _tone(self, tone: Tone) -> Style:
        """A tone in the present colours; as a class, each would be looked up for every table at its start."""
        if tone not in self._tones:
            self._tones[tone] = Look.parse(STYLES[tone], self.app.theme_variables).rich_style
        return self._tones[tone]
