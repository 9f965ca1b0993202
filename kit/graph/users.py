"""Owns accounts: created once per principal name, marked as ours, enabled, with a password nobody knows."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from gettext import gettext as _
from typing import Any

from kit.graph import marks, moments
from kit.graph.batching import Part, segment
from kit.graph.client import Graph
from kit.graph.ensure import ONE_READ, ensure, look_many
from kit.graph.errors import OwnedByOthers


@dataclass(frozen=True)
class UserSpec:
    """An account as it must be; `mark` says whose it is, e.g. "kit:13005-2026-01:3".

    `usage_location` is the ISO 3166 country without which no licence can be given.
    """

    principal_name: str
    nickname: str
    display_name: str
    given_name: str
    surname: str
    department: str
    usage_location: str
    mark: str

    @property
    def kept(self) -> dict[str, Any]:
        """The properties that are put right where somebody changed them."""
        return {
            "accountEnabled": True,
            "displayName": self.display_name,
            "givenName": self.given_name,
            "surname": self.surname,
            "department": self.department,
            "usageLocation": self.usage_location,
        }


def ensure_users(graph: Graph, specs: Sequence[UserSpec], *, deadline_s: float) -> dict[str, str]:
    """See to it that each account exists as it must be, and give the user ids by principal name.

    Accounts are enabled; the first password is random, kept nowhere, and must be changed at sign-in.

    Raises:
        OwnedByOthers: an account of that name bears another mark; none of the others was created.
        GraphConflict: an address is taken by something that is not an account.
        GraphError: a creation or a change was refused; the other accounts are created.
        NotYet: accounts were accepted and do not show within the deadline.
    """
    by_name = {spec.principal_name: spec for spec in specs}

    def look(names: Sequence[str]) -> dict[str, dict[str, Any]]:
        found = look_many(graph, {name: _read(name) for name in names})
        for name, user in found.items():
            _check_mark(by_name[name], user)
        return found

    users = ensure(
        graph,
        list(by_name),
        look=look,
        create=lambda name: Part("POST", "/users", json=_body(by_name[name])),
        deadline_s=deadline_s,
        what=_("accounts to appear in the tenant"),
    )
    changed = [name for name, user in users.items() if _differs(by_name[name], user)]
    ensure(
        graph,
        changed,
        look=lambda names: {n: user for n, user in look(names).items() if not _differs(by_name[n], user)},
        create=lambda name: Part("PATCH", f"/users/{segment(name)}", json=by_name[name].kept),
        deadline_s=deadline_s,
        what=_("accounts to be as planned again"),
        reads=ONE_READ,
    )
    return {name: str(user["id"]) for name, user in users.items()}


def find_users(graph: Graph, names: Sequence[str]) -> dict[str, str]:
    """The ids of those accounts that are there, by principal name; whose they are is not looked at.

    Raises:
        GraphError: the tenant refused.
    """
    reads = {name: Part("GET", f"/users/{segment(name)}", {"$select": "id"}) for name in names}
    return {name: str(user["id"]) for name, user in look_many(graph, reads).items()}


def end_sessions(graph: Graph, user_id: str, *, deadline_s: float) -> datetime:
    """End what a person is signed in to, and give the moment from which on they must have signed in again.

    The moment is read back; programs notice within minutes.

    Raises:
        GraphError: the tenant refused; nothing was ended.
        NotYet: it was accepted and does not show within the deadline.
    """
    path, select = f"/users/{segment(user_id)}", {"$select": "id,signInSessionsValidFromDateTime"}
    graph.post(f"{path}/revokeSignInSessions", repeatable=True)
    asked = moments.not_before(graph)

    def ended() -> datetime | None:
        since = moments.noted(graph.get(path, params=select).get("signInSessionsValidFromDateTime"))
        return since if since is not None and since >= asked else None

    return graph.until_stable(ended, deadline_s=deadline_s, what=_("sessions to end"), pauses=(0.2, 5.0))


def mailboxes_ready(graph: Graph, user_ids: Sequence[str]) -> set[str]:
    """Those of the users whose mailbox answers now; a mailbox comes minutes to hours after the licence.

    Raises:
        GraphError: the tenant refused for another reason than a mailbox that is not there yet.
    """
    reads = {
        user_id: Part("GET", f"/users/{segment(user_id)}/mailboxSettings", {"$select": "timeZone"})
        for user_id in user_ids
    }
    # 404 is MailboxNotEnabledForRESTAPI; a user not replicated yet has no mailbox either.
    return set(look_many(graph, reads))


def _read(principal_name: str) -> Part:
    select = f"id,accountEnabled,displayName,givenName,surname,department,usageLocation,{marks.ON_USERS}"
    return Part("GET", f"/users/{segment(principal_name)}", {"$select": select})


def _differs(spec: UserSpec, user: Mapping[str, Any]) -> bool:
    # What was given empty reads back as null.
    return any((user.get(name) or "") != value for name, value in spec.kept.items())


def _check_mark(spec: UserSpec, user: Mapping[str, Any]) -> None:
    mark = marks.of_user(user)
    if mark != spec.mark:
        raise OwnedByOthers(
            _("The account {name} exists and does not belong to this crisis (its mark: {mark}).").format(
                name=spec.principal_name, mark=mark or _("none")
            ),
            hint=_(
                "Change the pattern of principal names in kit.toml, or remove that account from the tenant."
            ),
        )


def _body(spec: UserSpec) -> dict[str, Any]:
    return {
        **spec.kept,
        **marks.on_user(spec.mark),
        "userPrincipalName": spec.principal_name,
        "mailNickname": spec.nickname,
        "passwordProfile": {"password": _password(), "forceChangePasswordNextSignIn": True},
    }


def _password() -> str:
    # The four characters satisfy the directory's complexity rule whatever the random ones are.
    return secrets.token_urlsafe(32) + "aA1!"
