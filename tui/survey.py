"""Owns the worker that has the pool surveyed: what could be lent, why not the rest, and what comes due.

It takes seconds for a large pool, so no screen waits for it, and a large pool is surveyed in a process of its
own, which takes neither turns nor memory from the screens. It is done again when the journal has moved, else
now and then, for a look at a device (a probe) writes no line; and it rests much longer than it worked.
"""

import multiprocessing
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, tzinfo
from multiprocessing import resource_tracker
from multiprocessing.context import SpawnProcess

from textual.message import Message

from inventory import devices, journal
from inventory.database import Database
from inventory.readiness import Limits
from tui.picture import Survey
from tui.surveying import send, survey

#: Seconds between two looks at whether there is anything new.
_TICK = 1.0
#: Rests so many times as long as it worked, so that it never takes more than a twentieth of a core.
_REST = 20.0
#: Seconds after which it looks again though the journal has not moved.
_STALE = 600.0
#: Devices from which on another process does it: that takes a second to start.
_LARGE = 5_000


class Surveyed(Message):
    """There is a new survey."""

    def __init__(self, survey: Survey) -> None:
        super().__init__()
        self.survey = survey


class Surveyor:
    """Surveys as long as it is not stopped; `url` is the data base's address for another process."""

    def __init__(
        self,
        database: Database,
        url: str,
        post: Callable[[Message], object],
        clock: Callable[[], datetime],
        *,
        zone: tzinfo,
        limits: Limits,
        contact_days: int,
    ) -> None:
        self._database, self._url, self._post, self._clock = database, url, post, clock
        self._zone, self._limits, self._contact_days = zone, limits, contact_days
        self._told, self._made_at = -1, -_STALE
        self._process: SpawnProcess | None = None
        # Before the screens take stderr away, which this helper of the standard library is started with.
        resource_tracker.ensure_running()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._go_round, name="survey", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, in the middle of a survey too, for it changes nothing."""
        self._ended.set()
        if self._process is not None:
            self._process.terminate()

    def _go_round(self) -> None:
        rest = _TICK  # the first screen comes first
        while not self._ended.wait(rest):
            begun = time.monotonic()
            # A lost data base shows in the feed's banner, and a thread that dies would not look again.
            with suppress(Exception):
                self._look(begun)
            rest = max(_TICK, _REST * (time.monotonic() - begun))

    def _look(self, now: float) -> None:
        """Survey if the journal has moved since the last time, or that is long ago."""
        with self._database.read() as session:
            newest, _hash = journal.head(session)
            if newest == self._told and now - self._made_at < _STALE:
                return
            asked = (self._clock().astimezone(self._zone), self._limits, self._contact_days)
            large = sum(devices.counts(session).values()) > _LARGE
            found = None if large else survey(session, *asked)
        found = found or self._apart(*asked)
        self._told, self._made_at = newest, now
        if not self._ended.is_set():
            self._post(Surveyed(found))

    def _apart(self, now: datetime, limits: Limits, contact_days: int) -> Survey:
        """Have it made by another process.

        Raises:
            EOFError: it could not.
        """
        apart = multiprocessing.get_context("spawn")
        ours, theirs = apart.Pipe(duplex=False)
        process = apart.Process(target=send, args=(theirs, self._url, now, limits, contact_days), daemon=True)
        process.start()
        self._process = process
        theirs.close()
        with ours:
            found: Survey = ours.recv()
        process.join()
        return found
