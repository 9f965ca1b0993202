"""The first lines of every screen: where one is, the time, and the banner when the data base is lost."""

from datetime import datetime, tzinfo
from gettext import gettext as _

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from tui import clock
from tui.feed import Lost


class Heading(Vertical):
    """Title on the left, time of day on the right, the banner below."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._shown = title
        self._title = Static(title, id="title", markup=False)
        self._clock = Static("", id="clock", markup=False)
        self._banner = Static("", id="banner", markup=False)

    def compose(self) -> ComposeResult:
        """Lay it out."""
        with Horizontal():
            yield from (self._title, self._clock)
        yield self._banner

    def name_it(self, title: str) -> None:
        """Change the title."""
        if title != self._shown:
            self._shown = title
            self._title.update(title)

    def tick(self, now: datetime, zone: tzinfo, lost: Lost | None) -> None:
        """Show the time, and the banner as long as the data base is lost."""
        self._clock.update(clock.time(now, zone), layout=False)
        self._banner.display = lost is not None
        if lost is not None:
            self._banner.update(
                _("✗ Data base not readable since {time}, trying again: {why}").format(
                    time=clock.time(lost.since, zone), why=lost.why
                )
            )
