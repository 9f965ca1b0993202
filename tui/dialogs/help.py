"""The help of whatever is in focus: what it shows, and the keys that work there now."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.actions import bindings
from tui.help import Help
from tui.widgets.key_line import KeyLine


class HelpDialog(ModalScreen[None]):
    """Explains and goes away."""

    BINDINGS = bindings("back", "quit")

    def __init__(self, helps: list[Help], keys: list[tuple[str, str]]) -> None:
        super().__init__()
        self._helps, self._keys = helps, keys

    def compose(self) -> ComposeResult:
        """Lay it out."""
        with VerticalScroll(classes="paper"):
            for part in self._helps:
                yield Static(part.title, classes="section", markup=False)
                yield Static(part.text, markup=False)
            yield Static("")
            width = max((len(key) for key, _about in self._keys), default=0)
            lines = [(f"{key:>{width}}  ", "bold $text-accent") for key, _about in self._keys]
            told = zip(lines, (about for _key, about in self._keys), strict=True)
            yield Static(Content("\n").join(Content.assemble(key, about) for key, about in told))
        yield KeyLine()
