"""What every step of an opening has: fields that write into the draft, and Enter that goes through them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from tui.actions import bindings
from tui.opening.draft import Draft
from tui.opening.telling import Found
from tui.picture import CommuneView
from tui.story import Line
from tui.widgets.table import Table
from tui.widgets.toggle import Toggle
from tui.words import STYLES


@dataclass(frozen=True)
class Scene:
    """What a step is drawn from; `now` is in the team's zone, a contact is trusted for `contact_days`."""

    draft: Draft
    known: Sequence[CommuneView]
    found: Found
    now: datetime
    contact_days: int


class Pane(Vertical):
    """One step. `enter` is called when it comes into sight, `draw` whenever something has changed."""

    class Said(Message):
        """Something was said: how the draft changes."""

        def __init__(self, change: Callable[[Draft], Draft]) -> None:
            super().__init__()
            self.change = change

    class Over(Message):
        """Enter was pressed in the last field: the step may be left."""

    #: The fields in the order in which Enter goes through them; the first one is in focus as the step begins.
    order: tuple[Widget, ...] = ()

    # Abstract, said by hand: Textual's widgets have a metaclass of their own, so `ABC` is not to be had.
    def enter(self, scene: Scene) -> None:
        """Put into the fields what the draft has."""
        raise NotImplementedError

    def draw(self, scene: Scene) -> None:
        """Draw what follows from the draft."""
        raise NotImplementedError

    def start(self) -> None:
        """The first field is in focus."""
        self.go_to(self.order[0])

    def say(self, change: Callable[[Draft], Draft]) -> None:
        """Change the draft; straight to the screen, so that `Over` never comes before it."""
        self.screen.post_message(self.Said(change))

    def go_to(self, field: Widget) -> None:
        """Put that field in focus at once: `Widget.focus` waits, and the next key finds the old one."""
        self.screen.set_focus(field)

    def typed(self, key: events.Key) -> bool:
        """Give a key to what is in focus now, though it was typed elsewhere; false where that takes none."""
        match key.key, self.screen.focused:
            case "enter", Choices() as choices:
                if choices.key is not None:
                    self.chosen(choices.key)
            case "enter", (TextField() | Toggle()) as field:
                self.after(field)
            case "space", Toggle() as toggle:
                toggle.action_other()
            case _, TextField() as field if key.is_printable and key.character:
                field.insert_text_at_cursor(key.character)
            case _:
                return False
        return True

    def on_key(self, event: events.Key) -> None:
        """Take Enter, and what a choice needs, at once: as bindings they come too late for the next key."""
        if self.typed(event):
            event.stop()

    @on(Toggle.Kept)
    def _keep(self, message: Toggle.Kept) -> None:
        message.stop()
        self.after(message.control)

    @on(Table.Chosen)
    def _choose(self, message: Table.Chosen) -> None:
        message.stop()
        self.chosen(message.key)

    def chosen(self, key: str) -> None:
        """A line of a list was chosen."""

    def tell(self) -> None:
        """Say what stands in the fields, where that is not said otherwise."""

    def after(self, field: Widget) -> None:
        """Go to the field after that one; after the last one, the step is over."""
        shown = [each for each in self.order if each.display and self._in_sight(each)]
        at = shown.index(field) + 1
        if at < len(shown):
            self.go_to(shown[at])
        else:
            self.tell()
            self.screen.post_message(self.Over())

    def _in_sight(self, field: Widget) -> bool:
        return all(each.display for each in field.ancestors if isinstance(each, Widget))


class Choices(Table):
    """A list of which Enter chooses a line."""

    BINDINGS = bindings("open")


class TextField(Input):
    """A line to type in. What follows its Enter is for the next field, however fast it was typed."""

    def on_key(self, event: events.Key) -> None:
        """Enter moves on at once; what was meant for another field is passed on."""
        if event.key == "enter" or self.screen.focused is not self:
            event.prevent_default()
            if self.query_ancestor(Pane).typed(event):
                event.stop()


class Field(Horizontal):
    """A field with its name before it."""

    def __init__(self, name: str, field: Widget) -> None:
        super().__init__(classes="field")
        self._label, self._field = name, field

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield Static(self._label, classes="field-name", markup=False)
        yield self._field


def line(widget_id: str, placeholder: str = "") -> TextField:
    """A line to type in."""
    return TextField(id=widget_id, placeholder=placeholder, compact=True)


def put(field: Input, text: str) -> None:
    """Put a text into a field as if it had been typed there before: nobody is told."""
    with field.prevent(Input.Changed):
        field.value = text
        field.cursor_position = len(text)


def drawn(lines: Sequence[Line]) -> Content:
    """Lines of words with their tones."""
    parts: list[Any] = []
    for words in lines:
        for position, word in enumerate(words):
            parts += ["  " if position else "", (word.text, STYLES[word.tone])]
        parts.append("\n")
    return Content.assemble(*parts[:-1])
