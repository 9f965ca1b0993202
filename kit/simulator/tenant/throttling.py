"""Owns the documented limits: a token bucket for each, and which of them a request draws from.

Source: Microsoft Graph service-specific throttling limits, and for SharePoint's units "Avoid getting
throttled or blocked in SharePoint Online". A refused request draws nothing, except at SharePoint, where
refused calls count too.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from kit.simulator.tenant.answers import GraphError, throttled
from kit.simulator.tenant.odata import Query
from kit.simulator.tenant.routing import Route, Workload

#: Outlook serves that many requests of one application at a time, whichever the mailboxes.
OUTLOOK_AT_ONCE = 4
#: How each service says that it is asked too much …
THROTTLED = {
    Workload.DIRECTORY: "TooManyRequests",
    Workload.OUTLOOK: "ApplicationThrottled",
    Workload.TEAMS: "TooManyRequests",
    Workload.SHAREPOINT: "activityLimitReached",
    Workload.CONDITIONAL_ACCESS: "TooManyRequests",
    Workload.REPORTS: "TooManyRequests",
    Workload.INTUNE: "TooManyRequests",
}
#: … and that it does not work now.
UNAVAILABLE = {
    Workload.DIRECTORY: "ServiceUnavailable",
    Workload.OUTLOOK: "ErrorServerBusy",
    Workload.TEAMS: "ServiceUnavailable",
    Workload.SHAREPOINT: "serviceNotAvailable",
    Workload.CONDITIONAL_ACCESS: "ServiceUnavailable",
    Workload.REPORTS: "ServiceUnavailable",
    Workload.INTUNE: "ServiceUnavailable",
}
#: SharePoint refuses with 503 in place of 429 now and then: here every time that many refusals.
_SHAREPOINT_503_EVERY = 4


@dataclass(frozen=True)
class Limit:
    """`units` per `seconds`, all of which may be drawn at once."""

    units: float
    seconds: float


@dataclass(frozen=True)
class Draw:
    """What a request takes: which bucket, its limit, how many units."""

    bucket: str
    limit: Limit
    units: float


def draws(route: Route, query: Query, keys: tuple[str, ...], *, app: str, users: int) -> list[Draw]:
    """The buckets a request of `app` draws from; `users` is the tenant's size, which sets the read quota."""
    match route.workload:
        case Workload.DIRECTORY:
            return _directory_draws(route, query, app, users)
        case Workload.OUTLOOK:
            return [Draw(f"outlook {app} {''.join(keys[:1])}", Limit(10000, 600), 1)]
        case Workload.TEAMS:
            return _teams_draws(route, app, keys)
        case Workload.SHAREPOINT:
            return [Draw(f"sharepoint {app}", Limit(1200, 60), _sharepoint_cost(route, query))]
        case Workload.CONDITIONAL_ACCESS:
            return [Draw("conditional access", Limit(1, 1), 1)]
        case Workload.REPORTS | Workload.INTUNE:
            return _administration_draws(route, app)


def _directory_draws(route: Route, query: Query, app: str, users: int) -> list[Draw]:
    if route.method == "GET":
        return [Draw(f"directory read {app}", _read_quota(users), _read_cost(route, query))]
    return [
        Draw(f"directory write {app}", Limit(3000, 150), 1),
        Draw("directory write", Limit(18000, 300), 1),
    ]


def _teams_draws(route: Route, app: str, keys: tuple[str, ...]) -> list[Draw]:
    found = [Draw(f"team {app} {keys[0]}", Limit(4, 1), 1)] if keys else []
    if route.method == "POST" and route.template == "/teams":
        found.append(Draw(f"create team {app}", Limit(10, 1), 1))
    if route.method == "PUT":
        found.append(Draw(f"team from group {app}", Limit(6, 1), 1))
    return found


