"""Owns the way of a request through Graph: where it leads, who calls, who answers, how it is written down.

Handlers run one after the other in the event loop, each inside a transaction; they take a fraction of
a millisecond. Only what is slow on purpose is waited for side by side. So no two requests ever see each
other half done.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from kit.simulator.tenant import (
    assignments,
    audit,
    batch,
    changes,
    channels,
    conditional_access,
    copies,
    deleted,
    domains,
    drive_changes,
    drives,
    exchange,
    groups,
    health,
    intune,
    libraries,
    licences,
    mail,
    mailboxes,
    managers,
    members,
    organization,
    passes,
    recycle,
    sending,
    settings,
    sharing,
    sites,
    team_members,
    teams,
    threads,
    units,
    uploads,
    users,
)
from kit.simulator.tenant.answers import Answer, GraphError
from kit.simulator.tenant.batch import Part
from kit.simulator.tenant.bodies import read_body
from kit.simulator.tenant.calls import Caller
from kit.simulator.tenant.carrying import Carrier
from kit.simulator.tenant.faults import Asked
from kit.simulator.tenant.recent import RecentStore
from kit.simulator.tenant.routing import Route, Table, Takes
from kit.simulator.tenant.scenario import REFUSALS, Kind
from kit.simulator.tenant.steps import PREFIX, Step, Wanted
from kit.simulator.tenant.tenant import Tenant
from kit.simulator.tenant.throttling import OUTLOOK_AT_ONCE, Throttle, over_concurrency
from kit.simulator.tenant.tokens import Tokens
from kit.simulator.tenant.wire import Wire

__all__ = ["BATCH", "PREFIX", "ROUTES", "Graph"]

BATCH = batch.PATH
_NOUNS = (
    users, licences, mailboxes, groups, members, teams, channels, sites, drives, organization, deleted,
    assignments, units, managers, passes, changes, settings, domains, conditional_access, intune, audit,
    health, mail, sending, exchange, threads, uploads, recycle, drive_changes, copies, sharing, libraries,
    team_members,
)  # fmt: skip
ROUTES: tuple[Route, ...] = tuple(route for noun in _NOUNS for route in noun.ROUTES)
#: A batch's token is looked at once, hence ages for all of it.
_ALONE, _AGEING = REFUSALS | {Kind.EXPIRE}, frozenset({Kind.EXPIRE})


class Graph:
    """Answers everything below `/v1.0`."""

    def __init__(self, tenant: Tenant, store: RecentStore, tokens: Tokens, wire: Wire) -> None:
        """`store` is the tenant's."""
        self._tenant = tenant
        self._tokens = tokens
        self._wire = wire
        self._table = Table(ROUTES)
        self._throttle = Throttle(tenant.clock)
        self._carrier = Carrier(tenant, store, tokens, self._throttle, wire.faults)

    async def answer(self, request: Request) -> Response:
        """Answer one HTTP request."""
        wanted = Wanted.read(request)
        if wanted.path == BATCH:
            return await self._answer_batch(request, wanted)
        step = Step.find(wanted, self._table)
        return await self._wire.carry([step.asked], lambda: self._answer_one(request, step))

    async def _answer_one(self, request: Request, step: Step) -> Response:
        body: Any = None
        try:
            caller = self._caller(step.wanted)
            body = await read_body(request, step.takes, self._tenant.contents)
            with self._throttle.occupy(caller.client_id, int(step.at_outlook)) as places:
                _check_place(step, places)
                await self._wire.faults.delay(step.asked)
                answer = self._carrier.carry_out(step, caller, body, _ALONE)
        except GraphError as error:
            self._tenant.contents.discard(body)
            answer = step.wanted.refused(error)
        return _response(step.wanted, answer)

    async def _answer_batch(self, request: Request, wanted: Wanted) -> Response:
        asked, steps = [Asked(wanted.method, BATCH, BATCH, None)], dict[str, Step]()
        try:
            if wanted.method != "POST":
                raise GraphError(405, "BadRequest", "$batch only takes POST.", headers={"Allow": "POST"})
            parts = batch.read(await read_body(request, Takes.JSON, self._tenant.contents))
        except GraphError as error:
            refused = _response(wanted, wanted.refused(error))
            return await self._wire.carry(asked, lambda: _at_once(refused))
        steps = {part.key: Step.find(wanted.part(part), self._table) for part in parts}
        asked += [step.asked for step in steps.values()]
        return await self._wire.carry(asked, lambda: self._run_batch(wanted, parts, steps, asked))

    async def _run_batch(
        self, wanted: Wanted, parts: Sequence[Part], steps: Mapping[str, Step], asked: Sequence[Asked]
    ) -> Response:
        try:
            caller = self._caller(wanted)
            self._carrier.suffer(_AGEING, wanted, caller, *asked)
            self._carrier.suffer(REFUSALS, wanted, caller, asked[0])
            mail = [part for part in parts if steps[part.key].at_outlook]
            with self._throttle.occupy(caller.client_id, _together(mail)) as places:
                await self._wire.faults.delay(*asked)
                # Of each four that Graph hands to Outlook, those that find no place are refused.
                placed = {part.key: number % _together(mail) < places for number, part in enumerate(mail)}

                def serve(part: Part) -> Answer:
                    return self._serve(steps[part.key], part, caller, placed.get(part.key, False))

                answer = batch.run(parts, serve, self._tenant.chance)
        except GraphError as error:
            answer = wanted.refused(error)
        return _response(wanted, answer)

    def _serve(self, step: Step, part: Part, caller: Caller, place: bool) -> Answer:
        try:
            _check_place(step, int(place))
            answer = self._carrier.carry_out(step, caller, part.body, REFUSALS)
        except GraphError as error:
            answer = step.wanted.refused(error)
        self._wire.traffic.count(step.asked.method, step.asked.template, answer.status)
        return answer

    def _caller(self, wanted: Wanted) -> Caller:
        return self._tokens.verify(wanted.headers.get("authorization", ""), wanted.origin)


def _together(mail: Sequence[Part]) -> int:
    """How many parts Graph hands to Outlook at once: four, or fewer where they wait for each other."""
    return min(OUTLOOK_AT_ONCE, max(sum(not part.depends_on for part in mail), len(mail[:1])))


def _check_place(step: Step, places: int) -> None:
    if step.at_outlook and not places:
        raise over_concurrency()


async def _at_once(response: Response) -> Response:
    return response


def _response(wanted: Wanted, answer: Answer) -> Response:
    content, content_type = answer.render()
    headers = {
        "request-id": wanted.request_id,
        "client-request-id": wanted.client_request_id,
        "Cache-Control": "no-cache",
    }
    if content_type:
        headers |= {"Content-Type": content_type, "OData-Version": "4.0"}
    return Response(content, answer.status, {**headers, **answer.headers})
