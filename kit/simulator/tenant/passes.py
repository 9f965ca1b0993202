"""Owns the ways in of a user: the password that everybody has, and temporary access passes.

The code of a pass is in the answer that makes it and nowhere else. What may be asked of a pass is the
tenant's policy for them. Source: the pages temporaryAccessPassAuthenticationMethod and
temporaryAccessPassAuthenticationMethodConfiguration of the Graph v1.0 reference.
"""

import secrets
import string
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from kit.simulator.tenant.answers import Answer, GraphError, bad_request, no_such_object
from kit.simulator.tenant.audit import audited
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.directory import find_user
from kit.simulator.tenant.odata import Collection
from kit.simulator.tenant.permissions import (
    METHOD_POLICY_READ,
    METHOD_POLICY_WRITE,
    PASSES_READ,
    PASSES_WRITE,
)
from kit.simulator.tenant.routing import Route
from kit.simulator.tenant.store import Document, Row
from kit.simulator.tenant.tenant import Tenant, new_id

#: The id that every user's password method has.
_PASSWORD = "28c10230-6103-485e-b985-444c60001490"  # noqa: S105 an identifier
#: What a policy itself may allow: minutes, characters.
_MINUTES, _LENGTHS = range(10, 43_201), range(8, 49)
_TYPES = {"startDateTime": str, "lifetimeInMinutes": int, "isUsableOnce": bool}
#: Allows every lifetime that the service can be set to.
POLICY: Mapping[str, Any] = {
    "id": "TemporaryAccessPass",
    "state": "enabled",
    "defaultLifetimeInMinutes": 60,
    "defaultLength": 8,
    "minimumLifetimeInMinutes": _MINUTES[0],
    "maximumLifetimeInMinutes": _MINUTES[-1],
    "isUsableOnce": False,
    "excludeTargets": [],
}
_LIFETIMES = ("minimumLifetimeInMinutes", "defaultLifetimeInMinutes", "maximumLifetimeInMinutes")
_ALPHABET = string.ascii_letters + string.digits + "!#$%&*+=?@"


def list_methods(call: Call, key: str) -> Answer:
    """`GET /users/{id}/authentication/methods`: the password, and a pass if there is one."""
    user = find_user(call, key)
    password = {
        "@odata.type": "#microsoft.graph.passwordAuthenticationMethod",
        "id": _PASSWORD,
        "password": None,
        "createdDateTime": user["lastPasswordChangeDateTime"],
    }
    rows = [Row(0, {}), *_passes(call, user)]

    def shape(document: Document) -> Mapping[str, Any]:
        kind = {"@odata.type": "#microsoft.graph.temporaryAccessPassAuthenticationMethod"}
        return {**kind, **_shown(call.tenant, document)} if document else password

    return call.answer_page(Collection(f"users('{key}')/authentication/methods", {}, shape), rows)


def list_passes(call: Call, key: str) -> Answer:
    """`GET /users/{id}/authentication/temporaryAccessPassMethods`: at most one, without its code."""
    context = f"users('{key}')/authentication/temporaryAccessPassMethods"
    passes = _passes(call, find_user(call, key))
    return call.answer_page(Collection(context, {}, lambda found: _shown(call.tenant, found)), passes)


def create_pass(call: Call, key: str) -> Answer:
    """`POST /users/{id}/authentication/temporaryAccessPassMethods`: takes the place of an earlier pass."""
    user, tenant, body = find_user(call, key), call.tenant, call.object_body()
    policy = _policy(tenant)
    document = {**_wanted(body, policy, tenant), "id": new_id(), "_user": user["id"]}
    forget_passes(tenant, str(user["id"]))
    tenant.store.put("passes", str(document["id"]), document)
    code = "".join(secrets.choice(_ALPHABET) for _ in range(policy["defaultLength"]))
    context = call.context(f"users('{key}')/authentication/temporaryAccessPassMethods/$entity")
    return Answer(201, {**context, **_shown(tenant, document), "temporaryAccessPass": code})


def read_pass(call: Call, key: str, method: str) -> Answer:
    """`GET /users/{id}/authentication/temporaryAccessPassMethods/{id}`."""
    found = _find(call, key, method)
    context = call.context(f"users('{key}')/authentication/temporaryAccessPassMethods/$entity")
    return Answer(200, {**context, **_shown(call.tenant, found)})


def delete_pass(call: Call, key: str, method: str) -> Answer:
    """`DELETE /users/{id}/authentication/temporaryAccessPassMethods/{id}`."""
    call.tenant.store.remove("passes", str(_find(call, key, method)["id"]))
    return Answer(204)


def forget_passes(tenant: Tenant, user: str) -> None:
    """Remove a user's passes."""
    for row in tenant.store.find("passes", "_user", user):
        tenant.store.remove("passes", str(row.document["id"]))


def read_policy(call: Call) -> Answer:
    """`GET` of what the tenant allows of passes."""
    context = call.context("policies/authenticationMethodsPolicy/authenticationMethodConfigurations/$entity")
    kind = "#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration"
    return Answer(200, {**context, "@odata.type": kind, **_policy(call.tenant)})


