"""Administrative units: containers whose members may be hidden, gone for good when they are deleted."""

from collections.abc import Callable

import httpx
import pytest

from tests.unit.kit.simulator.tenant.administering import ADMIN, a_group, a_user, ids, reference
from tests.unit.kit.simulator.tenant.running import created, error_of

UNITS = "/directory/administrativeUnits"
HIDDEN = {"displayName": "Commune", "description": "C1", "visibility": "HiddenMembership"}


def test_a_unit_is_created_read_changed_and_found_by_name(admin: httpx.Client) -> None:
    unit = created(admin, UNITS, HIDDEN)
    assert {name: unit[name] for name in HIDDEN} == HIDDEN
    assert admin.patch(f"{UNITS}/{unit['id']}", json={"description": "C2"}).status_code == 204
    read = admin.get(f"{UNITS}/{unit['id']}", params={"$select": "id,description"}).json()
    assert (read["id"], read["description"]) == (unit["id"], "C2")
    assert ids(admin.get(UNITS, params={"$filter": "displayName eq 'commune'"})) == [unit["id"]]
    assert ids(admin.get(UNITS, params={"$filter": "displayName eq 'other'"})) == []


@pytest.mark.parametrize(
    "body",
    [{}, {"displayName": ""}, {"displayName": "C", "visibility": "Private"}, {"displayName": "C", "x": 1}],
)
def test_a_unit_that_makes_no_sense_is_refused(admin: httpx.Client, body: dict[str, object]) -> None:
    assert error_of(admin.post(UNITS, json=body)) == (400, "Request_BadRequest")
    assert ids(admin.get(UNITS)) == []


def test_users_and_groups_are_added_once_and_removed_once(admin: httpx.Client) -> None:
    unit, user, group = created(admin, UNITS, HIDDEN)["id"], a_user(admin), a_group(admin)
    members = f"{UNITS}/{unit}/members"
    for key, kind in ((user, "users"), (group, "groups")):
        assert admin.post(f"{members}/$ref", json=reference(admin, key, kind)).status_code == 204
    again = admin.post(f"{members}/$ref", json=reference(admin, user))
    assert error_of(again) == (400, "Request_BadRequest")
    assert "already exist" in again.json()["error"]["message"]
    assert ids(admin.get(members)) == [user, group]
    kinds = [member["@odata.type"] for member in admin.get(members).json()["value"]]
    assert kinds == ["#microsoft.graph.user", "#microsoft.graph.group"]
    assert admin.delete(f"{members}/{group}/$ref").status_code == 204
    assert error_of(admin.delete(f"{members}/{group}/$ref")) == (404, "Request_ResourceNotFound")
    assert ids(admin.get(members)) == [user]


def test_a_deleted_unit_is_gone_for_good_and_its_members_stay(admin: httpx.Client) -> None:
    unit, user = created(admin, UNITS, HIDDEN)["id"], a_user(admin)
    admin.post(f"{UNITS}/{unit}/members/$ref", json=reference(admin, user))
    assert admin.delete(f"{UNITS}/{unit}").status_code == 204
    for path in (f"{UNITS}/{unit}", f"{UNITS}/{unit}/members", f"/directory/deletedItems/{unit}"):
        assert error_of(admin.get(path)) == (404, "Request_ResourceNotFound")
    assert ids(admin.get(f"/users/{user}/memberOf")) == []
    assert admin.get(f"/users/{user}").status_code == 200


@pytest.mark.parametrize(("visibility", "seen"), [("HiddenMembership", False), (None, True)])
def test_hidden_members_show_only_to_who_may_read_them(
    start: Callable[..., httpx.Client], visibility: str | None, seen: bool
) -> None:
    graph = start(roles=[role for role in ADMIN if role != "Member.Read.Hidden"])
    unit, user = created(graph, UNITS, {**HIDDEN, "visibility": visibility})["id"], a_user(graph)
    graph.post(f"{UNITS}/{unit}/members/$ref", json=reference(graph, user))
    assert ids(graph.get(f"{UNITS}/{unit}/members")) == [user] * seen
    assert ids(graph.get(f"/users/{user}/memberOf")) == [unit] * seen


def test_without_the_permission_no_unit_is_made(graph: httpx.Client) -> None:
    assert error_of(graph.post(UNITS, json=HIDDEN)) == (403, "Authorization_RequestDenied")
