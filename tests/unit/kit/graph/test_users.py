"""Accounts in the simulated tenant: created once, ours, and never with a password anybody knows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from kit.graph import licences, users
from kit.graph.batching import segment
from kit.graph.ensure import READS
from kit.graph.errors import GraphRefused, NotYet, OwnedByOthers
from kit.graph.users import UserSpec
from tests.unit.kit.graph.conftest import LiveTenant
from tests.unit.kit.graph.support import DOMAIN, ScriptedTenant, VirtualTime, batch_answer, steps


def spec(number: int) -> UserSpec:
    return UserSpec(
        principal_name=f"camille.exemple{number}.aubagne@{DOMAIN}",
        nickname=f"camille.exemple{number}.aubagne",
        display_name=f"Camille Exemple {number}",
        given_name="Camille",
        surname=f"Exemple {number}",
        department="État civil",
        usage_location="FR",
        mark=f"kit:13005-2026-01:{number}",
    )


def test_accounts_are_created_as_planned_and_a_second_run_writes_nothing(live: LiveTenant) -> None:
    specs = [spec(number) for number in range(1, 24)]
    first = users.ensure_users(live.graph, specs, deadline_s=30)
    assert set(first) == {wanted.principal_name for wanted in specs}
    select = "id,accountEnabled,department,displayName,givenName,surname,usageLocation,mailNickname"
    found = live.graph.get(f"/users/{first[specs[2].principal_name]}", params={"$select": select})
    found.pop("@odata.context", None)
    assert found == {
        "id": first[specs[2].principal_name],
        "accountEnabled": True,
        "department": "État civil",
        "displayName": "Camille Exemple 3",
        "givenName": "Camille",
        "surname": "Exemple 3",
        "usageLocation": "FR",
        "mailNickname": "camille.exemple3.aubagne",
    }
    live.recorder.requests.clear()
    assert users.ensure_users(live.graph, specs, deadline_s=30) == first
    assert live.recorder.writes() == []


def test_each_account_has_its_own_password_to_be_changed_at_sign_in(live: LiveTenant) -> None:
    users.ensure_users(live.graph, [spec(number) for number in range(1, 6)], deadline_s=30)
    profiles = [
        body["passwordProfile"]
        for method, path, body in live.recorder.graph_calls()
        if (method, path) == ("POST", "/users")
    ]
    assert len({profile["password"] for profile in profiles}) == 5
    assert all(len(profile["password"]) > 40 for profile in profiles)
    assert all(profile["forceChangePasswordNextSignIn"] for profile in profiles)


def test_an_account_of_somebody_else_is_left_alone_and_nothing_is_created(live: LiveTenant) -> None:
    theirs = replace(spec(1), mark="kit:13001-2026-07:1")
    users.ensure_users(live.graph, [theirs], deadline_s=30)
    live.recorder.requests.clear()
    with pytest.raises(OwnedByOthers, match="kit:13001-2026-07:1") as caught:
        users.ensure_users(live.graph, [spec(1), spec(2)], deadline_s=30)
    assert live.recorder.writes() == []
    assert "pattern" in caught.value.hint


def test_an_account_without_any_mark_is_somebody_elses(live: LiveTenant) -> None:
    made_by_hand = {
        "accountEnabled": True,
        "displayName": "x",
        "mailNickname": spec(1).nickname,
        "userPrincipalName": spec(1).principal_name,
        "passwordProfile": {"password": "Tr0ub4dor&3x"},
    }
    live.graph.post("/users", made_by_hand)
    with pytest.raises(OwnedByOthers):
        users.ensure_users(live.graph, [spec(1)], deadline_s=30)


def test_an_account_that_is_refused_is_named_and_the_others_are_created(live: LiveTenant) -> None:
    wrong = replace(spec(1), principal_name="camille.exemple@elsewhere.example")
    with pytest.raises(GraphRefused, match="POST /users"):
        users.ensure_users(live.graph, [wrong, spec(2), spec(3)], deadline_s=30)
    assert live.graph.get(f"/users/{segment(spec(3).principal_name)}")["surname"] == "Exemple 3"


def test_mailboxes_are_ready_once_there_is_a_licence(live: LiveTenant) -> None:
    ids = list(users.ensure_users(live.graph, [spec(1), spec(2), spec(3)], deadline_s=30).values())
    assert users.mailboxes_ready(live.graph, ids) == set()
    sku = licences.left(live.graph, "SPE_E3")
    licences.assign(live.graph, sku.sku_id, ids[:2])
    assert users.mailboxes_ready(live.graph, ids) == set(ids[:2])


def test_many_mailboxes_are_looked_at_within_what_outlook_allows(live: LiveTenant) -> None:
    ids = list(users.ensure_users(live.graph, [spec(n) for n in range(1, 11)], deadline_s=30).values())
    live.recorder.requests.clear()
    assert users.mailboxes_ready(live.graph, ids) == set()
    batches = [steps(request) for request in live.recorder.requests]
    assert sum(map(len, batches)) == 10
    assert max(map(len, batches)) <= 4


@pytest.mark.parametrize(
    "changed",
    [{"accountEnabled": False}, {"department": "Voirie", "surname": "Autre"}, {"usageLocation": "BE"}],
)
def test_an_account_that_somebody_changed_is_put_right(live: LiveTenant, changed: dict[str, object]) -> None:
    specs = [spec(1), spec(2)]
    ids = users.ensure_users(live.graph, specs, deadline_s=30)
    live.graph.patch(f"/users/{ids[specs[0].principal_name]}", changed)
    live.recorder.requests.clear()
    assert users.ensure_users(live.graph, specs, deadline_s=30) == ids
    assert live.recorder.writes() == [("PATCH", f"/users/{specs[0].principal_name}")]
    select = {"$select": ",".join(specs[0].kept)}
    found = live.graph.get(f"/users/{ids[specs[0].principal_name]}", params=select)
    assert {name: found[name] for name in specs[0].kept} == specs[0].kept


def test_an_account_without_service_is_not_changed_for_ever(live: LiveTenant) -> None:
    """What was given empty reads back as null."""
    bare = replace(spec(1), department="")
    users.ensure_users(live.graph, [bare], deadline_s=30)
    live.recorder.requests.clear()
    users.ensure_users(live.graph, [bare], deadline_s=30)
    assert live.recorder.writes() == []


def test_accounts_are_found_by_name_and_those_that_are_not_there_left_out(live: LiveTenant) -> None:
    ids = users.ensure_users(live.graph, [spec(1), spec(2)], deadline_s=30)
    names = [spec(number).principal_name for number in (1, 2, 3)]
    assert users.find_users(live.graph, names) == ids
    assert users.find_users(live.graph, []) == {}


def test_many_accounts_cost_a_look_a_creation_and_the_good_reads(
    application: tuple[Path, Path], time: VirtualTime
) -> None:
    """Rounds of batches that wait for one another, which is what a slow connection feels."""
    there: dict[str, dict[str, object]] = {}
    rounds: list[str] = []

    def one(step: dict[str, object]) -> httpx.Response:
        rounds.append(str(step["method"]))
        if step["method"] == "POST":
            body = dict(step["body"]) if isinstance(step["body"], dict) else {}
            there[body["userPrincipalName"]] = {**body, "id": f"id-{len(there)}"}
            return httpx.Response(201, json={})
        name = str(step["url"]).partition("?")[0].removeprefix("/users/")
        return httpx.Response(200, json=there[name]) if name in there else httpx.Response(404, json={})

    tenant = ScriptedTenant(lambda request: batch_answer({step["id"]: one(step) for step in steps(request)}))
    with tenant.graph(application, time) as graph:
        found = users.ensure_users(graph, [spec(number) for number in range(200)], deadline_s=60)
    assert len(found) == 200
    assert rounds == ["GET"] * 200 + ["POST"] * 200 + ["GET"] * 200 * READS
    assert len(tenant.requests) == 10 * (1 + 1 + READS)
    assert time.waits == []


def test_ended_sessions_are_read_back(live: LiveTenant) -> None:
    (user,) = users.ensure_users(live.graph, [spec(1)], deadline_s=30).values()
    began = datetime.now(UTC) - timedelta(seconds=3)
    since = users.end_sessions(live.graph, user, deadline_s=30)
    found = live.graph.get(f"/users/{user}", params={"$select": "signInSessionsValidFromDateTime"})
    assert datetime.fromisoformat(found["signInSessionsValidFromDateTime"]) == since
    assert since >= began


@pytest.mark.parametrize("shown", [None, "2020-01-01T00:00:00Z"])
def test_sessions_that_do_not_show_as_ended_are_not_told_as_ended(
    application: tuple[Path, Path], time: VirtualTime, shown: str | None
) -> None:
    body = {"value": True, "signInSessionsValidFromDateTime": shown}
    tenant = ScriptedTenant(lambda _request: httpx.Response(200, json=body))
    with tenant.graph(application, time) as graph, pytest.raises(NotYet, match="sessions to end"):
        users.end_sessions(graph, "u", deadline_s=20)
    assert [request.method for request in tenant.requests][:2] == ["POST", "GET"]
