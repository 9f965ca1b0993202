"""Conditional access policies: kept as they were made, refused where they would mean nothing."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from kit.simulator.tenant.behaviour import INSTANT
from tests.unit.kit.simulator.tenant.administering import ADMIN, ids
from tests.unit.kit.simulator.tenant.running import created, error_of

POLICIES = "/identity/conditionalAccess/policies"
CONDITIONS = {"applications": {"includeApplications": ["All"]}, "users": {"includeUsers": ["All"]}}


def policy(**changes: Any) -> dict[str, Any]:
    return {
        "displayName": "Appareils conformes",
        "state": "enabledForReportingButNotEnforced",
        "conditions": CONDITIONS,
        "grantControls": {"operator": "OR", "builtInControls": ["compliantDevice"]},
        **changes,
    }


@pytest.fixture
def unhurried(start: Callable[..., httpx.Client]) -> httpx.Client:
    """The service takes one of these requests a second."""
    return start(roles=ADMIN, behaviour=replace(INSTANT, documented_limits=False))


def test_a_policy_is_created_changed_and_deleted(unhurried: httpx.Client) -> None:
    made = created(unhurried, POLICIES, policy())
    assert made["conditions"]["users"]["includeUsers"] == ["All"]
    assert made["conditions"]["clientAppTypes"] == ["all"]
    path = f"{POLICIES}/{made['id']}"
    change = {"state": "enabled", "conditions": {"users": {"includeUsers": ["None"]}}}
    assert unhurried.patch(path, json=change).status_code == 204
    read = unhurried.get(path).json()
    assert (read["state"], read["displayName"]) == ("enabled", "Appareils conformes")
    assert read["conditions"]["users"]["includeUsers"] == ["None"]
    assert read["conditions"]["applications"]["includeApplications"] == ["All"]
    assert read["modifiedDateTime"]
    assert ids(unhurried.get(POLICIES, params={"$filter": "state eq 'enabled'"})) == [made["id"]]
    assert unhurried.delete(path).status_code == 204
    assert error_of(unhurried.get(path)) == (404, "NotFound")


@pytest.mark.parametrize(
    "changes",
    [
        {"displayName": None},
        {"state": "on"},
        {"conditions": {}},
        {"conditions": {"applications": CONDITIONS["applications"]}},
        {"conditions": {**CONDITIONS, "weather": "rain"}},
        {"grantControls": None},
        {"colour": "red"},
    ],
)
def test_a_policy_that_would_mean_nothing_is_refused(
    unhurried: httpx.Client, changes: dict[str, Any]
) -> None:
    assert error_of(unhurried.post(POLICIES, json=policy(**changes))) == (400, "BadRequest")
    assert ids(unhurried.get(POLICIES)) == []


def test_policies_need_a_licence(start: Callable[..., httpx.Client]) -> None:
    graph = start(roles=ADMIN, licences={"SPE_E3": 0, "SPE_F1": 0})
    assert error_of(graph.post(POLICIES, json=policy())) == (403, "AccessDenied")


def test_the_service_takes_one_request_a_second_and_does_not_say_when(admin: httpx.Client) -> None:
    answers = [admin.get(POLICIES) for _ in range(5)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert all("Retry-After" not in answer.headers for answer in refused)
