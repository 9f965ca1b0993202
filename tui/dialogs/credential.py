"""An access pass, shown once: when the dialog goes, nobody has it but the person."""

from datetime import tzinfo
from gettext import gettext as _
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from tui import clock
from tui.actions import bindings
from tui.widgets.key_line import KeyLine

if TYPE_CHECKING:
    from kit.app.passes import Credential


class CredentialDialog(ModalScreen[None]):
    """Only Esc closes it: a scanner's Enter must not."""

    BINDINGS = bindings("cancel")

    def __init__(self, credential: "Credential", zone: tzinfo) -> None:
        super().__init__()
        self._credential, self._zone = credential, zone

    def compose(self) -> ComposeResult:
        """Lay it out."""
        made = self._credential
        until = (
            _("Works until {moment}.").format(moment=clock.moment(made.expires, self._zone))
            if made.expires
            else _("A password for one sign-in, to be changed there: this cloud has no access passes.")
        )
        with Vertical(classes="paper"):
            yield Static(
                _("Access pass of {person}").format(person=made.person), classes="section", markup=False
            )
            yield Static(made.principal_name, markup=False)
            yield Static(made.code, id="code", markup=False)
            yield Static(until, markup=False)
            yield Static(_("It is kept nowhere: hand it over now, then Esc. Another one ends this one."))
        yield KeyLine()

    def action_cancel(self) -> None:
        """Close it: the person has the pass."""
        self.dismiss(None)
