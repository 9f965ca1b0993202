"""Owns the recent past of the store, so that a read can be answered as of a moment ago."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kit.simulator.tenant.store import Row, Store

#: Changes that can be taken back; older ones are part of what every read shows.
_REMEMBERED = 5000


@dataclass(frozen=True)
class _Change:
    at: float
    collection: str
    key: str
    before: Row | None


class RecentStore(Store):
    """A store that remembers what its documents were a moment ago."""

    def __init__(
        self, file: Path, *, indexes: Mapping[str, Sequence[str]], clock: Callable[[], float]
    ) -> None:
        super().__init__(file, indexes=indexes)
        self._clock = clock
        self._past: deque[_Change] = deque(maxlen=_REMEMBERED)

    @contextmanager
    def as_of(self, moment: float) -> Iterator[None]:
        """Show every document as it was at `moment`; what is changed meanwhile is not kept."""
        with self._lock:
            self._depth += 1
            try:
                for change in reversed(self._past):
                    if change.at <= moment:
                        break
                    self._change(change.collection, change.key, change.before)
                yield
            finally:
                self._take_back()
                self._depth -= 1

    def _commit(self) -> None:
        now, changed = self._clock(), list(self._undo)
        super()._commit()
        self._past.extend(_Change(now, *change) for change in changed)
