"""The organisation, its domains and applications, any object by its id, and the services' health."""

from typing import Any

import httpx
import pytest

from tests.unit.kit.simulator.tenant.administering import a_group, a_user, ids
from tests.unit.kit.simulator.tenant.running import (
    CLIENT_ID,
    DOMAIN,
    TENANT_ID,
    created,
    error_of,
    user_body,
)

ORGANISATION = f"/organization/{TENANT_ID}"


def test_only_addresses_for_notifications_are_changed(admin: httpx.Client) -> None:
    change = {"technicalNotificationMails": ["cellule@secours.example"]}
    assert admin.patch(ORGANISATION, json=change).status_code == 204
    read = admin.get(ORGANISATION).json()
    assert (read["technicalNotificationMails"], read["countryLetterCode"]) == (
        change["technicalNotificationMails"],
        "FR",
    )


@pytest.mark.parametrize(
    "body", [{"countryLetterCode": "US"}, {"verifiedDomains": []}, {"technicalNotificationMails": "x"}]
)
def test_the_rest_of_the_organisation_is_not_changed(admin: httpx.Client, body: dict[str, Any]) -> None:
    before = admin.get(ORGANISATION).json()
    assert error_of(admin.patch(ORGANISATION, json=body)) == (400, "Request_BadRequest")
    assert admin.get(ORGANISATION).json() == before


def test_a_domain_is_added_proved_and_used(admin: httpx.Client) -> None:
    name = "crise.example"
    assert created(admin, "/domains", {"id": name})["isVerified"] is False
    address = f"agent@{name}"
    assert admin.post("/users", json=user_body(userPrincipalName=address)).status_code == 400
    records = admin.get(f"/domains/{name}/verificationDnsRecords").json()["value"]
    assert [record["recordType"] for record in records] == ["Txt", "Mx"]
    assert records[0]["text"].startswith("MS=ms")
    assert admin.post(f"/domains/{name}/verify").json()["isVerified"] is True
    created(admin, "/users", user_body(userPrincipalName=address))
    assert set(ids(admin.get("/domains"))) == {DOMAIN, name}


def test_a_domain_that_makes_no_sense_is_refused(admin: httpx.Client) -> None:
    for body in ({"id": "nodot"}, {"id": DOMAIN.upper()}, {}):
        assert error_of(admin.post("/domains", json=body)) == (400, "Request_BadRequest")
    assert admin.post(f"/domains/{DOMAIN}/verify").status_code == 400
    assert admin.post("/domains/none.example/verify").status_code == 404


def test_any_object_is_read_by_its_id(admin: httpx.Client) -> None:
    unit = created(admin, "/directory/administrativeUnits", {"displayName": "C"})["id"]
    for key, kind in ((a_user(admin), "user"), (a_group(admin), "group"), (unit, "administrativeUnit")):
        assert admin.get(f"/directoryObjects/{key}").json()["@odata.type"] == f"#microsoft.graph.{kind}"
    assert error_of(admin.get("/directoryObjects/none")) == (404, "Request_ResourceNotFound")


def test_the_application_finds_itself(admin: httpx.Client) -> None:
    (found,) = ids(admin.get("/servicePrincipals", params={"$filter": f"appId eq '{CLIENT_ID}'"}))
    read = admin.get(f"/servicePrincipals/{found}").json()
    assert read["appId"] == CLIENT_ID
    assert not any(name.startswith("_") for name in read)


def test_every_service_is_healthy(admin: httpx.Client) -> None:
    overviews = admin.get("/admin/serviceAnnouncement/healthOverviews").json()["value"]
    assert {"Exchange", "SharePoint", "Intune"} <= {overview["id"] for overview in overviews}
    assert {overview["status"] for overview in overviews} == {"serviceOperational"}
