"""Members, archiving and channels of a Team."""

from dataclasses import replace

import httpx
import pytest

from kit.simulator.tenant.server import INSTANT
from tests.unit.kit.simulator.tenant.running import created, error_of
from tests.unit.kit.simulator.tenant.working import WORKING_ROLES, Start, person, team_of, values


@pytest.fixture
def graph(start: Start) -> httpx.Client:
    return start(roles=WORKING_ROLES, behaviour=replace(INSTANT, documented_limits=False))


@pytest.fixture
def team(graph: httpx.Client) -> str:
    group = team_of(graph, person(graph))
    assert graph.put(f"/groups/{group}/team", json={}).status_code == 201
    return group


def member(user: str, *roles: str) -> dict[str, object]:
    return {
        "@odata.type": "#microsoft.graph.aadUserConversationMember",
        "roles": list(roles),
        "user@odata.bind": f"https://graph.microsoft.com/v1.0/users('{user}')",
    }


def test_members_of_a_team_are_those_of_its_group(graph: httpx.Client, team: str) -> None:
    anne, bruno = person(graph, "anne"), person(graph, "bruno")
    path = f"/teams/{team}/members"
    assert created(graph, path, member(anne))["roles"] == []
    assert created(graph, path, member(bruno, "owner"))["roles"] == ["owner"]
    assert created(graph, path, member(anne, "owner"))["userId"] == anne
    roles = {one["userId"]: one["roles"] for one in values(graph.get(path))}
    assert (roles[anne], roles[bruno], len(roles)) == (["owner"], ["owner"], 3)
    linked = {one["id"] for one in values(graph.get(f"/groups/{team}/members"))}
    assert {anne, bruno} <= linked


@pytest.mark.parametrize(
    "body", [{}, member("none"), member("x", "guest"), {"user@odata.bind": "x", "roles": []}]
)
def test_a_member_that_is_none_is_refused(graph: httpx.Client, team: str, body: dict[str, object]) -> None:
    assert error_of(graph.post(f"/teams/{team}/members", json=body)) == (400, "BadRequest")


def test_an_archived_team_says_so_and_its_operation_is_told(graph: httpx.Client, team: str) -> None:
    accepted = graph.post(f"/teams/{team}/archive", json={"shouldSetSpoSiteReadOnlyForMembers": True})
    assert accepted.status_code == 202
    assert graph.get(accepted.headers["Location"]).json()["operationType"] == "archiveTeam"
    assert [one["status"] for one in values(graph.get(f"/teams/{team}/operations"))] == ["succeeded"]
    assert graph.get(f"/teams/{team}").json()["isArchived"] is True


def test_a_channel_is_deleted_but_not_the_first(graph: httpx.Client, team: str) -> None:
    path = f"/teams/{team}/channels"
    general = values(graph.get(path))[0]["id"]
    made = created(graph, path, {"displayName": "Nuit"})["id"]
    assert graph.get(f"{path}/{made}").json()["displayName"] == "Nuit"
    assert graph.delete(f"{path}/{made}").status_code == 204
    assert error_of(graph.delete(f"{path}/{made}")) == (404, "NotFound")
    assert error_of(graph.delete(f"{path}/{general}")) == (400, "BadRequest")


def test_a_purged_group_has_no_team(graph: httpx.Client, team: str) -> None:
    graph.delete(f"/groups/{team}")
    graph.delete(f"/directory/deletedItems/{team}")
    assert error_of(graph.get(f"/groups/{team}/team")) == (404, "NotFound")
