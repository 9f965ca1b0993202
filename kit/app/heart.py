"""Beats for this station's engine, so that screens anywhere tell a silent station from a quiet one."""

import logging
import os
import threading
from importlib.metadata import version

from inventory import heartbeats
from inventory.heartbeats import Heartbeat
from inventory.times import utc_now
from kit.app.compose import App

log = logging.getLogger("kit")


class Heart:
    """Beats in a thread of its own from `start` to `stop`; a beat that fails is the next one's business."""

    def __init__(self, app: App) -> None:
        self._database = app.database
        self._name = f"{app.settings.station}:{app.home.state}"
        self._began_at = utc_now()
        self._still = threading.Event()
        self._thread = threading.Thread(target=self._beat_on, name="heart", daemon=True)

    def start(self) -> None:
        """Begin to beat."""
        self._thread.start()

    def stop(self) -> None:
        """Say goodbye; waits for the last beat."""
        self._still.set()
        self._thread.join()

    def _beat_on(self) -> None:
        while True:
            last = self._still.is_set()
            self._beat(ended=last)
            if last:
                return
            self._still.wait(heartbeats.EVERY_SECONDS)

    def _beat(self, *, ended: bool) -> None:
        beating = Heartbeat(
            station=self._name,
            process=os.getpid(),
            version=version("crisis-kit"),
            began_at=self._began_at,
            at=utc_now(),
            ended=ended,
        )
        try:
            with self._database.write() as session:
                heartbeats.beat(session, beating)
        # A full disk or a lost data base stops no run: the silence says it.
        except Exception:
            log.exception("no sign of life could be kept", extra={"action": "heart.missed"})
