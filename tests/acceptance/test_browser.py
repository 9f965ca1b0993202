"""The screens in a real browser: headless Chromium opens the address that `kit serve` tells."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.tui import feeding
from tests.unit.kit.app.served import PATIENCE, Served, eventually, lives, serving

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="Chromium is not installed (Debian package chromium)"
)

#: The page keeps its terminal to itself and draws on a canvas: this catches the terminal as it is made.
_CATCH_TERMINAL = """
Object.defineProperty(Object.prototype, "terminal", {
  configurable: true,
  set(value) {
    Object.defineProperty(this, "terminal", { value, writable: true, enumerable: true, configurable: true });
    if (value && value.buffer) window.caught = value;
  },
});
"""
_SEES = """words => {
  const buffer = window.caught?.buffer.active;
  const lines = [...Array(buffer?.length ?? 0).keys()];
  const text = lines.map(n => buffer.getLine(n)?.translateToString() ?? "").join("\\n");
  return words.every(word => text.includes(word));
}"""
#: How many colours the canvases show; a few dots in each direction are enough.
_COLOURS = """() => {
  const seen = new Set();
  for (const canvas of document.querySelectorAll("canvas.xterm-text-layer")) {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    for (let at = 0; at < data.length; at += 4 * 3) seen.add(data.slice(at, at + 3).join());
  }
  return seen.size;
}"""


class Visit:
    """A page, with what it loaded and what went wrong in it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.hosts: set[str | None] = set()
        self.wrong: list[str] = []
        page.add_init_script(_CATCH_TERMINAL)
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).hostname))
        page.on("websocket", lambda websocket: self.hosts.add(urlsplit(websocket.url).hostname))
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on(
            "console",
            lambda said: self.wrong.append(said.text) if said.type in {"error", "warning"} else None,
        )

    def sees(self, *words: str) -> None:
        """Wait until all of it stands in the terminal."""
        self.page.wait_for_function(_SEES, arg=list(words), timeout=PATIENCE * 1000)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    database = feeding.station(tmp_path)
    feeding.tell(database, *feeding.mid_run(feeding.open_crisis(database, drill=True)))
    database.dispose()
    with serving(tmp_path) as running:
        yield running


@pytest.fixture
def visit() -> Iterator[Visit]:
    # Chromium has no sandbox for root.
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        context = browser.new_context(viewport={"width": 1280, "height": 720})
        yield Visit(context.new_page())
        browser.close()


def test_the_screens_are_seen_and_used_in_a_browser(served: Served, visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    page.goto(served.address)
    assert page.url == f"{served.base}/"
    visit.sees("Situation", "EXERCISE", "13005-2026-01", "cannot be reached")
    # Nothing was clicked: keys reach the screens at once.
    page.wait_for_function("document.activeElement.matches('.xterm-helper-textarea')")
    page.keyboard.press("p")
    visit.sees("Pool · 12 devices", "PC-00001", "Latitude 5450")
    page.keyboard.press("F2")
    visit.sees("Needs you now")
    page.screenshot(path=tmp_path / "situation.png")
    assert page.evaluate("document.fonts.check('16px \"Roboto Mono\"')")
    assert page.evaluate(_COLOURS) > 5
    assert page.evaluate("document.cookie") == ""
    assert visit.hosts == {"127.0.0.1"}
    assert visit.wrong == []


def test_a_window_that_is_left_says_so_and_opens_again(served: Served, visit: Visit) -> None:
    visit.page.goto(served.address)
    visit.sees("Situation")
    (pid,) = served.windows()
    visit.page.keyboard.press("q")
    visit.page.get_by_text("a run goes on without it").wait_for()
    eventually(lambda: not lives(pid), "the window's process ends")
    visit.page.get_by_role("link", name="Open again").click()
    visit.sees("Situation")


def test_closing_the_page_or_the_server_ends_the_window(served: Served, visit: Visit) -> None:
    visit.page.goto(served.address)
    visit.sees("Situation")
    (pid,) = served.windows()
    other = Visit(visit.page.context.new_page())
    other.page.goto(served.base)
    other.sees("Situation")
    visit.page.close()
    eventually(lambda: not lives(pid), "the window's process ends")
    assert len(served.windows()) == 1
    served.process.send_signal(signal.SIGINT)
    other.page.get_by_text("This window is closed").wait_for()
    assert served.process.wait(PATIENCE) == 0
