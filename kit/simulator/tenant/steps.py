"""Owns a request before it is carried out, alone or part of a batch: as it was asked, and where it leads."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from starlette.requests import Request

from kit.simulator.tenant.answers import Answer, GraphError
from kit.simulator.tenant.authority import origin
from kit.simulator.tenant.batch import Part
from kit.simulator.tenant.faults import Asked
from kit.simulator.tenant.routing import Route, Table, Takes, Workload

#: Below it is everything of Graph.
PREFIX = "/v1.0"
#: The template, in counts, of a path that leads nowhere.
_NOWHERE = "(nowhere)"


@dataclass(frozen=True)
class Wanted:
    """A request without its body; a batch's part looks the same. Header names are lower-case."""

    origin: str
    method: str
    path: str
    options: str
    headers: Mapping[str, str]
    request_id: str
    client_request_id: str

    @classmethod
    def read(cls, request: Request) -> "Wanted":
        """From an HTTP request."""
        request_id = str(uuid.uuid4())
        headers = {name.lower(): value for name, value in request.headers.items()}
        return cls(
            origin(request),
            request.method,
            request.scope["path"].removeprefix(PREFIX),
            request.url.query,
            headers,
            request_id,
            headers.get("client-request-id") or request_id,
        )

    def part(self, part: Part) -> "Wanted":
        """A part of the batch that this is."""
        path, _, options = part.url.partition("?")
        return Wanted(
            self.origin,
            part.method,
            unquote(path),
            options,
            part.headers,
            str(uuid.uuid4()),
            part.headers.get("client-request-id", self.client_request_id),
        )

    def refused(self, error: GraphError) -> Answer:
        """What the client is told of an error."""
        return error.answer(self.request_id, self.client_request_id)


@dataclass(frozen=True)
class Step:
    """A request and where it leads: to `route` with the path's `keys`, or nowhere, because `astray`."""

    wanted: Wanted
    asked: Asked
    route: Route | None
    keys: tuple[str, ...] = ()
    astray: GraphError | None = None

    @classmethod
    def find(cls, wanted: Wanted, table: Table) -> "Step":
        """Look the path up."""
        try:
            route, keys = table.match(wanted.method, wanted.path)
        except GraphError as error:
            return cls(wanted, Asked(wanted.method, wanted.path, _NOWHERE, None), None, astray=error)
        return cls(wanted, Asked(wanted.method, wanted.path, route.template, route.workload), route, keys)

    @property
    def takes(self) -> Takes:
        """The body that belongs to it."""
        return self.route.takes if self.route else Takes.JSON

    @property
    def at_outlook(self) -> bool:
        """Whether Outlook answers it."""
        return self.asked.workload is Workload.OUTLOOK
