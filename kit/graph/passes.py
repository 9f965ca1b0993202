"""Owns how a person gets in the first time: a temporary access pass, or a one-time password.

A pass is a code that works once and ends by itself; the tenant shows it in the answer that makes it and never
again. The cloud Bleu has none (its published metadata lacks the type): there a password is set that must
be changed at sign-in. Neither is written anywhere here.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from gettext import gettext as _
from http import HTTPStatus
from itertools import chain

from kit.graph.batching import segment
from kit.graph.client import Graph
from kit.graph.errors import GraphForbidden, GraphNotFound, GraphRefused, GraphUnavailable

#: Letters and digits that nobody takes for another one when reading them from paper.
_LETTERS, _CAPITALS, _DIGITS = "abcdefghijkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789"
#: Characters of a one-time password, in groups: 79 bits, and every class the directory asks for.
_GROUPS, _GROUP_LENGTH = 4, 4


@dataclass(frozen=True)
class AccessPass:
    """A code that lets its person in once, until `expires` (UTC), which is `minutes` after it was made."""

    code: str = field(repr=False)
    expires: datetime
    minutes: int


def issue_pass(graph: Graph, user_id: str, *, minutes: int) -> AccessPass:
    """Make a pass for the account; an earlier one no longer works. `minutes` is from 10 to 43,200.

    Raises:
        GraphRefused: the tenant's policy allows no such pass, or a permission is missing; earlier passes
            are gone.
        GraphUnavailable: the tenant failed twice while it made one; running again is safe.
    """
    try:
        # A pass whose answer was lost shows its code to nobody: deleted, and made anew.
        return _replace(graph, user_id, minutes)
    except GraphUnavailable:
        return _replace(graph, user_id, minutes)


def one_time_password(graph: Graph, user_id: str) -> str:
    """Set a random password that must be changed at sign-in, and give it.

    Raises:
        GraphRefused: the tenant refused; the password is as before.
    """
    password = _password()
    profile = {"password": password, "forceChangePasswordNextSignIn": True}
    try:
        graph.patch(f"/users/{segment(user_id)}", {"passwordProfile": profile})
    except GraphForbidden as exc:
        raise GraphForbidden(
            exc.message,
            hint=_(
                "Grant the application User-PasswordProfile.ReadWrite.All and the role User Administrator; "
                "Microsoft asks for both to set a password."
            ),
            problem=exc.problem,
        ) from exc
    return password


def _replace(graph: Graph, user_id: str, minutes: int) -> AccessPass:
    path = f"/users/{segment(user_id)}/authentication/temporaryAccessPassMethods"
    for earlier in list(graph.pages(path)):
        try:
            graph.delete(f"{path}/{segment(str(earlier['id']))}")
        except GraphNotFound:
            # It ended meanwhile.
            continue
    try:
        made = graph.post(path, {"isUsableOnce": True, "lifetimeInMinutes": minutes})
    except GraphRefused as exc:
        if exc.problem.status not in (HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN):
            raise
        raise type(exc)(exc.message, hint=_policy_hint(minutes), problem=exc.problem) from exc
    granted = int(made["lifetimeInMinutes"])
    begins = datetime.fromisoformat(str(made["startDateTime"]))
    return AccessPass(str(made["temporaryAccessPass"]), begins + timedelta(minutes=granted), granted)


def _policy_hint(minutes: int) -> str:
    return _(
        "In the Entra admin centre, under authentication methods, allow temporary access passes for these "
        "accounts, used once, for {minutes} minutes at least; and the application needs the permission "
        "UserAuthenticationMethod.ReadWrite.All."
    ).format(minutes=minutes)


def _password() -> str:
    """Groups of characters joined by hyphens, each with a small letter, a capital and a digit."""
    return "-".join("".join(_group()) for _number in range(_GROUPS))


def _group() -> list[str]:
    classes = (_LETTERS, _CAPITALS, _DIGITS)
    anything = "".join(classes)
    rest = (anything for _number in range(_GROUP_LENGTH - len(classes)))
    found = [secrets.choice(kind) for kind in chain(classes, rest)]
    secrets.SystemRandom().shuffle(found)
    return found
