"""Owns the faults asked for by setting: every n-th request refused, and latency.

The scenario file and the control port come here; a fault is decided before the request is carried
out, so that it never leaves half of one behind.
"""

import asyncio

from kit.simulator.tenant.answers import throttled
from kit.simulator.tenant.behaviour import Behaviour


class Faults:
    """Counts Graph requests, batch parts included."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._every = behaviour.throttle_every
        self._latency = behaviour.latency
        self._requests = 0

    async def delay(self) -> None:
        """Wait for the latency; other requests go on."""
        if self._latency:
            await asyncio.sleep(self._latency)

    def check(self) -> None:
        """Count one request; 429 if it is the n-th."""
        self._requests += 1
        if self._every and self._requests % self._every == 0:
            raise throttled("TooManyRequests", "Please retry again later.")
