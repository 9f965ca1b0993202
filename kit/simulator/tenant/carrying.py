"""Owns how one request is carried out: fault, limit, permission, and the handler inside a transaction."""

import logging
from contextlib import AbstractContextManager
from functools import cache
from typing import Any

from kit.simulator.tenant.answers import Answer, GraphError
from kit.simulator.tenant.calls import Call, Caller
from kit.simulator.tenant.faults import Asked, Faults, refusal
from kit.simulator.tenant.odata import Query
from kit.simulator.tenant.recent import RecentStore
from kit.simulator.tenant.routing import Workload
from kit.simulator.tenant.scenario import Fault, Kind
from kit.simulator.tenant.steps import PREFIX, Step, Wanted
from kit.simulator.tenant.tenant import Tenant
from kit.simulator.tenant.throttling import Throttle, draws
from kit.simulator.tenant.tokens import Tokens

_LOG = logging.getLogger(__name__)


class Carrier:
    """Carries out requests one after the other; no two ever see each other half done."""

    def __init__(
        self, tenant: Tenant, store: RecentStore, tokens: Tokens, throttle: Throttle, faults: Faults
    ) -> None:
        """`store` is the tenant's."""
        self._tenant = tenant
        self._store = store
        self._tokens = tokens
        self._throttle = throttle
        self._faults = faults

    def carry_out(self, step: Step, caller: Caller, body: Any, kinds: frozenset[Kind]) -> Answer:
        """Answer one request; `kinds` are the faults that may befall it.

        Raises:
            GraphError: it is refused, and nothing was changed.
        """
        tenant, wanted, route = self._tenant, step.wanted, step.route
        if route is None:
            raise step.astray or GraphError(400, "BadRequest", "The path leads nowhere.")
        call = Call(
            tenant=tenant,
            caller=caller,
            base=wanted.origin + PREFIX,
            method=wanted.method,
            path=wanted.path,
            query=Query.read(wanted.options),
            headers=wanted.headers,
            body=body,
            replica=tenant.any_replica() if wanted.method == "GET" else None,
        )
        self._faults.count()
        fault = self.suffer(kinds, wanted, caller, step.asked)
        if tenant.behaviour.documented_limits:
            users = len(tenant.store.rows("users"))
            wanted_draws = draws(route, call.query, step.keys, app=caller.client_id, users=users)
            self._throttle.draw(wanted_draws, route.workload)
        route.check(caller.roles)
        try:
            with self._view(fault):
                return route.handler(call, *step.keys)
        except GraphError:
            raise
        except Exception as exc:
            _LOG.exception("%s %s failed", route.method, route.template)
            raise GraphError(500, "generalException", "The simulator failed; its log says why.") from exc

    def suffer(self, kinds: frozenset[Kind], wanted: Wanted, caller: Caller, *asked: Asked) -> Fault | None:
        """Refuse if a fault of these kinds says so; one that ages a read is returned.

        Raises:
            GraphError: 401, 429 or 503; 401 also where an earlier fault took the caller's token.
        """
        fault = self._faults.strike(_possible(kinds, wanted.method, caller.challengeable), *asked)
        if fault is not None:
            match fault.kind:
                case Kind.THROTTLE | Kind.UNAVAILABLE:
                    raise refusal(fault, Workload(asked[0].workload or Workload.DIRECTORY))
                case Kind.EXPIRE:
                    self._tokens.expire(caller)
                case Kind.REVOKE:
                    self._tokens.revoke(caller.client_id)
        self._tokens.check(caller, wanted.origin)
        return fault

    def _view(self, stale: Fault | None) -> AbstractContextManager[None]:
        if stale is None:
            return self._tenant.store.transaction()
        return self._store.as_of(self._tenant.clock() - stale.seconds)


@cache
def _possible(kinds: frozenset[Kind], method: str, challengeable: bool) -> frozenset[Kind]:
    """Only a read can be stale, and only who understands a challenge is sent one."""
    impossible = {Kind.STALE} if method != "GET" else set[Kind]()
    return kinds - impossible - (set[Kind]() if challengeable else {Kind.REVOKE})
