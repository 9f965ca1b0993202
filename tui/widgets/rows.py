"""Owns what a table shows, as values: columns, rows by key, and what changed between two. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

from tui.words import Word

#: Cells below which a column that shares what is left says next to nothing.
_LEAST = 12


@dataclass(frozen=True)
class Column:
    """A column; `width` 0 shares what is left, `from_room` hides it in narrower tables.

    `tight` is its width where nothing much would be left to share; 0 is the same as ever.
    """

    title: str
    width: int = 0
    from_room: int = 0
    right: bool = False
    tight: int = 0


@dataclass(frozen=True)
class Row:
    """A line; `key` names the thing it is about and stays the same while cells change."""

    key: str
    cells: tuple[Word, ...]
    marked: bool = False


@dataclass(frozen=True)
class Rows:
    """A window of rows: `total` there are, `rows` stand from position `first` on."""

    rows: tuple[Row, ...] = ()
    first: int = 0
    total: int = 0

    @classmethod
    def whole(cls, rows: Sequence[Row]) -> "Rows":
        """A table that holds all its rows."""
        return cls(tuple(rows), 0, len(rows))

    def at(self, position: int) -> Row | None:
        """The row at a position of the table; None where it is outside the window."""
        index = position - self.first
        return self.rows[index] if 0 <= index < len(self.rows) else None

    def position(self, key: str) -> int | None:
        """Where the row with that key stands; None where it does not show."""
        return next((self.first + i for i, row in enumerate(self.rows) if row.key == key), None)

    def covers(self, first: int, last: int) -> bool:
        """Whether the window holds the positions from `first` to before `last`, as far as they exist."""
        return first >= self.first and min(last, self.total) <= self.first + len(self.rows)


def changed(before: Rows, after: Rows) -> set[int]:
    """The positions at which another line stands now than before."""
    begin = min(before.first, after.first)
    end = max(before.first + len(before.rows), after.first + len(after.rows))
    return {position for position in range(begin, end) if before.at(position) != after.at(position)}


def widths(columns: Sequence[Column], room: int) -> list[tuple[int, int]]:
    """The columns that show in `room` cells, as (index, width); one cell stands between two."""
    shown = [(i, column) for i, column in enumerate(columns) if column.from_room <= room]
    flexible = sum(column.width == 0 for _, column in shown)

    def left(taken: Sequence[int]) -> int:
        return room - sum(taken) - max(len(shown) - 1, 0)

    fixed = [column.width for _, column in shown]
    if left(fixed) < flexible * _LEAST:
        fixed = [column.tight or column.width for _, column in shown]
    share = max(left(fixed) // flexible, 1) if flexible else 0
    return [(i, width or share) for (i, _), width in zip(shown, fixed, strict=True)]


def fit(text: str, width: int, *, right: bool = False) -> str:
    """The text in exactly `width` cells; what is cut off is shown by an ellipsis."""
    length = cell_len(text)
    if length > width:
        return set_cell_size(text, width - 1) + "…" if width > 1 else set_cell_size(text, width)
    return " " * (width - length) + text if right else text + " " * (width - length)
