"""Owns requests and answers as values. Nothing is sent here.

Source of the rules: Microsoft Learn, "Combine multiple HTTP requests using JSON batching".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

from kit.graph.errors import GraphError, Problem, error_for

#: Most parts that Graph takes in one batch.
BATCH_SIZE = 20


@dataclass(frozen=True)
class Part:
    """One request.

    Attributes:
        method: GET, POST, PUT, PATCH or DELETE.
        path: below the version, each variable segment quoted (`segment`), e.g. "/users/{id}".
        params: OData query, e.g. {"$select": "id"}.
        json: body; hidden from `repr`, for it may hold a password.
        headers: beside those of every request, e.g. {"ConsistencyLevel": "eventual"}.
        repeatable: carrying it out twice does no harm; by default everything but a POST.
        depends_on: positions, in the same call, of earlier parts that must succeed before this one.
    """

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    json: Any = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool | None = None
    depends_on: tuple[int, ...] = ()

    @property
    def attempted(self) -> str:
        """How errors name it."""
        return f"{self.method} {self.path}"

    @property
    def may_repeat(self) -> bool:
        """Whether repeating it does no harm, even where it may have been carried out."""
        return self.method != "POST" if self.repeatable is None else self.repeatable

    @property
    def url(self) -> str:
        """Path and query, as both a request and a batch take it."""
        return (
            f"{self.path}?{urlencode(self.params, quote_via=quote, safe='$,')}" if self.params else self.path
        )

    @property
    def raw(self) -> bool:
        """Whether the answer is the thing itself, e.g. a message as MIME, rather than JSON about it."""
        return self.method == "GET" and self.path.endswith(("/$value", "/content"))

    def step(self, number: int, waits_for: Sequence[int]) -> dict[str, Any]:
        """The part as a batch writes it; its id is its position in the call."""
        headers = dict(self.headers)
        step: dict[str, Any] = {"id": str(number), "method": self.method, "url": self.url}
        if self.json is not None:
            headers["Content-Type"] = "application/json"
            step["body"] = self.json
        if headers:
            step["headers"] = headers
        if waits_for:
            step["dependsOn"] = [str(other) for other in waits_for]
        return step


@dataclass(frozen=True)
class Answer:
    """What came back; `status` is 0 where it is not known whether the request was carried out.

    `headers` have lower-case names; `body` is empty where the answer is not a JSON object. `content` are the
    octets of one that is not JSON at all.
    """

    attempted: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: dict[str, Any] = field(default_factory=dict, repr=False)
    content: bytes = field(default=b"", repr=False)

    @property
    def ok(self) -> bool:
        """The tenant did what was asked."""
        return HTTPStatus.OK <= self.status < HTTPStatus.BAD_REQUEST

    @property
    def error(self) -> GraphError:
        """What went wrong, for an answer that is not `ok`."""
        return error_for(Problem.read(self.attempted, self.status, self.headers, self.body))

    def checked(self) -> "Answer":
        """Itself, if `ok`.

        Raises:
            GraphError: what went wrong otherwise.
        """
        if not self.ok:
            raise self.error
        return self


def segment(text: str) -> str:
    """A value as one segment of a path."""
    return quote(text, safe="@")
