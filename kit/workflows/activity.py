"""Owns the writing of the activity: task noise in batches, conclusions at once, all in the order told.

What ends a stage is written before the step returns, because a step that is checkpointed as done never
speaks again: a conclusion lost in a crash would leave its cell running for ever.
"""

import threading

from inventory import activity
from inventory.activity import Event
from inventory.database import Database

_BATCH_SECONDS = 0.2


class ActivityLog:
    """One writer thread for the whole station."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._noted: list[Event] = []
        # Held while writing too: what was told first is stored first.
        self._writing = threading.Lock()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._write_batches, name="activity", daemon=True)
        self._thread.start()

    def note(self, event: Event) -> None:
        """Write it within a moment; never waits for the data base."""
        self._noted.append(event)

    def conclude(self, *events: Event) -> None:
        """Write now, after everything noted before."""
        self._write(*events)

    def close(self) -> None:
        """Write what is left and end the thread."""
        self._closing.set()
        self._thread.join()

    def _write_batches(self) -> None:
        while not self._closing.wait(_BATCH_SECONDS):
            self._write()
        self._write()

    def _write(self, *last: Event) -> None:
        with self._writing:
            count = len(self._noted)
            events = [*self._noted[:count], *last]
            if not events:
                return
            with self._database.write() as session:
                activity.record(session, events)
            # Removed once stored; appending meanwhile is safe, lists grow at the end.
            del self._noted[:count]
