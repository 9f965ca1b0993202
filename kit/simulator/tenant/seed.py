"""Owns what a tenant holds before anybody works in it: organisation, domain, licences, root site, sharing."""

from collections.abc import Mapping, Sequence

from kit.errors import BadInput
from kit.simulator.tenant.domains import add_domain
from kit.simulator.tenant.licences import PRODUCTS, Plan
from kit.simulator.tenant.settings import CLOSED, set_sharing
from kit.simulator.tenant.site_provisioning import add_site
from kit.simulator.tenant.tenant import Tenant, new_id

#: Licences of a demonstration tenant: product name → how many.
LICENCES: Mapping[str, int] = {"SPE_E3": 50, "SPE_F1": 25}


def seed(
    tenant: Tenant,
    licences: Mapping[str, int],
    *,
    country: str = "FR",
    data_location: str | None = None,
    sharing: str = CLOSED,
) -> None:
    """Furnish an empty tenant; in one that exists only the sizes of the licence pools are set.

    Args:
        tenant: the tenant, in a folder of its own.
        licences: product name → how many.
        country: two letters, the organisation's.
        data_location: where its data stay, if it says so: "EUR", or two letters.
        sharing: with whom files may be shared, as `settings.SHARING` has it.

    Raises:
        BadInput: the folder holds another tenant, or a product is not known.
    """
    existing = tenant.store.rows("organization")
    if existing and existing[0].document["id"] != tenant.tenant_id:
        raise BadInput(
            f"this folder holds the simulated tenant {existing[0].document['id']}, not {tenant.tenant_id}",
            hint="Name another folder, or the tenant that is in this one.",
        )
    with tenant.store.transaction():
        if not existing:
            _organization(tenant, country, data_location)
            set_sharing(tenant, sharing)
            add_domain(tenant, tenant.domain, initial=True)
            add_site(tenant, name="root", title="Accueil", path="", group=None, ready_at=tenant.clock())
        _licences(tenant, licences)


def register(tenant: Tenant, client_id: str, certificate_pem: str, roles: Sequence[str]) -> None:
    """Register an application, or give a registered one another certificate and other permissions."""
    key = client_id.lower()
    with tenant.store.transaction():
        known = tenant.store.get("applications", key)
        identifier = str(known["id"]) if known else new_id()
        shown = {
            "id": identifier,
            "appId": key,
            "displayName": "Crisis kit",
            "appDisplayName": "Crisis kit",
            "accountEnabled": True,
            "appRoleAssignmentRequired": False,
            "servicePrincipalNames": [key],
            "servicePrincipalType": "Application",
            "signInAudience": "AzureADMyOrg",
            "appOwnerOrganizationId": tenant.tenant_id,
        }
        tenant.store.put("servicePrincipals", identifier, shown)
        private = {"_certificate": certificate_pem, "_roles": sorted(roles)}
        tenant.store.put("applications", key, {**shown, **private})


def _organization(tenant: Tenant, country: str, data_location: str | None) -> None:
    organization = {
        "id": tenant.tenant_id,
        "deletedDateTime": None,
        "displayName": tenant.domain.partition(".")[0].capitalize(),
        "countryLetterCode": country,
        "country": None,
        "preferredLanguage": "fr",
        "createdDateTime": tenant.stamp(),
        "tenantType": "AAD",
        "businessPhones": [],
        "technicalNotificationMails": [],
        # Left out where the tenant has none, as a property that a tenant of one region does not show.
        **({"preferredDataLocation": data_location} if data_location else {}),
        "assignedPlans": [],
        "provisionedPlans": [],
        "verifiedDomains": [
            {
                "capabilities": "Email, OfficeCommunicationsOnline",
                "isDefault": True,
                "isInitial": True,
                "name": tenant.domain,
                "type": "Managed",
            }
        ],
    }
    tenant.store.put("organization", tenant.tenant_id, organization)


def _licences(tenant: Tenant, licences: Mapping[str, int]) -> None:
    for name, enabled in licences.items():
        if name not in PRODUCTS:
            raise BadInput(
                f"the simulator does not know the licence {name}", hint=f"It knows {', '.join(PRODUCTS)}."
            )
        sku_id, plans = PRODUCTS[name]
        sku = {"skuId": sku_id, "name": name, "enabled": enabled, "plans": [_plan(plan) for plan in plans]}
        tenant.store.put("skus", sku_id, sku)


def _plan(plan: Plan) -> dict[str, str]:
    return {"id": plan.plan_id, "name": plan.name, "service": plan.service}
