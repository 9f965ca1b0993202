"""The line in which words are typed that narrow a list."""

from textual.widgets import Input

from tui.actions import bindings
from tui.help import Help


class FilterLine(Input):
    """Enter keeps the words and goes to the lines."""

    BINDINGS = bindings("filter.keep")

    def __init__(self, placeholder: str, explained: Help) -> None:
        super().__init__(placeholder=placeholder, id="filter", compact=True)
        self.help = explained
