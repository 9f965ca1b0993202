"""The group in the simulated tenant: owners from the start, everybody in it, ours."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from kit.graph import groups, users
from kit.graph.ensure import READS
from kit.graph.errors import GraphRefused, OwnedByOthers
from kit.graph.groups import GroupSpec
from tests.unit.kit.graph.conftest import LiveTenant
from tests.unit.kit.graph.support import ScriptedTenant, VirtualTime, batch_answer, refusal, steps
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


def test_a_group_that_somebody_opened_is_private_again(live: LiveTenant) -> None:
    members = people(live, 2)
    group = groups.ensure_group(live.graph, spec(members))
    live.graph.patch(f"/groups/{group}", {"visibility": "Public"})
    live.recorder.requests.clear()
    groups.ensure_group(live.graph, spec(members))
    assert live.graph.get(f"/groups/{group}")["visibility"] == "Private"
    assert live.recorder.writes() == [("PATCH", f"/groups/{group}")]


def test_a_services_mailbox_is_a_group_of_its_own_whatever_its_name(live: LiveTenant) -> None:
    members = people(live, 3)
    shared = replace(
        spec(members[1:]),
        display_name="État civil – L'Estaque",
        nickname="etat-civil.l'estaque",
        description="Boîte partagée « État civil »",
    )
    workspace = groups.ensure_group(live.graph, spec(members))
    mailbox = groups.ensure_group(live.graph, shared)
    assert mailbox != workspace
    assert linked(live, mailbox, "members") == set(members[1:])
    found = live.graph.get(f"/groups/{mailbox}")
    assert found["mail"].startswith("etat-civil.l'estaque@")
    assert (found["displayName"], found["visibility"]) == ("État civil – L'Estaque", "Private")
    live.recorder.requests.clear()
    assert groups.ensure_group(live.graph, shared) == mailbox
    assert live.recorder.writes() == []


def test_two_hundred_members_cost_few_requests(live: LiveTenant) -> None:
    members = people(live, 200)
    live.recorder.requests.clear()
    groups.ensure_group(live.graph, spec(members))
    added = [body for method, _path, body in live.recorder.graph_calls() if method == "PATCH"]
    assert [len(body["members@odata.bind"]) for body in added] == [1] + [20] * 9
    # look, create, the good reads with who is in, add, who is in
    assert len(live.recorder.requests) == 1 + 1 + READS + 1 + 1


class Group:
    """One group with members; `hidden` is shown to no look before the first addition was refused."""

    def __init__(self, members: set[str], hidden: set[str]) -> None:
        self.members, self.hidden = members, hidden
        self.added: list[list[str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/$batch"):
            return batch_answer(
                {s["id"]: self._answer(s["method"], s["url"], s.get("body")) for s in steps(request)}
            )
        body = json.loads(request.content) if request.content else None
        return self._answer(request.method, request.url.path.removeprefix("/v1.0"), body)

    def _answer(self, method: str, url: str, body: Any) -> httpx.Response:
        if method == "PATCH":
            users = [link.rsplit("/", 1)[-1] for link in body["members@odata.bind"]]
            self.added.append(users)
            if self.members.intersection(users) or "unknown" in users:
                self.hidden = set()
                return refusal(400, "Request_BadRequest")
            self.members.update(users)
            return httpx.Response(204)
        if "/members" in url:
            return httpx.Response(200, json={"value": [{"id": u} for u in self.members - self.hidden]})
        if "/owners" in url:
            return httpx.Response(200, json={"value": [{"id": "owner"}]})
        mine = {"id": "g", "visibility": "Private", "description": "[kit:13005-2026-01]"}
        return httpx.Response(200, json={"value": [mine]})


class LateGroup(Group):
    """A group to be created, whose members some replicas do not show at first."""

    def __init__(self) -> None:
        super().__init__(set(), hidden=set())
        self.there, self.missed = False, 0

    def _answer(self, method: str, url: str, body: Any) -> httpx.Response:
        if method == "POST":
            self.there = True
            self.members.update(link.rsplit("/", 1)[-1] for link in body["members@odata.bind"])
            return httpx.Response(201, json={})
        if "/members" in url and self.missed < READS:
            self.missed += 1
            return refusal(404, "Request_ResourceNotFound")
        return super()._answer(method, url, body) if self.there else httpx.Response(200, json={"value": []})


def test_a_group_whose_members_do_not_show_yet_does_not_count_as_read_back(
    application: tuple[Path, Path], time: VirtualTime
) -> None:
    """Else those who are in it would be added again, which the tenant refuses for everybody beside them."""
    tenant = LateGroup()
    wanted = tuple(f"u{number}" for number in range(30))
    with ScriptedTenant(tenant).graph(application, time) as graph:
        groups.ensure_group(graph, replace(spec(("owner",)), members=wanted))
    assert tenant.missed == READS
    assert tenant.members == set(wanted)
    assert [len(users) for users in tenant.added] == [1, 10]


def test_one_that_is_there_already_does_not_keep_the_others_out(
    application: tuple[Path, Path], time: VirtualTime
) -> None:
    wanted = tuple(f"u{number}" for number in range(30))
    tenant = Group({"u3"}, hidden={"u3"})
    with ScriptedTenant(tenant).graph(application, time) as graph:
        groups.ensure_group(graph, replace(spec(("owner",)), members=wanted))
    assert tenant.members == set(wanted)
    assert sorted(len(users) for users in tenant.added if len(users) > 1) == [10, 20]


def test_one_that_is_refused_is_named_and_the_others_are_in(
    application: tuple[Path, Path], time: VirtualTime
) -> None:
    tenant = Group(set(), hidden=set())
    with ScriptedTenant(tenant).graph(application, time) as graph, pytest.raises(GraphRefused):
        groups.ensure_group(graph, replace(spec(("owner",)), members=("a", "unknown", "b")))
    assert tenant.members == {"a", "b"}