def change_policy(call: Call) -> Answer:
    """`PATCH` of what the tenant allows of passes."""
    body, changed = call.object_body(), dict(_policy(call.tenant))
    for name, value in body.items():
        if name.startswith("@"):
            continue
        if name not in POLICY or name == "id" or type(value) is not type(POLICY[name]):
            raise bad_request(f"Invalid value specified for property '{name}'.")
        changed[name] = value
    lifetimes = [changed[name] for name in _LIFETIMES]
    if (
        changed["state"] not in ("enabled", "disabled")
        or changed["defaultLength"] not in _LENGTHS
        or lifetimes != sorted(lifetimes)
        or not all(minutes in _MINUTES for minutes in lifetimes)
    ):
        raise bad_request("Persistance of policy failed with error: a value is out of range.")
    call.tenant.store.put("policies", "TemporaryAccessPass", changed)
    return Answer(204)


def _policy(tenant: Tenant) -> Mapping[str, Any]:
    return tenant.store.get("policies", "TemporaryAccessPass") or POLICY


def _wanted(body: Mapping[str, Any], policy: Mapping[str, Any], tenant: Tenant) -> dict[str, Any]:
    """The pass that a body asks for.

    Raises:
        GraphError: 400, the policy does not allow it or a value makes no sense.
    """
    if policy["state"] != "enabled":
        raise GraphError(400, "badRequest", "Temporary Access Pass is not enabled for this user by policy.")
    for name, value in body.items():
        if not name.startswith("@") and (name not in _TYPES or type(value) is not _TYPES[name]):
            raise bad_request(f"Invalid value specified for property '{name}'.", code="badRequest")
    minutes = body.get("lifetimeInMinutes", policy["defaultLifetimeInMinutes"])
    if not policy["minimumLifetimeInMinutes"] <= minutes <= policy["maximumLifetimeInMinutes"]:
        raise bad_request("LifetimeInMinutes is out of the range that the policy allows.", code="badRequest")
    once = body.get("isUsableOnce", policy["isUsableOnce"])
    if policy["isUsableOnce"] and not once:
        raise bad_request("A multi-use Temporary Access Pass is not allowed by policy.", code="badRequest")
    begins = body.get("startDateTime", tenant.stamp())
    return {
        "createdDateTime": tenant.stamp(),
        "startDateTime": begins,
        "lifetimeInMinutes": minutes,
        "isUsableOnce": once,
        "_begins": _epoch(begins),
    }


def _epoch(moment: str) -> float:
    try:
        found = datetime.fromisoformat(moment)
    except ValueError as exc:
        raise bad_request("Invalid value specified for property 'startDateTime'.", code="badRequest") from exc
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _shown(tenant: Tenant, document: Document) -> dict[str, Any]:
    usable, reason = _usability(tenant, document)
    return {
        "id": document["id"],
        "createdDateTime": document["createdDateTime"],
        "startDateTime": document["startDateTime"],
        "lifetimeInMinutes": document["lifetimeInMinutes"],
        "isUsableOnce": document["isUsableOnce"],
        "isUsable": usable,
        "methodUsabilityReason": reason,
        "temporaryAccessPass": None,
    }


def _usability(tenant: Tenant, document: Document) -> tuple[bool, str]:
    now = tenant.clock()
    if _policy(tenant)["state"] != "enabled":
        return False, "DisabledByPolicy"
    if now < document["_begins"]:
        return False, "NotYetValid"
    if now >= document["_begins"] + document["lifetimeInMinutes"] * 60:
        return False, "Expired"
    return True, "EnabledByPolicy"


def _passes(call: Call, user: Document) -> list[Row]:
    return call.tenant.store.find("passes", "_user", str(user["id"]))


def _find(call: Call, key: str, method: str) -> Document:
    for row in _passes(call, find_user(call, key)):
        if row.document["id"] == method:
            return row.document
    raise no_such_object(method)


_PASSES = "/users/{user-id}/authentication/temporaryAccessPassMethods"
_ONE = f"{_PASSES}/{{temporaryAccessPassAuthenticationMethod-id}}"
_POLICY_PATH = "/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/temporaryAccessPass"
_LOG = partial(audited, category="UserManagement", service="Authentication Methods")
ROUTES = (
    Route("GET", "/users/{user-id}/authentication/methods", list_methods, PASSES_READ),
    Route("GET", _PASSES, list_passes, PASSES_READ),
    Route("POST", _PASSES, _LOG("Admin registered security info", handler=create_pass), PASSES_WRITE),
    Route("GET", _ONE, read_pass, PASSES_READ),
    Route("DELETE", _ONE, _LOG("Admin deleted security info", handler=delete_pass), PASSES_WRITE),
    Route("GET", _POLICY_PATH, read_policy, METHOD_POLICY_READ),
    Route("PATCH", _POLICY_PATH, change_policy, METHOD_POLICY_WRITE),
)
