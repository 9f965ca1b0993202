"""Owns the way of a request through Graph: who calls, what it costs, who answers, how it is written down.

Handlers run one after the other in the event loop, each inside a transaction; they take a fraction of
a millisecond. Only latency is waited for side by side. So no two requests ever see each other half done.
"""

import json
import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response

from kit.simulator.tenant import (
    batch,
    channels,
    deleted,
    drives,
    groups,
    licences,
    mailboxes,
    members,
    organization,
    sites,
    teams,
    users,
)
from kit.simulator.tenant.answers import Answer, GraphError, bad_request
from kit.simulator.tenant.authority import audiences, origin
from kit.simulator.tenant.calls import Call, Caller
from kit.simulator.tenant.faults import Faults
from kit.simulator.tenant.odata import Query
from kit.simulator.tenant.routing import Route, Table
from kit.simulator.tenant.tenant import Tenant
from kit.simulator.tenant.throttling import Throttle, draws
from kit.simulator.tenant.tokens import Tokens

PREFIX = "/v1.0"
BATCH = "/$batch"
_NOUNS = (users, licences, mailboxes, groups, members, teams, channels, sites, drives, organization, deleted)
ROUTES: tuple[Route, ...] = tuple(route for noun in _NOUNS for route in noun.ROUTES)
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Wanted:
    """A request before it is known whether it makes sense; a batch's part looks the same."""

    base: str
    method: str
    path: str
    options: str
    headers: Mapping[str, str]
    body: Any
    request_id: str
    client_request_id: str


class Graph:
    """Answers everything below `/v1.0`."""

    def __init__(self, tenant: Tenant, tokens: Tokens) -> None:
        self._tenant = tenant
        self._tokens = tokens
        self._table = Table(ROUTES)
        self._throttle = Throttle(tenant.clock)
        self._faults = Faults(tenant.behaviour)

    async def answer(self, request: Request) -> Response:
        """Answer one HTTP request."""
        request_id = str(uuid.uuid4())
        client_request_id = request.headers.get("client-request-id") or request_id
        try:
            wanted = await _read(request, request_id, client_request_id)
            answer = await self._serve(wanted, audiences(request))
        except GraphError as error:
            answer = error.answer(request_id, client_request_id)
        content, content_type = answer.render()
        headers = {
            "request-id": request_id,
            "client-request-id": client_request_id,
            "Cache-Control": "no-cache",
        }
        if content_type:
            headers |= {"Content-Type": content_type, "OData-Version": "4.0"}
        return Response(content, answer.status, {**headers, **answer.headers})

    async def _serve(self, wanted: _Wanted, known_audiences: list[str]) -> Answer:
        caller = self._tokens.verify(wanted.headers.get("authorization", ""), known_audiences)
        if wanted.path == BATCH:
            return await self._serve_batch(wanted, caller)
        route, keys = self._table.match(wanted.method, wanted.path)
        with self._throttle.occupy(route, caller.client_id):
            await self._faults.delay()
            return self._carry_out(wanted, caller, route, keys)

    async def _serve_batch(self, wanted: _Wanted, caller: Caller) -> Answer:
        if wanted.method != "POST":
            raise GraphError(405, "BadRequest", "$batch only takes POST.", headers={"Allow": "POST"})
        await self._faults.delay()
        parts = batch.read(wanted.body)
        return batch.run(parts, lambda part: self._serve_part(wanted, caller, part), self._tenant.chance)

    def _serve_part(self, outer: _Wanted, caller: Caller, part: batch.Part) -> Answer:
        path, _, options = part.url.partition("?")
        wanted = _Wanted(
            outer.base,
            part.method,
            unquote(path),
            options,
            part.headers,
            part.body,
            str(uuid.uuid4()),
            part.headers.get("client-request-id", outer.client_request_id),
        )
        try:
            route, keys = self._table.match(wanted.method, wanted.path)
            return self._carry_out(wanted, caller, route, keys)
        except GraphError as error:
            return error.answer(wanted.request_id, wanted.client_request_id)

    def _carry_out(self, wanted: _Wanted, caller: Caller, route: Route, keys: tuple[str, ...]) -> Answer:
        tenant = self._tenant
        call = Call(
            tenant=tenant,
            caller=caller,
            base=wanted.base,
            method=wanted.method,
            path=wanted.path,
            query=Query.read(wanted.options),
            headers=wanted.headers,
            body=wanted.body,
            replica=tenant.any_replica() if wanted.method == "GET" else None,
        )
        self._faults.check()
        if tenant.behaviour.documented_limits:
            users_now = len(tenant.store.rows("users"))
            self._throttle.draw(draws(route, call, keys, users_now), route.workload)
        route.check(caller.roles)
        try:
            with tenant.store.transaction():
                return route.handler(call, *keys)
        except GraphError:
            raise
        except Exception as exc:
            _LOG.exception("%s %s failed", route.method, route.template)
            raise GraphError(500, "generalException", "The simulator failed; its log says why.") from exc


async def _read(request: Request, request_id: str, client_request_id: str) -> _Wanted:
    content = await request.body()
    return _Wanted(
        base=origin(request) + PREFIX,
        method=request.method,
        path=request.scope["path"].removeprefix(PREFIX),
        options=request.url.query,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=_parsed(content, request.headers.get("content-type", "")) if content else None,
        request_id=request_id,
        client_request_id=client_request_id,
    )


def _parsed(content: bytes, content_type: str) -> Any:
    if not content_type.lower().startswith("application/json"):
        raise GraphError(
            415, "Request_BadRequest", "A body must be application/json and say so in Content-Type."
        )
    try:
        return json.loads(content)
    except ValueError as exc:
        raise bad_request("Unable to read JSON request payload.", code="BadRequest") from exc
