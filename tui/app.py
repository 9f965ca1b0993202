"""The application: stacks the screens, hands them pictures and the time. No data, no drawing.

`run` opens it; it is the one door to this package.
"""

import re
from collections.abc import Callable
from datetime import datetime, tzinfo
from gettext import gettext as _
from typing import ClassVar

from textual import on
from textual.app import App
from textual.binding import Binding, BindingType

from inventory.database import Database
from inventory.times import utc_now
from tui.actions import ACTIONS
from tui.dialogs.help import HelpDialog
from tui.feed import Feed, News
from tui.help import explanations
from tui.picture import Picture
from tui.screens.base import View
from tui.screens.crisis import CrisisScreen
from tui.screens.pool import PoolScreen
from tui.screens.situation import SituationScreen
from tui.theme import NIGHT


def run(database: Database, zone: tzinfo, crisis: str | None = None) -> None:
    """Show the screens until the operator leaves them; `crisis` is the reference to begin with."""
    Screens(database, zone, crisis=crisis).run()


class Screens(App[None]):
    """Situation at the bottom, crisis and pool above it, the help on top."""

    CSS_PATH = "screens.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(
        self,
        database: Database,
        zone: tzinfo,
        *,
        crisis: str | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__()
        self._zone, self._clock, self._first_crisis = zone, clock, crisis
        self._feed = Feed(database, self.post_message, clock)
        self._picture: Picture | None = None

    def get_default_screen(self) -> SituationScreen:
        """The screen at the bottom."""
        return SituationScreen(self._feed, self._zone, self._picture, self._clock())

    def on_mount(self) -> None:
        """Begin to read and to tick."""
        self.title = _("Crisis kit")
        self.register_theme(NIGHT)
        self.theme = NIGHT.name
        self._feed.start()
        self.set_interval(1, self._tick)
        if self._first_crisis is not None:
            self._open_crisis(self._first_crisis)

    def on_unmount(self) -> None:
        """Stop reading; nothing else ends with the screens."""
        self._feed.stop()

    @on(News)
    def _show(self, message: News) -> None:
        self._picture = message.picture
        with self.batch_update():
            for view in self._views():
                view.show(message.picture)

    @on(SituationScreen.Opened)
    def _opened(self, message: SituationScreen.Opened) -> None:
        self._open_crisis(message.reference)

    def action_leave(self) -> None:
        """Leave the top screen; the bottom one stays."""
        if len(self.screen_stack) > 1:
            self.pop_screen()

    def action_situation(self) -> None:
        """Go down to the first screen."""
        while len(self.screen_stack) > 1:
            self.pop_screen()

    def action_pool(self) -> None:
        """Put the pool on top, once."""
        if not isinstance(self.screen, PoolScreen):
            self.push_screen(PoolScreen(self._feed, self._zone, self._picture, self._clock()))

    def action_refresh(self) -> None:
        """Read at once."""
        self._feed.read_now()

    def action_help(self) -> None:
        """Explain the widget in focus, then the screen."""
        self.push_screen(HelpDialog(explanations(self.focused, self.screen), self._keys()))

    def get_key_display(self, binding: Binding) -> str:
        """Keys as they are printed on a keyboard: F5, not f5."""
        shown = super().get_key_display(binding)
        return shown.upper() if re.fullmatch(r"f\d+", shown) else shown

    def _open_crisis(self, reference: str) -> None:
        self.push_screen(CrisisScreen(self._feed, self._zone, self._picture, self._clock(), reference))

    def _tick(self) -> None:
        for view in self._views()[-1:]:
            view.tick(self._clock(), self._feed.lost())

    def _views(self) -> list[View]:
        """The screens that show the book; a dialog lies on top of one."""
        return [screen for screen in self.screen_stack if isinstance(screen, View)]

    def _keys(self) -> list[tuple[str, str]]:
        """The keys that work now and what they do, one line an action."""
        keys: dict[str, list[str]] = {}
        # What stands in the footer comes first, moving about last.
        for active in sorted(self.screen.active_bindings.values(), key=lambda a: not a.binding.show):
            action = ACTIONS.get(active.binding.id or "")
            if action is not None:
                keys.setdefault(action.about, []).append(self.get_key_display(active.binding))
        return [(" ".join(names), about) for about, names in keys.items()]
