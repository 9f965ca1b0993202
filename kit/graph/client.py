"""Owns what the nouns say to Graph: verbs, pages, long operations, batches, reading until stable."""

import contextvars
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from gettext import gettext as _
from http import HTTPStatus
from typing import Any, TypeVar

import httpx

from kit.graph.auth import Tokens
from kit.graph.batching import BATCH_SIZE, Answer, Part, split
from kit.graph.connection import Connection
from kit.graph.errors import GraphRefused, Problem, not_yet
from kit.graph.retry import Retry, growing
from kit.graph.sender import Sender, lower
from kit.graph.waits import Sink, Waits

Read = TypeVar("Read")

#: Seconds during which a tenant that does not answer, or cannot, is asked again.
PATIENCE = 600.0
#: Batches under way at the same time.
AT_ONCE = 4
#: Seconds between reads that wait for a change, growing from the first to the second.
PAUSES = (0.5, 30.0)


class Graph:
    """One tenant; safe to use from several threads, which share its connections and its token.

    Every method may raise what `Sender.send` raises.

    Args:
        connection: the tenant and our application in it.
        sink: is told of every wait, in the thread that waits; batches keep the caller's context variables.
        stop: once set, waits end and nothing more is sent.
        patience: seconds; 0 to fail at the first trouble.
        transport: replaces the network.
        clock: seconds that never go back.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        sink: Sink | None = None,
        stop: threading.Event | None = None,
        patience: float = PATIENCE,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.connection = connection
        self.waits = Waits(sink, stop, clock)
        self._sender = Sender(connection, self.waits, patience=patience, transport=transport)

    def __enter__(self) -> "Graph":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        """End the connections."""
        self._sender.close()

    @property
    def tokens(self) -> Tokens:
        """The application's tokens."""
        return self._sender.tokens

    @property
    def skew(self) -> float | None:
        """Seconds by which the tenant's clock is ahead of ours; None before its first answer."""
        return self._sender.skew

    def address(self, path: str) -> str:
        """The full address of a path, as references inside bodies need it."""
        return self._sender.address(path)

    def get(self, path: str, *, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Read one thing; raises GraphError where the tenant refuses, as do the four below."""
        return self._sender.send(Part("GET", path, params or {})).checked().body

    def post(self, path: str, json: Any = None, *, repeatable: bool = False) -> dict[str, Any]:
        """Create or act; `repeatable` where carrying it out twice does no harm."""
        return self._sender.send(Part("POST", path, json=json, repeatable=repeatable)).checked().body

    def patch(self, path: str, json: Any) -> dict[str, Any]:
        """Change properties."""
        return self._sender.send(Part("PATCH", path, json=json)).checked().body

    def put(self, path: str, json: Any) -> dict[str, Any]:
        """Set a thing whose address is known."""
        return self._sender.send(Part("PUT", path, json=json)).checked().body

    def delete(self, path: str) -> None:
        """Delete."""
        self._sender.send(Part("DELETE", path)).checked()

    def pages(self, path: str, *, params: Mapping[str, str] | None = None) -> Iterator[dict[str, Any]]:
        """The items of a collection, page after page; the tenant's next links are followed unchanged."""
        page = self.get(path, params=params)
        yield from page.get("value", [])
        while next_link := page.get("@odata.nextLink"):
            page = self.get(next_link)
            yield from page.get("value", [])

    def poll(self, location: str, *, deadline_s: float, what: str) -> dict[str, Any]:
        """Follow a long operation to its end and give its last state.

        Raises:
            GraphRefused: it failed.
            NotYet: it did not end within `deadline_s` seconds.
        """

        def ended() -> dict[str, Any] | None:
            state = self.get(location)
            return state if state.get("status") in ("succeeded", "failed") else None

        state = self.until_stable(ended, reads=1, deadline_s=deadline_s, what=what)
        if state["status"] == "failed":
            problem = Problem.read(f"GET {location}", HTTPStatus.OK, {}, state)
            message = _("{what}: the tenant gave up. {told}").format(what=what, told=problem.told())
            raise GraphRefused(message, problem=problem)
        return state

    def until_stable(
        self,
        read: Callable[[], Read | None],
        *,
        deadline_s: float,
        what: str,
        reads: int = 3,
        pauses: tuple[float, float] = PAUSES,
    ) -> Read:
        """Read until `reads` times in a row there is something, and give the last of it.

        One good read proves little: each may be answered by another copy of the directory.

        Raises:
            NotYet: that did not happen within `deadline_s` seconds.
        """
        end = self.waits.now() + deadline_s
        good, pace = 0, growing(*pauses)
        while True:
            found = read()
            good = good + 1 if found is not None else 0
            if found is not None and good >= reads:
                return found
            if self.waits.now() >= end:
                raise not_yet(what, deadline_s)
            self.waits.wait(min(pauses[0] if good else next(pace), max(0.0, end - self.waits.now())), what)

    def batch(self, parts: Sequence[Part], *, size: int = BATCH_SIZE, at_once: int = AT_ONCE) -> list[Answer]:
        """Any number of requests, `size` a batch and `at_once` batches at a time; answers in their order.

        Only parts that failed in passing are sent again, each after its own delay. Refusals are answers.

        Raises:
            GraphRefused: a batch as a whole was refused.
        """
        groups = [{number: parts[number] for number in group} for group in split(parts, size)]
        if len(groups) == 1:
            found = [self._batch(groups[0])]
        else:
            with ThreadPoolExecutor(at_once, thread_name_prefix="graph-batch") as pool:
                # A context can be entered by one thread at a time, hence a copy for each.
                running = [pool.submit(contextvars.copy_context().run, self._batch, g) for g in groups]
                found = [future.result() for future in running]
        answers = {number: answer for group in found for number, answer in group.items()}
        return [answers[number] for number in range(len(parts))]

    def _batch(self, parts: dict[int, Part]) -> dict[int, Answer]:
        """Send the parts of one batch until each has an answer that stands."""
        if len(parts) == 1:
            return {number: self._sender.send(part) for number, part in parts.items()}
        started = self.waits.now()
        due = dict.fromkeys(parts, started)
        attempts: Counter[int] = Counter()
        final: dict[int, Answer] = {}
        while due:
            now = self._wait_for(min(due.values()))
            ready = {number: parts[number] for number, when in due.items() if when <= now}
            for number, answer in self._round(ready).items():
                held_up = [due[other] for other in parts[number].depends_on if other in due]
                if answer.status == HTTPStatus.FAILED_DEPENDENCY and held_up:
                    due[number] = max(held_up)
                    continue
                verdict = self._sender.decide(
                    answer.status,
                    answer.headers,
                    attempt=attempts[number],
                    started=started,
                    repeatable=parts[number].may_repeat,
                )
                if isinstance(verdict, Retry):
                    attempts[number] += 1
                    due[number] = self.waits.now() + verdict.wait
                else:
                    final[number] = answer
                    del due[number]
        return final

    def _round(self, parts: dict[int, Part]) -> dict[int, Answer]:
        """One batch request, answers in the order of `parts`; one that is left out counts as unanswered."""
        steps = [part.step(n, [on for on in part.depends_on if on in parts]) for n, part in parts.items()]
        harmless = all(part.may_repeat for part in parts.values())
        outer = self._sender.send(Part("POST", "/$batch", json={"requests": steps}, repeatable=harmless))
        if not outer.ok:
            if isinstance(outer.error, GraphRefused):
                raise outer.error
            # Busy or in doubt as a whole: each part is judged by that, its delay included.
            return {number: replace(outer, attempted=part.attempted) for number, part in parts.items()}
        given = {str(found.get("id")): found for found in outer.body.get("responses", [])}
        return {number: _inner(part, given.get(str(number), {})) for number, part in parts.items()}

    def _wait_for(self, when: float) -> float:
        while (now := self.waits.now()) < when:
            self.waits.wait(when - now, _("the tenant asks to slow down"))
        return now


def _inner(part: Part, found: Mapping[str, Any]) -> Answer:
    body = found.get("body")
    return Answer(
        part.attempted,
        int(found.get("status", 0)),
        lower(found.get("headers") or {}),
        body if isinstance(body, dict) else {},
    )
