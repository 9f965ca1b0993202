"""Owns users: creation, reading, change, soft deletion, and the end of their sessions."""

import re
from collections.abc import Mapping
from typing import Any

from kit.simulator.tenant.answers import Answer, GraphError, bad_request, conflict
from kit.simulator.tenant.audit import audited
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.credentials import check_nickname, check_password, check_principal_name
from kit.simulator.tenant.directory import UNITS, check_quota, find_user
from kit.simulator.tenant.kinds import USER
from kit.simulator.tenant.links import IN_UNIT
from kit.simulator.tenant.members import mixed
from kit.simulator.tenant.odata import check_expand, check_select, of_kind
from kit.simulator.tenant.permissions import (
    HIDDEN_MEMBERS,
    PASSWORDS_WRITE,
    SESSIONS_REVOKE,
    USERS_READ,
    USERS_WRITE,
)
from kit.simulator.tenant.routing import Route
from kit.simulator.tenant.tenant import new_id

_AT_NEW_PASSWORD = ("lastPasswordChangeDateTime", "signInSessionsValidFromDateTime")


def list_users(call: Call) -> Answer:
    """`GET /users`."""
    check_expand(call.query, ())
    context = f"users({','.join(call.query.select)})" if call.query.select else "users"
    return call.answer_page(of_kind(USER, context, call.query), call.tenant.listed("users", call.replica))


def count_users(call: Call) -> Answer:
    """`GET /users/$count`."""
    return call.answer_count(USER.properties, call.tenant.listed("users", call.replica))


def create_user(call: Call) -> Answer:
    """`POST /users`."""
    body, tenant = call.object_body(), call.tenant
    USER.check(body, creating=True)
    _check_values(call, body, principal_name=body["userPrincipalName"])
    check_password(body["passwordProfile"].get("password"), body["userPrincipalName"])
    if tenant.store.find("users", "userPrincipalName", body["userPrincipalName"]):
        raise conflict("userPrincipalName")
    check_quota(tenant)
    key = new_id()
    document = {
        "userType": "Member",
        **_kept(body),
        "id": key,
        "createdDateTime": tenant.stamp(),
        "lastPasswordChangeDateTime": tenant.stamp(),
        "signInSessionsValidFromDateTime": tenant.stamp(),
        "assignedLicenses": [],
        "assignedPlans": [],
    }
    tenant.store.put("users", key, document, visible_at=tenant.replicate())
    shown = {**call.context("users/$entity"), **USER.shape(document, ())}
    return Answer(201, shown, {"Location": f"{call.base}/users/{key}"})


def read_user(call: Call, key: str) -> Answer:
    """`GET /users/{id or principal name}`."""
    check_select(USER, call.query)
    check_expand(call.query, ())
    select = call.query.select
    context = f"users({','.join(select)})/$entity" if select else "users/$entity"
    return Answer(200, {**call.context(context), **USER.shape(find_user(call, key), select)})


def change_user(call: Call, key: str) -> Answer:
    """`PATCH /users/{id}`."""
    body, tenant = call.object_body(), call.tenant
    user = find_user(call, key)
    USER.check(body, creating=False)
    name = str(body.get("userPrincipalName") or user["userPrincipalName"])
    _check_values(call, body, principal_name=name)
    if any(row.document["id"] != user["id"] for row in tenant.store.find("users", "userPrincipalName", name)):
        raise conflict("userPrincipalName")
    changed = {**user, **_kept(body)}
    if "passwordProfile" in body and PASSWORDS_WRITE not in call.caller.roles:
        # Being allowed to write users is not enough for an application.
        raise GraphError(
            403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."
        )
    if password := (body.get("passwordProfile") or {}).get("password"):
        check_password(password, name)
        # A new password ends the sessions that were begun with the old one.
        changed |= dict.fromkeys(_AT_NEW_PASSWORD, tenant.stamp())
    tenant.store.put("users", str(user["id"]), changed)
    return Answer(204)


def delete_user(call: Call, key: str) -> Answer:
    """`DELETE /users/{id}`: into deleted items, where the principal name no longer stands in the way."""
    user, tenant = find_user(call, key), call.tenant
    identifier = str(user["id"])
    deleted = {
        **user,
        "deletedDateTime": tenant.stamp(),
        "userPrincipalName": identifier.replace("-", "") + user["userPrincipalName"],
        "_kind": "user",
    }
    tenant.store.remove("users", identifier)
    tenant.store.put("deleted", identifier, deleted)
    return Answer(204)


def revoke_sessions(call: Call, key: str) -> Answer:
    """`POST /users/{id}/revokeSignInSessions`: what was signed in before now has to sign in again."""
    user, tenant = find_user(call, key), call.tenant
    tenant.store.put("users", str(user["id"]), {**user, "signInSessionsValidFromDateTime": tenant.stamp()})
    return Answer(200, {**call.context("Edm.Boolean"), "value": True})


def list_memberships(call: Call, key: str) -> Answer:
    """`GET /users/{id}/memberOf`: the groups and units the user is a direct member of.

    Those with hidden membership show only to an application that may read hidden members.
    """
    user, store = find_user(call, key), call.tenant.store
    links = [("groups", link) for link in store.find("members", "object", str(user["id"]))]
    links += [(UNITS, link) for link in store.find(IN_UNIT, "object", str(user["id"]))]
    found = [row for kind, link in links if (row := store.row(kind, link.document["group"]))]
    hidden = HIDDEN_MEMBERS in call.caller.roles
    rows = sorted(
        (
            row
            for row in found
            if call.tenant.shown(row, call.replica)
            and (hidden or row.document.get("visibility") != "HiddenMembership")
        ),
        key=lambda row: row.sequence,
    )
    return call.answer_page(mixed(call), rows)


def _check_values(call: Call, body: Mapping[str, Any], *, principal_name: str) -> None:
    domain = principal_name.rpartition("@")[2]
    check_principal_name(principal_name, verified=call.tenant.is_verified(domain))
    if (nickname := body.get("mailNickname")) is not None:
        check_nickname(nickname, "User")
    location = body.get("usageLocation")
    if location is not None and not re.fullmatch("[A-Z]{2}", location):
        raise bad_request("Invalid value specified for property 'usageLocation' of resource 'User'.")


def _kept(body: Mapping[str, Any]) -> dict[str, Any]:
    # A password is checked and forgotten: nothing here ever signs in as the user.
    return {name: value for name, value in body.items() if name not in ("passwordProfile", "@odata.type")}


_CATEGORY = "UserManagement"
ROUTES = (
    Route("GET", "/users", list_users, USERS_READ, units=2),
    Route("POST", "/users", audited("Add user", _CATEGORY, create_user), USERS_WRITE),
    Route("GET", "/users/$count", count_users, USERS_READ, units=2),
    Route("GET", "/users/{user-id}", read_user, USERS_READ, units=1),
    Route("PATCH", "/users/{user-id}", audited("Update user", _CATEGORY, change_user), USERS_WRITE),
    Route("DELETE", "/users/{user-id}", audited("Delete user", _CATEGORY, delete_user), USERS_WRITE),
    Route(
        "POST",
        "/users/{user-id}/revokeSignInSessions",
        audited("Update StsRefreshTokenValidFrom Timestamp", _CATEGORY, revoke_sessions),
        SESSIONS_REVOKE,
    ),
    Route("GET", "/users/{user-id}/memberOf", list_memberships, USERS_READ, units=2),
)
