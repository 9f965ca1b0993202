"""One of two, both in words: Space chooses the other, Enter goes on."""

from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui.actions import bindings


class Toggle(Static, can_focus=True):
    """A choice between two; `value` is whether the second one is chosen."""

    BINDINGS = bindings("toggle", "field.keep")

    class Changed(Message):
        """The other one was chosen."""

        def __init__(self, toggle: "Toggle") -> None:
            super().__init__()
            self.toggle = toggle

        @property
        def control(self) -> "Toggle":
            """The toggle, for `@on` selectors."""
            return self.toggle

    class Kept(Changed):
        """Enter was pressed: it may stay so."""

    def __init__(self, first: str, second: str, *, widget_id: str) -> None:
        super().__init__("", id=widget_id)
        self._words = (first, second)
        self.value = False

    def on_mount(self) -> None:
        """Draw it."""
        self.choose(value=self.value)

    def choose(self, *, value: bool) -> None:
        """Choose the second one, or the first; nobody is told."""
        self.value = value
        signs = ("( )", "(•)") if value else ("(•)", "( )")
        told = (f"{sign} {word}" for sign, word in zip(signs, self._words, strict=True))
        self.update(Content("   ".join(told)))

    def action_other(self) -> None:
        """Choose the other one."""
        self.choose(value=not self.value)
        self.post_message(self.Changed(self))

    def action_keep(self) -> None:
        """Go on."""
        self.post_message(self.Kept(self))
