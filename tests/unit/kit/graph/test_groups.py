"""The group in the simulated tenant: owners from the start, everybody in it, ours."""

from dataclasses import replace

import pytest

from kit.graph import groups, users
from kit.graph.errors import OwnedByOthers
from kit.graph.groups import GroupSpec
from tests.unit.kit.graph.conftest import LiveTenant
from tests.unit.kit.graph.test_users import spec as user


def people(live: LiveTenant, count: int) -> tuple[str, ...]:
    specs = [user(number) for number in range(1, count + 1)]
    return tuple(users.ensure_users(live.graph, specs, deadline_s=30).values())


def spec(members: tuple[str, ...]) -> GroupSpec:
    return GroupSpec(
        display_name="Cellule de crise Aubagne",
        nickname="crise-aubagne-13005-2026-01",
        description="Espace de crise d’Aubagne",
        owners=members[:1],
        members=members,
        mark="kit:13005-2026-01",
    )


def linked(live: LiveTenant, group: str, kind: str) -> set[str]:
    return {found["id"] for found in live.graph.pages(f"/groups/{group}/{kind}", params={"$top": "10"})}


def test_a_group_has_its_owner_from_the_start_and_all_its_members_in_the_end(live: LiveTenant) -> None:
    members = people(live, 30)
    group = groups.ensure_group(live.graph, spec(members))
    creation = next(body for m, path, body in live.recorder.graph_calls() if (m, path) == ("POST", "/groups"))
    assert len(creation["owners@odata.bind"]) == 1
    assert len(creation["owners@odata.bind"] + creation["members@odata.bind"]) == 20
    assert linked(live, group, "owners") == set(members[:1])
    assert linked(live, group, "members") == set(members)
    found = live.graph.get(f"/groups/{group}")
    assert (found["visibility"], found["groupTypes"], found["mailEnabled"]) == ("Private", ["Unified"], True)
    assert found["description"] == "Espace de crise d’Aubagne [kit:13005-2026-01]"


def test_a_second_run_writes_nothing(live: LiveTenant) -> None:
    members = people(live, 25)
    group = groups.ensure_group(live.graph, spec(members))
    live.recorder.requests.clear()
    assert groups.ensure_group(live.graph, spec(members)) == group
    assert live.recorder.writes() == []


def test_somebody_new_is_added_and_nobody_is_removed(live: LiveTenant) -> None:
    members = people(live, 3)
    group = groups.ensure_group(live.graph, spec(members[:2]))
    live.recorder.requests.clear()
    groups.ensure_group(live.graph, replace(spec(members), members=members[2:], owners=members[1:2]))
    assert linked(live, group, "members") == set(members)
    assert linked(live, group, "owners") == set(members[:2])
    assert len(live.recorder.writes()) == 2


def test_a_group_of_somebody_else_is_left_alone(live: LiveTenant) -> None:
    members = people(live, 2)
    groups.ensure_group(live.graph, replace(spec(members), mark="kit:13001-2026-07"))
    live.recorder.requests.clear()
    with pytest.raises(OwnedByOthers, match="crise-aubagne-13005-2026-01"):
        groups.ensure_group(live.graph, spec(members))
    assert live.recorder.writes() == []


def test_a_mark_that_only_begins_alike_is_somebody_elses(live: LiveTenant) -> None:
    members = people(live, 1)
    groups.ensure_group(live.graph, replace(spec(members), mark="kit:13005-2026-011"))
    with pytest.raises(OwnedByOthers):
        groups.ensure_group(live.graph, spec(members))


def test_a_group_without_an_owner_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="1 to 20 owners"):
        replace(spec(("a",)), owners=())
