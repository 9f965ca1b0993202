"""Asks before something is done that cannot be taken back: the name must be typed, and Cancel is in focus."""

from gettext import gettext as _

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from inventory.text import fold
from tui.actions import bindings
from tui.widgets.key_line import KeyLine


class ConsentDialog(ModalScreen[str | None]):
    """Ends with the reason that was typed (empty where none is asked for), or with None: nothing is done.

    `name` is what must be typed: the commune's or the device's name, or how many there are.
    """

    BINDINGS = bindings("back")
    AUTO_FOCUS = "#cancel"

    def __init__(self, question: str, name: str, *, verb: str, reason: bool = False) -> None:
        super().__init__()
        self._question, self._typed = question, name
        self._name_line = Input(id="name", compact=True)
        self._reason = Input(id="reason", compact=True)
        self._do = Button(verb, id="do", variant="error", disabled=True, compact=True)
        self._asks_reason = reason

    def compose(self) -> ComposeResult:
        """Lay it out."""
        with Vertical(classes="paper"):
            yield Static(self._question, classes="section", markup=False)
            told = _("Type “{name}” to say that you mean it:").format(name=self._typed)
            yield Static(f"! {told}", markup=False)
            yield self._name_line
            if self._asks_reason:
                yield Static(_("Why, for who has to look at it:"))
                yield self._reason
            with Horizontal():
                yield Button(_("Cancel"), id="cancel", variant="primary", compact=True)
                yield self._do
            yield Static(_("Tab goes on, Enter presses, Esc cancels."), classes="quiet")
        yield KeyLine()

    @on(Input.Changed)
    def _weigh(self) -> None:
        self._do.disabled = not self._meant()

    @on(Input.Submitted)
    def _go_on(self) -> None:
        self.focus_next()

    @on(Button.Pressed, "#do")
    def _consent(self) -> None:
        if self._meant():
            self.dismiss(self._reason.value.strip())

    @on(Button.Pressed, "#cancel")
    def _cancel(self) -> None:
        self.dismiss(None)

    def _meant(self) -> bool:
        told = bool(self._reason.value.strip()) or not self._asks_reason
        return told and fold(self._name_line.value) == fold(self._typed)
