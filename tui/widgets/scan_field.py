"""The line into which a scanner types: fast, without looking, Enter after each code."""

from textual import events
from textual.message import Message
from textual.widgets import Input

from tui.help import Help


class ScanField(Input):
    """Says each code and is empty again at once: the first sign of the next one may be there already."""

    class Scanned(Message):
        """A code came."""

        def __init__(self, code: str) -> None:
            super().__init__()
            self.code = code

    def __init__(self, explained: Help) -> None:
        super().__init__(id="scan", compact=True)
        self.help = explained

    def on_key(self, event: events.Key) -> None:
        """Enter: this is a code. Taken here, for a binding runs only once the next signs are in the line."""
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            code, self.value = self.value.strip(), ""
            if code:
                self.post_message(self.Scanned(code))

    def on_paste(self, event: events.Paste) -> None:
        """What comes at once, as in a browser's terminal: a code a line, of which the last may go on."""
        event.prevent_default()
        event.stop()
        *whole, rest = (self.value + event.text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for code in filter(None, map(str.strip, whole)):
            self.post_message(self.Scanned(code))
        self.value = rest
        self.cursor_position = len(rest)
