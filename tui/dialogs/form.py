"""Asks for a few lines before something is done, or only whether it is meant; Cancel undoes nothing."""

from gettext import gettext as _

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from tui.actions import bindings
from tui.counter.job import Form
from tui.widgets.key_line import KeyLine


class FormDialog(ModalScreen[dict[str, str] | None]):
    """Ends with what was typed, by the fields' names, or with None: nothing is done."""

    BINDINGS = bindings("cancel")

    def __init__(self, form: Form) -> None:
        super().__init__()
        self._form = form
        self._lines = {each.name: Input(each.value, compact=True) for each in form.fields}
        self._do = Button(form.verb, id="do", variant="primary", compact=True)

    def compose(self) -> ComposeResult:
        """Lay it out."""
        with VerticalScroll(classes="paper", can_focus=False):
            yield Static(self._form.title, classes="section", markup=False)
            if self._form.text:
                yield Static(self._form.text, classes="told", markup=False)
            for field in self._form.fields:
                yield Static(field.label, markup=False)
                yield self._lines[field.name]
            with Horizontal():
                if self._form.verb:
                    yield self._do
                leave = self._form.leave or (_("Cancel") if self._form.verb else _("Close"))
                yield Button(leave, id="cancel", compact=True)
            if self._form.verb:
                yield Static(_("Enter and Tab go on, Esc cancels."), classes="quiet")
        yield KeyLine()

    def on_mount(self) -> None:
        """The first line that is empty is in focus; without lines, what does least."""
        empty = [each.name for each in self._form.fields if not each.value and not each.optional]
        first = next(iter([*empty, *self._lines]), "")
        (self._lines[first] if first else self.query_one("#cancel")).focus()
        self._weigh()

    @on(Input.Changed)
    def _weigh(self) -> None:
        self._do.disabled = not self._complete()

    @on(Input.Submitted)
    def _go_on(self) -> None:
        self.focus_next()

    @on(Button.Pressed, "#do")
    def _finish(self) -> None:
        if self._complete():
            self.dismiss({name: line.value.strip() for name, line in self._lines.items()})

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        """Close it; nothing is done."""
        self.dismiss(None)

    def _complete(self) -> bool:
        return all(each.optional or self._lines[each.name].value.strip() for each in self._form.fields)
