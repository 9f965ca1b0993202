"""Drives the screens in tests: waits for what an operator would see, never for time to pass."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from textual.pilot import Pilot
from textual.widgets import Input

from inventory.database import Database
from inventory.times import utc_now
from kit.app.compose import App as Program
from kit.settings import Home, Settings
from tests.tui.feeding import NOW
from tui.app import Look, Screens

ZONE = ZoneInfo("Europe/Paris")
_PATIENCE_SECONDS = 20.0
#: Longer than from one picture of the book to the next.
_TWO_READINGS = 0.6

Play = Callable[["Stage"], Coroutine[None, None, None]]


class Stage:
    """The running screens, with what an operator can do and see."""

    def __init__(self, app: Screens, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    def text(self) -> str:
        """What stands on screen, line by line."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text for strip in strips)

    def line(self, part: str) -> str:
        """The first line on screen with that text; empty where there is none."""
        return next((line for line in self.text().splitlines() if part in line), "")

    async def press(self, *keys: str) -> None:
        """Type."""
        await self.pilot.press(*keys)

    async def sees(self, *texts: str) -> None:
        """Wait until all of it stands on screen."""
        await self.until(lambda: all(text in self.text() for text in texts), f"{texts} on screen")

    async def misses(self, text: str) -> None:
        """Wait until it no longer stands on screen."""
        await self.until(lambda: text not in self.text(), f"no {text!r} on screen")

    async def settled(self) -> str:
        """The screen as SVG, once two looks with a reading of the book between them are the same."""
        before, now = "", self._picture()
        while before != now or self.app.focused is None:
            await asyncio.sleep(_TWO_READINGS)
            await self.pilot.pause()
            before, now = now, self._picture()
        return now

    def _picture(self) -> str:
        """The screen as SVG, with the cursor of the line that is typed in shown."""
        if isinstance(self.app.focused, Input):
            # One that blinks is there in every other picture.
            self.app.focused.cursor_blink = False
        return self.app.export_screenshot()

    async def until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait until it holds."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not holds():
            assert time.monotonic() < deadline, f"waited in vain for {what}:\n{self.text()}"
            await self.pilot.pause()


def program(database: Database) -> Program:
    """The station that keeps this data base, in the folder of its file."""
    return Program(
        Home.at(Path(database.name.removeprefix("sqlite:///")).parent),
        Settings(database=database.name),
        database,
    )


def play(
    database: Database,
    act: Play,
    *,
    size: tuple[int, int] = (80, 24),
    crisis: str | None = None,
    look: Look | None = None,
    clock: Callable[[], datetime] = lambda: NOW,
) -> Screens:
    """Open the screens on a terminal of that size, let `act` use them, and close them."""
    return perform(program(database), act, size=size, look=look or Look(crisis=crisis), clock=clock)


def perform(
    station: Program,
    act: Play,
    *,
    size: tuple[int, int] = (80, 24),
    look: Look | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> Screens:
    """As `play`, at a station of its own, by its own clock."""

    async def run() -> Screens:
        app = Screens(station, look or Look(), clock=clock)
        async with app.run_test(size=size, notifications=True) as pilot:
            await act(Stage(app, pilot))
        return app

    return asyncio.run(run())
