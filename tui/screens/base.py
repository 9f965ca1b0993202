"""What every screen has: the heading, the footer, pictures to show and a clock that ticks."""

from collections.abc import Iterable
from datetime import datetime, tzinfo

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Footer

from tui.actions import bindings
from tui.feed import Feed, Lost
from tui.help import Help
from tui.picture import Picture
from tui.widgets.heading import Heading


class View(Screen[None]):
    """A screen on the book of record; `show` and `tick` are called by the app, never by a worker."""

    BINDINGS = bindings("situation", "pool", "refresh", "help", "quit")
    help: Help

    def __init__(self, feed: Feed, zone: tzinfo, picture: Picture | None, now: datetime, title: str) -> None:
        super().__init__()
        self.feed, self.zone = feed, zone
        self.picture, self.now = picture, now
        self._heading = Heading(title)

    # Abstract, said by hand: Textual's screens have a metaclass of their own, so `ABC` is not to be had.
    def body(self) -> Iterable[Widget]:
        """The widgets between heading and footer."""
        raise NotImplementedError

    def draw(self) -> None:
        """Draw the present picture at the present moment."""
        raise NotImplementedError

    def age(self) -> None:
        """Draw again what changes with time alone; most screens have no such thing."""

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield self._heading
        yield from self.body()
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Draw what is known already."""
        self._heading.tick(self.now, self.zone, self.feed.lost())
        if self.picture is not None:
            self.draw()

    def show(self, picture: Picture) -> None:
        """There is a new picture; a screen that is not laid out yet draws it once it is."""
        self.picture = picture
        if self.is_mounted:
            self.draw()

    def tick(self, now: datetime, lost: Lost | None) -> None:
        """A second has passed."""
        self.now = now
        if self.is_mounted:
            self._heading.tick(now, self.zone, lost)
            self.age()
