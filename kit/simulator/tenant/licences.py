"""Owns licences: the pools the tenant has bought and the plans a licence brings.

Identifiers are those of Microsoft's published table of product names and service plans.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kit.simulator.tenant.answers import Answer, no_such_object
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.directory import find_user
from kit.simulator.tenant.odata import Collection, selected
from kit.simulator.tenant.permissions import LICENCES_READ, USERS_READ
from kit.simulator.tenant.routing import Route
from kit.simulator.tenant.store import Document, Row
from kit.simulator.tenant.tenant import Tenant


@dataclass(frozen=True)
class Plan:
    """A service that a licence brings; `service` is the name assigned plans use."""

    plan_id: str
    name: str
    service: str


_TEAMS = Plan("57ff2da0-773e-42df-b2af-ffb7a2317929", "TEAMS1", "TeamspaceAPI")
#: Plans without which whole services refuse the tenant.
INTUNE = "INTUNE_A"
ENTRA_P1 = "AAD_PREMIUM"
_INTUNE = Plan("c1ec4a95-1f05-45b3-a911-aa3fa01094f5", INTUNE, "SCO")
_ENTRA_P1 = Plan("41781fb2-bc02-4b7c-bd55-b576c07bb09d", ENTRA_P1, "AADPremiumService")
EXCHANGE_SERVICE = "exchange"

#: What the simulator can seed: product name → (product id, plans).
PRODUCTS: Mapping[str, tuple[str, tuple[Plan, ...]]] = {
    "SPE_E3": (
        "05e9a617-0261-4cee-bb44-138d3ef5d965",
        (
            Plan("efb87545-963c-4e0d-99df-69c6916d9eb0", "EXCHANGE_S_ENTERPRISE", EXCHANGE_SERVICE),
            Plan("5dbe027f-2339-4123-9542-606e4d348a72", "SHAREPOINTENTERPRISE", "SharePoint"),
            _TEAMS,
            _INTUNE,
            _ENTRA_P1,
        ),
    ),
    "SPE_F1": (
        "66b55226-6b4f-492c-910c-a3b7a3c9d993",
        (
            Plan("4a82b400-a79f-41a4-b4e2-e94f5787b113", "EXCHANGE_S_DESKLESS", EXCHANGE_SERVICE),
            Plan("902b47e5-dcb2-4fdc-858b-c63a90a2bdb9", "SHAREPOINTDESKLESS", "SharePoint"),
            _TEAMS,
            _INTUNE,
            _ENTRA_P1,
        ),
    ),
    "AAD_PREMIUM": ("078d2b04-f1bd-4111-bbd4-b4b1b354cef4", (_ENTRA_P1,)),
}


def list_skus(call: Call) -> Answer:
    """`GET /subscribedSkus`."""
    return call.answer_page(_skus(call), call.tenant.store.rows("skus"))


def read_sku(call: Call, key: str) -> Answer:
    """`GET /subscribedSkus/{tenant id_sku id}`."""
    for row in call.tenant.store.rows("skus"):
        sku = _shown_sku(call.tenant, row.document)
        if sku["id"] == key:
            return Answer(200, {**call.context("subscribedSkus/$entity"), **selected(sku, call.query.select)})
    raise no_such_object(key)


def list_details(call: Call, key: str) -> Answer:
    """`GET /users/{id}/licenseDetails`."""
    user, store = find_user(call, key), call.tenant.store
    held = [store.row("skus", licence["skuId"]) for licence in user["assignedLicenses"]]
    collection = Collection(f"users('{key}')/licenseDetails", {}, lambda sku: _detail(user, sku))
    return call.answer_page(collection, [row for row in held if row])


def consumed(tenant: Tenant, sku_id: str) -> int:
    """Licences of that product in use; deleting a user gives them back at once."""
    return sum(_holds(row, sku_id) for row in tenant.store.rows("users"))


def available(tenant: Tenant, sku_id: str) -> bool:
    """Whether one more user can have the product."""
    sku = tenant.store.get("skus", sku_id)
    return sku is not None and consumed(tenant, sku_id) < sku["enabled"]


def bought(tenant: Tenant, plan: str) -> bool:
    """Whether a product of the tenant brings the service plan of that name."""
    skus = tenant.store.rows("skus")
    return any(
        held["name"] == plan for row in skus if row.document["enabled"] for held in row.document["plans"]
    )


def _holds(row: Row, sku_id: str) -> bool:
    return any(licence["skuId"] == sku_id for licence in row.document["assignedLicenses"])


def _skus(call: Call) -> Collection:
    def shape(sku: Document) -> Mapping[str, Any]:
        return selected(_shown_sku(call.tenant, sku), call.query.select)

    return Collection("subscribedSkus", {}, shape)


def _service_plans(sku: Document) -> list[dict[str, str]]:
    return [
        {
            "servicePlanId": plan["id"],
            "servicePlanName": plan["name"],
            "provisioningStatus": "Success",
            "appliesTo": "User",
        }
        for plan in sku["plans"]
    ]


def _shown_sku(tenant: Tenant, sku: Document) -> dict[str, Any]:
    return {
        "id": f"{tenant.tenant_id}_{sku['skuId']}",
        "accountId": tenant.tenant_id,
        "accountName": tenant.domain.partition(".")[0],
        "appliesTo": "User",
        "capabilityStatus": "Enabled",
        "consumedUnits": consumed(tenant, str(sku["skuId"])),
        "prepaidUnits": {"enabled": sku["enabled"], "suspended": 0, "warning": 0, "lockedOut": 0},
        "servicePlans": _service_plans(sku),
        "skuId": sku["skuId"],
        "skuPartNumber": sku["name"],
        "subscriptionIds": [],
    }


def _detail(user: Document, sku: Document) -> dict[str, Any]:
    return {
        "id": f"{user['id']}_{sku['skuId']}",
        "servicePlans": _service_plans(sku),
        "skuId": sku["skuId"],
        "skuPartNumber": sku["name"],
    }


ROUTES = (
    Route("GET", "/subscribedSkus", list_skus, LICENCES_READ, units=3),
    Route("GET", "/subscribedSkus/{subscribedSku-id}", read_sku, LICENCES_READ, units=3),
    Route("GET", "/users/{user-id}/licenseDetails", list_details, USERS_READ | LICENCES_READ, units=2),
)
