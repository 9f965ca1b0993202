"""Owns the one worker of the screens: a thread that reads the book of record and posts what is new.

At most four pictures a second, plus one for each thing a screen asks; the newest replaces those still in
the queue. It is a daemon thread, because a data base that hangs must not keep anybody from quitting.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from gettext import gettext as _

from textual.message import Message

from inventory.database import Database
from inventory.errors import OperatorError
from tui.picture import Picture, PoolQuery
from tui.reading import Reader

_TICK_SECONDS = 0.25
#: Silence after which a data base that neither answers nor refuses counts as lost.
_PATIENCE_SECONDS = 3.0
_FAREWELL_SECONDS = 1.0


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


class Feed:
    """Reads as long as it is not stopped; every method may be called from the screens' thread."""

    def __init__(
        self, database: Database, post: Callable[[Message], object], clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._post = post
        self._clock = clock
        self._reader = Reader()
        self._query: PoolQuery | None = None
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

    def look_at_pool(self, query: PoolQuery | None) -> None:
        """Add that window of the pool to the pictures from now on, at once; the last call wins."""
        self._query = query
        self._wake.set()

    def read_now(self) -> None:
        """Do not wait for the next tick."""
        self._wake.set()

    def lost(self) -> Lost | None:
        """Whether, since when and why the data base cannot be read."""
        if self._why:
            return Lost(self._good_at, self._why)
        if time.monotonic() - self._good_tick > _PATIENCE_SECONDS:
            return Lost(self._good_at, _("it does not answer"))
        return None

    def _read_on(self) -> None:
        while not self._ended.is_set():
            try:
                self._read()
            # Whatever goes wrong here shows in the banner: a thread that dies would freeze every screen.
            except Exception as exc:
                self._why = exc.message if isinstance(exc, OperatorError) else type(exc).__name__
                self._reader = Reader()  # what comes back may be another data base
                self._database.dispose()
            self._wake.wait(_TICK_SECONDS)
            self._wake.clear()

    def _read(self) -> None:
        # An open connection goes on reading a file that is no longer there: only `check` looks for it.
        self._database.check()
        with self._database.read() as session:
            picture = self._reader.read(session, self._query)
        self._good_at, self._good_tick, self._why = self._clock(), time.monotonic(), ""
        if picture is not None:
            self._post(News(picture))
