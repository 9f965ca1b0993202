"""A real terminal for tests: tmux holds it, types what an operator types and says what stands on screen.

Waiting is always for a text; what was waited for in vain is shown with the whole screen.
"""

import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

_LOOK_SECONDS = 0.1


class Terminal:
    """One window of a tmux server of its own, behind `socket`."""

    def __init__(self, socket: Path, size: tuple[int, int]) -> None:
        self._tmux = ("tmux", "-f", "/dev/null", "-S", str(socket))
        self._size = size

    def open(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        """Run a command in it; the window stays once the command has ended."""
        width, height = self._size
        env = {**env, "COLUMNS": str(width), "LINES": str(height)}
        told = [argument for name, value in env.items() for argument in ("-e", f"{name}={value}")]
        window = ("new-session", "-d", "-x", str(width), "-y", str(height), *told, "--", *command)
        self._ask("start-server", ";", "set-option", "-g", "remain-on-exit", "on", ";", *window)

    def close(self) -> None:
        """End the server and whatever still runs in it."""
        subprocess.run([*self._tmux, "kill-server"], check=False, capture_output=True)

    def press(self, *keys: str) -> None:
        """Keys by tmux's names (`F7`, `Enter`, `n`), each once the screen shows what the one before did."""
        for key in keys:
            self._ask("send-keys", key)
            self._settle()

    def type(self, text: str) -> None:
        """Type a text as it is."""
        self._ask("send-keys", "-l", "--", text)

    def text(self) -> str:
        """What stands on screen, line by line."""
        return self._ask("capture-pane", "-p")

    def sees(self, *texts: str, within: float = 20.0) -> str:
        """Wait until all of it stands on screen; gives the screen."""
        self.until(lambda: all(text in self.text() for text in texts), f"{texts} on screen", within=within)
        return self.text()

    def misses(self, text: str) -> None:
        """Wait until it no longer stands on screen."""
        self.until(lambda: text not in self.text(), f"no {text!r} on screen")

    def until(self, holds: Callable[[], bool], what: str, *, within: float = 20.0) -> None:
        """Wait until it holds."""
        deadline = time.monotonic() + within
        while not holds():
            assert time.monotonic() < deadline, f"waited in vain for {what}:\n{self.text()}"
            time.sleep(_LOOK_SECONDS)

    def ended(self) -> bool:
        """Whether the command has ended."""
        return self._ask("display-message", "-p", "#{pane_dead}").strip() == "1"

    def picture(self, path: Path, title: str) -> None:
        """Keep what stands on screen as an SVG file, in its colours."""
        drawn = Console(width=self._size[0], record=True, file=StringIO(), force_terminal=True)
        drawn.print(Text.from_ansi(self._ask("capture-pane", "-p", "-e", "-N")), end="")
        # A picture asks no other machine for its letters.
        svg = re.sub(r"@font-face \{.*?\}", "", drawn.export_svg(title=title, theme=MONOKAI), flags=re.S)
        path.write_text(svg, encoding="utf-8")

    def _settle(self) -> None:
        """Wait until two looks see the same, as a person does before the next key."""
        before = self.text()
        time.sleep(_LOOK_SECONDS)
        while (now := self.text()) != before:
            before = now
            time.sleep(_LOOK_SECONDS)

    def _ask(self, *command: str) -> str:
        return subprocess.run([*self._tmux, *command], check=True, capture_output=True, text=True).stdout


@contextmanager
def terminal(
    folder: Path, command: Sequence[str], *, size: tuple[int, int] = (120, 34), language: str = "en"
) -> Iterator[Terminal]:
    """A terminal in which that command runs, until the block ends."""
    held = Terminal(folder / "tmux", size)
    env = {"LANGUAGE": language, "LANG": "C.UTF-8", "COLORTERM": "truecolor", "PATH": os.environ["PATH"]}
    held.open(command, env)
    try:
        yield held
    finally:
        held.close()
