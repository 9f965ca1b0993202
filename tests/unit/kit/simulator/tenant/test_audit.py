"""The audit log: every write leaves who, what and when, a refusal leaves nothing."""

from collections.abc import Callable
from typing import Any

import httpx

from tests.unit.kit.simulator.tenant.administering import ADMIN, a_group, a_user, reference
from tests.unit.kit.simulator.tenant.running import CLIENT_ID, Clock, created, error_of, user_body

AUDITS = "/auditLogs/directoryAudits"


def audits(graph: httpx.Client, condition: str = "") -> list[dict[str, Any]]:
    answer = graph.get(AUDITS, params={"$filter": condition} if condition else {})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["value"])


def test_an_entry_says_who_did_what_to_whom_and_when(start: Callable[..., httpx.Client]) -> None:
    graph = start(clock=Clock(), roles=ADMIN)
    user = a_user(graph)
    (entry,) = audits(graph)
    assert (entry["activityDisplayName"], entry["category"]) == ("Add user", "UserManagement")
    assert entry["activityDateTime"] == "2027-01-15T08:00:00Z"
    assert entry["initiatedBy"]["app"]["appId"] == CLIENT_ID
    (target,) = entry["targetResources"]
    assert (target["id"], target["type"], target["displayName"]) == (user, "User", "Camille Exemple")


def test_what_was_deleted_is_still_named(admin: httpx.Client) -> None:
    user = a_user(admin)
    admin.delete(f"/users/{user}")
    admin.delete(f"/directory/deletedItems/{user}")
    names = [
        (entry["activityDisplayName"], entry["targetResources"][0]["id"], entry["operationType"])
        for entry in audits(admin)
    ]
    assert sorted(names) == [
        ("Add user", user, "Add"),
        ("Delete user", user, "Delete"),
        ("Hard Delete", user, "Delete"),
    ]


def test_a_new_member_is_named_beside_the_group(admin: httpx.Client) -> None:
    user, group = a_user(admin), a_group(admin)
    admin.post(f"/groups/{group}/members/$ref", json=reference(admin, user))
    (entry,) = audits(admin, "activityDisplayName eq 'Add member to group'")
    assert [target["id"] for target in entry["targetResources"]] == [group, user]
    assert [target["groupType"] for target in entry["targetResources"]] == ["unifiedGroups", None]


def test_the_log_is_filtered_by_moment_category_and_target(start: Callable[..., httpx.Client]) -> None:
    clock = Clock()
    graph = start(clock=clock, roles=ADMIN)
    first = a_user(graph, "un")
    clock.pass_seconds(60)
    second, group = a_user(graph, "deux"), a_group(graph)
    assert [entry["targetResources"][0]["id"] for entry in audits(graph)][-1] == first
    assert len(audits(graph, "activityDateTime ge 2027-01-15T08:01:00Z")) == 2
    assert [
        entry["targetResources"][0]["id"] for entry in audits(graph, "category eq 'GroupManagement'")
    ] == [group]
    assert len(audits(graph, f"targetResources/any(t:t/id eq '{second}')")) == 1
    assert audits(graph, "initiatedBy/app/displayName eq 'nobody'") == []


def test_a_refused_write_and_a_code_leave_no_trace(admin: httpx.Client) -> None:
    created(admin, "/users", user_body())
    admin.post("/users", json=user_body())
    assert len(audits(admin)) == 1
    user = admin.get("/users").json()["value"][0]["id"]
    path = f"/users/{user}/authentication/temporaryAccessPassMethods"
    code = created(admin, path, {})["temporaryAccessPass"]
    (entry,) = audits(admin, "loggedByService eq 'Authentication Methods'")
    assert entry["targetResources"][0]["id"] == user
    assert code not in str(audits(admin))


def test_sign_ins_are_there_for_who_has_the_licence(start: Callable[..., httpx.Client]) -> None:
    assert start(roles=ADMIN).get("/auditLogs/signIns").json()["value"] == []


def test_sign_ins_are_refused_to_a_tenant_without_the_licence(start: Callable[..., httpx.Client]) -> None:
    graph = start(roles=ADMIN, licences={"SPE_E3": 0, "SPE_F1": 0})
    expected = (403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant")
    assert error_of(graph.get("/auditLogs/signIns")) == expected
