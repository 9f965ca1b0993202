"""The last line of every screen: the keys that work now, as many as there is room for.

Textual's own footer makes a widget of each key and makes all of them anew whenever the focus moves, which was
a third of the time to the first paint; this one draws a line (docs/decisions/0017).
"""

from collections.abc import Iterable

from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

_BETWEEN = "  "
_MORE = "…"


class KeyLine(Widget):
    """Keys and labels of the bindings that say that they want to be shown."""

    def on_mount(self) -> None:
        """Draw again whenever other keys work."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def on_unmount(self) -> None:
        """Listen no longer."""
        self.screen.bindings_updated_signal.unsubscribe(self)

    def render(self) -> Content:
        """The line."""
        active = self.screen.active_bindings.values()
        shown = (each.binding for each in active if each.binding.show and each.enabled)
        return line(
            [(self.app.get_key_display(each), each.description) for each in _once(shown)], self.size.width
        )

    def _changed(self, screen: Screen[object]) -> None:
        if screen is self.screen:
            self.refresh()


def line(keys: Iterable[tuple[str, str]], room: int) -> Content:
    """Keys with what they do, whole, as many as fit into `room` columns; a sign where some do not."""
    key_style, label_style = "bold $footer-key-foreground", "$footer-description-foreground"
    told = [Content.assemble((key, key_style), (f" {label}", label_style)) for key, label in keys]
    fitting: list[Content] = []
    left = room
    for at, each in enumerate(told):
        left -= each.cell_length + (len(_BETWEEN) if fitting else 0)
        if left < (len(_BETWEEN) + len(_MORE) if at < len(told) - 1 else 0):
            fitting.append(Content(_MORE))
            break
        fitting.append(each)
    return Content(_BETWEEN).join(fitting)


def _once(bindings: Iterable[Binding]) -> Iterable[Binding]:
    """The first binding of each action: others are other keys for the same."""
    first: dict[str, Binding] = {}
    for binding in bindings:
        first.setdefault(binding.action, binding)
    return first.values()
