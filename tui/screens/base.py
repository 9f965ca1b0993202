"""What every screen has: heading, frame, footer, pictures to show and a clock that ticks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from gettext import gettext as _

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Size
from textual.screen import Screen
from textual.widget import Widget

from kit.app.compose import App as Program
from tui.acting import Hands
from tui.actions import ACTING, COMMON, bindings
from tui.feed import Feed, Full, Lost
from tui.help import Help
from tui.picture import Picture, Question
from tui.widgets.heading import Heading
from tui.widgets.key_line import KeyLine

#: Columns of a wall screen, where lists stand side by side; lines from which on everything has room.
WIDE, HIGH = 160, 30


@dataclass(frozen=True)
class Stand:
    """What a screen stands on: the program, who reads and acts for it, and what is known as it opens.

    `errands` are for what must ask the tenant: `hands` stay free meanwhile.
    """

    program: Program
    feed: Feed
    hands: Hands
    errands: Hands
    picture: Picture | None
    now: datetime

    @property
    def zone(self) -> tzinfo:
        """The zone in which moments are shown."""
        return self.program.zone


class View(Screen[None]):
    """A screen on the book of record; `show` and `tick` are called by the app, never by a worker."""

    BINDINGS = bindings(*COMMON)
    help: Help

    def __init__(self, stand: Stand, title: str, question: Question | None = None) -> None:
        super().__init__()
        self.stand, self.feed, self.zone = stand, stand.feed, stand.zone
        self.picture, self.now = stand.picture, stand.now
        self._question = question
        self._heading = Heading(title)
        self._frame = Vertical(id="frame")

    # Abstract, said by hand: Textual's screens have a metaclass of their own, so `ABC` is not to be had.
    def body(self) -> Iterable[Widget]:
        """The widgets between heading and footer."""
        raise NotImplementedError

    def draw(self) -> None:
        """Draw the present picture at the present moment."""
        raise NotImplementedError

    def age(self) -> None:
        """Draw again what changes with time alone; most screens have no such thing."""

    def exercise(self, picture: Picture) -> bool:
        """Whether what is shown is an exercise: here, whether every open crisis is one."""
        running = picture.open_crises
        return bool(running) and all(crisis.drill for crisis in running)

    def compose(self) -> ComposeResult:
        """Lay it out."""
        self._fit(self.app.size)
        yield self._heading
        self._frame.border_title = self._frame.border_subtitle = _("EXERCISE")
        with self._frame:
            yield from self.body()
        yield KeyLine()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """On a screen that is only looked at there are no acts: neither keys nor commands."""
        return not (self.stand.hands.read_only and action in ACTING)

    def on_mount(self) -> None:
        """Draw what is known already."""
        self._heading.tick(self.now, self.zone, self.feed.trouble())
        self._draw()

    def on_screen_resume(self) -> None:
        """Ask again, for another screen had other questions, and draw what came meanwhile."""
        self.feed.ask(self._question)
        if self.is_mounted:
            self._draw()

    def ask(self, question: Question) -> None:
        """Have the pictures answer that from now on, as long as this screen is on top."""
        self._question = question
        self.feed.ask(question)

    def show(self, picture: Picture) -> None:
        """There is a new picture; one that nobody sees, or that is not laid out yet, draws it once it is."""
        self.picture = picture
        if self.is_mounted and not any(isinstance(screen, View) for screen in self._above()):
            self._draw()

    def tick(self, now: datetime, trouble: Lost | Full | None) -> None:
        """A second has passed."""
        self.now = now
        if self.is_mounted:
            self._heading.tick(now, self.zone, trouble)
            self.age()

    def _fit(self, size: Size) -> None:
        """Take the classes that the size will give it: when they come later, all widgets are styled again."""
        high = size.height >= HIGH
        classes = {"-wide": size.width >= WIDE, "-high": high, "-low": not high}
        self.update_classes(classes, update=False)

    def _above(self) -> list[Screen[object]]:
        stack = self.app.screen_stack
        return stack[stack.index(self) + 1 :]

    def _draw(self) -> None:
        if self.picture is not None:
            self._frame.set_class(self.exercise(self.picture), "drill")
            self.draw()
