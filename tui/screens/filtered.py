"""What the screens have whose list narrows as one types: the line on top, and how one leaves it."""

from textual import on
from textual.widgets import Input

from tui.help import Help
from tui.picture import Question
from tui.screens.base import Stand, View
from tui.widgets.filter_line import FilterLine
from tui.widgets.table import Table


class FilteredView(View):
    """A list below a line for words; `narrow` is told what is typed."""

    #: The lines are in focus, so that letters are keys.
    AUTO_FOCUS = "Table"

    def __init__(
        self, stand: Stand, title: str, table: Table, typing: tuple[str, Help], question: Question
    ) -> None:
        super().__init__(stand, title, question)
        self._filter, self._lines = FilterLine(*typing), table

    def narrow(self, text: str) -> None:
        """Other words were typed."""
        raise NotImplementedError

    def action_filter(self) -> None:
        """Type words."""
        self._filter.focus()

    def action_keep_filter(self) -> None:
        """Go to the lines."""
        self._lines.focus()

    def action_end_filter(self) -> None:
        """Show everything again, or go back where there is no filter."""
        if self._filter.value or self._filter.has_focus:
            self._filter.value = ""
            self._lines.focus()
        else:
            self.app.pop_screen()

    def action_choose(self) -> None:
        """Open the line under the cursor."""
        self._lines.action_choose()

    @on(Input.Changed, "#filter")
    def _typed(self, message: Input.Changed) -> None:
        self.narrow(message.value.strip())
