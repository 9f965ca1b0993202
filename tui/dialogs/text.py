"""A text to be read: a document, a journal line, what was refused. Scrolls where it is long."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.actions import bindings
from tui.widgets.key_line import KeyLine


class TextDialog(ModalScreen[None]):
    """Shows the text and goes away."""

    # What a scanner goes on to type while a refusal shows must not leave the program.
    BINDINGS = bindings("back")

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._heading, self._text = title, text

    def compose(self) -> ComposeResult:
        """Lay it out."""
        with VerticalScroll(classes="paper"):
            yield Static(self._heading, classes="section", markup=False)
            yield Static(self._text, markup=False)
        yield KeyLine()
