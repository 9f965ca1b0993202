"""The first lines of every screen: where one is, the time, and the banner when something is badly wrong."""

from datetime import datetime, tzinfo
from gettext import gettext as _

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from tui import clock
from tui.feed import Full, Lost


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
            self._title.update(title, layout=False)

    def tick(self, now: datetime, zone: tzinfo, trouble: Lost | Full | None) -> None:
        """Show the time, and the banner as long as there is trouble."""
        self._clock.update(clock.time(now, zone), layout=False)
        self._banner.display = trouble is not None
        if trouble is not None:
            self._banner.update(_told(trouble, zone))


def _told(trouble: Lost | Full, zone: tzinfo) -> str:
    match trouble:
        case Lost():
            return _("✗ Data base not readable since {time}, trying again: {why}").format(
                time=clock.time(trouble.since, zone), why=trouble.why
            )
        case Full():
            told = _("✗ Disk full: {free} MB left for {folder}. Make room: runs and documents will fail.")
            return told.format(free=trouble.free // 1_000_000, folder=trouble.folder)
