"""Owns the tokens of change tracking: how far a client has come, and when a token is stale.

A collection numbers its changes, and whatever changes again moves to the end; so pages and rounds are
one thing: what comes after the last number given. A token says the number in clear: nothing is kept
for it, and it outlives a restart.
"""

import base64
import binascii
import hashlib

#: Seconds for which a token is good; the services keep changes for about a month.
LIFETIME = 30 * 24 * 3600


class Stale(Exception):
    """The token is too old, of another collection, or no token: the client has to begin again."""


def write_token(after: int, scope: str, now: float) -> str:
    """The token of a client that was given all changes of the collection `scope` up to `after`."""
    text = f"{after}:{int(now)}:{_mark(scope)}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_token(token: str, scope: str, now: float) -> int:
    """The number of the last change that the client was given.

    Raises:
        Stale: the token is not good any more, or never was.
    """
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
        number, issued, mark = text.split(":")
        after, age = int(number), now - int(issued)
    except (binascii.Error, UnicodeError, ValueError) as exc:
        raise Stale from exc
    if mark != _mark(scope) or age > LIFETIME:
        raise Stale
    return after


def _mark(scope: str) -> str:
    return hashlib.sha256(scope.encode()).hexdigest()[:12]
