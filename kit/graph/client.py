"""Owns what the nouns say to Graph: verbs, pages, changes, operations, batches, files, stable reads."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from gettext import gettext as _
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar

import httpx

from kit.graph.auth import Tokens
from kit.graph.batches import Batches
from kit.graph.batching import Answer, Part
from kit.graph.connection import Connection
from kit.graph.device_code import Prompt
from kit.graph.downloads import Downloads
from kit.graph.errors import GraphRefused, Problem, not_yet
from kit.graph.exchanges import Heard
from kit.graph.retry import growing
from kit.graph.sender import Sender
from kit.graph.uploads import Uploads
from kit.graph.waits import Sink, Waits

Read = TypeVar("Read")

#: Seconds during which a tenant that does not answer, or cannot, is asked again.
PATIENCE = 600.0
#: Seconds from one read that waits for a change to the next, growing from the first to the second.
PAUSES = (0.5, 30.0)


@dataclass(frozen=True)
class Delta:
    """What changed in a collection.

    Attributes:
        items: changed ones, as the tenant writes them; deleted ones bear "@removed" or "deleted".
        link: gives the changes from here on.
        fresh: `items` are all there is rather than changes: no link was given, or the tenant has
            forgotten it.
    """

    items: tuple[dict[str, Any], ...]
    link: str
    fresh: bool


class Graph:
    """One tenant; safe to use from several threads, which share its connections and its token.

    Every method may raise what `Sender.send` raises.

    Args:
        connection: the tenant and our application in it.
        sink: is told of every wait, in the thread that waits; batches keep the caller's context variables.
        heard: is told of answers, as the sink of waits.
        stop: once set, waits end and nothing more is sent.
        patience: seconds; 0 to fail at the first trouble.
        prompt: shows a person the code to sign in with; None where nobody is there.
        transport: replaces the network.
        clock: seconds that never go back.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        sink: Sink | None = None,
        heard: Heard | None = None,
        stop: threading.Event | None = None,
        patience: float = PATIENCE,
        prompt: Prompt | None = None,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.connection = connection
        self.waits = Waits(sink, stop, clock)
        self._sender = Sender(
            connection, self.waits, patience=patience, prompt=prompt, transport=transport, heard=heard
        )
        self._batches = Batches(self._sender, self.waits)

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

    def delta(self, path: str, *, params: Mapping[str, str] | None = None, link: str | None = None) -> Delta:
        """What changed since `link`, or without one everything; `path` is the collection's delta function.

        A link that the tenant has forgotten (410) starts again from everything.
        """
        answer = self._sender.send(Part("GET", link) if link else Part("GET", path, params or {}))
        fresh, again = not link, False
        items: list[dict[str, Any]] = []
        while True:
            if answer.status == HTTPStatus.GONE and not again:
                fresh = again = True
                items.clear()
                answer = self._sender.send(_anew(answer, path, params))
            page = answer.checked().body
            items += page.get("value", [])
            if "@odata.nextLink" not in page:
                return Delta(tuple(items), str(page["@odata.deltaLink"]), fresh)
            answer = self._sender.send(Part("GET", page["@odata.nextLink"]))

    def download(self, path: str, target: Path) -> int:
        """Write what `path` holds to `target`, and give its size in octets.

        Beside it, "….part" grows meanwhile, readable by its owner only; it goes on where it broke.

        Raises:
            GraphError: the tenant refused; what came of a broken download stays as "….part".
            MissingRequirement: the target cannot be written.
        """
        return Downloads(self._sender, self.waits).fetch(path, target)

    def upload(self, path: str, source: Path, *, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Write the file `source` to the drive item `path` and give the item; `body` is the session's.

        `path` may be that of an item that is not there yet, e.g. "/drives/{id}/root:/folder/name.pdf:".

        Raises:
            StorageFull: the drive has no room for it.
            GraphError: the tenant refused, or forgot the session.
            BadInput: the source cannot be read, or changed meanwhile.
        """
        return Uploads(self._sender, self.waits).store(path, source, body or {})

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
            began = self.waits.now()
            found = read()
            good = good + 1 if found is not None else 0
            if found is not None and good >= reads:
                return found
            if self.waits.now() >= end:
                raise not_yet(what, deadline_s)
            due = began + (pauses[0] if good else next(pace))
            self.waits.wait(max(0.0, min(due, end) - self.waits.now()), what)

    def batch(self, parts: Sequence[Part]) -> list[Answer]:
        """Any number of requests, in as few batches as the tenant's limits allow; answers in their order.

        Only parts that failed in passing are sent again, each after its own delay. Refusals are answers.

        Raises:
            GraphRefused: a batch as a whole was refused.
        """
        return self._batches.send(parts)


def _anew(gone: Answer, path: str, params: Mapping[str, str] | None) -> Part:
    """The read of everything that follows a forgotten link: where the tenant says, or from the beginning."""
    location = gone.headers.get("location")
    return Part("GET", location) if location else Part("GET", path, params or {})
