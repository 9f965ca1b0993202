"""Owns the worker that reads the book of record for the screens, and posts what is new.

At most four pictures a second, plus one for each thing a screen asks; the newest replaces those still in
the queue. It is a daemon thread, because a data base that hangs must not keep anybody from quitting.
"""

import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from gettext import gettext as _
from pathlib import Path

from textual.message import Message

from inventory.database import Database
from inventory.errors import OperatorError
from tui.picture import Picture, Question
from tui.reading import Reader

_TICK_SECONDS = 0.25
#: The same where nothing has changed for so many ticks: a screen at rest must cost next to nothing.
_RESTING_SECONDS, _RESTS_AFTER = 0.5, 40
#: Silence after which a data base that neither answers nor refuses counts as lost.
_PATIENCE_SECONDS = 3.0
_FAREWELL_SECONDS = 1.0
#: How often it is made sure that data base and disk are as they should be.
_CHECK_SECONDS = 1.0
#: Bytes below which a disk counts as full: a run and its documents need more.
_FULL = 100 * 1024 * 1024


class News(Message):
    """There is a new picture."""

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self.picture = picture

    def can_replace(self, message: Message) -> bool:
        """A newer picture makes this one worthless."""
        return isinstance(message, News)


@dataclass(frozen=True)
class Lost:
    """The data base cannot be read: since when, and why."""

    since: datetime
    why: str


@dataclass(frozen=True)
class Full:
    """There is hardly any room left on the disk with that folder: so many bytes."""

    folder: Path
    free: int


class Feed:
    """Reads as long as it is not stopped; every method may be called from the screens' thread.

    `state` is the station's folder, whose disk must not be full; `documents` has the texts of documents.
    """

    def __init__(
        self,
        database: Database,
        post: Callable[[Message], object],
        clock: Callable[[], datetime],
        *,
        state: Path,
        documents: Path,
    ) -> None:
        self._database = database
        self._post = post
        self._clock = clock
        self._state, self._documents = state, documents
        self._reader = Reader(documents)
        self._question: Question | None = None
        self._full: Full | None = None
        self._unchanged = 0
        self._checked = -_CHECK_SECONDS
        self._wake, self._ended = threading.Event(), threading.Event()
        self._good_at, self._good_tick, self._why = clock(), time.monotonic(), ""
        self._thread = threading.Thread(target=self._read_on, name="feed", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """End; waits a moment for a read that goes on, never for a data base that hangs."""
        self._ended.set()
        self._wake.set()
        self._thread.join(_FAREWELL_SECONDS)

    def ask(self, question: Question | None) -> None:
        """Add the answer to the pictures from now on, at once; the last call wins."""
        self._question = question
        self._wake.set()

    def read_now(self) -> None:
        """Do not wait for the next tick."""
        self._wake.set()

    def trouble(self) -> Lost | Full | None:
        """Whether, since when and why the data base cannot be read; else whether the disk is full."""
        if self._why:
            return Lost(self._good_at, self._why)
        if time.monotonic() - self._good_tick > _PATIENCE_SECONDS:
            return Lost(self._good_at, _("it does not answer"))
        return self._full

    def _read_on(self) -> None:
        while not self._ended.is_set():
            try:
                self._read()
            # Whatever goes wrong here shows in the banner: a thread that dies would freeze every screen.
            except Exception as exc:
                self._why = exc.message if isinstance(exc, OperatorError) else type(exc).__name__
                self._reader = Reader(self._documents)  # what comes back may be another data base
                self._database.dispose()
            resting = self._unchanged >= _RESTS_AFTER
            self._wake.wait(_RESTING_SECONDS if resting else _TICK_SECONDS)
            self._wake.clear()

    def _read(self) -> None:
        # An open connection goes on reading a file that is no longer there: only `check` looks for it.
        if self._why or time.monotonic() - self._checked > _CHECK_SECONDS:
            self._database.check()
            free = shutil.disk_usage(self._state).free
            self._full = Full(self._state, free) if free < _FULL else None
            self._checked = time.monotonic()
        with self._database.read() as session:
            picture = self._reader.read(session, self._question)
        self._good_at, self._good_tick, self._why = self._clock(), time.monotonic(), ""
        self._unchanged = 0 if picture is not None else self._unchanged + 1
        if picture is not None:
            self._post(News(picture))
