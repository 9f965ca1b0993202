"""Groups, their members and owners, and what deleting them leaves."""

from typing import Any

import httpx
import pytest

from tests.unit.kit.simulator.tenant.running import created, error_of, group_body, user_body


def ids(response: httpx.Response) -> set[str]:
    return {item["id"] for item in response.json()["value"]}


def some_users(graph: httpx.Client, count: int) -> list[str]:
    return [created(graph, "/users", user_body(f"agent{number}"))["id"] for number in range(count)]


def reference(graph: httpx.Client, user: str) -> dict[str, str]:
    return {"@odata.id": str(graph.base_url.join(f"directoryObjects/{user}"))}


def test_a_group_is_created_with_its_links_and_found_by_nickname(graph: httpx.Client) -> None:
    owner, member = some_users(graph, 2)
    base = str(graph.base_url).rstrip("/")
    body = group_body(base, owners=(owner,)) | {"members@odata.bind": [f"{base}/users/{member}"]}
    group = created(graph, "/groups", body)
    assert (group["mail"], group["groupTypes"]) == ("cellule@secours.example", ["Unified"])
    found = graph.get("/groups", params={"$filter": "mailNickname eq 'Cellule'"})
    assert ids(found) == {group["id"]}
    assert ids(graph.get(f"/groups/{group['id']}/owners")) == {owner}
    assert ids(graph.get(f"/groups/{group['id']}/members")) == {member}
    expanded = graph.get(f"/groups/{group['id']}", params={"$expand": "owners"}).json()
    assert [item["id"] for item in expanded["owners"]] == [owner]


def test_a_taken_nickname_is_a_conflict_that_names_the_property(graph: httpx.Client) -> None:
    created(graph, "/groups", group_body(""))
    refused = graph.post("/groups", json=group_body("", "CELLULE"))
    assert refused.status_code == 400
    assert refused.json()["error"]["details"][0] | {"message": ""} == {
        "code": "ObjectConflict",
        "message": "",
        "target": "mailNickname",
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"mailEnabled": False},
        {"groupTypes": []},
        {"mailNickname": "état civil"},
        {"displayName": None},
        {"colour": "blue"},
        {"owners@odata.bind": ["nonsense"]},
        {"owners@odata.bind": "nonsense"},
    ],
)
def test_a_body_that_breaks_a_rule_creates_nothing(graph: httpx.Client, changes: dict[str, Any]) -> None:
    assert error_of(graph.post("/groups", json=group_body("", **changes))) == (400, "Request_BadRequest")
    assert ids(graph.get("/groups")) == set()


def test_creation_takes_twenty_links_and_not_one_more(graph: httpx.Client) -> None:
    users = some_users(graph, 21)
    base = str(graph.base_url).rstrip("/")
    binds = {"members@odata.bind": [f"{base}/users/{user}" for user in users[:20]]}
    refused = graph.post("/groups", json=group_body(base, owners=(users[20],)) | binds)
    assert error_of(refused) == (400, "Request_BadRequest")
    group = created(graph, "/groups", group_body(base) | binds)
    assert len(ids(graph.get(f"/groups/{group['id']}/members"))) == 20
    more = {"members@odata.bind": [f"{base}/users/{users[20]}"], "description": "complete"}
    assert graph.patch(f"/groups/{group['id']}", json=more).status_code == 204
    assert len(ids(graph.get(f"/groups/{group['id']}/members"))) == 21
    assert graph.get(f"/groups/{group['id']}").json()["description"] == "complete"


def test_a_link_to_nobody_is_not_found_and_creates_nothing(graph: httpx.Client) -> None:
    refused = graph.post("/groups", json=group_body("https://graph.microsoft.com/v1.0", owners=("nobody",)))
    assert error_of(refused) == (404, "Request_ResourceNotFound")
    assert ids(graph.get("/groups")) == set()


