"""Settings: guests of one group, and with whom the tenant shares files."""

from typing import Any

import httpx
import pytest

from tests.unit.kit.simulator.tenant.administering import a_group, ids
from tests.unit.kit.simulator.tenant.running import created, error_of

GUESTS = "08d542b9-071f-4e16-94b0-74abb372e3d9"
SHARING = "/admin/sharepoint/settings"


def setting(value: str, **changes: Any) -> dict[str, Any]:
    return {"templateId": GUESTS, "values": [{"name": "AllowToAddGuests", "value": value}], **changes}


def test_the_template_of_guest_settings_is_there(admin: httpx.Client) -> None:
    assert ids(admin.get("/groupSettingTemplates")) == [GUESTS]
    template = admin.get(f"/groupSettingTemplates/{GUESTS}").json()
    assert [value["name"] for value in template["values"]] == ["AllowToAddGuests"]
    assert error_of(admin.get("/groupSettingTemplates/none")) == (404, "Request_ResourceNotFound")


def test_a_group_is_closed_to_guests_once(admin: httpx.Client) -> None:
    group, other = a_group(admin), a_group(admin, "autre")
    path = f"/groups/{group}/settings"
    assert ids(admin.get(path)) == []
    made = created(admin, path, setting("False"))
    assert (made["displayName"], made["values"][0]["value"]) == ("Group.Unified.Guest", "false")
    again = admin.post(path, json=setting("true"))
    assert again.json()["error"]["details"][0]["code"] == "ConflictingObjects"
    assert ids(admin.get(path)) == [made["id"]]
    assert error_of(admin.get(f"/groups/{other}/settings/{made['id']}")) == (404, "Request_ResourceNotFound")
    assert admin.patch(f"{path}/{made['id']}", json=setting("true")).status_code == 204
    assert admin.get(f"{path}/{made['id']}").json()["values"][0]["value"] == "true"
    assert admin.delete(f"{path}/{made['id']}").status_code == 204
    assert ids(admin.get(path)) == []


@pytest.mark.parametrize(
    "body",
    [
        setting("false", templateId="62375ab9-6b52-47ed-826b-58e47e0e304b"),
        setting("perhaps"),
        setting("false", values=[]),
        setting("false", values=[{"name": "Other", "value": "false"}]),
        setting("false", values=[{"name": "AllowToAddGuests", "value": False}]),
        {"templateId": GUESTS},
    ],
)
def test_a_setting_that_the_template_does_not_have_is_refused(
    admin: httpx.Client, body: dict[str, Any]
) -> None:
    path = f"/groups/{a_group(admin)}/settings"
    assert error_of(admin.post(path, json=body)) == (400, "Request_BadRequest")
    assert ids(admin.get(path)) == []


def test_sharing_is_closed_until_it_is_opened(admin: httpx.Client) -> None:
    assert admin.get(SHARING).json()["sharingCapability"] == "disabled"
    changed = admin.patch(SHARING, json={"sharingCapability": "externalUserSharingOnly"})
    assert (changed.status_code, changed.json()["sharingCapability"]) == (200, "externalUserSharingOnly")
    selected = admin.get(SHARING, params={"$select": "sharingCapability"}).json()
    assert selected["sharingCapability"] == "externalUserSharingOnly"
    assert "isLoopEnabled" not in selected


@pytest.mark.parametrize(
    "body",
    [{"sharingCapability": "everybody"}, {"isLoopEnabled": "yes"}, {"colour": "red"},
     {"availableManagedPathsForSiteCreation": []}],
)  # fmt: skip
def test_a_setting_of_sharepoint_that_makes_no_sense_is_refused(
    admin: httpx.Client, body: dict[str, Any]
) -> None:
    before = admin.get(SHARING).json()
    assert error_of(admin.patch(SHARING, json=body)) == (400, "invalidRequest")
    assert admin.get(SHARING).json() == before


def test_settings_need_their_permissions(graph: httpx.Client) -> None:
    assert error_of(graph.get(SHARING)) == (403, "accessDenied")
    assert error_of(graph.get("/groupSettingTemplates")) == (403, "Authorization_RequestDenied")
