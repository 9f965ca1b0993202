"""Change tracking: a round gives what is new, changed or gone since the last; a stale link begins anew."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from kit.simulator.tenant.server import INSTANT
from tests.unit.kit.simulator.tenant.administering import ADMIN, a_group, a_user, ids, reference
from tests.unit.kit.simulator.tenant.running import Clock, error_of

DELETED = "/directory/deletedItems"
DAY = 24 * 3600


def round_of(graph: httpx.Client, link: str) -> tuple[list[dict[str, Any]], str]:
    """All pages of a round, and the link to the next."""
    found = []
    while True:
        body = graph.get(link).json()
        found += body["value"]
        if "@odata.deltaLink" in body:
            return found, str(body["@odata.deltaLink"])
        link = body["@odata.nextLink"]


def removed(entries: list[dict[str, Any]]) -> dict[str, str]:
    return {entry["id"]: entry["@removed"]["reason"] for entry in entries if "@removed" in entry}


@pytest.mark.parametrize("address", ["/users/delta", "/users/delta()", "/users/microsoft.graph.delta()"])
def test_a_first_round_gives_everyone_page_by_page_and_the_next_nothing(
    admin: httpx.Client, address: str
) -> None:
    users = [a_user(admin, f"agent{number}") for number in range(5)]
    found, link = round_of(admin, f"{address}?$top=2&$select=displayName")
    assert [entry["id"] for entry in found] == users
    assert found[0].keys() == {"id", "displayName"}
    assert round_of(admin, link)[0] == []


def test_a_round_gives_what_was_made_changed_deleted_and_purged(admin: httpx.Client) -> None:
    kept, changed, deleted, purged = (a_user(admin, f"agent{number}") for number in range(4))
    _, link = round_of(admin, "/users/delta")
    admin.patch(f"/users/{changed}", json={"displayName": "Autre"})
    for user in (deleted, purged):
        admin.delete(f"/users/{user}")
    admin.delete(f"{DELETED}/{purged}")
    made = a_user(admin, "nouveau")
    found, link = round_of(admin, link)
    assert removed(found) == {deleted: "changed", purged: "deleted"}
    assert {entry["id"] for entry in found} == {changed, deleted, purged, made}
    assert kept not in str(found)
    admin.delete(f"{DELETED}/{deleted}")
    found, link = round_of(admin, link)
    assert removed(found) == {deleted: "deleted"}
    assert round_of(admin, link)[0] == []


def test_a_restored_user_comes_back_in_the_next_round(admin: httpx.Client) -> None:
    user = a_user(admin)
    admin.delete(f"/users/{user}")
    found, link = round_of(admin, "/users/delta")
    assert found == []
    admin.post(f"/users/{user}/restore")
    assert [entry["displayName"] for entry in round_of(admin, link)[0]] == ["Camille Exemple"]


def test_only_what_is_selected_is_followed(admin: httpx.Client) -> None:
    user = a_user(admin)
    _, link = round_of(admin, "/users/delta?$select=displayName")
    admin.patch(f"/users/{user}", json={"jobTitle": "Adjointe"})
    assert round_of(admin, link)[0] == []


def test_a_group_says_which_members_came_and_went(admin: httpx.Client) -> None:
    group, first, second = a_group(admin), a_user(admin, "un"), a_user(admin, "deux")
    members = f"/groups/{group}/members"
    admin.post(f"{members}/$ref", json=reference(admin, first))
    found, link = round_of(admin, "/groups/delta")
    assert found[0]["members@delta"] == [{"@odata.type": "#microsoft.graph.user", "id": first}]
    admin.post(f"{members}/$ref", json=reference(admin, second))
    admin.delete(f"{members}/{first}/$ref")
    (entry,), link = round_of(admin, link)
    assert [(member["id"], "@removed" in member) for member in entry["members@delta"]] == [
        (second, False),
        (first, True),
    ]


def test_a_round_that_begins_now_is_empty(admin: httpx.Client) -> None:
    a_user(admin)
    found, link = round_of(admin, "/users/delta?$deltatoken=latest")
    assert found == []
    made = a_user(admin, "nouveau")
    assert [entry["id"] for entry in round_of(admin, link)[0]] == [made]


def test_a_stale_link_leads_to_a_new_beginning(start: Callable[..., httpx.Client]) -> None:
    clock = Clock()
    graph = start(clock=clock, roles=ADMIN, behaviour=replace(INSTANT, token_lifetime=30 * DAY))
    user = a_user(graph)
    _, link = round_of(graph, "/users/delta?$select=displayName")
    clock.pass_seconds(7 * DAY)
    assert round_of(graph, link)[0] == []
    clock.pass_seconds(DAY)
    stale = graph.get(link)
    assert error_of(stale) == (410, "syncStateNotFound")
    found, _ = round_of(graph, stale.headers["Location"])
    assert found == [{"id": user, "displayName": "Camille Exemple"}]


def test_a_link_is_good_for_its_own_collection_only(admin: httpx.Client) -> None:
    _, link = round_of(admin, "/users/delta")
    assert error_of(admin.get(link.replace("/users/", "/groups/"))) == (410, "syncStateNotFound")
    assert error_of(admin.get("/users/delta?$deltatoken=never-given")) == (410, "syncStateNotFound")


def test_what_the_kind_does_not_have_is_refused(admin: httpx.Client) -> None:
    assert error_of(admin.get("/users/delta?$select=colour")) == (400, "BadRequest")
    assert ids(admin.get("/users")) == []