@pytest.mark.parametrize("sort", ["members", "owners"])
def test_a_link_is_added_once_and_removed_once(graph: httpx.Client, sort: str) -> None:
    first, second = some_users(graph, 2)
    group = created(graph, "/groups", group_body(""))["id"]
    path = f"/groups/{group}/{sort}"
    for user in (first, second):
        assert graph.post(f"{path}/$ref", json=reference(graph, user)).status_code == 204
    again = graph.post(f"{path}/$ref", json=reference(graph, first))
    assert error_of(again) == (400, "Request_BadRequest")
    assert "already exist" in again.json()["error"]["message"]
    assert graph.delete(f"{path}/{first}/$ref").status_code == 204
    assert ids(graph.get(path)) == {second}
    assert error_of(graph.delete(f"{path}/{first}/$ref")) == (404, "Request_ResourceNotFound")


def test_the_last_owner_stays(graph: httpx.Client) -> None:
    (owner,) = some_users(graph, 1)
    group = created(graph, "/groups", group_body(str(graph.base_url).rstrip("/"), owners=(owner,)))["id"]
    assert error_of(graph.delete(f"/groups/{group}/owners/{owner}/$ref")) == (400, "Request_BadRequest")


def test_a_deleted_member_is_no_longer_listed(graph: httpx.Client) -> None:
    first, second = some_users(graph, 2)
    group = created(graph, "/groups", group_body(""))["id"]
    for user in (first, second):
        graph.post(f"/groups/{group}/members/$ref", json=reference(graph, user))
    graph.delete(f"/users/{first}")
    assert ids(graph.get(f"/groups/{group}/members")) == {second}


def test_a_microsoft_365_group_is_deleted_softly_and_a_security_group_for_good(graph: httpx.Client) -> None:
    soft = created(graph, "/groups", group_body(""))["id"]
    security = group_body("", "droits", mailEnabled=False, securityEnabled=True, groupTypes=[])
    hard = created(graph, "/groups", security)["id"]
    for group in (soft, hard):
        assert graph.delete(f"/groups/{group}").status_code == 204
        assert error_of(graph.get(f"/groups/{group}")) == (404, "Request_ResourceNotFound")
    assert ids(graph.get("/directory/deletedItems/microsoft.graph.group")) == {soft}
    assert graph.get(f"/directory/deletedItems/{hard}").status_code == 404
    created(graph, "/groups", group_body(""))


def test_counting_groups_needs_eventual_consistency(graph: httpx.Client) -> None:
    created(graph, "/groups", group_body(""))
    assert graph.get("/groups/$count", headers={"ConsistencyLevel": "eventual"}).text == "1"
    assert graph.get("/groups", params={"$count": "true"}).status_code == 400


def test_a_list_of_groups_is_expanded_with_what_is_selected_of_members(graph: httpx.Client) -> None:
    (member,) = some_users(graph, 1)
    group, other = (created(graph, "/groups", group_body("", name))["id"] for name in ("un", "deux"))
    graph.post(f"/groups/{group}/members/$ref", json=reference(graph, member))
    found = graph.get("/groups", params={"$expand": "members($select=id)", "$select": "id"}).json()["value"]
    expanded = {item["id"]: item["members"] for item in found}
    assert expanded == {group: [{"@odata.type": "#microsoft.graph.user", "id": member}], other: []}
    refused = graph.get("/groups", params={"$expand": "sites"})
    assert error_of(refused) == (400, "BadRequest")


def test_twenty_members_are_bound_at_once_all_or_none(graph: httpx.Client) -> None:
    users = some_users(graph, 21)
    group = created(graph, "/groups", group_body(""))["id"]

    def bind(chosen: list[str]) -> httpx.Response:
        addresses = [reference(graph, user)["@odata.id"] for user in chosen]
        return graph.patch(f"/groups/{group}", json={"members@odata.bind": addresses})

    assert error_of(bind(users)) == (400, "Request_BadRequest")
    assert bind(users[:1]).status_code == 204
    again = bind(users[:20])
    assert error_of(again) == (400, "Request_BadRequest")
    assert "already exist" in again.json()["error"]["message"]
    assert ids(graph.get(f"/groups/{group}/members")) == {users[0]}
    assert bind(users[1:]).status_code == 204
    assert ids(graph.get(f"/groups/{group}/members")) == set(users)


def test_provisioning_is_tried_again_on_request(graph: httpx.Client) -> None:
    group = created(graph, "/groups", group_body(""))["id"]
    assert graph.post(f"/groups/{group}/retryServiceProvisioning").status_code == 204
    assert graph.post("/groups/none/retryServiceProvisioning").status_code == 404
