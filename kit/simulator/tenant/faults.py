"""Owns which request a fault befalls: the scenario in force, its seed, its clock and its counts.

Faults are decided here and suffered where they belong: `graph` and `authority` refuse, `wire` breaks
the connection. The same seed and the same sequence of requests give the same faults.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from kit.simulator.tenant.answers import GraphError, throttled
from kit.simulator.tenant.behaviour import Behaviour
from kit.simulator.tenant.routing import Workload
from kit.simulator.tenant.scenario import Fault, Kind, Scenario
from kit.simulator.tenant.throttling import THROTTLED, UNAVAILABLE

_SLOW = frozenset({Kind.SLOW})


@dataclass(frozen=True)
class Asked:
    """A request as faults select it; `path` is relative to `/v1.0`, `template` as in the description."""

    method: str
    path: str
    template: str
    #: of Graph's services, or `scenario.IDENTITY`; None for a batch
    workload: str | None


@dataclass
class _Armed:
    """A fault of the scenario in force, and what was made of it."""

    fault: Fault
    chance: random.Random
    dealt: int = 0

    def spent(self, passed: float) -> bool:
        """Whether it cannot be dealt `passed` seconds after the scenario was loaded."""
        fault = self.fault
        if fault.count is not None and self.dealt >= fault.count:
            return True
        return passed < fault.start or (fault.lasts is not None and passed >= fault.start + fault.lasts)


class Faults:
    """Deals the faults of one scenario at a time; changed from any thread, asked from the event loop."""

    def __init__(self, behaviour: Behaviour, clock: Callable[[], float]) -> None:
        self._behaviour = behaviour
        self._clock = clock
        self._requests = 0
        self._dealt: Counter[str] = Counter()
        self.calm()

    def disturb(self, scenario: Scenario) -> None:
        """Put a scenario in force from now on, in place of the one before."""
        seed = self._behaviour.seed if scenario.seed is None else scenario.seed
        self.scenario = scenario
        self._loaded = self._clock()
        # A stream of its own for each: what one fault draws does not shift the others.
        self._armed = [
            _Armed(fault, random.Random(f"{seed} {place}"))  # noqa: S311 repeatability is the point
            for place, fault in enumerate(scenario.fault)
        ]

    def calm(self) -> None:
        """End all faults; those of `Behaviour` stay."""
        self.disturb(Scenario())

    def dealt(self) -> dict[str, int]:
        """How many faults of each kind were dealt since the tenant started."""
        return dict(self._dealt)

    def strike(self, kinds: frozenset[Kind], *asked: Asked) -> Fault | None:
        """The first fault of these kinds that befalls the request; an HTTP request may stand for several."""
        return next(iter(self._hits(kinds, asked, most=1)), None)

    async def delay(self, *asked: Asked) -> None:
        """Wait for the latency, and for what makes this request slow; other requests go on."""
        seconds = self._behaviour.latency
        seconds += sum(fault.seconds for fault in self._hits(_SLOW, asked))
        if seconds:
            await asyncio.sleep(seconds)

    def count(self) -> None:
        """Count one request; 429 if it is the n-th of `Behaviour.throttle_every`."""
        self._requests += 1
        every = self._behaviour.throttle_every
        if every and self._requests % every == 0:
            raise throttled("TooManyRequests", "Please retry again later.")

    def _hits(self, kinds: frozenset[Kind], asked: tuple[Asked, ...], most: int | None = None) -> list[Fault]:
        found: list[Fault] = []
        if not self._armed:
            return found
        passed = self._clock() - self._loaded
        for armed in self._armed:
            fault = armed.fault
            if fault.kind not in kinds or armed.spent(passed):
                continue
            if not any(fault.selects(one.method, one.path, one.template, one.workload) for one in asked):
                continue
            if armed.chance.random() < fault.share:
                armed.dealt += 1
                self._dealt[fault.kind.value] += 1
                found.append(fault)
                if len(found) == most:
                    break
        return found


def refusal(fault: Fault, workload: Workload) -> GraphError:
    """What a throttled or unavailable service answers, each in its own words."""
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    if fault.kind is Kind.THROTTLE:
        message = "Too many requests."
        return GraphError(HTTPStatus.TOO_MANY_REQUESTS, THROTTLED[workload], message, headers=headers)
    message = "The service is not available."
    return GraphError(HTTPStatus.SERVICE_UNAVAILABLE, UNAVAILABLE[workload], message, headers=headers)
