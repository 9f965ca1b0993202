"""Owns who holds which licence: given to a user, or to a group whose members inherit it.

A user's `assignedLicenses` are what is in force; `_direct` keeps the part given to the user.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kit.simulator.tenant.answers import Answer, bad_request
from kit.simulator.tenant.audit import audited
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.directory import find_group, find_user
from kit.simulator.tenant.kinds import GROUP, USER
from kit.simulator.tenant.licences import EXCHANGE_SERVICE, available
from kit.simulator.tenant.permissions import GROUP_LICENCES_WRITE, LICENCES_WRITE
from kit.simulator.tenant.routing import Route
from kit.simulator.tenant.store import Document
from kit.simulator.tenant.tenant import Tenant

Licence = Mapping[str, Any]


def assign_to_user(call: Call, key: str) -> Answer:
    """`POST /users/{id}/assignLicense`: all changes or none; a licence already there is no error."""
    tenant, user = call.tenant, find_user(call, key)
    add, remove = _changes(call)
    direct = {licence["skuId"]: licence for licence in _direct(user)}
    for sku_id in remove:
        if direct.pop(sku_id, None) is None:
            raise _not_removable(user, sku_id)
    for licence in add:
        _check_assignable(tenant, user, licence["skuId"])
        direct[licence["skuId"]] = licence
    changed = _settled(tenant, {**user, "_direct": list(direct.values())})
    tenant.store.put("users", str(user["id"]), changed)
    return Answer(
        200, {**call.context("users/$entity"), **USER.shape(changed, (*USER.default, "assignedLicenses"))}
    )


def assign_to_group(call: Call, key: str) -> Answer:
    """`POST /groups/{id}/assignLicense`: members inherit it as far as the pool goes."""
    tenant, group = call.tenant, find_group(call, key)
    add, remove = _changes(call)
    held = {licence["skuId"]: licence for licence in group.get("assignedLicenses") or ()}
    for sku_id in remove:
        if held.pop(sku_id, None) is None:
            raise bad_request("Group does not have a corresponding license.")
    for licence in add:
        _check_bought(tenant, licence["skuId"])
        held[licence["skuId"]] = licence
    changed = {**group, "assignedLicenses": list(held.values())}
    tenant.store.put("groups", key, changed)
    for row in tenant.store.find("members", "group", key):
        settle(tenant, str(row.document["object"]))
    return Answer(202, {**call.context("groups/$entity"), **GROUP.shape(changed, ())})


def settle(tenant: Tenant, key: str) -> None:
    """Give a user what its groups' licences bring now; any other member is left alone."""
    user = tenant.store.get("users", key)
    if user is not None:
        tenant.store.put("users", key, _settled(tenant, user))


def regained(tenant: Tenant, user: Document) -> Document:
    """A user that comes back, with the licences that are still left; the groups' come by `settle`."""
    direct = [licence for licence in _direct(user) if available(tenant, licence["skuId"])]
    return {**user, "_direct": direct, "assignedLicenses": direct}


def licensed(tenant: Tenant, group: str) -> bool:
    """Whether the group passes licences on to its members."""
    document = tenant.store.get("groups", group)
    return bool(document and document.get("assignedLicenses"))


def _direct(user: Document) -> Sequence[Licence]:
    found: Sequence[Licence] = user.get("_direct", user["assignedLicenses"])
    return found


def _changes(call: Call) -> tuple[list[dict[str, Any]], list[str]]:
    body = call.object_body()
    add, remove = body.get("addLicenses"), body.get("removeLicenses")
    if not isinstance(add, list) or not isinstance(remove, list):
        raise bad_request("addLicenses and removeLicenses are both required; either may be empty.")
    return [_wanted(licence) for licence in add], [str(sku_id).lower() for sku_id in remove]


def _wanted(licence: Any) -> dict[str, Any]:
    if not isinstance(licence, dict) or not isinstance(licence.get("skuId"), str):
        raise bad_request("Each added license needs a skuId.")
    disabled = licence.get("disabledPlans") or []
    if not isinstance(disabled, list) or not all(isinstance(plan, str) for plan in disabled):
        raise bad_request("disabledPlans must be an array of service plan ids.")
    return {"disabledPlans": disabled, "skuId": licence["skuId"].lower()}


def _not_removable(user: Document, sku_id: str) -> Exception:
    if any(licence["skuId"] == sku_id for licence in user["assignedLicenses"]):
        return bad_request(
            "User license is inherited from a group membership and cannot be removed directly."
        )
    return bad_request("User does not have a corresponding license.")


