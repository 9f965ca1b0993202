"""Forty people through a tenant that misbehaves in every way it can, and a station killed meanwhile."""

import os
import signal
import time
from collections.abc import Iterator

import pytest

from inventory import activity
from inventory.activity import Status
from kit.app.compose import App
from kit.simulator.tenant.scenario import Fault, Kind, Scenario
from tests.unit.kit.app.rehearsal import LIMIT, Rehearsal, crowd

SEATS, PHONES = 40, 10
#: Thirty requests of a hundred go wrong, in one way or another.
STORM = Scenario(
    seed=11,
    fault=(
        Fault(kind=Kind.THROTTLE, share=0.06, retry_after=1),
        Fault(kind=Kind.THROTTLE, share=0.02),
        Fault(kind=Kind.UNAVAILABLE, share=0.06),
        Fault(kind=Kind.DROP, share=0.04, carried_out=True),
        Fault(kind=Kind.DROP, share=0.03),
        Fault(kind=Kind.HALF, share=0.03),
        Fault(kind=Kind.STALE, share=0.03, seconds=1.0),
        Fault(kind=Kind.EXPIRE, share=0.01),
        Fault(kind=Kind.REVOKE, share=0.01),
        Fault(kind=Kind.SLOW, share=0.01, seconds=0.3),
    ),
)
WRITES = {"POST", "PATCH", "PUT", "DELETE"}


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    made = Rehearsal.prepare(tmp_path_factory.mktemp("chaos") / "home", crowd(SEATS, phones=PHONES))
    made.prove_laptops()
    yield made
    made.end()


def test_everything_is_there_once_and_nothing_else(station: Rehearsal) -> None:
    station.serve(replication=0.3, mailbox_delay=1.0, site_delay=1.0, team_delay=0.5, group_age_for_team=0.5)
    station.use_tenant(patience=300)
    tenant = station.tenant
    assert tenant is not None
    tenant.disturb(STORM)

    for share in (0.2, 0.5):
        killed_after(station, share)
    ended = station.run_crisis(code=0)
    assert all(seat["ready_at"] for seat in ended["seats"])
    dealt = tenant.faults_dealt()
    assert all(dealt[fault.kind] for fault in STORM.fault), dealt

    tenant.calm()
    there = station.tenant_objects()
    assert len(there["users"]) == SEATS
    assert set(there["users"].values()) == {1}
    nicknames = {f"crise-aubagne-{station.reference}", "ccas.aubagne", "etat-civil.aubagne"}
    assert set(there) == nicknames | {"users"}
    kept = [collection for collection, *_row in station.tenant_documents()]
    assert {
        name: kept.count(name) for name in ("users", "groups", "teams", "administrativeUnits", "deleted")
    } == {
        "users": SEATS,
        "groups": 3,
        "teams": 1,
        "administrativeUnits": 1,
        "deleted": 0,
    }
    space = there[f"crise-aubagne-{station.reference}"]
    assert len(space["members"]) == SEATS
    # The general channel, and those of the template.
    assert kept.count("channels") == len(space["channels"]) == 4

    assert_waits_were_told(station)
    written = writes(station)
    assert station.run_crisis(code=0)["failures"] == []
    assert writes(station) == written


def killed_after(station: Rehearsal, share: float) -> None:
    """Start the run, and kill it outright when about that share of the accounts and links is written."""
    process = station.start("crisis", "run", station.reference)
    enough = writes(station) + share * 3 * SEATS
    deadline = time.monotonic() + LIMIT
    while writes(station) < enough and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait(LIMIT) == -signal.SIGKILL


def writes(station: Rehearsal) -> int:
    """Requests that the tenant was asked to write with, parts of batches counted, batches not."""
    assert station.tenant is not None
    asked = station.tenant.requests()
    return sum(
        count
        for (method, template, _status), count in asked.items()
        if method in WRITES and not template.endswith("$batch") and not template.endswith("/token")
    )


def assert_waits_were_told(station: Rehearsal) -> None:
    """The activity says of each longer wait until when it lasted, and why."""
    app = App.open(station.home)
    with app.database.read() as session:
        _last, events = activity.since(session, crisis=station.reference)
    app.database.dispose()
    waits = [event for event in events if event.status is Status.WAITING and event.until]
    assert waits
    assert all(event.detail for event in waits)
