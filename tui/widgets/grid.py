"""A table whose cursor stands on a cell: left and right among its columns, up and down among its rows."""

from rich.style import Style
from textual.message import Message
from textual.strip import Strip

from tui.actions import bindings
from tui.widgets.rows import Column, widths
from tui.widgets.table import Table

_REVERSED = Style(reverse=True)
#: What stands left of the first column, and between two.
_SIGN = _GAP = 1


class Grid(Table):
    """A table of which the columns `cells` can be chosen; up from its first row leaves it."""

    BINDINGS = bindings("cell.left", "cell.right")

    class Above(Message):
        """The cursor wants to go further up than there are rows."""

    def __init__(self, *columns: Column, cells: range, widget_id: str, empty: str) -> None:
        super().__init__(*columns, widget_id=widget_id, empty=empty)
        self._cells = cells
        self._column = cells.start

    @property
    def column(self) -> int:
        """Which of the cells is chosen, from 0."""
        return self._column - self._cells.start

    def put_cursor(self, key: str, column: int) -> None:
        """Choose that cell, `column` from 0, once its row comes."""
        self._key, self._column = key, self._cells.start + column

    def action_turn(self, columns: int) -> None:
        """Go that many cells to the right."""
        shown = [index for index, _start, _end in self._places()]
        if shown:
            at = shown.index(self._column) if self._column in shown else 0
            self._column = shown[max(0, min(at + columns, len(shown) - 1))]
            self.refresh()
            self.post_message(self.Moved(self, self.key))

    def action_move(self, lines: int) -> None:
        """Move the cursor by that many lines, out of the grid at its upper end."""
        if lines < 0 and self._position == 0:
            self.post_message(self.Above())
        else:
            super().action_move(lines)

    def render_line(self, y: int) -> Strip:
        """Draw one line; the cell under the cursor is reversed, which needs no colours."""
        strip = super().render_line(y)
        line = y - 1 + self.scroll_offset.y
        if y == 0 or not self.has_focus or line != self._position or line >= self.rows.total:
            return strip
        for index, start, end in self._places():
            if index == self._column:
                cell = strip.crop(start, end).apply_style(_REVERSED)
                return Strip.join([strip.crop(0, start), cell, strip.crop(end)])
        return strip

    def _places(self) -> list[tuple[int, int, int]]:
        """The cells in sight: which column, from where to where."""
        places, start = [], _SIGN
        for index, width in widths(self._columns, self.size.width - 2):
            if index in self._cells:
                places.append((index, start, start + width))
            start += width + _GAP
        return places