def _check_bought(tenant: Tenant, sku_id: str) -> None:
    if tenant.store.get("skus", sku_id) is None:
        raise bad_request(f"License {sku_id} does not correspond to a valid company License.")


def _check_assignable(tenant: Tenant, user: Document, sku_id: str) -> None:
    _check_bought(tenant, sku_id)
    if not user.get("usageLocation"):
        raise bad_request("License assignment cannot be done for user with invalid usage location.")
    if not _holds(user, sku_id) and not available(tenant, sku_id):
        raise bad_request(f"Subscription with SKU {sku_id} does not have any available licenses.")


def _holds(user: Document, sku_id: str) -> bool:
    return any(licence["skuId"] == sku_id for licence in user["assignedLicenses"])


def _settled(tenant: Tenant, user: Document) -> dict[str, Any]:
    """The user with what its own and its groups' licences bring, each with its state."""
    user = {**user, "_direct": _direct(user)}
    held = {licence["skuId"]: licence for licence in user["_direct"]}
    states = [_state(tenant, licence, None, "None") for licence in held.values()]
    for group, licence in _inherited(tenant, str(user["id"])):
        sku_id = licence["skuId"]
        free = sku_id in held or _holds(user, sku_id) or available(tenant, sku_id)
        states.append(_state(tenant, licence, group, "None" if free else "CountViolation"))
        if free:
            held[sku_id] = _merged(held.get(sku_id, licence), licence)
    return _with_plans(tenant, {**user, "licenseAssignmentStates": states}, list(held.values()))


def _inherited(tenant: Tenant, user: str) -> Iterable[tuple[str, Licence]]:
    for link in tenant.store.find("members", "object", user):
        group = tenant.store.get("groups", link.document["group"])
        for licence in (group or {}).get("assignedLicenses") or ():
            yield str(link.document["group"]), licence


def _merged(first: Licence, second: Licence) -> Licence:
    both = [plan for plan in first["disabledPlans"] if plan in second["disabledPlans"]]
    return {"disabledPlans": both, "skuId": first["skuId"]}


def _state(tenant: Tenant, licence: Licence, group: str | None, error: str) -> dict[str, Any]:
    return {
        "skuId": licence["skuId"],
        "disabledPlans": licence["disabledPlans"],
        "assignedByGroup": group,
        "state": "Active" if error == "None" else "Error",
        "error": error,
        "lastUpdatedDateTime": tenant.stamp(),
    }


def _plans(tenant: Tenant, licences: Iterable[Licence]) -> list[Mapping[str, str]]:
    plans: dict[str, Mapping[str, str]] = {}
    for licence in licences:
        sku = tenant.store.get("skus", licence["skuId"])
        for plan in sku["plans"] if sku else ():
            if plan["id"] not in licence["disabledPlans"]:
                plans[plan["id"]] = plan
    return list(plans.values())


def _with_plans(tenant: Tenant, user: Document, licences: Sequence[Licence]) -> dict[str, Any]:
    """The user with these licences, what they bring, and when the mailbox will be there."""
    plans = _plans(tenant, licences)
    since = {plan["servicePlanId"]: plan["assignedDateTime"] for plan in user["assignedPlans"]}
    changed = {
        **user,
        "assignedLicenses": list(licences),
        "assignedPlans": [
            {
                "assignedDateTime": since.get(plan["id"], tenant.stamp()),
                "capabilityStatus": "Enabled",
                "service": plan["service"],
                "servicePlanId": plan["id"],
            }
            for plan in plans
        ],
    }
    if not any(plan["service"] == EXCHANGE_SERVICE for plan in plans):
        changed.pop("_mailboxAt", None)
    elif "_mailboxAt" not in user:
        address = user.get("mail") or user["userPrincipalName"]
        changed |= {"mail": address, "proxyAddresses": [f"SMTP:{address}"]}
        changed["_mailboxAt"] = tenant.clock() + tenant.behaviour.mailbox_delay
    return changed


ROUTES = (
    Route(
        "POST",
        "/users/{user-id}/assignLicense",
        audited("Change user license", "UserManagement", assign_to_user),
        LICENCES_WRITE,
    ),
    Route(
        "POST",
        "/groups/{group-id}/assignLicense",
        audited("Set group license", "GroupManagement", assign_to_group),
        GROUP_LICENCES_WRITE,
    ),
)
