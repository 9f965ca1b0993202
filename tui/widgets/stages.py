"""The stages of the crisis as a whole, in as many lines as they need; one of them can be chosen."""

from collections.abc import Sequence
from gettext import gettext as _

from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui.actions import bindings
from tui.help import Help
from tui.words import STYLES, Word

_BETWEEN = "   "

#: A stage's name, and how it stands.
Told = tuple[str, Word]


class Stages(Static, can_focus=True):
    """Names and words side by side; left and right choose, down leaves it."""

    BINDINGS = bindings("cell.left", "cell.right", "line.up", "line.down")
    help = Help(
        _("The whole crisis"),
        _("What concerns all seats, with how it stands. Left and right choose one, down goes to the seats."),
    )

    class Moved(Message):
        """Another stage is chosen."""

    class Below(Message):
        """The cursor wants to go down to the seats."""

    def __init__(self, count: int) -> None:
        super().__init__("", id="whole")
        self._count = count
        self._told: Sequence[Told] = ()
        self.column = 0

    def show(self, told: Sequence[Told]) -> None:
        """Show these stages."""
        self._told = told
        self._draw()

    def action_turn(self, columns: int) -> None:
        """Choose the stage that many to the right."""
        self.column = max(0, min(self.column + columns, self._count - 1))
        self._draw()
        self.post_message(self.Moved())

    def action_move(self, lines: int) -> None:
        """Down to the seats; there is nothing above."""
        if lines > 0:
            self.post_message(self.Below())

    def on_focus(self) -> None:
        """Show which is chosen."""
        self._draw()
        self.post_message(self.Moved())

    def on_blur(self) -> None:
        """Show none as chosen."""
        self._draw()

    def _draw(self) -> None:
        chosen = self.column if self.has_focus else None
        self.update(lines(self._told, self.content_size.width, chosen))


def lines(told: Sequence[Told], room: int, chosen: int | None) -> Content:
    """The stages in lines of `room` columns, broken between stages only."""
    found: list[list[Content]] = [[]]
    left = room
    for at, (name, word) in enumerate(told):
        each = Content.assemble((f"{name} ", "$secondary"), (word.text, STYLES[word.tone]))
        if at == chosen:
            each = each.stylize("reverse")
        if each.cell_length > left and found[-1]:
            found.append([])
            left = room
        found[-1].append(each)
        left -= each.cell_length + len(_BETWEEN)
    return Content("\n").join(Content(_BETWEEN).join(line) for line in found)
