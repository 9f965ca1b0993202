"""Owns accounts: created once per principal name, marked as ours, enabled, with a password nobody knows."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from gettext import gettext as _
from typing import Any

from kit.graph.batching import Part, segment
from kit.graph.client import Graph
from kit.graph.ensure import ensure, look_many
from kit.graph.errors import OwnedByOthers

#: Outlook takes four requests at a time from one application, whichever the mailboxes.
MAILBOXES_AT_ONCE = 4

#: Where the ownership mark is written. `employeeId` ends after 16 characters; an extension attribute
#: holds 1024, may be written by us on cloud accounts, and means nothing to Microsoft (user resource type).
_MARK_OBJECT, _MARK_PROPERTY = "onPremisesExtensionAttributes", "extensionAttribute1"


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


def ensure_users(graph: Graph, specs: Sequence[UserSpec], *, deadline_s: float) -> dict[str, str]:
    """See to it that each account exists, and give the user ids by principal name.

    Accounts are enabled; the first password is random, kept nowhere, and must be changed at sign-in.

    Raises:
        OwnedByOthers: an account of that name bears another mark; none of the others was created.
        GraphConflict: an address is taken by something that is not an account.
        GraphError: a creation was refused; the other accounts are created.
        NotYet: accounts were accepted and do not show within the deadline.
    """
    by_name = {spec.principal_name: spec for spec in specs}

    def look(names: Sequence[str]) -> Mapping[str, str]:
        found = look_many(graph, {name: _read(name) for name in names})
        for name, user in found.items():
            _check_mark(by_name[name], user)
        return {name: str(user["id"]) for name, user in found.items()}

    return ensure(
        graph,
        list(by_name),
        look=look,
        create=lambda name: Part("POST", "/users", json=_body(by_name[name])),
        deadline_s=deadline_s,
        what=_("accounts to appear in the tenant"),
    )


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
    return set(look_many(graph, reads, size=MAILBOXES_AT_ONCE, at_once=1))


def _read(principal_name: str) -> Part:
    select = f"id,userPrincipalName,{_MARK_OBJECT}"
    return Part("GET", f"/users/{segment(principal_name)}", {"$select": select})


def _check_mark(spec: UserSpec, user: Mapping[str, Any]) -> None:
    mark = (user.get(_MARK_OBJECT) or {}).get(_MARK_PROPERTY)
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
        "accountEnabled": True,
        "userPrincipalName": spec.principal_name,
        "mailNickname": spec.nickname,
        "displayName": spec.display_name,
        "givenName": spec.given_name,
        "surname": spec.surname,
        "department": spec.department,
        "usageLocation": spec.usage_location,
        _MARK_OBJECT: {_MARK_PROPERTY: spec.mark},
        "passwordProfile": {"password": _password(), "forceChangePasswordNextSignIn": True},
    }


def _password() -> str:
    # The four characters satisfy the directory's complexity rule whatever the random ones are.
    return secrets.token_urlsafe(32) + "aA1!"
