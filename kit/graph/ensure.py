"""Owns the one way in which things come to be in the tenant: look → create → read back until stable.

Graph has no idempotency key and no read-your-writes. So: what is there is never created; what was
accepted is never created again; what was refused or is in doubt is looked at again before anything else,
because "already there" has as many spellings as Graph has services.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Generic, TypeVar

from kit.graph.batching import Answer, Part
from kit.graph.client import PAUSES, Graph
from kit.graph.errors import (
    GraphConflict,
    GraphError,
    GraphNotFound,
    GraphThrottled,
    GraphUnavailable,
    not_yet,
)
from kit.graph.retry import growing

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

#: Reads in a row that must show what was just created: directory objects are copied to several replicas,
#: and one that shows them says nothing of the next.
READS = 3
#: Enough for what has one home: members, licences, Teams, channels, folders.
ONE_READ = 1
#: Looks in a row without it before a 400 stands: it may say "already exists" of what a stale read hides.
LOOKS_AFTER_REFUSAL = 5
#: Refusals that may pass: in doubt, not replicated yet, or taken by what replication will show us.
_PASSING = (GraphConflict, GraphNotFound, GraphThrottled, GraphUnavailable)


def ensure(
    graph: Graph,
    wanted: Sequence[Key],
    *,
    look: Callable[[Sequence[Key]], Mapping[Key, Value]],
    create: Callable[[Key], Part],
    deadline_s: float,
    what: str,
    reads: int = READS,
    pauses: tuple[float, float] = PAUSES,
) -> dict[Key, Value]:
    """See to it that everything wanted is there, and give what `look` says of each, in the order wanted.

    One that is refused for good does not keep the others from being created; the call then ends with its
    error. A repeated call writes nothing.

    Args:
        graph: the tenant.
        wanted: natural keys.
        look: those of the keys given that are there.
        create: the request that creates one.
        deadline_s: seconds after which what is not there stays so.
        what: what is waited for, in the operator's words.
        reads: good looks in a row asked of what this call created.
        pauses: seconds from the start of one look to that of the next, growing from the first to the second.

    Raises:
        GraphError: the first refusal that did not turn out to mean "already there".
        NotYet: something was accepted and does not show within the deadline.
    """
    ledger: _Ledger[Key, Value] = _Ledger(wanted, reads)
    end = graph.waits.now() + deadline_s
    pace = growing(*pauses)
    while ledger.open():
        looked = graph.waits.now()
        ledger.seen(look(ledger.open()))
        if not ledger.open():
            break
        if graph.waits.now() >= end:
            raise ledger.overdue(what, deadline_s)
        absent = ledger.absent()
        if absent and ledger.may_create:
            answers = graph.batch([create(key) for key in absent])
            ledger.answered(dict(zip(absent, answers, strict=True)))
        else:
            # Where only good reads are missing the next follows at once: which copy of the directory answers
            # is chance, not a matter of time.
            if ledger.unseen():
                graph.waits.wait(max(0.0, min(looked + next(pace), end) - graph.waits.now()), what)
            ledger.may_create = True
    return ledger.result()


def look_many(graph: Graph, parts: Mapping[Key, Part]) -> dict[Key, dict[str, Any]]:
    """The body of each read, without those that are not there (404).

    Raises:
        GraphError: a read failed otherwise.
    """
    answers = dict(zip(parts, graph.batch(list(parts.values())), strict=True))
    for answer in answers.values():
        # The status alone, for an error in the operator's words takes long, and a first look gets hundreds.
        if not answer.ok and answer.status != HTTPStatus.NOT_FOUND:
            raise answer.error
    return {key: answer.body for key, answer in answers.items() if answer.ok}


class _Ledger(Generic[Key, Value]):
    """What is known of each wanted thing: how often seen in a row, accepted, refused."""

    def __init__(self, wanted: Sequence[Key], reads: int) -> None:
        self._needed = dict.fromkeys(wanted, 1)
        self._reads = reads
        self._good = dict.fromkeys(wanted, 0)
        self._values: dict[Key, Value] = {}
        self._accepted: set[Key] = set()
        self._doubts: dict[Key, GraphError] = {}
        self._refused: dict[Key, GraphError] = {}
        self._misses: Counter[Key] = Counter()
        self._final: dict[Key, GraphError] = {}
        #: a look, or a pause after a refusal, came before the next try
        self.may_create = True

    def open(self) -> list[Key]:
        return [
            key for key, good in self._good.items() if good < self._needed[key] and key not in self._final
        ]

    def absent(self) -> list[Key]:
        """Those to create: the last look did not show them, and they were neither accepted nor refused."""
        return [key for key in self.unseen() if key not in self._accepted and key not in self._refused]

    def unseen(self) -> list[Key]:
        return [key for key in self.open() if not self._good[key]]

    def seen(self, found: Mapping[Key, Value]) -> None:
        for key in self.open():
            if key in found:
                self._values[key] = found[key]
                self._good[key] += 1
                self._misses[key] = 0
                continue
            self._good[key] = 0
            self._misses[key] += 1
            if key in self._refused and self._stands(key):
                self._final[key] = self._refused[key]

    def answered(self, answers: Mapping[Key, Answer]) -> None:
        for key, answer in answers.items():
            self._needed[key] = self._reads
            self._misses[key] = 0
            self._doubts.pop(key, None)
            if answer.ok:
                self._accepted.add(key)
            elif isinstance(answer.error, _PASSING):
                self._doubts[key] = answer.error
            else:
                self._refused[key] = answer.error
        self.may_create = False

    def _stands(self, key: Key) -> bool:
        if self._refused[key].problem.status != HTTPStatus.BAD_REQUEST:
            return True
        return self._misses[key] >= LOOKS_AFTER_REFUSAL

    def result(self) -> dict[Key, Value]:
        if self._final:
            raise next(iter(self._final.values()))
        return {key: self._values[key] for key in self._needed}

    def overdue(self, what: str, seconds: float) -> GraphError:
        waiting = ((self._refused | self._doubts).get(key) for key in self.open())
        known = [*self._final.values(), *filter(None, waiting)]
        return known[0] if known else not_yet(what, seconds)
