"""Users: created once, read back as asked, refused when a rule of the directory is broken, deleted softly."""

from typing import Any

import httpx
import pytest

from tests.unit.kit.simulator.tenant.running import DOMAIN, created, error_of, group_body, user_body


def test_a_created_user_is_read_by_id_and_by_principal_name(graph: httpx.Client) -> None:
    user = created(graph, "/users", user_body())
    by_id, by_name = graph.get(f"/users/{user['id']}"), graph.get(f"/users/Camille.Exemple@{DOMAIN}")
    assert by_id.json() == by_name.json() == user
    assert user["@odata.context"].endswith("/v1.0/$metadata#users/$entity")
    assert user["mail"] is None


def test_select_gives_what_is_asked_and_nothing_else(graph: httpx.Client) -> None:
    user = created(graph, "/users", user_body(jobTitle="Directrice"))
    read = graph.get(
        f"/users/{user['id']}", params={"$select": "jobTitle,usageLocation,assignedLicenses"}
    ).json()
    read.pop("@odata.context")
    assert read == {"jobTitle": "Directrice", "usageLocation": "FR", "assignedLicenses": []}
    refused = graph.get(f"/users/{user['id']}", params={"$select": "shoeSize"})
    assert error_of(refused) == (400, "BadRequest")


def test_a_taken_principal_name_is_a_conflict_that_names_the_property(graph: httpx.Client) -> None:
    created(graph, "/users", user_body())
    refused = graph.post("/users", json=user_body("CAMILLE.exemple"))
    assert error_of(refused) == (400, "Request_BadRequest")
    detail = refused.json()["error"]["details"][0]
    assert (detail["code"], detail["target"]) == ("ObjectConflict", "userPrincipalName")


@pytest.mark.parametrize(
    "changes",
    [
        {"userPrincipalName": "camille@elsewhere.example"},
        {"userPrincipalName": f"hélène@{DOMAIN}"},
        {"mailNickname": "a b"},
        {"usageLocation": "France"},
        {"passwordProfile": {"password": "tournesol"}},
        {"passwordProfile": {}},
        {"displayName": ""},
        {"accountEnabled": "yes"},
        {"shoeSize": 4},
        {"id": "chosen"},
    ],
)
def test_a_body_that_breaks_a_rule_creates_nothing(graph: httpx.Client, changes: dict[str, Any]) -> None:
    assert error_of(graph.post("/users", json=user_body(**changes))) == (400, "Request_BadRequest")
    assert graph.get("/users").json()["value"] == []


@pytest.mark.parametrize(
    "name", ["accountEnabled", "displayName", "mailNickname", "userPrincipalName", "passwordProfile"]
)
def test_a_required_property_is_required(graph: httpx.Client, name: str) -> None:
    body = user_body()
    del body[name]
    assert error_of(graph.post("/users", json=body)) == (400, "Request_BadRequest")


def test_a_password_is_never_answered_nor_stored(graph: httpx.Client) -> None:
    user = created(graph, "/users", user_body())
    answer = graph.get(f"/users/{user['id']}", params={"$select": "passwordProfile"})
    assert answer.json()["passwordProfile"] is None


def test_a_change_is_read_back_and_a_bad_one_changes_nothing(graph: httpx.Client) -> None:
    user = created(graph, "/users", user_body())
    created(graph, "/users", user_body("dominique.essai"))
    assert graph.patch(f"/users/{user['id']}", json={"department": "CCAS"}).status_code == 204
    taken = graph.patch(f"/users/{user['id']}", json={"userPrincipalName": f"dominique.essai@{DOMAIN}"})
    assert taken.json()["error"]["details"][0]["code"] == "ObjectConflict"
    weak = graph.patch(
        f"/users/{user['id']}", json={"passwordProfile": {"password": "weak"}, "department": "DSI"}
    )
    assert weak.status_code == 400
    read = graph.get(f"/users/{user['id']}", params={"$select": "department,userPrincipalName"}).json()
    assert (read["department"], read["userPrincipalName"]) == ("CCAS", f"camille.exemple@{DOMAIN}")


def test_a_deleted_user_waits_in_deleted_items_and_frees_the_name(graph: httpx.Client) -> None:
    user = created(graph, "/users", user_body())
    assert graph.delete(f"/users/{user['id']}").status_code == 204
    assert error_of(graph.get(f"/users/{user['id']}")) == (404, "Request_ResourceNotFound")
    waiting = graph.get(f"/directory/deletedItems/{user['id']}").json()
    assert waiting["@odata.type"] == "#microsoft.graph.user"
    assert waiting["deletedDateTime"]
    created(graph, "/users", user_body())
    listed = graph.get("/directory/deletedItems/microsoft.graph.user").json()["value"]
    assert [item["id"] for item in listed] == [user["id"]]
    assert graph.delete(f"/directory/deletedItems/{user['id']}").status_code == 204
    assert error_of(graph.get(f"/directory/deletedItems/{user['id']}")) == (404, "Request_ResourceNotFound")


def test_lists_are_filtered_counted_and_paged_through_links(graph: httpx.Client) -> None:
    for number in range(7):
        created(graph, "/users", user_body(f"agent{number}", department="CCAS" if number % 2 else "DSI"))
    found = graph.get("/users", params={"$filter": f"userPrincipalName eq 'agent3@{DOMAIN}'"}).json()["value"]
    assert [user["userPrincipalName"] for user in found] == [f"agent3@{DOMAIN}"]
    eventual = {"ConsistencyLevel": "eventual"}
    counted = graph.get("/users/$count", params={"$filter": "department eq 'CCAS'"}, headers=eventual)
    assert (counted.text, counted.headers["Content-Type"]) == ("3", "text/plain; charset=utf-8")
    assert graph.get("/users/$count").status_code == 400
    names, link = list[str](), "/users?$top=3&$select=mailNickname"
    while link:
        body = graph.get(link).json()
        names += [user["mailNickname"] for user in body["value"]]
        link = body.get("@odata.nextLink", "")
    assert names == [f"agent{number}" for number in range(7)]


def test_member_of_lists_the_users_groups(graph: httpx.Client) -> None:
    user = created(graph, "/users", user_body())
    group = created(graph, "/groups", group_body(str(graph.base_url), owners=(user["id"],)))
    assert graph.get(f"/users/{user['id']}/memberOf").json()["value"] == []
    address = {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{user['id']}"}
    assert graph.post(f"/groups/{group['id']}/members/$ref", json=address).status_code == 204
    found = graph.get(f"/users/{user['id']}/memberOf").json()["value"]
    assert [(item["@odata.type"], item["id"]) for item in found] == [("#microsoft.graph.group", group["id"])]
