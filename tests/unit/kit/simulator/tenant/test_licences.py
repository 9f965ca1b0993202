"""Licences: a pool that runs out, the rules of assignment, and the mailbox that follows."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from kit.simulator.tenant.server import INSTANT
from tests.unit.kit.simulator.tenant.administering import a_group, a_user, reference
from tests.unit.kit.simulator.tenant.running import E3, Clock, created, error_of, user_body

Start = Callable[..., httpx.Client]


def assign(
    graph: httpx.Client, user: str, add: tuple[str, ...] = (E3,), remove: tuple[str, ...] = ()
) -> httpx.Response:
    body = {
        "addLicenses": [{"skuId": sku, "disabledPlans": []} for sku in add],
        "removeLicenses": list(remove),
    }
    return graph.post(f"/users/{user}/assignLicense", json=body)


def left(graph: httpx.Client) -> int:
    sku = next(sku for sku in graph.get("/subscribedSkus").json()["value"] if sku["skuId"] == E3)
    return int(sku["prepaidUnits"]["enabled"]) - int(sku["consumedUnits"])


def test_an_assigned_licence_is_taken_from_the_pool_and_brings_its_plans(graph: httpx.Client) -> None:
    user = created(graph, "/users", user_body())
    before = left(graph)
    answer = assign(graph, user["id"])
    assert (answer.status_code, answer.json()["assignedLicenses"][0]["skuId"]) == (200, E3)
    assert left(graph) == before - 1
    details = graph.get(f"/users/{user['id']}/licenseDetails").json()["value"]
    assert [detail["skuPartNumber"] for detail in details] == ["SPE_E3"]
    assert "TEAMS1" in {plan["servicePlanName"] for plan in details[0]["servicePlans"]}


def test_assigning_twice_takes_one_and_removing_gives_it_back(graph: httpx.Client) -> None:
    user, before = created(graph, "/users", user_body()), left(graph)
    assert [assign(graph, user["id"]).status_code for _ in range(2)] == [200, 200]
    assert left(graph) == before - 1
    assert assign(graph, user["id"], (), (E3,)).status_code == 200
    assert left(graph) == before
    assert error_of(assign(graph, user["id"], (), (E3,))) == (400, "Request_BadRequest")


def test_an_exhausted_pool_refuses_until_a_user_is_deleted(start: Start) -> None:
    graph = start(licences={"SPE_E3": 1})
    first, second = (created(graph, "/users", user_body(name)) for name in ("premier", "second"))
    assert assign(graph, first["id"]).status_code == 200
    refused = assign(graph, second["id"])
    assert error_of(refused) == (400, "Request_BadRequest")
    assert "available licenses" in refused.json()["error"]["message"]
    graph.delete(f"/users/{first['id']}")
    assert assign(graph, second["id"]).status_code == 200


def test_a_licence_needs_a_usage_location_first(graph: httpx.Client) -> None:
    user = created(graph, "/users", user_body(usageLocation=None))
    refused = assign(graph, user["id"])
    assert error_of(refused) == (400, "Request_BadRequest")
    assert "usage location" in refused.json()["error"]["message"]


@pytest.mark.parametrize(
    "body",
    [
        {"addLicenses": []},
        {"addLicenses": [{}], "removeLicenses": []},
        {"addLicenses": [{"skuId": "11111111-0000-4000-8000-000000000001"}], "removeLicenses": []},
    ],
)
def test_a_malformed_assignment_is_refused(graph: httpx.Client, body: dict[str, Any]) -> None:
    user = created(graph, "/users", user_body())
    assert error_of(graph.post(f"/users/{user['id']}/assignLicense", json=body)) == (
        400,
        "Request_BadRequest",
    )


def test_one_bad_licence_of_two_assigns_neither(graph: httpx.Client) -> None:
    user, before = created(graph, "/users", user_body()), left(graph)
    assert assign(graph, user["id"], (E3, "11111111-0000-4000-8000-000000000001")).status_code == 400
    assert left(graph) == before


def test_one_pool_is_read_by_its_own_id(graph: httpx.Client) -> None:
    sku = graph.get("/subscribedSkus").json()["value"][0]
    assert graph.get(f"/subscribedSkus/{sku['id']}").json()["skuId"] == sku["skuId"]
    assert error_of(graph.get("/subscribedSkus/none")) == (404, "Request_ResourceNotFound")


def test_the_mailbox_comes_some_time_after_the_licence_and_goes_with_it(start: Start) -> None:
    clock = Clock()
    graph = start(clock=clock, behaviour=replace(INSTANT, mailbox_delay=30))
    user = created(graph, "/users", user_body())
    path = f"/users/{user['id']}/mailFolders"
    missing = (404, "MailboxNotEnabledForRESTAPI")
    assert error_of(graph.get(path)) == missing
    assert error_of(graph.get(f"/users/{user['id']}/mailboxSettings")) == missing
    assign(graph, user["id"])
    assert graph.get(f"/users/{user['id']}").json()["mail"] == user["userPrincipalName"]
    clock.pass_seconds(29)
    assert error_of(graph.get(path)) == missing
    clock.pass_seconds(1)
    folders = {folder["displayName"]: folder["id"] for folder in graph.get(path).json()["value"]}
    assert {"Inbox", "Sent Items", "Deleted Items"} <= folders.keys()
    assert graph.get(f"{path}/inbox").json()["id"] == folders["Inbox"]
    assert graph.get(f"{path}/{folders['Inbox']}").json()["displayName"] == "Inbox"
    settings = graph.get(f"/users/{user['id']}/mailboxSettings", params={"$select": "timeZone"}).json()
    assert settings["timeZone"] == "Romance Standard Time"
    assert error_of(graph.get(f"{path}/nowhere")) == (404, "ErrorItemNotFound")
    assign(graph, user["id"], (), (E3,))
    assert error_of(graph.get(path)) == missing


def licence_of(graph: httpx.Client, user: str) -> list[tuple[str, str | None, str]]:
    """Licences in force and where each comes from, with what is wrong."""
    found = graph.get(f"/users/{user}", params={"$select": "assignedLicenses,licenseAssignmentStates"}).json()
    held = {licence["skuId"] for licence in found["assignedLicenses"]}
    return [
        ("held" if state["skuId"] in held else "missing", state["assignedByGroup"], state["error"])
        for state in found["licenseAssignmentStates"]
    ]


def test_members_inherit_a_groups_licence_as_far_as_the_pool_goes(start: Start) -> None:
    graph = start(licences={"SPE_E3": 1})
    first, second, group = a_user(graph, "un"), a_user(graph, "deux"), a_group(graph)
    graph.post(f"/groups/{group}/members/$ref", json=reference(graph, first))
    body = {"addLicenses": [{"skuId": E3}], "removeLicenses": []}
    assert graph.post(f"/groups/{group}/assignLicense", json=body).status_code == 202
    graph.post(f"/groups/{group}/members/$ref", json=reference(graph, second))
    assert licence_of(graph, first) == [("held", group, "None")]
    assert licence_of(graph, second) == [("missing", group, "CountViolation")]
    refused = assign(graph, first, (), (E3,))
    assert "inherited" in refused.json()["error"]["message"]
    graph.delete(f"/groups/{group}/members/{first}/$ref")
    assert (licence_of(graph, first), left(graph)) == ([], 1)
    assert error_of(graph.delete(f"/groups/{group}")) == (400, "Request_BadRequest")
    taken = {"addLicenses": [], "removeLicenses": [E3]}
    assert graph.post(f"/groups/{group}/assignLicense", json=taken).status_code == 202
    assert graph.delete(f"/groups/{group}").status_code == 204


def test_a_licence_of_ones_own_outlasts_the_groups(graph: httpx.Client) -> None:
    user, group = a_user(graph), a_group(graph)
    graph.post(f"/groups/{group}/members/$ref", json=reference(graph, user))
    before = left(graph)
    for holder in (f"/groups/{group}", f"/users/{user}"):
        change = {"addLicenses": [{"skuId": E3}], "removeLicenses": []}
        assert graph.post(f"{holder}/assignLicense", json=change).is_success
    assert left(graph) == before - 1
    assert licence_of(graph, user) == [("held", None, "None"), ("held", group, "None")]
    graph.delete(f"/groups/{group}/members/{user}/$ref")
    assert licence_of(graph, user) == [("held", None, "None")]