def _administration_draws(route: Route, app: str) -> list[Draw]:
    if route.workload is Workload.REPORTS:
        return [Draw(f"reports {app}", Limit(5, 10), 1)]
    found = [Draw(f"intune {app}", Limit(2000, 20), 1), Draw("intune", Limit(4000, 20), 1)]
    if route.method != "GET":
        found += [Draw(f"intune write {app}", Limit(200, 20), 1), Draw("intune write", Limit(400, 20), 1)]
    return found


def _read_quota(users: int) -> Limit:
    if users < 50:  # noqa: PLR2004 the documented tenant sizes
        return Limit(3500, 10)
    return Limit(5000 if users <= 500 else 8000, 10)  # noqa: PLR2004 the documented tenant sizes


def _read_cost(route: Route, query: Query) -> int:
    few = query.top is not None and query.top < 20  # noqa: PLR2004 the documented page size
    return max(1, route.units - bool(query.select) + bool(query.expand) - few)


def _sharepoint_cost(route: Route, query: Query) -> int:
    """Permissions 5, writes and lists 2, a single read, a download or a delta from a token 1."""
    if "/permissions" in route.template or route.template.endswith(("/createLink", "/invite")):
        return 5
    if route.method != "GET":
        return max(2, route.units)
    if route.template.endswith("/delta") and any(name.endswith("token") for name, _ in query.raw):
        return 1
    return route.units


@dataclass
class _Level:
    left: float
    at: float


class Throttle:
    """The buckets' levels; not kept over a restart, as a real client would not wait for them."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._levels: dict[str, _Level] = {}
        self._in_flight: dict[str, int] = {}
        self._sharepoint_refusals = 0

    def draw(self, wanted: list[Draw], workload: Workload) -> None:
        """Take from every bucket, or refuse with the seconds after which all would have enough.

        Raises:
            GraphError: 429, from SharePoint sometimes 503; `Retry-After` from all but Conditional Access.
        """
        levels = [(draw, self._refilled(draw)) for draw in wanted]
        wait = max((_wait(draw, level) for draw, level in levels), default=0.0)
        if wait <= 0 or workload is Workload.SHAREPOINT:
            for draw, level in levels:
                # Refused calls count, but a storm must not lock the client out for ever.
                level.left = max(level.left - draw.units, -draw.limit.units)
        if wait > 0:
            raise self._refusal(workload, max(1, math.ceil(wait)))

    @contextmanager
    def occupy(self, client_id: str, places: int) -> Iterator[int]:
        """Hold that many of an application's places at Outlook, as far as they are free; gives how many."""
        free = OUTLOOK_AT_ONCE - self._in_flight.get(client_id, 0)
        held = min(places, free)
        self._in_flight[client_id] = self._in_flight.get(client_id, 0) + held
        try:
            yield held
        finally:
            self._in_flight[client_id] -= held

    def _refusal(self, workload: Workload, wait: int) -> GraphError:
        if workload is Workload.CONDITIONAL_ACCESS:
            return GraphError(429, THROTTLED[workload], "Too many requests.")
        if workload is Workload.SHAREPOINT:
            self._sharepoint_refusals += 1
            if self._sharepoint_refusals % _SHAREPOINT_503_EVERY == 0:
                message, headers = "The service is not available.", {"Retry-After": str(wait)}
                return GraphError(503, UNAVAILABLE[workload], message, headers=headers)
        return throttled(THROTTLED[workload], "Too many requests.", wait)

    def _refilled(self, draw: Draw) -> _Level:
        now, limit = self._clock(), draw.limit
        level = self._levels.setdefault(draw.bucket, _Level(limit.units, now))
        level.left = min(limit.units, level.left + (now - level.at) * limit.units / limit.seconds)
        level.at = now
        return level


def over_concurrency() -> GraphError:
    """429 of Outlook for a request that finds no place."""
    return throttled(THROTTLED[Workload.OUTLOOK], "Application is over its MailboxConcurrency limit.")


def _wait(draw: Draw, level: _Level) -> float:
    return (draw.units - level.left) * draw.limit.seconds / draw.limit.units
