"""What the screens have that list what the hands find out: asked anew whenever they come to the front."""

from collections.abc import Iterable
from dataclasses import replace

from textual.widget import Widget

from tui.acting import Outcome
from tui.screens.base import Stand, View
from tui.widgets.table import Table


class AskedView(View):
    """A list of what there is to be done; `ask_for` finds it out, in a worker, and posts it."""

    def __init__(self, stand: Stand, title: str, lines: Table) -> None:
        super().__init__(stand, title)
        self._lines = lines

    # Abstract, as in `base`.
    def ask_for(self) -> Outcome:
        """Find out what there is."""
        raise NotImplementedError

    def body(self) -> Iterable[Widget]:
        """The lines."""
        yield self._lines

    def on_mount(self) -> None:
        """The lines are in focus."""
        super().on_mount()
        self._lines.focus()

    def on_screen_resume(self) -> None:
        """Look again."""
        super().on_screen_resume()
        self.stand.hands.carry_out(self.ask_for)

    def action_choose(self) -> None:
        """Go on with what is under the cursor."""
        self._lines.action_choose()

    def now_known(self) -> Stand:
        """What a screen above this one stands on: what is known now, not when this one was opened."""
        return replace(self.stand, picture=self.picture, now=self.now)
