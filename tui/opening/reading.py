"""The last step: one page to read, and the only button that writes anything."""

from datetime import datetime
from gettext import gettext as _

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.message import Message
from textual.widgets import Button, Static

from tui.actions import bindings
from tui.help import Help
from tui.opening import telling
from tui.opening.draft import commune, moment
from tui.opening.pane import Pane, Scene, drawn


class ReadPane(Pane):
    """The page, with Cancel in focus."""

    BINDINGS = bindings("line.up", "line.down", "page.up", "page.down")
    help = Help(
        _("Read and run"),
        _(
            "Everything that will happen. Cancel goes back and keeps all that was typed. The other button "
            "opens the crisis, keeps its plan and starts its run, which goes on without these screens."
        ),
    )

    class Run(Message):
        """The operator means it."""

    class Cancelled(Message):
        """Not now."""

    def __init__(self) -> None:
        super().__init__(id="step-read")
        self._page, self._frame = Static("", id="page"), VerticalScroll(id="page-frame", can_focus=False)
        self._cancel = Button(_("Cancel"), id="cancel", variant="primary", compact=True)
        self._run = Button("", id="run", variant="error", compact=True)
        self.order = (self._cancel,)

    def compose(self) -> ComposeResult:
        """Lay it out."""
        with self._frame:
            yield self._page
        with Horizontal(id="buttons"):
            yield from (self._cancel, self._run)

    def enter(self, scene: Scene) -> None:
        """It may be run now."""
        chosen = commune(scene.draft, scene.known)
        name = chosen.name if chosen else ""
        planned = scene.found.plan is not None
        verb = _("Open and run: {commune}") if planned else _("Open without a plan: {commune}")
        self._run.label = verb.format(commune=name)
        self._run.disabled = False

    def draw(self, scene: Scene) -> None:
        """The page."""
        chosen = commune(scene.draft, scene.known)
        if chosen is not None:
            t0: datetime = moment(scene.draft.t0, scene.now.replace(tzinfo=None))
            at = t0.replace(tzinfo=scene.now.tzinfo)
            self._page.update(drawn(telling.page(scene.draft, chosen, scene.found, at, scene.now)))

    def action_move(self, lines: int) -> None:
        """Scroll by lines."""
        self._frame.scroll_relative(y=lines, animate=False)

    def action_page(self, pages: int) -> None:
        """Scroll by pages."""
        self._frame.scroll_relative(y=pages * self._frame.size.height, animate=False)

    @on(Button.Pressed, "#run")
    def _mean_it(self) -> None:
        # Once: a second Enter must not open a second crisis.
        self._run.disabled = True
        self.post_message(self.Run())

    @on(Button.Pressed, "#cancel")
    def _not_now(self) -> None:
        self.post_message(self.Cancelled())
