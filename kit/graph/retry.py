"""Owns whether and when a request is repeated: a value computed from the failure, nothing is waited for here.

Two rules rank above the rest: a delay that the tenant asks for is never cut short, and a request whose
repetition could do harm is repeated only when it surely was not carried out.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

#: Seconds: own waits grow from here …
FIRST_WAIT = 1.0
#: … to here, and are drawn between …
LONGEST_WAIT = 60.0
#: … this and the value reached, so that many clients do not come back at once.
SHORTEST_WAIT = 0.1
#: 500 and 502 seldom pass by waiting: the service failed on this very request.
FAULT_TRIES = 3

_SECONDS = re.compile(r"[0-9]+(\.[0-9]+)?")
_FAULTS = (HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.BAD_GATEWAY)
_BUSY = (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT)


@dataclass(frozen=True)
class Retry:
    """Send it again after `wait` seconds; `told` where the tenant itself named the delay."""

    wait: float
    told: bool


@dataclass(frozen=True)
class GiveUp:
    """The failure stands."""


def decide(
    status: int | None,
    headers: Mapping[str, str],
    attempt: int,
    now: datetime,
    *,
    repeatable: bool,
    elapsed: float,
    patience: float,
    draw: float,
) -> Retry | GiveUp:
    """Whether to repeat a request.

    Args:
        status: of the answer; None where no answer came.
        headers: of the answer, names in lower case.
        attempt: failures before this one, from 0.
        now: against which a date in Retry-After is read.
        repeatable: carrying it out twice does no harm, or it surely was not carried out.
        elapsed: seconds since the request was first sent.
        patience: seconds after which no further wait begins.
        draw: a random number from 0 to 1.
    """
    if not _passing(status, attempt, repeatable) or elapsed >= patience:
        return GiveUp()
    asked = retry_after(headers, now)
    if asked is not None:
        return Retry(asked, told=True)
    ceiling = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(attempt, 10))
    return Retry(min(max(SHORTEST_WAIT, draw * ceiling), patience - elapsed), told=False)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that the tenant asks to wait, from seconds or from a date; None where it names none."""
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    # Whole seconds by the standard, but Graph also sends fractions ("2.128").
    if _SECONDS.fullmatch(text):
        return float(text)
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    # "-0000" parses as a time without zone; the header is always in UTC (RFC 9110, 5.6.7).
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max(0.0, (date - now).total_seconds())


def growing(first: float, longest: float) -> Iterator[float]:
    """Pauses between looks, each a fifth longer than the one before, up to `longest`.

    So what is waited for is seen late by a sixth of the wait at most.
    """
    while True:
        yield first
        first = min(longest, first * 1.2)


def _passing(status: int | None, attempt: int, repeatable: bool) -> bool:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return True
    if not repeatable:
        return False
    return status is None or status in _BUSY or (status in _FAULTS and attempt + 1 < FAULT_TRIES)
