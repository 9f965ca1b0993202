"""Users: created once, read back as asked, refused when a rule of the directory is broken, deleted softly."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from kit.simulator.tenant.server import INSTANT
from tests.unit.kit.simulator.tenant.administering import ADMIN, EVENTUAL, a_group, a_user, ids, reference
from tests.unit.kit.simulator.tenant.running import (
    DOMAIN,
    Clock,
    created,
    error_of,
    group_body,
    user_body,
)

Starter = Callable[..., httpx.Client]


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


def test_a_change_is_read_back_and_a_bad_one_changes_nothing(admin: httpx.Client) -> None:
    graph = admin
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


def test_setting_a_password_needs_more_than_writing_users(graph: httpx.Client) -> None:
    user = created(graph, "/users", user_body())
    refused = graph.patch(f"/users/{user['id']}", json={"passwordProfile": {"password": "Tournesol-12345"}})
    assert error_of(refused) == (403, "Authorization_RequestDenied")


def test_sessions_end_when_they_are_revoked_and_when_the_password_changes(start: Starter) -> None:
    clock = Clock()
    graph = start(clock=clock, roles=ADMIN)
    path = f"/users/{a_user(graph)}"

    def valid_from() -> str:
        name = "signInSessionsValidFromDateTime"
        return str(graph.get(path, params={"$select": name}).json()[name])

    moments = [valid_from()]
    clock.pass_seconds(60)
    revoked = graph.post(f"{path}/revokeSignInSessions")
    assert (revoked.status_code, revoked.json()["value"]) == (200, True)
    moments.append(valid_from())
    clock.pass_seconds(60)
    graph.patch(path, json={"passwordProfile": {"password": "Tournesol-12345"}})
    moments.append(valid_from())
    graph.patch(path, json={"accountEnabled": False})
    assert graph.get(path, params={"$select": "accountEnabled"}).json()["accountEnabled"] is False
    assert moments == ["2027-01-15T08:00:00Z", "2027-01-15T08:01:00Z", "2027-01-15T08:02:00Z"]


def test_a_full_directory_takes_nobody_until_enough_is_deleted(start: Starter) -> None:
    graph = start(behaviour=replace(INSTANT, directory_quota=2))
    first, group = a_user(graph), a_group(graph)
    full = (403, "Directory_QuotaExceeded")
    assert error_of(graph.post("/users", json=user_body("second"))) == full
    assert error_of(graph.post("/groups", json=group_body("", "autre"))) == full
    graph.delete(f"/users/{first}")
    created(graph, "/users", user_body("second"))
    assert error_of(graph.post("/users", json=user_body("third"))) == full
    assert ids(graph.get("/groups")) == [group]


def test_a_manager_is_set_read_and_removed(graph: httpx.Client) -> None:
    user, manager = a_user(graph), a_user(graph, "dominique.essai")
    path = f"/users/{user}/manager"
    assert error_of(graph.get(path)) == (404, "Request_ResourceNotFound")
    assert graph.put(f"{path}/$ref", json=reference(graph, manager, "users")).status_code == 204
    assert graph.get(path).json()["id"] == manager
    assert error_of(graph.put(f"{path}/$ref", json=reference(graph, "nobody", "users")))[0] == 404
    assert graph.delete(f"{path}/$ref").status_code == 204
    assert graph.delete(f"{path}/$ref").status_code == 404


def test_users_are_searched_and_ordered_with_eventual_consistency(graph: httpx.Client) -> None:
    for name in ("Zoé Martin", "Alice Petit", "Bob Martinez"):
        nickname = name.split()[1].lower()
        created(graph, "/users", user_body(nickname, displayName=name))
    search = {"$search": '"displayName:martin"', "$orderby": "displayName"}
    found = graph.get("/users", params=search, headers=EVENTUAL).json()["value"]
    assert [user["displayName"] for user in found] == ["Bob Martinez", "Zoé Martin"]
    assert error_of(graph.get("/users", params=search)) == (400, "Request_UnsupportedQuery")
    ordered = graph.get("/users", params={"$orderby": "displayName desc"}).json()["value"]
    assert [user["displayName"][0] for user in ordered] == ["Z", "B", "A"]
    assert graph.get("/users", params={"$orderby": "jobTitle"}).status_code == 400
    assert error_of(graph.get("/users", params={"$expand": "messages"})) == (400, "BadRequest")


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
