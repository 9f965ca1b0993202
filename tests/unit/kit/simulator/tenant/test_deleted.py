"""Deleted items: restored with what they had, unless their name was taken meanwhile, or purged."""

import httpx
import pytest

from tests.unit.kit.simulator.tenant.administering import a_group, a_user, ids, reference, security
from tests.unit.kit.simulator.tenant.running import DOMAIN, E3, error_of

DELETED = "/directory/deletedItems"


@pytest.mark.parametrize("path", [f"{DELETED}/{{}}/restore", "/users/{}/restore"])
def test_a_restored_user_is_as_before_and_in_its_groups(admin: httpx.Client, path: str) -> None:
    user, group = a_user(admin), a_group(admin)
    admin.post(f"/groups/{group}/members/$ref", json=reference(admin, user))
    before = admin.get(f"/users/{user}", params={"$select": "id,userPrincipalName,mailNickname"}).json()
    admin.delete(f"/users/{user}")
    deleted = admin.get(f"{DELETED}/{user}", params={"$select": "mailNickname,userPrincipalName"}).json()
    assert deleted["mailNickname"] == "camille.exemple"
    assert deleted["userPrincipalName"].endswith(f"camille.exemple@{DOMAIN}")
    restored = admin.post(path.format(user))
    assert (restored.status_code, restored.json()["@odata.type"]) == (200, "#microsoft.graph.user")
    assert (
        admin.get(f"/users/{user}", params={"$select": "id,userPrincipalName,mailNickname"}).json() == before
    )
    assert error_of(admin.get(f"{DELETED}/{user}")) == (404, "Request_ResourceNotFound")
    assert ids(admin.get(f"/groups/{group}/members")) == [user]


def test_a_user_whose_name_was_taken_stays_deleted(admin: httpx.Client) -> None:
    user = a_user(admin)
    admin.delete(f"/users/{user}")
    successor = a_user(admin)
    refused = admin.post(f"/users/{user}/restore", json={"autoReconcileProxyConflict": True})
    detail = refused.json()["error"]["details"][0]
    assert (refused.status_code, detail["code"], detail["target"]) == (
        400,
        "ObjectConflict",
        "userPrincipalName",
    )
    assert ids(admin.get(f"{DELETED}/microsoft.graph.user")) == [user]
    admin.delete(f"/users/{successor}")
    assert admin.post(f"/users/{user}/restore").status_code == 200


def test_a_group_is_restored_unless_its_nickname_was_taken(admin: httpx.Client) -> None:
    group = a_group(admin)
    admin.delete(f"/groups/{group}")
    successor = a_group(admin)
    refused = admin.post(f"/groups/{group}/restore")
    assert refused.json()["error"]["details"][0]["target"] == "mailNickname"
    admin.patch(f"/groups/{successor}", json={"mailNickname": "autre"})
    assert admin.post(f"/groups/{group}/restore").json()["mailNickname"] == "cellule"
    assert set(ids(admin.get("/groups"))) == {group, successor}


def test_only_what_was_deleted_softly_is_restored_and_below_its_own_kind(admin: httpx.Client) -> None:
    user, group = a_user(admin), a_group(admin, "droits", **security())
    admin.delete(f"/users/{user}")
    admin.delete(f"/groups/{group}")
    for path in (f"/groups/{user}/restore", f"{DELETED}/{group}/restore", "/users/nobody/restore"):
        assert error_of(admin.post(path)) == (404, "Request_ResourceNotFound")


def test_a_restored_user_has_the_licences_that_are_left(admin: httpx.Client) -> None:
    user = a_user(admin)
    licences = {"addLicenses": [{"skuId": E3}], "removeLicenses": []}
    admin.post(f"/users/{user}/assignLicense", json=licences)
    admin.delete(f"/users/{user}")
    admin.post(f"/users/{user}/restore")
    read = admin.get(f"/users/{user}", params={"$select": "assignedLicenses,assignedPlans"}).json()
    assert [licence["skuId"] for licence in read["assignedLicenses"]] == [E3]
    assert read["assignedPlans"]
