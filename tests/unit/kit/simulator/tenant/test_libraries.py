"""The other views of a site: search, lists, permissions of applications, changes."""

import httpx
import pytest

from tests.unit.kit.simulator.tenant.running import created, error_of
from tests.unit.kit.simulator.tenant.working import (
    WORKING_ROLES,
    Start,
    library,
    names,
    person,
    put,
    round_of,
    team_of,
    values,
)


@pytest.fixture
def graph(start: Start) -> httpx.Client:
    return start(roles=WORKING_ROLES)


@pytest.fixture
def group(graph: httpx.Client) -> str:
    return team_of(graph, person(graph))


def site(graph: httpx.Client, group: str) -> str:
    return str(graph.get(f"/groups/{group}/sites/root").json()["id"])


def test_sites_are_searched_listed_and_tracked(graph: httpx.Client, group: str) -> None:
    assert names(graph.get("/sites", params={"search": "cellule"})) == ["cellule"]
    assert len(values(graph.get("/sites"))) == 2
    assert names(graph.get(f"/groups/{group}/sites")) == ["cellule"]
    everything, link = round_of(graph, "/sites/delta")
    assert len(everything) == 2
    team_of(graph, person(graph, "lou"), "renfort")
    assert [one["name"] for one in round_of(graph, link)[0]] == ["renfort"]
    assert error_of(graph.get("/sites/delta?$deltatoken=x")) == (410, "resyncRequired")


def test_a_library_is_a_list_of_its_site(graph: httpx.Client, group: str) -> None:
    put(graph, library(graph, group), "Plans/a.txt", b"1")
    path = f"/sites/{site(graph, group)}/lists"
    (only,) = values(graph.get(path))
    assert only["list"]["template"] == "documentLibrary"
    for key in (only["id"], "Documents"):
        assert graph.get(f"{path}/{key}").json()["id"] == only["id"]
    items = values(graph.get(f"{path}/{only['id']}/items"))
    assert [item["webUrl"].rpartition("/")[2] for item in items] == ["Plans", "a.txt"]
    assert error_of(graph.get(f"{path}/none")) == (404, "itemNotFound")


def test_applications_are_let_into_a_site_one_by_one(graph: httpx.Client, group: str) -> None:
    path = f"/sites/{site(graph, group)}/permissions"
    application = {"application": {"id": "x", "displayName": "Sauvegarde"}}
    given = created(graph, path, {"roles": ["read"], "grantedToIdentities": [application]})
    assert given["grantedToIdentitiesV2"] == [application]
    assert [one["id"] for one in values(graph.get(path))] == [given["id"]]
    assert graph.get(f"{path}/{given['id']}").json()["roles"] == ["read"]
    for body in ({}, {"roles": ["king"], "grantedToIdentities": [application]}, {"roles": ["read"]}):
        assert error_of(graph.post(path, json=body)) == (400, "invalidRequest")
    assert graph.delete(f"{path}/{given['id']}").status_code == 204
    assert error_of(graph.get(f"{path}/{given['id']}")) == (404, "itemNotFound")
