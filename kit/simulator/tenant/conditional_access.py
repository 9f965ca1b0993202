"""Owns conditional access policies: kept and checked for form; nothing here ever evaluates one.

Source: the conditionalAccessPolicy pages of the Graph v1.0 reference. The service asks for a licence of
Entra ID P1.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from kit.simulator.tenant.answers import Answer, GraphError, bad_request
from kit.simulator.tenant.audit import audited
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.licences import ENTRA_P1, bought
from kit.simulator.tenant.odata import Collection, selected
from kit.simulator.tenant.permissions import ACCESS_POLICIES_READ, ACCESS_POLICIES_WRITE
from kit.simulator.tenant.routing import Route, Workload
from kit.simulator.tenant.store import Document
from kit.simulator.tenant.tenant import new_id

_COLLECTION = "accessPolicies"
_CONTEXT = "identity/conditionalAccess/policies"
_STATES = ("enabled", "disabled", "enabledForReportingButNotEnforced")
_TYPES: Mapping[str, tuple[type, ...]] = {
    "displayName": (str,),
    "state": (str,),
    "conditions": (dict,),
    "grantControls": (dict, type(None)),
    "sessionControls": (dict, type(None)),
    "description": (str, type(None)),
}
_REQUIRED = ("displayName", "state", "conditions")
#: What a policy says of conditions that its maker left out.
_CONDITIONS: Mapping[str, Any] = {
    "clientAppTypes": ["all"], "userRiskLevels": [], "signInRiskLevels": [], "servicePrincipalRiskLevels": [],
    "insiderRiskLevels": None, "platforms": None, "locations": None, "devices": None,
    "clientApplications": None,
}  # fmt: skip
_APPLICATIONS = (
    "includeApplications", "excludeApplications", "includeUserActions",
    "includeAuthenticationContextClassReferences",
)  # fmt: skip
_USERS = (
    "includeUsers", "excludeUsers", "includeGroups", "excludeGroups", "includeRoles", "excludeRoles",
)  # fmt: skip


def list_policies(call: Call) -> Answer:
    """`GET /identity/conditionalAccess/policies`."""
    collection = Collection(
        _CONTEXT,
        dict.fromkeys(("id", "displayName", "state", "createdDateTime", "modifiedDateTime"), str),
        lambda policy: selected(policy, call.query.select),
        directory=False,
    )
    return call.answer_page(collection, call.tenant.store.rows(_COLLECTION))


def create_policy(call: Call) -> Answer:
    """`POST /identity/conditionalAccess/policies`."""
    body, tenant = _written(call), call.tenant
    for name in _REQUIRED:
        if not body.get(name):
            raise _invalid(f"1004: a policy needs '{name}'.")
    key = new_id()
    policy = {
        "description": None,
        "grantControls": None,
        "sessionControls": None,
        **body,
        "id": key,
        "templateId": None,
        "createdDateTime": tenant.stamp(),
        "modifiedDateTime": None,
        "conditions": _conditions(body["conditions"]),
    }
    _check_effect(policy)
    tenant.store.put(_COLLECTION, key, policy)
    return Answer(201, {**call.context(f"{_CONTEXT}/$entity"), **policy})


def read_policy(call: Call, key: str) -> Answer:
    """`GET /identity/conditionalAccess/policies/{id}`."""
    shown = selected(_find(call, key), call.query.select)
    return Answer(200, {**call.context(f"{_CONTEXT}/$entity"), **shown})


def change_policy(call: Call, key: str) -> Answer:
    """`PATCH /identity/conditionalAccess/policies/{id}`."""
    body, policy = _written(call), _find(call, key)
    changed = {**policy, **body, "modifiedDateTime": call.tenant.stamp()}
    if "conditions" in body:
        changed["conditions"] = _conditions({**policy["conditions"], **body["conditions"]})
    _check_effect(changed)
    call.tenant.store.put(_COLLECTION, key, changed)
    return Answer(204)


def delete_policy(call: Call, key: str) -> Answer:
    """`DELETE /identity/conditionalAccess/policies/{id}`."""
    _find(call, key)
    call.tenant.store.remove(_COLLECTION, key)
    return Answer(204)


def _written(call: Call) -> dict[str, Any]:
    """The body's properties.

    Raises:
        GraphError: 403, the tenant has no licence for policies; 400, a property or its value is wrong.
    """
    if not bought(call.tenant, ENTRA_P1):
        raise GraphError(403, "AccessDenied", "Your tenant is not licensed for this feature.")
    body = {name: value for name, value in call.object_body().items() if not name.startswith("@")}
    for name, value in body.items():
        if name not in _TYPES or not isinstance(value, _TYPES[name]):
            raise _invalid(f"1001: '{name}' cannot have this value.")
    if body.get("state", _STATES[0]) not in _STATES:
        raise _invalid("1001: 'state' cannot have this value.")
    return body


def _conditions(conditions: Mapping[str, Any]) -> dict[str, Any]:
    """The conditions as they are answered, with what was left out.

    Raises:
        GraphError: 400, nobody or nothing is meant, or a condition does not exist.
    """
    for name in conditions:
        if name not in (*_CONDITIONS, "applications", "users"):
            raise _invalid(f"1001: there is no condition '{name}'.")
    applications, users = conditions.get("applications"), conditions.get("users")
    if not _names_some(applications, "include") or not _names_some(users, "include"):
        raise _invalid("1011: a policy needs applications and users that it includes.")
    return {
        **_CONDITIONS,
        **conditions,
        "applications": {**{name: [] for name in _APPLICATIONS}, **dict(applications or {})},
        "users": {**{name: [] for name in _USERS}, **dict(users or {})},
    }


def _names_some(condition: Any, prefix: str) -> bool:
    return isinstance(condition, dict) and any(
        value for name, value in condition.items() if name.startswith(prefix)
    )


def _check_effect(policy: Document) -> None:
    if not policy["grantControls"] and not policy["sessionControls"]:
        raise _invalid("1033: a policy needs controls.")


def _invalid(message: str) -> GraphError:
    return bad_request(message, code="BadRequest")


def _find(call: Call, key: str) -> Document:
    policy = call.tenant.store.get(_COLLECTION, key)
    if policy is None:
        raise GraphError(404, "NotFound", f"{key} does not exist in the directory.")
    return policy


_BASE = "/identity/conditionalAccess/policies"
_ONE = f"{_BASE}/{{conditionalAccessPolicy-id}}"
_LOG = partial(audited, category="Policy", service="Conditional Access")
_LOGGED = {
    "POST": _LOG("Add conditional access policy", handler=create_policy),
    "PATCH": _LOG("Update conditional access policy", handler=change_policy),
    "DELETE": _LOG("Delete conditional access policy", handler=delete_policy),
}
ROUTES = (
    Route("GET", _BASE, list_policies, ACCESS_POLICIES_READ, Workload.CONDITIONAL_ACCESS),
    Route("POST", _BASE, _LOGGED["POST"], ACCESS_POLICIES_WRITE, Workload.CONDITIONAL_ACCESS),
    Route("GET", _ONE, read_policy, ACCESS_POLICIES_READ, Workload.CONDITIONAL_ACCESS),
    Route("PATCH", _ONE, _LOGGED["PATCH"], ACCESS_POLICIES_WRITE, Workload.CONDITIONAL_ACCESS),
    Route("DELETE", _ONE, _LOGGED["DELETE"], ACCESS_POLICIES_WRITE, Workload.CONDITIONAL_ACCESS),
)
