"""Sites and libraries: they come some time after the group, hold folders, and go with it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from kit.simulator.tenant.server import INSTANT
from tests.unit.kit.simulator.tenant.running import Clock, created, error_of, group_body, user_body

Start = Callable[..., httpx.Client]
MISSING = (404, "itemNotFound")


def owned_group(graph: httpx.Client) -> str:
    owner = created(graph, "/users", user_body())["id"]
    body = group_body(str(graph.base_url).rstrip("/"), owners=(owner,))
    return str(created(graph, "/groups", body)["id"])


def library(graph: httpx.Client) -> str:
    return str(graph.get(f"/groups/{owned_group(graph)}/drive").json()["id"])


def folder(name: str, **changes: Any) -> dict[str, Any]:
    return {"name": name, "folder": {}, "@microsoft.graph.conflictBehavior": "fail", **changes}


def names(response: httpx.Response) -> list[str]:
    return [item["name"] for item in response.json()["value"]]


def test_a_groups_site_appears_after_the_delay(start: Start) -> None:
    clock = Clock()
    graph = start(clock=clock, behaviour=replace(INSTANT, site_delay=60))
    group = owned_group(graph)
    clock.pass_seconds(59)
    assert error_of(graph.get(f"/groups/{group}/sites/root")) == MISSING
    assert error_of(graph.get(f"/groups/{group}/drive")) == MISSING
    assert error_of(graph.get("/sites/sharepoint.secours.example:/sites/cellule")) == MISSING
    clock.pass_seconds(1)
    site = graph.get(f"/groups/{group}/sites/root").json()
    assert site["webUrl"] == "https://sharepoint.secours.example/sites/cellule"
    by_path = graph.get("/sites/sharepoint.secours.example:/sites/Cellule").json()
    assert by_path["id"] == graph.get(f"/sites/{site['id']}").json()["id"] == site["id"]
    drives = [graph.get(path).json() for path in (f"/groups/{group}/drive", f"/sites/{site['id']}/drive")]
    assert drives[0] == drives[1]
    assert drives[0]["driveType"] == "documentLibrary"
    for path in (f"/groups/{group}/drives", f"/sites/{site['id']}/drives"):
        assert [drive["id"] for drive in graph.get(path).json()["value"]] == [drives[0]["id"]]


def test_a_group_created_without_owners_never_gets_its_site(start: Start) -> None:
    clock = Clock()
    graph = start(clock=clock)
    group = created(graph, "/groups", group_body(""))["id"]
    clock.pass_seconds(16 * 3600)
    assert error_of(graph.get(f"/groups/{group}/sites/root")) == MISSING


def test_the_root_site_is_always_there(graph: httpx.Client) -> None:
    site = graph.get("/sites/root").json()
    assert site["siteCollection"]["hostname"] == "sharepoint.secours.example"
    assert error_of(graph.get("/sites/elsewhere.example:/sites/x")) == MISSING
    assert error_of(graph.get("/sites/none")) == MISSING


def test_folders_are_created_listed_and_found_by_path(graph: httpx.Client) -> None:
    drive = library(graph)
    root = graph.get(f"/drives/{drive}/root").json()
    outer = created(graph, f"/drives/{drive}/root/children", folder("État civil"))
    inner = created(graph, f"/drives/{drive}/items/{outer['id']}/children", folder("Actes"))
    assert outer["parentReference"]["id"] == root["id"]
    found = graph.get(f"/drives/{drive}/root:/état civil/actes").json()
    assert (found["id"], found["name"]) == (inner["id"], "Actes")
    assert graph.get(f"/drives/{drive}/items/{inner['id']}").json()["parentReference"]["id"] == outer["id"]
    assert names(graph.get(f"/drives/{drive}/root/children")) == ["État civil"]
    assert names(graph.get(f"/drives/{drive}/root:/État civil:/children")) == ["Actes"]
    assert names(graph.get(f"/drives/{drive}/items/{inner['id']}/children")) == []
    assert graph.get(f"/drives/{drive}/root").json()["folder"]["childCount"] == 1
    assert inner["webUrl"].endswith("/Shared%20Documents/%C3%89tat%20civil/Actes")
    assert graph.get(f"/drives/{drive}").json()["quota"]["state"] == "normal"


def test_a_long_folder_is_read_in_pages_whatever_its_name(graph: httpx.Client) -> None:
    drive = library(graph)
    outer = created(graph, f"/drives/{drive}/root/children", folder("État civil & paie"))
    for name in ("un", "deux", "trois"):
        created(graph, f"/drives/{drive}/items/{outer['id']}/children", folder(name))
    first = graph.get(f"/drives/{drive}/root:/État civil & paie:/children", params={"$top": "2"})
    second = graph.get(first.json()["@odata.nextLink"])
    assert first.json()["@odata.nextLink"].isascii()
    assert (names(first), names(second)) == (["un", "deux"], ["trois"])


def test_a_taken_name_fails_or_is_changed_as_asked(graph: httpx.Client) -> None:
    path = f"/drives/{library(graph)}/root/children"
    created(graph, path, folder("Décisions"))
    assert error_of(graph.post(path, json=folder("DÉCISIONS"))) == (409, "nameAlreadyExists")
    rename = {"@microsoft.graph.conflictBehavior": "rename"}
    assert created(graph, path, folder("Décisions", **rename))["name"] == "Décisions 1"
    replaced = graph.post(path, json=folder("Décisions", **{"@microsoft.graph.conflictBehavior": "replace"}))
    assert error_of(replaced) == (501, "notSupported")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "x"},
        folder("a/b"),
        folder("a:b"),
        folder(" a"),
        folder("a."),
        folder("x" * 401),
        folder("x", colour="blue"),
    ],
)
def test_a_name_that_is_not_allowed_is_refused(graph: httpx.Client, body: dict[str, Any]) -> None:
    assert error_of(graph.post(f"/drives/{library(graph)}/root/children", json=body)) == (
        400,
        "invalidRequest",
    )


def test_what_is_not_there_is_not_found(graph: httpx.Client) -> None:
    drive = library(graph)
    for path in (
        "/drives/none",
        f"/drives/{drive}/items/none",
        f"/drives/{drive}/root:/none",
        f"/drives/{drive}/root:/none:/children",
    ):
        assert error_of(graph.get(path)) == MISSING


def test_a_site_goes_with_its_group_and_a_purge_leaves_nothing(graph: httpx.Client) -> None:
    group = owned_group(graph)
    site = graph.get(f"/groups/{group}/sites/root").json()["id"]
    drive = graph.get(f"/groups/{group}/drive").json()["id"]
    created(graph, f"/drives/{drive}/root/children", folder("Paie"))
    graph.delete(f"/groups/{group}")
    assert error_of(graph.get(f"/sites/{site}")) == MISSING
    assert error_of(graph.get(f"/drives/{drive}/root/children")) == MISSING
    assert graph.delete(f"/directory/deletedItems/{group}").status_code == 204
    assert error_of(graph.get(f"/drives/{drive}")) == MISSING
