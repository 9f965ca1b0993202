"""Teams: from a group that is old enough and owned, or from a template through an operation."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from kit.simulator.tenant.server import INSTANT
from tests.unit.kit.simulator.tenant.running import Clock, created, error_of, group_body, user_body

Start = Callable[..., httpx.Client]
TEMPLATE = "https://graph.microsoft.com/v1.0/teamsTemplates('standard')"


def owned_group(graph: httpx.Client, nickname: str = "cellule") -> str:
    owner = created(graph, "/users", user_body(f"owner.{nickname}"))["id"]
    body = group_body(str(graph.base_url).rstrip("/"), nickname, owners=(owner,))
    return str(created(graph, "/groups", body)["id"])


def team_body(owner: str, **changes: Any) -> dict[str, Any]:
    member = {
        "@odata.type": "#microsoft.graph.aadUserConversationMember",
        "roles": ["owner"],
        "user@odata.bind": f"https://graph.microsoft.com/v1.0/users('{owner}')",
    }
    return {"template@odata.bind": TEMPLATE, "displayName": "Crise été", "members": [member], **changes}


def test_a_group_becomes_a_team_with_a_general_channel(graph: httpx.Client) -> None:
    group = owned_group(graph)
    answer = graph.put(f"/groups/{group}/team", json={"memberSettings": {"allowDeleteChannels": False}})
    assert (answer.status_code, answer.json()["id"]) == (201, group)
    assert answer.json()["memberSettings"]["allowDeleteChannels"] is False
    channels = graph.get(f"/teams/{group}/channels").json()["value"]
    assert [channel["displayName"] for channel in channels] == ["General"]
    assert graph.get(f"/groups/{group}").json()["resourceProvisioningOptions"] == ["Team"]
    assert graph.get(f"/groups/{group}/team").json() == graph.get(f"/teams/{group}").json()
    listed = graph.get("/teams", params={"$filter": "displayName eq 'Cellule de crise'"}).json()["value"]
    assert [team["id"] for team in listed] == [group]


def test_a_group_is_made_a_team_once(graph: httpx.Client) -> None:
    group = owned_group(graph)
    assert graph.put(f"/groups/{group}/team", json={}).status_code == 201
    assert error_of(graph.put(f"/groups/{group}/team", json={})) == (409, "Conflict")


def test_a_young_group_an_ownerless_one_and_a_security_group_are_refused(start: Start) -> None:
    clock = Clock()
    graph = start(clock=clock, behaviour=replace(INSTANT, group_age_for_team=900))
    young = owned_group(graph)
    assert error_of(graph.put(f"/groups/{young}/team", json={})) == (404, "NotFound")
    ownerless = created(graph, "/groups", group_body("", "sans"))["id"]
    security = group_body("", "droits", mailEnabled=False, securityEnabled=True, groupTypes=[])
    plain = created(graph, "/groups", security)["id"]
    clock.pass_seconds(900)
    assert graph.put(f"/groups/{young}/team", json={}).status_code == 201
    for group in (ownerless, plain):
        assert error_of(graph.put(f"/groups/{group}/team", json={})) == (400, "BadRequest")
    assert error_of(graph.put("/groups/none/team", json={})) == (404, "NotFound")


def test_a_template_gives_an_operation_to_poll_until_the_team_is_there(start: Start) -> None:
    clock = Clock()
    graph = start(clock=clock, behaviour=replace(INSTANT, team_delay=20))
    owner = created(graph, "/users", user_body())["id"]
    accepted = graph.post("/teams", json=team_body(owner))
    assert (accepted.status_code, accepted.content) == (202, b"")
    team = accepted.headers["Content-Location"]
    operation = accepted.headers["Location"]
    assert operation.startswith(f"{team}/operations('")
    assert graph.get(operation).json()["status"] == "inProgress"
    assert error_of(graph.get(team)) == (404, "NotFound")
    clock.pass_seconds(20)
    done = graph.get(operation).json()
    assert (done["status"], done["operationType"], done["targetResourceLocation"]) == (
        "succeeded",
        "createTeam",
        team,
    )
    assert graph.get(team).json()["displayName"] == "Crise été"
    group = graph.get(f"/groups/{done['targetResourceId']}").json()
    assert group["mailNickname"] == "Criseete"
    owners = graph.get(f"/groups/{group['id']}/owners").json()["value"]
    assert [user["id"] for user in owners] == [owner]


def test_a_template_can_take_an_existing_group(graph: httpx.Client) -> None:
    group = owned_group(graph)
    body = {
        "template@odata.bind": TEMPLATE,
        "group@odata.bind": f"https://graph.microsoft.com/v1.0/groups('{group}')",
    }
    assert graph.post("/teams", json=body).headers["Content-Location"] == f"/teams('{group}')"


@pytest.mark.parametrize(
    "changes",
    [
        {"template@odata.bind": None},
        {"displayName": ""},
        {"members": []},
        {"members": ["nonsense"]},
        {"members": None},
        {"owners@odata.bind": []},
        {"funSettings": True},
        {"group@odata.bind": "nonsense"},
    ],
)
def test_a_body_that_breaks_a_rule_creates_nothing(graph: httpx.Client, changes: dict[str, Any]) -> None:
    owner = created(graph, "/users", user_body())["id"]
    assert error_of(graph.post("/teams", json=team_body(owner, **changes))) == (400, "BadRequest")
    assert graph.get("/teams").json()["value"] == []
    assert graph.get("/groups").json()["value"] == []


def test_two_teams_of_one_name_get_groups_of_two_nicknames(graph: httpx.Client) -> None:
    owner = created(graph, "/users", user_body())["id"]
    for _ in range(2):
        assert graph.post("/teams", json=team_body(owner)).status_code == 202
    groups = graph.get("/groups").json()["value"]
    assert len({group["mailNickname"] for group in groups}) == 2


def test_channels_have_names_of_their_own(start: Start) -> None:
    graph = start(behaviour=replace(INSTANT, documented_limits=False))
    group = owned_group(graph)
    graph.put(f"/groups/{group}/team", json={})
    path = f"/teams/{group}/channels"
    channel = created(graph, path, {"displayName": "Décisions", "membershipType": "standard"})
    assert channel["membershipType"] == "standard"
    for body in (
        {"displayName": "décisions"},
        {"displayName": "x" * 51},
        {"displayName": "a/b"},
        {"displayName": "Privé", "membershipType": "private"},
        {"displayName": "Ok", "colour": "blue"},
        {},
    ):
        assert error_of(graph.post(path, json=body)) == (400, "BadRequest")
    assert {item["displayName"] for item in graph.get(path).json()["value"]} == {"General", "Décisions"}


def test_a_team_goes_with_its_group(graph: httpx.Client) -> None:
    group = owned_group(graph)
    graph.put(f"/groups/{group}/team", json={})
    graph.delete(f"/groups/{group}")
    assert error_of(graph.get(f"/teams/{group}")) == (404, "NotFound")
    graph.delete(f"/directory/deletedItems/{group}")
    assert error_of(graph.get(f"/teams/{group}/channels")) == (404, "NotFound")


def test_a_fifth_request_a_second_on_one_team_is_throttled(start: Start) -> None:
    graph = start(clock=Clock())
    group = owned_group(graph)
    statuses = [graph.put(f"/groups/{group}/team", json={}).status_code]
    statuses += [graph.get(f"/teams/{group}").status_code for _ in range(4)]
    assert statuses == [201, 200, 200, 200, 429]
