"""Owns gathering laptops into waves: calls for one laptop each, answered by runs over several.

A run costs seconds of the station's processor before it reaches the first laptop, so calls that come in
together share one. None waits for another: a call ends with its own laptop, and a laptop that comes later
goes with the next wave, while the first still runs.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any

from kit.workstations.targets import Target

#: Seconds without another laptop after which a wave starts.
LULL = 0.3
#: Seconds that the first laptop of a wave waits for others.
GATHERING = 1.0
#: Laptops in one wave; more processes and more connections at once gain nothing.
TOGETHER = 32
#: Seconds that a laptop waits for a running wave to end; one that hangs must not hold up all others.
PATIENCE = 30.0

#: Seconds that a wave may take to let go of a laptop.
CUTTING = 4.0

Event = Mapping[str, Any]


@dataclass(eq=False)
class Place:
    """One laptop's place in a wave: what the wave tells its caller, and what the caller tells the wave.

    Attributes:
        target: the laptop.
        asked: when its call came in, in seconds of the monotonic clock.
    """

    target: Target
    asked: float = field(default_factory=time.monotonic)
    _events: SimpleQueue[Event | Exception | None] = field(default_factory=SimpleQueue)
    _left: threading.Event = field(default_factory=threading.Event)
    _cut: threading.Event = field(default_factory=threading.Event)
    _released: threading.Event = field(default_factory=threading.Event)

    def tell(self, event: Event) -> None:
        """Pass an event of the wave on."""
        self._events.put(event)

    def end(self, error: Exception | None) -> None:
        """Say that the wave has ended and nothing more comes, or why it could not be carried out."""
        self._events.put(error)
        self.release()

    def release(self) -> None:
        """Say that nothing works on the laptop any more."""
        self._released.set()

    def next(self, timeout: float) -> Event | None:
        """The next event; None where the wave has ended. What carrying it out raised is raised here.

        Raises:
            queue.Empty: none came within `timeout` seconds.
        """
        event = self._events.get(timeout=timeout)
        if isinstance(event, Exception):
            raise event
        return event

    def leave(self, *, cut: bool) -> None:
        """Read no further; with `cut`, wait until the wave has stopped what it does on the laptop."""
        if cut:
            self._cut.set()
        self._left.set()
        if cut:
            self._released.wait(CUTTING)

    @property
    def left(self) -> bool:
        """Whether the caller has gone."""
        return self._left.is_set()

    @property
    def cut(self) -> bool:
        """Whether the caller has gone before the laptop was done."""
        return self._cut.is_set()


class Waves:
    """Takes places and fills waves with them.

    Args:
        run: carries one wave out, in a thread of its own.
        most: waves that run at once, unless a laptop has waited for `PATIENCE` seconds.
    """

    def __init__(self, run: Callable[[Sequence[Place]], None], *, most: int) -> None:
        self._run = run
        self._most = most
        self._changed = threading.Condition()
        self._waiting: list[Place] = []
        self._running = 0

    def take(self, place: Place) -> None:
        """Give the laptop a place in the next wave."""
        with self._changed:
            self._waiting.append(place)
            if len(self._waiting) == 1:
                threading.Thread(target=self._dispatch, name="waves", daemon=True).start()
            self._changed.notify_all()

    def _dispatch(self) -> None:
        """Start waves until nobody waits."""
        with self._changed:
            while True:
                for place in [place for place in self._waiting if place.left]:
                    self._waiting.remove(place)
                    place.release()
                if not self._waiting:
                    return
                pause = starts_in(
                    time.monotonic(),
                    [place.asked for place in self._waiting],
                    full=self._running >= self._most,
                )
                if pause > 0:
                    self._changed.wait(pause)
                    continue
                boarding, self._waiting = board(self._waiting)
                self._running += 1
                threading.Thread(target=self._carry_out, args=(boarding,), name="wave", daemon=True).start()

    def _carry_out(self, places: Sequence[Place]) -> None:
        error = None
        try:
            self._run(places)
        except Exception as exc:
            error = exc
        for place in places:
            place.end(error)
        with self._changed:
            self._running -= 1
            self._changed.notify_all()


def starts_in(now: float, asked: Sequence[float], *, full: bool) -> float:
    """Seconds until the next wave starts, not above zero if at once.

    Args:
        now: the present moment, on the clock of `asked`.
        asked: when those who wait asked, the first first.
        full: whether as many waves run as may.
    """
    gathered = min(asked[-1] + LULL, asked[0] + GATHERING)
    return max(gathered, asked[0] + PATIENCE if full else gathered) - now


def board(waiting: Sequence[Place]) -> tuple[list[Place], list[Place]]:
    """Who goes now and who stays: a laptop is in a wave once, because it is named by its tag there."""
    first: dict[str, Place] = {}
    for place in waiting:
        first.setdefault(place.target.tag, place)
    going = list(first.values())[:TOGETHER]
    return going, [place for place in waiting if place not in going]
