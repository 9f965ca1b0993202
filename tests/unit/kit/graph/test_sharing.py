"""Guests kept out of a group, and what the tenant says of sharing."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from kit.graph import groups, sharing
from tests.unit.kit.graph.conftest import LiveTenant
from tests.unit.kit.graph.support import ScriptedTenant, VirtualTime, refusal
from tests.unit.kit.graph.test_groups import people, spec

Application = tuple[Path, Path]


def settings(live: LiveTenant, group: str) -> list[tuple[str, list[dict[str, str]]]]:
    return [(found["templateId"], found["values"]) for found in live.graph.pages(f"/groups/{group}/settings")]


CLOSED_TO_GUESTS = [(sharing.GUEST_TEMPLATE, [{"name": "AllowToAddGuests", "value": "false"}])]


def test_a_group_is_closed_to_guests_and_a_second_run_writes_nothing(live: LiveTenant) -> None:
    group = groups.ensure_group(live.graph, spec(people(live, 1)))
    sharing.close_to_guests(live.graph, group)
    assert settings(live, group) == CLOSED_TO_GUESTS
    live.recorder.requests.clear()
    sharing.close_to_guests(live.graph, group)
    assert live.recorder.writes() == []


def test_a_group_that_somebody_opened_is_closed_again(live: LiveTenant) -> None:
    group = groups.ensure_group(live.graph, spec(people(live, 1)))
    values = [{"name": "AllowToAddGuests", "value": "true"}]
    live.graph.post(f"/groups/{group}/settings", {"templateId": sharing.GUEST_TEMPLATE, "values": values})
    sharing.close_to_guests(live.graph, group)
    assert settings(live, group) == CLOSED_TO_GUESTS


def test_settings_of_other_templates_are_left_alone(application: Application, time: VirtualTime) -> None:
    theirs = {
        "id": "s-1",
        "templateId": "another",
        "values": [{"name": "AllowToAddGuests", "value": "false"}],
    }
    written: list[dict[str, Any]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json={"value": [theirs, *written]})
        assert (request.method, request.url.path) == ("POST", "/v1.0/groups/g/settings")
        written.append({"id": "s-2", **dict(httpx.Response(200, content=request.content).json())})
        return httpx.Response(201, json=written[0])

    with ScriptedTenant(answer).graph(application, time) as graph:
        sharing.close_to_guests(graph, "g")
    assert written[0]["templateId"] == sharing.GUEST_TEMPLATE


def test_a_group_that_does_not_show_yet_is_tried_again(application: Application, time: VirtualTime) -> None:
    closed = {"id": "s", "templateId": sharing.GUEST_TEMPLATE, "values": CLOSED_TO_GUESTS[0][1]}
    posts = 0

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal posts
        if request.method == "GET":
            return httpx.Response(200, json={"value": [closed] if posts == 2 else []})
        posts += 1
        return httpx.Response(201, json=closed) if posts == 2 else refusal(404, "Request_ResourceNotFound")

    with ScriptedTenant(answer).graph(application, time) as graph:
        sharing.close_to_guests(graph, "g")
    assert posts == 2


def test_the_furnished_tenant_shares_nothing(live: LiveTenant) -> None:
    assert sharing.sharing(live.graph) == sharing.CLOSED


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"sharingCapability": "externalUserSharingOnly"}, "externalUserSharingOnly"),
        ({"value": {"sharingCapability": "disabled"}}, "disabled"),
        ({}, ""),
    ],
)
def test_what_the_tenant_says_of_sharing_is_given(
    application: Application, time: VirtualTime, body: dict[str, Any], said: str
) -> None:
    tenant = ScriptedTenant(lambda _request: httpx.Response(200, json=body))
    with tenant.graph(application, time) as graph:
        assert sharing.sharing(graph) == said
