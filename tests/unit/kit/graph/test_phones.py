"""Phones under the tenant's management: found by either number, given to a person, locked, wiped."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from kit.graph import phones
from kit.graph.errors import GraphNotFound, NotYet
from kit.graph.phones import Order
from tests.unit.kit.graph.conftest import LiveTenant
from tests.unit.kit.graph.support import ScriptedTenant, VirtualTime
from tests.unit.kit.graph.test_groups import people

Application = tuple[Path, Path]
IMEI, SERIAL = "350000000000011", "R5CX00001A"


def enrol(live: LiveTenant) -> str:
    return live.server.enrol_phone(imei=IMEI, serial=SERIAL, model="Galaxy A55")


def device(key: str, imei: str, serial: str, enrolled: str = "2026-01-01T00:00:00Z") -> dict[str, Any]:
    numbers = {"imei": imei, "serialNumber": serial, "model": "Galaxy A55"}
    return {"id": key, **numbers, "userId": None, "enrolledDateTime": enrolled}


def found(
    application: Application, time: VirtualTime, devices: list[dict[str, Any]], wanted: list[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    tenant = ScriptedTenant(lambda _request: httpx.Response(200, json={"value": devices}))
    with tenant.graph(application, time) as graph:
        return {key: phone.id for key, phone in phones.find_phones(graph, wanted).items()}


def test_a_phone_is_found_by_either_number_and_one_that_is_not_there_is_left_out(live: LiveTenant) -> None:
    key = enrol(live)
    wanted = [(IMEI, SERIAL), (IMEI, ""), ("", SERIAL.lower()), ("350000000000029", "R5CX00002B"), ("", "")]
    there = phones.find_phones(live.graph, wanted)
    assert list(there) == wanted[:3]
    assert {phone.id for phone in there.values()} == {key}
    assert there[IMEI, SERIAL] == phones.ManagedPhone(key, IMEI, SERIAL, "Galaxy A55", "")


@pytest.mark.parametrize(
    ("imei", "serial", "same"),
    [
        ("35 000000 000001 1", "", True),
        ("350000000000029", "A", True),
        ("350000000000011", "B", False),
        ("", "", False),
    ],
    ids=["IMEI as printed on the box", "its second IMEI", "another phone's serial", "no number"],
)
def test_the_serial_decides_where_both_sides_know_it(
    application: Application, time: VirtualTime, imei: str, serial: str, same: bool
) -> None:
    there = found(application, time, [device("p", IMEI, "a")], [(imei, serial)])
    assert there == ({(imei, serial): "p"} if same else {})


def test_two_phones_without_imei_are_not_taken_for_each_other(
    application: Application, time: VirtualTime
) -> None:
    assert found(application, time, [device("p", "", "a"), device("q", "", "")], [("", "b")]) == {}


def test_the_latest_enrolment_of_a_phone_counts(application: Application, time: VirtualTime) -> None:
    devices = [
        device("old", IMEI, "a", "2025-01-01T00:00:00Z"),
        device("new", IMEI, "a", "2026-01-01T00:00:00Z"),
        device("older", IMEI, "a", "2024-01-01T00:00:00Z"),
    ]
    assert found(application, time, devices, [(IMEI, "a")]) == {(IMEI, "a"): "new"}


def test_a_phone_is_given_to_its_person_and_a_second_run_writes_nothing(live: LiveTenant) -> None:
    key, (first, second) = enrol(live), people(live, 2)
    phones.assign_phone(live.graph, key, first, deadline_s=30)
    phones.assign_phone(live.graph, key, second, deadline_s=30)
    assert [user["id"] for user in live.graph.pages(f"{phones.PHONES}/{key}/users")] == [second]
    assert phones.people_of(live.graph, key) == (live.graph.get(f"/users/{second}")["userPrincipalName"],)
    live.recorder.requests.clear()
    phones.assign_phone(live.graph, key, second, deadline_s=30)
    assert live.recorder.writes() == []


def test_a_phone_is_locked_and_wiped_whole(live: LiveTenant) -> None:
    key = enrol(live)
    phones.lock_phone(live.graph, key)
    phones.wipe_phone(live.graph, key)
    results = live.graph.get(f"{phones.PHONES}/{key}")["deviceActionResults"]
    assert [result["actionName"] for result in results] == ["remoteLock", "factoryReset"]


LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def result(state: str, *, minutes: int = 0, name: str = "remoteLock") -> dict[str, Any]:
    at = (LONG_AGO + timedelta(minutes=minutes)).isoformat()
    return {"actionName": name, "actionState": state, "startDateTime": at, "lastUpdatedDateTime": at}


def test_an_order_is_read_back_as_the_phone_carried_it_out(live: LiveTenant) -> None:
    key, began = enrol(live), datetime.now(UTC) - timedelta(seconds=2)
    assert phones.last_order(live.graph, key, Order.LOCK) is None
    phones.lock_phone(live.graph, key)
    found = phones.follow_order(live.graph, key, Order.LOCK, since=began, deadline_s=30)
    assert (found.done, found.awaited) == (True, False)
    assert phones.last_order(live.graph, key, Order.LOCK) == found
    assert phones.last_order(live.graph, key, Order.WIPE) is None


@pytest.mark.parametrize(
    ("state", "done", "awaited"),
    [
        ("done", True, False),
        ("failed", False, False),
        ("notSupported", False, False),
        ("pending", False, True),
        ("active", False, True),
    ],
)
def test_it_waits_for_the_phone_no_longer_than_that_and_tells_how_far_it_came(
    application: Application, time: VirtualTime, state: str, done: bool, awaited: bool
) -> None:
    results = [result("done", name="factoryReset", minutes=9), result(state, minutes=5), result("done")]
    tenant = ScriptedTenant(lambda _request: httpx.Response(200, json={"deviceActionResults": results}))
    with tenant.graph(application, time) as graph:
        found = phones.follow_order(graph, "p", Order.LOCK, since=LONG_AGO, deadline_s=20)
    assert (found.done, found.awaited, found.asked_at) == (done, awaited, LONG_AGO + timedelta(minutes=5))
    assert sum(time.waits) == (20 if awaited else 0)


@pytest.mark.parametrize(
    "results", [None, [], [result("done", name="factoryReset")], [{"actionName": "remoteLock"}]]
)
def test_an_order_that_does_not_show_is_not_told_as_given(
    application: Application, time: VirtualTime, results: list[dict[str, Any]] | None
) -> None:
    tenant = ScriptedTenant(lambda _request: httpx.Response(200, json={"deviceActionResults": results}))
    with tenant.graph(application, time) as graph, pytest.raises(NotYet):
        phones.follow_order(graph, "p", Order.LOCK, since=LONG_AGO, deadline_s=20)


def test_an_earlier_order_proves_nothing_of_this_one(application: Application, time: VirtualTime) -> None:
    body = {"deviceActionResults": [result("done")]}
    tenant = ScriptedTenant(lambda _request: httpx.Response(200, json=body))
    with tenant.graph(application, time) as graph, pytest.raises(NotYet):
        phones.follow_order(graph, "p", Order.LOCK, since=LONG_AGO + timedelta(minutes=1), deadline_s=20)


def test_a_phone_that_is_not_managed_cannot_be_wiped(live: LiveTenant) -> None:
    with pytest.raises(GraphNotFound):
        phones.wipe_phone(live.graph, "00000000-0000-4000-8000-000000000bad")
