"""Owns ownership marks: where they are written on what we create, and how ours is told from others'.

A mark says whose an object is, e.g. "kit:13005-2026-01:3". Groups and units bear it in brackets at the end
of their description. Accounts bear it in an extension attribute: `employeeId` ends after 16 characters; an
extension attribute holds 1024, may be written by us on cloud accounts, and means nothing to Microsoft
(user resource type).
"""

from collections.abc import Mapping
from typing import Any

#: The properties that hold a mark, as `$select` names them.
ON_USERS, ON_DESCRIBED = "onPremisesExtensionAttributes", "description"
_ATTRIBUTE = "extensionAttribute1"


def on_user(mark: str) -> dict[str, Any]:
    """What an account's body holds so that it bears the mark."""
    return {ON_USERS: {_ATTRIBUTE: mark}}


def of_user(user: Mapping[str, Any]) -> str:
    """The mark that an account bears; empty where it has none."""
    return str((user.get(ON_USERS) or {}).get(_ATTRIBUTE) or "")


def described(description: str, mark: str) -> str:
    """The description of a group or unit with the mark at its end."""
    return f"{description} [{mark}]".lstrip()


def is_described(thing: Mapping[str, Any], mark: str) -> bool:
    """Whether a group or unit bears this mark."""
    return str(thing.get(ON_DESCRIBED) or "").endswith(f"[{mark}]")
