"""The Team of a group and its channels, in the simulated tenant."""

from pathlib import Path

import httpx
import pytest

from kit.graph import groups, teams
from kit.graph.errors import GraphNotFound
from tests.unit.kit.graph.conftest import LiveTenant
from tests.unit.kit.graph.support import ScriptedTenant, VirtualTime, refusal
from tests.unit.kit.graph.test_groups import people, spec

CHANNELS = ("Journal de crise", "Décisions", "Communication")


def test_a_group_gets_one_team_and_its_channels_and_a_second_run_writes_nothing(live: LiveTenant) -> None:
    group = groups.ensure_group(live.graph, spec(people(live, 2)))
    team = teams.ensure_team(live.graph, group, deadline_s=30)
    assert team == group
    channels = teams.ensure_channels(live.graph, team, CHANNELS)
    assert set(channels) == set(CHANNELS)
    live.recorder.requests.clear()
    assert teams.ensure_team(live.graph, group, deadline_s=30) == team
    assert teams.ensure_channels(live.graph, team, [name.upper() for name in CHANNELS]) == {
        name.upper(): identifier for name, identifier in channels.items()
    }
    assert live.recorder.writes() == []


def test_a_group_too_young_for_a_team_is_tried_again_soon_and_then_less_often(
    application: tuple[Path, Path], time: VirtualTime
) -> None:
    tries = 0

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal tries
        if request.method == "GET":
            return httpx.Response(200, json={"id": "g"}) if tries == 3 else refusal(404, "NotFound")
        tries += 1
        return httpx.Response(201, json={"id": "g"}) if tries == 3 else refusal(404, "NotFound")

    with ScriptedTenant(answer).graph(application, time) as graph:
        assert teams.ensure_team(graph, "g", deadline_s=300) == "g"
    assert tries == 3
    assert time.waits == pytest.approx([2.0, 2.4])


def test_a_group_that_never_becomes_ready_is_the_error_at_the_deadline(
    application: tuple[Path, Path], time: VirtualTime
) -> None:
    tenant = ScriptedTenant(lambda _request: refusal(404, "NotFound"))
    with tenant.graph(application, time) as graph, pytest.raises(GraphNotFound, match="PUT /groups/g/team"):
        teams.ensure_team(graph, "g", deadline_s=120)


def test_a_team_that_is_there_already_is_success(application: tuple[Path, Path], time: VirtualTime) -> None:
    looks = 0

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal looks
        if request.method == "PUT":
            return refusal(409, "Conflict")
        looks += 1
        return refusal(404, "NotFound") if looks == 1 else httpx.Response(200, json={"id": "g"})

    with ScriptedTenant(answer).graph(application, time) as graph:
        assert teams.ensure_team(graph, "g", deadline_s=60) == "g"
