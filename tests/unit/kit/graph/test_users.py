"""Accounts in the simulated tenant: created once, ours, and never with a password anybody knows."""

import json
from dataclasses import replace

import pytest

from kit.graph import licences, users
from kit.graph.batching import segment
from kit.graph.errors import GraphRefused, OwnedByOthers
from kit.graph.users import UserSpec
from tests.unit.kit.graph.conftest import LiveTenant
from tests.unit.kit.graph.support import DOMAIN


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
    users.mailboxes_ready(live.graph, ids)
    batches = [json.loads(request.content)["requests"] for request in live.recorder.requests]
    assert [len(batch) for batch in batches] == [4, 4, 2]
