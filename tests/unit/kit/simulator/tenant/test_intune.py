"""Managed phones: enrolled, found, given to a person, and ordered about, which takes them a while."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from kit.errors import BadInput
from kit.simulator.tenant.server import INSTANT, TenantServer
from tests.unit.kit.simulator.tenant.administering import ADMIN, a_user, ids, reference
from tests.unit.kit.simulator.tenant.running import (
    DOMAIN,
    TENANT_ID,
    Application,
    Clock,
    error_of,
    signed_in,
    tenant_in,
)

PHONES = "/deviceManagement/managedDevices"
DELAY = 30.0


class Fleet:
    """A tenant with two phones, a client of it, and its clock."""

    def __init__(self, server: TenantServer, graph: httpx.Client, clock: Clock) -> None:
        self.graph = graph
        self.clock = clock
        self.first = server.enrol_phone(imei="350000000000017", serial="SN1", model="A16")
        self.second = server.enrol_phone(imei="350000000000025", serial="SN2", model="A16")

    def read(self, select: str = "") -> dict[str, Any]:
        """The first phone as it is now."""
        params = {"$select": select} if select else {}
        return dict(self.graph.get(f"{PHONES}/{self.first}", params=params).json())

    def order(self, action: str, **body: object) -> int:
        """The status of an order to the first phone."""
        return self.graph.post(f"{PHONES}/{self.first}/{action}", json=body or None).status_code

    def results(self) -> dict[str, str]:
        return {result["actionName"]: result["actionState"] for result in self.read()["deviceActionResults"]}


@pytest.fixture
def fleet(tmp_path: Path, application: Application) -> Iterator[Fleet]:
    clock = Clock()
    behaviour = replace(INSTANT, phone_delay=DELAY)
    with (
        tenant_in(tmp_path / "tenant", application, behaviour=behaviour, clock=clock, roles=ADMIN) as server,
        signed_in(server, application) as graph,
    ):
        yield Fleet(server, graph, clock)


@pytest.mark.parametrize("condition", ["serialNumber eq 'sn1'", "imei eq '350000000000017'"])
def test_a_phone_is_found_by_its_numbers(fleet: Fleet, condition: str) -> None:
    assert ids(fleet.graph.get(PHONES)) == [fleet.first, fleet.second]
    assert ids(fleet.graph.get(PHONES, params={"$filter": condition})) == [fleet.first]


def test_a_filter_or_path_that_leads_nowhere_is_refused(fleet: Fleet) -> None:
    assert error_of(fleet.graph.get(PHONES, params={"$filter": "notes eq 'x'"})) == (400, "BadRequest")
    assert error_of(fleet.graph.get(f"{PHONES}/none")) == (404, "ResourceNotFound")


def test_the_primary_user_is_replaced_and_the_enrolling_one_stays(fleet: Fleet) -> None:
    path = f"{PHONES}/{fleet.first}/users"
    users = [a_user(fleet.graph, name) for name in ("un", "deux")]
    assert ids(fleet.graph.get(path)) == []
    for user in users:
        body = reference(fleet.graph, user, "users")
        assert fleet.graph.post(f"{path}/$ref", json=body).status_code == 204
        assert ids(fleet.graph.get(path)) == [user]
    assert fleet.read()["userId"] == ""
    unknown = fleet.graph.post(f"{path}/$ref", json=reference(fleet.graph, "nobody", "users"))
    assert error_of(unknown) == (404, "Request_ResourceNotFound")
    assert fleet.graph.delete(f"{path}/$ref").status_code == 204
    assert ids(fleet.graph.get(path)) == []


def test_notes_are_written_and_read_only_on_request(fleet: Fleet) -> None:
    path = f"{PHONES}/{fleet.first}"
    assert fleet.graph.patch(path, json={"notes": "Lot 3", "managedDeviceName": "T-1"}).status_code == 200
    assert fleet.read("notes")["notes"] == "Lot 3"
    assert "notes" not in fleet.read()
    listed = fleet.graph.get(PHONES, params={"$select": "id,notes"}).json()["value"][0]
    assert "notes" not in listed
    for body in ({"serialNumber": "X"}, {"notes": 3}, {"managedDeviceOwnerType": "mine"}):
        assert error_of(fleet.graph.patch(path, json=body)) == (400, "BadRequest")


@pytest.mark.parametrize(
    ("action", "body", "name", "states"),
    [
        ("remoteLock", {}, "remoteLock", ("managed", "managed")),
        ("rebootNow", {}, "rebootNow", ("managed", "managed")),
        ("retire", {}, "removeCompanyData", ("retirePending", "retireIssued")),
        ("wipe", {}, "factoryReset", ("wipePending", "wipeIssued")),
        (
            "wipe",
            {"keepUserData": False, "keepEnrollmentData": False},
            "factoryReset",
            ("wipePending", "wipeIssued"),
        ),
        ("wipe", {"keepEnrollmentData": True}, "factoryResetKeepEnrollmentData", ("managed", "managed")),
    ],
)
def test_an_order_is_pending_until_the_phone_has_carried_it_out(
    fleet: Fleet, action: str, body: dict[str, bool], name: str, states: tuple[str, str]
) -> None:
    before = fleet.read()["lastSyncDateTime"]
    assert fleet.order(action, **body) == 204
    fleet.clock.pass_seconds(DELAY - 1)
    assert (fleet.results(), fleet.read()["managementState"]) == ({name: "pending"}, states[0])
    assert fleet.read()["lastSyncDateTime"] == before
    fleet.clock.pass_seconds(1)
    assert (fleet.results(), fleet.read()["managementState"]) == ({name: "done"}, states[1])
    assert fleet.read()["lastSyncDateTime"] > before


def test_a_sync_moves_the_last_contact_and_leaves_no_result(fleet: Fleet) -> None:
    before = fleet.read()["lastSyncDateTime"]
    assert fleet.order("syncDevice") == 204
    fleet.clock.pass_seconds(DELAY)
    assert fleet.read()["lastSyncDateTime"] > before
    assert fleet.results() == {}


def test_a_repeated_order_has_one_result(fleet: Fleet) -> None:
    fleet.order("remoteLock")
    fleet.clock.pass_seconds(DELAY)
    fleet.order("remoteLock")
    assert fleet.results() == {"remoteLock": "pending"}
    assert len(fleet.read()["deviceActionResults"]) == 1


def test_a_wipe_that_makes_no_sense_is_not_ordered(fleet: Fleet) -> None:
    assert fleet.order("wipe", everything=True) == 400
    assert fleet.order("wipe", keepUserData="no") == 400
    assert fleet.results() == {}


def test_a_deleted_phone_is_no_longer_managed(fleet: Fleet) -> None:
    assert fleet.graph.delete(f"{PHONES}/{fleet.first}").status_code == 204
    assert ids(fleet.graph.get(PHONES)) == [fleet.second]
    assert fleet.order("remoteLock") == 404


def test_locking_needs_a_permission_of_its_own(start: Callable[..., httpx.Client]) -> None:
    graph = start(roles=["DeviceManagementManagedDevices.ReadWrite.All"])
    assert error_of(graph.post(f"{PHONES}/x/remoteLock")) == (403, "Forbidden")


def test_a_tenant_without_intune_refuses_everything(tmp_path: Path, application: Application) -> None:
    without = {"AAD_PREMIUM": 5}
    with (
        tenant_in(tmp_path / "tenant", application, licences=without, roles=ADMIN) as server,
        signed_in(server, application) as graph,
    ):
        assert error_of(graph.get(PHONES)) == (400, "BadRequest")
        with pytest.raises(BadInput, match="not enrolled"):
            server.enrol_phone(imei="", serial="SN1", model="A16")


def test_phones_outlast_a_restart(tmp_path: Path, application: Application) -> None:
    with tenant_in(tmp_path / "tenant", application, roles=ADMIN) as server:
        phone = server.enrol_phone(imei="1", serial="SN1", model="A16")
    with (
        TenantServer(tmp_path / "tenant", behaviour=INSTANT, tenant_id=TENANT_ID, domain=DOMAIN) as server,
        signed_in(server, application) as graph,
    ):
        assert ids(graph.get(PHONES)) == [phone]
