"""The end of a crisis in the tenant: nobody signs in, nothing of ours is left, others' is untouched."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from kit.graph import groups, removal, teams, units, users
from kit.graph.ensure import READS
from kit.graph.errors import GraphForbidden, NotYet, OwnedByOthers
from kit.graph.groups import GroupSpec
from kit.graph.removal import Absence, Target
from kit.graph.units import UnitSpec
from tests.unit.kit.graph.conftest import LiveTenant
from tests.unit.kit.graph.support import ScriptedTenant, VirtualTime, batch_answer, refusal, steps
from tests.unit.kit.graph.test_groups import people
from tests.unit.kit.graph.test_groups import spec as group_spec
from tests.unit.kit.graph.test_users import spec as user_spec

Application = tuple[Path, Path]
UNIT = UnitSpec("Aubagne (13005-2026-01)", "13005-2026-01", "kit:13005-2026-01")


def service(members: tuple[str, ...]) -> GroupSpec:
    return replace(group_spec(members), nickname="accueil.aubagne", display_name="Accueil – Aubagne")


@pytest.fixture
def crisis(live: LiveTenant) -> list[Target]:
    """Three accounts, the workspace with its Team, a shared mailbox and the unit, with their ids."""
    members = people(live, 3)
    workspace, shared = group_spec(members), service(members)
    group = groups.ensure_group(live.graph, workspace)
    teams.ensure_team(live.graph, group, deadline_s=30)
    mailbox = groups.ensure_group(live.graph, shared)
    unit = units.ensure_unit(live.graph, UNIT, deadline_s=30)
    units.ensure_unit_members(live.graph, unit, [*members, group, mailbox], deadline_s=30)
    specs = [user_spec(number) for number in (1, 2, 3)]
    return [
        *(Target("user", s.principal_name, s.mark, key) for s, key in zip(specs, members, strict=True)),
        Target("group", workspace.nickname, workspace.mark, group),
        Target("group", shared.nickname, shared.mark, mailbox),
        Target("unit", UNIT.display_name, UNIT.mark, unit),
    ]


def nameless(targets: Sequence[Target]) -> list[Target]:
    return [replace(target, id=None) for target in targets]


def left(live: LiveTenant) -> list[str]:
    """Everything that the tenant still shows."""
    paths = ("/users", "/groups", "/directory/administrativeUnits")
    bins = ("/directory/deletedItems/graph.user", "/directory/deletedItems/graph.group")
    return [str(found["id"]) for path in (*paths, *bins) for found in live.graph.pages(path)]


def same(absences: Sequence[Absence]) -> list[tuple[str, str, str, str]]:
    return [(absence.kind, absence.id, absence.name, absence.read) for absence in absences]


@pytest.mark.parametrize("known", [True, False], ids=["by id", "by name"])
def test_everything_is_deleted_purged_and_proven_absent(
    live: LiveTenant, crisis: list[Target], known: bool
) -> None:
    began = datetime.now(UTC)
    absences = removal.remove(live.graph, crisis if known else nameless(crisis), deadline_s=30)
    assert left(live) == []
    assert [(absence.kind, absence.id, absence.name) for absence in absences] == [
        (target.kind, target.id, target.name) for target in crisis
    ]
    assert (
        absences[0].read
        == f"GET /users/{crisis[0].id} → 404; GET /directory/deletedItems/{crisis[0].id} → 404"
    )
    assert f"GET /groups/{crisis[3].id}/sites/root → 404" in absences[3].read
    assert f"GET /groups/{crisis[3].id}/team → 404" in absences[3].read
    assert absences[5].read == f"GET /directory/administrativeUnits/{crisis[5].id} → 404"
    assert all(began <= absence.at <= datetime.now(UTC) for absence in absences)


def test_a_second_run_proves_the_same_and_writes_nothing(live: LiveTenant, crisis: list[Target]) -> None:
    first = removal.remove(live.graph, crisis, deadline_s=30)
    live.recorder.requests.clear()
    assert same(removal.remove(live.graph, crisis, deadline_s=30)) == same(first)
    assert live.recorder.writes() == []


def test_what_never_was_there_is_proven_by_its_name(live: LiveTenant, crisis: list[Target]) -> None:
    removal.remove(live.graph, crisis, deadline_s=30)
    live.recorder.requests.clear()
    absences = removal.remove(live.graph, nameless(crisis), deadline_s=30)
    assert [absence.id for absence in absences] == [""] * len(crisis)
    assert absences[0].read == f"GET /users/{crisis[0].name} → 404"
    assert absences[3].read == f"GET /groups?$filter=mailNickname eq '{crisis[3].name}' → []"
    assert live.recorder.writes() == []


@pytest.mark.parametrize("known", [True, False], ids=["by id", "by name"])
def test_a_run_that_broke_between_deleting_and_purging_goes_on(
    live: LiveTenant, crisis: list[Target], known: bool
) -> None:
    live.graph.delete(f"/users/{crisis[0].id}")
    live.graph.delete(f"/groups/{crisis[3].id}")
    absences = removal.remove(live.graph, crisis if known else nameless(crisis), deadline_s=30)
    assert left(live) == []
    assert [absence.id for absence in absences] == [target.id for target in crisis]


def test_an_account_made_twice_is_removed_twice(live: LiveTenant) -> None:
    spec = user_spec(1)
    first = users.ensure_users(live.graph, [spec], deadline_s=30)[spec.principal_name]
    live.graph.delete(f"/users/{first}")
    second = users.ensure_users(live.graph, [spec], deadline_s=30)[spec.principal_name]
    absences = removal.remove(live.graph, [Target("user", spec.principal_name, spec.mark)], deadline_s=30)
    assert {absence.id for absence in absences} == {first, second}
    assert left(live) == []


@pytest.mark.parametrize("number", range(6))
@pytest.mark.parametrize("known", [True, False], ids=["by id", "by name"])
def test_what_does_not_bear_its_mark_keeps_everything_from_being_deleted(
    live: LiveTenant, crisis: list[Target], number: int, known: bool
) -> None:
    before = left(live)
    wrong = [replace(t, mark="kit:13001-2026-07") if n == number else t for n, t in enumerate(crisis)]
    live.recorder.requests.clear()
    with pytest.raises(OwnedByOthers, match=re.escape(crisis[number].name)):
        removal.remove(live.graph, wrong if known else nameless(wrong), deadline_s=30)
    assert live.recorder.writes() == []
    assert left(live) == before


def test_deleted_items_of_other_crises_stay(live: LiveTenant, crisis: list[Target]) -> None:
    theirs = replace(user_spec(9), mark="kit:13001-2026-07:9")
    other = users.ensure_users(live.graph, [theirs], deadline_s=30)[theirs.principal_name]
    live.graph.delete(f"/users/{other}")
    removal.remove(live.graph, nameless(crisis), deadline_s=30)
    assert left(live) == [other]


class Directory:
    """One account: `shows` is how many reads still show it after it was purged; `purge` answers that."""

    def __init__(self, *, shows: int = 0, purge: httpx.Response | None = None) -> None:
        self.deleted = self.purged = False
        self.reads_after = 0
        self._shows = shows
        self._purge = purge

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/$batch"):
            return batch_answer({s["id"]: self._answer(s["method"], s["url"]) for s in steps(request)})
        return self._answer(request.method, request.url.path.removeprefix("/v1.0"))

    def _answer(self, method: str, url: str) -> httpx.Response:
        path = url.partition("?")[0]
        body = {"id": "g", "mailNickname": "crise", "description": "Espace [kit:1]"}
        live, bin_ = "/groups/g", "/directory/deletedItems/g"
        if method == "DELETE":
            if path == bin_ and self._purge:
                return self._purge
            self.deleted, self.purged = True, self.purged or path == bin_
            return httpx.Response(204)
        if path == "/directory/deletedItems/graph.group":
            return httpx.Response(200, json={"value": [body] if self.deleted and not self.purged else []})
        if path == live and not self.deleted:
            return httpx.Response(200, json=body)
        if path == bin_ and self.deleted:
            self.reads_after += self.purged
            if not self.purged or self.reads_after <= self._shows:
                return httpx.Response(200, json=body)
        return refusal(404, "Request_ResourceNotFound")


GROUP = [Target("group", "crise", "kit:1", "g")]


def test_absence_is_read_until_every_copy_of_the_directory_shows_it(
    application: Application, time: VirtualTime
) -> None:
    directory = Directory(shows=4)
    with ScriptedTenant(directory).graph(application, time) as graph:
        removal.remove(graph, GROUP, deadline_s=60)
    assert directory.reads_after == 4 + READS


def test_what_does_not_go_is_said_at_the_deadline(application: Application, time: VirtualTime) -> None:
    directory = Directory(shows=10**6)
    with ScriptedTenant(directory).graph(application, time) as graph, pytest.raises(NotYet):
        removal.remove(graph, GROUP, deadline_s=60)
    assert 60 <= time.seconds < 75


def test_a_purge_kept_for_signed_in_people_is_said_as_that(
    application: Application, time: VirtualTime
) -> None:
    directory = Directory(purge=refusal(403, "Authorization_RequestDenied"))
    with (
        ScriptedTenant(directory).graph(application, time) as graph,
        pytest.raises(GraphForbidden, match="DELETE /directory/deletedItems/g") as caught,
    ):
        removal.remove(graph, GROUP, deadline_s=60)
    assert "device-code" in caught.value.hint
    assert directory.deleted


def states(live: LiveTenant, ids: Sequence[str]) -> list[tuple[bool, datetime]]:
    select = {"$select": "accountEnabled,signInSessionsValidFromDateTime"}
    found = [live.graph.get(f"/users/{key}", params=select) for key in ids]
    return [
        (user["accountEnabled"], datetime.fromisoformat(user["signInSessionsValidFromDateTime"]))
        for user in found
    ]


def test_nobody_signs_in_any_more(live: LiveTenant) -> None:
    ids = people(live, 23)
    began = datetime.now(UTC) - timedelta(seconds=3)
    removal.revoke(live.graph, ids)
    assert all(not enabled and since >= began for enabled, since in states(live, ids))


def test_sessions_are_ended_again_though_the_account_is_disabled(live: LiveTenant) -> None:
    ids = people(live, 2)
    removal.revoke(live.graph, ids)
    live.recorder.requests.clear()
    removal.revoke(live.graph, ids)
    assert sorted(live.recorder.writes()) == sorted(
        ("POST", f"/users/{key}/revokeSignInSessions") for key in ids
    )


def test_an_account_that_is_gone_does_not_keep_the_others_from_being_ended(live: LiveTenant) -> None:
    ids = people(live, 3)
    live.graph.delete(f"/users/{ids[0]}")
    removal.revoke(live.graph, ids)
    assert [enabled for enabled, _since in states(live, ids[1:])] == [False, False]


def test_nobody_to_end_asks_nothing(live: LiveTenant) -> None:
    removal.revoke(live.graph, [])
    assert live.recorder.writes() == []
