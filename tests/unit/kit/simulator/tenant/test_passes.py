"""Temporary access passes: the code is shown once, one pass a user, within what the policy allows."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.unit.kit.simulator.tenant.administering import ADMIN, a_user, ids
from tests.unit.kit.simulator.tenant.running import Clock, created, error_of

POLICY = "/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/temporaryAccessPass"


def passes_of(user: str) -> str:
    return f"/users/{user}/authentication/temporaryAccessPassMethods"


def test_the_code_is_in_the_answer_that_makes_the_pass_and_nowhere_else(admin: httpx.Client) -> None:
    user = a_user(admin)
    made = created(admin, passes_of(user), {"isUsableOnce": True, "lifetimeInMinutes": 60})
    code = made["temporaryAccessPass"]
    assert len(code) == 8
    assert (made["isUsable"], made["isUsableOnce"], made["lifetimeInMinutes"]) == (True, True, 60)
    answers = [
        admin.get(path)
        for path in (
            passes_of(user),
            f"{passes_of(user)}/{made['id']}",
            f"/users/{user}/authentication/methods",
        )
    ]
    assert all(made["id"] in answer.text and code not in answer.text for answer in answers)
    assert answers[1].json()["temporaryAccessPass"] is None


def test_a_new_pass_takes_the_place_of_the_earlier_one(admin: httpx.Client) -> None:
    user, other = a_user(admin), a_user(admin, "dominique.essai")
    kept = created(admin, passes_of(other), {})["id"]
    first, second = (created(admin, passes_of(user), {})["id"] for _ in range(2))
    assert ids(admin.get(passes_of(user))) == [second]
    assert error_of(admin.get(f"{passes_of(user)}/{first}")) == (404, "Request_ResourceNotFound")
    assert error_of(admin.delete(f"{passes_of(user)}/{kept}")) == (404, "Request_ResourceNotFound")
    assert admin.delete(f"{passes_of(user)}/{second}").status_code == 204
    assert ids(admin.get(passes_of(user))) == []
    assert ids(admin.get(passes_of(other))) == [kept]


@pytest.mark.parametrize(
    "body",
    [
        {"lifetimeInMinutes": 9},
        {"lifetimeInMinutes": 43_201},
        {"lifetimeInMinutes": "60"},
        {"lifetimeInMinutes": True},
        {"isUsableOnce": "yes"},
        {"startDateTime": "soon"},
        {"temporaryAccessPass": "chosen-by-me"},
    ],
)
def test_a_pass_that_the_service_would_not_make_is_refused(admin: httpx.Client, body: dict[str, Any]) -> None:
    user = a_user(admin)
    assert error_of(admin.post(passes_of(user), json=body)) == (400, "badRequest")
    assert ids(admin.get(passes_of(user))) == []


@pytest.mark.parametrize("minutes", [10, 43_200])
def test_the_longest_and_the_shortest_lifetime_are_taken(admin: httpx.Client, minutes: int) -> None:
    made = created(admin, passes_of(a_user(admin)), {"lifetimeInMinutes": minutes})
    assert made["lifetimeInMinutes"] == minutes


@pytest.mark.parametrize(
    ("policy", "body"),
    [
        ({"state": "disabled"}, {}),
        ({"maximumLifetimeInMinutes": 480}, {"lifetimeInMinutes": 481}),
        ({"isUsableOnce": True}, {"isUsableOnce": False}),
    ],
)
def test_the_policy_decides(admin: httpx.Client, policy: dict[str, Any], body: dict[str, Any]) -> None:
    user = a_user(admin)
    created(admin, passes_of(user), body)
    assert admin.patch(POLICY, json=policy).status_code == 204
    assert admin.get(POLICY).json().items() >= policy.items()
    assert error_of(admin.post(passes_of(user), json=body)) == (400, "badRequest")


@pytest.mark.parametrize(
    "policy", [{"defaultLength": 7}, {"minimumLifetimeInMinutes": 100}, {"state": "on"}, {"colour": "red"}]
)
def test_a_policy_that_makes_no_sense_is_refused(admin: httpx.Client, policy: dict[str, Any]) -> None:
    before = admin.get(POLICY).json()
    assert error_of(admin.patch(POLICY, json=policy)) == (400, "Request_BadRequest")
    assert admin.get(POLICY).json() == before


def test_a_pass_becomes_usable_and_expires(start: Callable[..., httpx.Client]) -> None:
    clock = Clock()
    graph = start(clock=clock, roles=ADMIN)
    user = a_user(graph)
    begins = {"startDateTime": "2027-01-15T09:00:00Z", "lifetimeInMinutes": 10}
    path = f"{passes_of(user)}/{created(graph, passes_of(user), begins)['id']}"
    reasons = []
    for seconds in (0, 3600, 600):
        clock.pass_seconds(seconds)
        found = graph.get(path).json()
        reasons.append((found["isUsable"], found["methodUsabilityReason"]))
    assert reasons == [(False, "NotYetValid"), (True, "EnabledByPolicy"), (False, "Expired")]


def test_a_purged_users_pass_is_forgotten(admin: httpx.Client) -> None:
    user = a_user(admin)
    created(admin, passes_of(user), {})
    admin.delete(f"/users/{user}")
    admin.delete(f"/directory/deletedItems/{user}")
    assert error_of(admin.get(passes_of(user))) == (404, "Request_ResourceNotFound")
