"""Owns the documented limits: a token bucket for each, and which of them a request draws from.

Source: Microsoft Graph service-specific throttling limits. A refused request draws nothing, except at
SharePoint, where refused calls count too.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from kit.simulator.tenant.answers import throttled
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.routing import Route, Workload

#: Outlook serves that many requests of one application at a time, whichever the mailboxes.
OUTLOOK_AT_ONCE = 4
_CODES = {
    Workload.DIRECTORY: "TooManyRequests",
    Workload.OUTLOOK: "ApplicationThrottled",
    Workload.TEAMS: "TooManyRequests",
    Workload.SHAREPOINT: "activityLimitReached",
}


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


def draws(route: Route, call: Call, keys: tuple[str, ...], users: int) -> list[Draw]:
    """The buckets a request draws from; `users` is the tenant's size, which sets the read quota."""
    app = call.caller.client_id
    match route.workload:
        case Workload.DIRECTORY if route.method == "GET":
            return [Draw(f"directory read {app}", _read_quota(users), _read_cost(route, call))]
        case Workload.DIRECTORY:
            return [
                Draw(f"directory write {app}", Limit(3000, 150), 1),
                Draw("directory write", Limit(18000, 300), 1),
            ]
        case Workload.OUTLOOK:
            return [Draw(f"outlook {app} {keys[0]}", Limit(10000, 600), 1)]
        case Workload.TEAMS:
            return _teams_draws(route, app, keys)
        case Workload.SHAREPOINT:
            return [Draw(f"sharepoint {app}", Limit(1200, 60), route.units)]


def _teams_draws(route: Route, app: str, keys: tuple[str, ...]) -> list[Draw]:
    found = [Draw(f"team {app} {keys[0]}", Limit(4, 1), 1)] if keys else []
    if route.method == "POST" and route.template == "/teams":
        found.append(Draw(f"create team {app}", Limit(10, 1), 1))
    if route.method == "PUT":
        found.append(Draw(f"team from group {app}", Limit(6, 1), 1))
    return found


def _read_quota(users: int) -> Limit:
    if users < 50:  # noqa: PLR2004 the documented tenant sizes
        return Limit(3500, 10)
    return Limit(5000 if users <= 500 else 8000, 10)  # noqa: PLR2004 the documented tenant sizes


def _read_cost(route: Route, call: Call) -> int:
    return max(1, route.units - bool(call.query.select) + bool(call.query.expand))


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

    def draw(self, wanted: list[Draw], workload: Workload) -> None:
        """Take from every bucket, or raise 429 with the seconds after which all would have enough."""
        levels = [(draw, self._refilled(draw)) for draw in wanted]
        wait = max((_wait(draw, level) for draw, level in levels), default=0.0)
        if wait <= 0 or workload is Workload.SHAREPOINT:
            for draw, level in levels:
                # Refused calls count, but a storm must not lock the client out for ever.
                level.left = max(level.left - draw.units, -draw.limit.units)
        if wait > 0:
            raise throttled(_CODES[workload], "Too many requests.", max(1, math.ceil(wait)))

    @contextmanager
    def occupy(self, route: Route, client_id: str) -> Iterator[None]:
        """Count the request as in progress; Outlook refuses the fifth at once of one application."""
        if route.workload is not Workload.OUTLOOK:
            yield
            return
        if self._in_flight.get(client_id, 0) >= OUTLOOK_AT_ONCE:
            raise throttled("ApplicationThrottled", "Application is over its MailboxConcurrency limit.")
        self._in_flight[client_id] = self._in_flight.get(client_id, 0) + 1
        try:
            yield
        finally:
            self._in_flight[client_id] -= 1

    def _refilled(self, draw: Draw) -> _Level:
        now, limit = self._clock(), draw.limit
        level = self._levels.setdefault(draw.bucket, _Level(limit.units, now))
        level.left = min(limit.units, level.left + (now - level.at) * limit.units / limit.seconds)
        level.at = now
        return level


def _wait(draw: Draw, level: _Level) -> float:
    return (draw.units - level.left) * draw.limit.seconds / draw.limit.units
