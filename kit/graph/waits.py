"""Owns waiting: a wait for the tenant is told with its end, and ends at once when the run is stopped."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from gettext import gettext as _

from kit.graph.errors import Stopped

#: Seconds under which a wait is not worth telling of.
TOLD_FROM = 1.0


@dataclass(frozen=True)
class Wait:
    """A wait that begins now: when it ends, and why, in the operator's words."""

    until: datetime
    reason: str


Sink = Callable[[Wait], None]


class Waits:
    """Waits on behalf of one client; safe to use from several threads.

    `clock` gives seconds that never go back; `stop` ends every wait.
    """

    def __init__(
        self,
        sink: Sink | None = None,
        stop: threading.Event | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sink = sink
        self._stop = stop or threading.Event()
        self.now = clock

    def wait(self, seconds: float, reason: str = "") -> None:
        """Tell of the wait, unless it has no reason or is too short to read, and wait.

        Raises:
            Stopped: the run is being stopped.
        """
        if self._sink is not None and reason and seconds >= TOLD_FROM:
            self._sink(Wait(datetime.now(UTC) + timedelta(seconds=seconds), reason))
        self._stop.wait(seconds)
        self.check()

    def check(self) -> None:
        """Let nothing begin once the run is being stopped.

        Raises:
            Stopped: the run is being stopped.
        """
        if self._stop.is_set():
            raise Stopped(
                _("The run was stopped while it worked with the tenant."),
                hint=_("Run the same command again: it goes on where it stopped."),
            )
