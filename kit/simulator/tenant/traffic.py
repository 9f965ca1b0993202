"""Owns the count of what was asked and answered."""

import threading
from collections import Counter
from collections.abc import Mapping

#: Method, path template, status; 0 where the connection was dropped.
Counted = tuple[str, str, int]


class Traffic:
    """Counts requests, a batch and each of its parts too; any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[Counted] = Counter()

    def count(self, method: str, template: str, status: int) -> None:
        """One more."""
        with self._lock:
            self._counts[method, template, status] += 1

    def counts(self) -> Mapping[Counted, int]:
        """How many since the tenant started, by method, template and status."""
        with self._lock:
            return dict(self._counts)
