"""Builds the program from settings: the one place that knows every part's constructor."""

import getpass
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from inventory.database import Database
from inventory.journal import Stamp
from inventory.times import utc_now
from kit.settings import Home, Settings, load

if TYPE_CHECKING:
    from kit.graph.device_code import Prompt
    from kit.graph.waits import Sink


@dataclass(frozen=True)
class App:
    """One station's program: its folders, settings and book of record.

    `prompt` shows the person at the terminal the code to sign in with, `waiting` tells of waits for the
    tenant; None where there is nobody.
    """

    home: Home
    settings: Settings
    database: Database
    prompt: "Prompt | None" = None
    waiting: "Sink | None" = None

    @classmethod
    def open(
        cls, folder: Path | None, *, prompt: "Prompt | None" = None, waiting: "Sink | None" = None
    ) -> "App":
        """Open an initialised station.

        Raises:
            BadInput: the settings cannot be used.
            NotInitialised: there is no data base yet.
        """
        home = Home.at(folder)
        settings = load(home)
        database = Database(settings.database)
        database.check()
        return cls(home, settings, database, prompt, waiting)

    def stamp(self) -> Stamp:
        """Who acts, and when: the login name at this station, now."""
        return Stamp(f"{getpass.getuser()}@{self.settings.station}", utc_now())

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the team's calendar: on which day a convention ends depends on it."""
        return ZoneInfo(self.settings.team.timezone)
