"""Owns how a step's requests to the tenant show in its cell: counted, told once a second, never one by one.

A step for forty people makes hundreds of them, and each seat's cell shows what its step does.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from gettext import gettext as _
from gettext import ngettext
from http import HTTPStatus

from kit.graph.exchanges import Exchange

_TOLD_EVERY = 1.0
#: Kinds of requests that are named; the most frequent come first.
_NAMED = 4

#: Tells a sentence and the counts behind it, by request.
Tell = Callable[[str, Mapping[str, int]], None]


class Asking:
    """Counts the requests of one step; may be told of them from several threads."""

    def __init__(self, tell: Tell, clock: Callable[[], float] = time.monotonic) -> None:
        self._tell, self._clock = tell, clock
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._slowed, self._untold = 0, False
        self._told_at = clock()

    def count(self, exchange: Exchange) -> None:
        """There was an answer; tells of it if nothing was told for a second."""
        with self._lock:
            self._counts.update(exchange.requests)
            self._slowed += exchange.status == HTTPStatus.TOO_MANY_REQUESTS
            self._untold = True
            if self._clock() - self._told_at >= _TOLD_EVERY:
                self._tell_now()

    def end(self) -> None:
        """Tell what was not told yet."""
        with self._lock:
            if self._untold:
                self._tell_now()

    def _tell_now(self) -> None:
        self._told_at, self._untold = self._clock(), False
        self._tell(sentence(self._counts, self._slowed), dict(self._counts))


def sentence(counts: Counter[str], slowed: int) -> str:
    """What was asked so far, the most frequent requests by name."""
    total = counts.total()
    named = ", ".join(f"{request} ×{count}" for request, count in counts.most_common(_NAMED))
    more = ", …" if len(counts) > _NAMED else ""
    said = ngettext("{n} request to the tenant: {named}", "{n} requests to the tenant: {named}", total)
    told = said.format(n=total, named=named + more)
    if not slowed:
        return told
    return told + " · " + _("{n} times asked to slow down").format(n=slowed)
