"""Owns staying under the tenant's limits: all threads of a client draw from the same windows."""

import threading
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from gettext import gettext as _

from kit.graph.batching import Part
from kit.graph.limits import OUTLOOK_AT_ONCE, Limit, Window, Workload, cost, workload
from kit.graph.waits import Waits


class Budgets:
    """What this client has drawn from each limit of its tenant, and what the tenant holds back."""

    def __init__(self, waits: Waits) -> None:
        self._waits = waits
        self._lock = threading.Lock()
        self._windows: dict[tuple[str, Limit], Window] = {}
        self._held_until: dict[Workload, float] = {}
        self._outlook = _Places(OUTLOOK_AT_ONCE)

    @contextmanager
    def spend(self, parts: Sequence[Part]) -> Iterator[None]:
        """Wait until the limits have room for these requests and count them; they are sent inside.

        Outlook's places are taken until the answer is there.

        Raises:
            Stopped: the run is being stopped.
        """
        mail = sum(workload(part) is Workload.OUTLOOK for part in parts)
        with self._outlook.taken(min(mail, OUTLOOK_AT_ONCE)):
            self._waits.check()
            while wait := self._draw(parts):
                self._waits.wait(wait, _("staying under the tenant's limits"))
            yield

    def hold(self, parts: Sequence[Part], seconds: float) -> None:
        """Send nothing more to the services of these requests for that long: the tenant asks for it."""
        until = self._waits.now() + seconds
        with self._lock:
            for service in {workload(part) for part in parts}:
                self._held_until[service] = max(until, self._held_until.get(service, until))

    def held_until(self, part: Part) -> float:
        """When the tenant lets such a request be sent again; in the past where it holds nothing back."""
        return self._held_until.get(workload(part), 0.0)

    def _draw(self, parts: Sequence[Part]) -> float:
        """Draw for all of the requests, or for none and give the seconds until that could be possible."""
        wanted: Counter[tuple[str, Limit]] = Counter()
        for part in parts:
            for draw in cost(part):
                wanted[draw.bucket, draw.limit] += draw.units
        with self._lock:
            now = self._waits.now()
            held = [self._held_until.get(workload(part), now) - now for part in parts]
            windows = {key: self._windows.setdefault(key, Window(key[1])) for key in wanted}
            waits = [windows[key].wait(units, now) for key, units in wanted.items()]
            wait = max([0.0, *held, *waits])
            if not wait:
                for key, units in wanted.items():
                    windows[key].draw(units, now)
            return wait


class _Places:
    """A bounded number of places, given in the order in which they were asked for.

    Who gives places back wakes exactly those who get them: a dozen threads wait while mail is exported, and
    each that woke in vain would hold up the one whose turn it is.

    Who waits here is not told of a stop: a place is free as soon as a request under way is answered,
    which a stop does not cut short either.
    """

    def __init__(self, count: int) -> None:
        self._free = count
        self._queue: deque[tuple[int, threading.Event]] = deque()
        self._lock = threading.Lock()

    @contextmanager
    def taken(self, count: int) -> Iterator[None]:
        if not count:
            yield
            return
        turn = threading.Event()
        with self._lock:
            self._queue.append((count, turn))
            self._admit()
        try:
            turn.wait()
            yield
        finally:
            self._leave(count, turn)

    def _leave(self, count: int, turn: threading.Event) -> None:
        """Give the places back; who was interrupted while waiting had none."""
        with self._lock:
            if turn.is_set():
                self._free += count
            else:
                self._queue.remove((count, turn))
            self._admit()

    def _admit(self) -> None:
        while self._queue and self._queue[0][0] <= self._free:
            count, turn = self._queue.popleft()
            self._free -= count
            turn.set()
