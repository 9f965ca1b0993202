"""A tenant is furnished once, as it was asked for; opening it again keeps what people changed."""

from pathlib import Path

import pytest

from kit.simulator.tenant.behaviour import INSTANT
from kit.simulator.tenant.seed import seed
from kit.simulator.tenant.store import Store
from kit.simulator.tenant.tenant import INDEXES, Tenant
from tests.unit.kit.simulator.tenant.running import DOMAIN, TENANT_ID, Clock


@pytest.fixture
def tenant(tmp_path: Path) -> Tenant:
    store = Store(tmp_path / "tenant.db", indexes=INDEXES)
    return Tenant(store, INSTANT, TENANT_ID, DOMAIN, Clock(), tmp_path)


def test_country_data_location_and_sharing_are_as_asked(tenant: Tenant) -> None:
    seed(tenant, {}, country="DE", data_location="EUR", sharing="externalUserSharingOnly")
    organisation = tenant.store.get("organization", TENANT_ID) or {}
    assert (organisation["countryLetterCode"], organisation["preferredDataLocation"]) == ("DE", "EUR")
    settings = tenant.store.get("sharepointSettings", "sharepoint") or {}
    assert settings["sharingCapability"] == "externalUserSharingOnly"
    tenant.close()


def test_seeding_again_changes_licences_only(tenant: Tenant) -> None:
    seed(tenant, {"SPE_E3": 1})
    with tenant.store.transaction():
        domain = tenant.store.get("domains", DOMAIN) or {}
        tenant.store.put("domains", DOMAIN, {**domain, "supportedServices": []})
    seed(tenant, {"SPE_E3": 2}, country="US", sharing="externalUserSharingOnly")
    assert (tenant.store.get("organization", TENANT_ID) or {})["countryLetterCode"] == "FR"
    assert (tenant.store.get("sharepointSettings", "sharepoint") or {})["sharingCapability"] == "disabled"
    assert (tenant.store.get("domains", DOMAIN) or {})["supportedServices"] == []
    assert [row.document["enabled"] for row in tenant.store.rows("skus")] == [2]
    assert "preferredDataLocation" not in (tenant.store.get("organization", TENANT_ID) or {})
    tenant.close()
