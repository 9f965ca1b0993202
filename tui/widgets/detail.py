"""The pane below the board: one seat's story, scrolled with Tab and the arrows where it is long."""

from gettext import gettext as _

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.help import Help
from tui.story import Line
from tui.words import STYLES


class Detail(VerticalScroll):
    """Draws a story."""

    help = Help(
        _("The seat under the cursor"),
        _("What failed and what to do about it comes first, then what waits and until when, then what runs."),
    )

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[Line] = []
        self._story = Static("", id="story")

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield self._story

    def show(self, lines: list[Line]) -> None:
        """Show that story."""
        if lines != self._lines:
            # Seconds that count on leave every line as long as it was: nothing has to move.
            moves = _lengths(lines) != _lengths(self._lines)
            self._lines = lines
            self._story.update(_drawn(lines), layout=moves)


def _lengths(lines: list[Line]) -> list[int]:
    return [sum(len(word.text) for word in line) for line in lines]


def _drawn(lines: list[Line]) -> Content:
    parts: list[tuple[str, str] | str] = []
    for line in lines:
        words = [word for word in line if word.text]
        for position, word in enumerate(words):
            parts += ["  " if position else "", (word.text, STYLES[word.tone])]
        parts.append("\n")
    return Content.assemble(*parts[:-1])
