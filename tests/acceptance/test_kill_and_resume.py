"""Killing the run at ten random moments, then running it to its end, changes nothing in the end.

The same crisis is run twice: once undisturbed, once with ten `kill -9` of the process that hosts the engine.
What the world and the book of record hold afterwards must be the same.
"""

import os
import random
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func
from sqlmodel import select

from inventory import activity, journal, loans
from inventory.activity import ActivityRow
from kit.app import station as building
from kit.app.compose import App
from kit.app.demo import Demo
from kit.graph.client import Graph
from tests.acceptance.conftest import Prepare

pytestmark = pytest.mark.lab

LAPTOPS = 2
KILLS = 10
#: A run without kills takes about half a minute; each process lives up to this long after it begins to act.
LONGEST_LIFE = 6.0
#: Attempts that end by themselves before their kill do not count; more than this many are a fault.
ATTEMPTS = 20


def run(demo: Demo, reference: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(demo.command("crisis", "run", reference), stdout=subprocess.DEVNULL)


def end_state(home: Path, demo: Demo, reference: str) -> dict[str, Any]:
    """What holds at the end, without times and ids that no two runs share."""
    app = App.open(home)
    situation = demo.kit_json("crisis", "status", reference)
    with app.database.read() as session:
        journal.verify(session)
        held = [(loan.device_tag, loan.seat_number) for loan in loans.open_loans(session)]
    devices = [(device["tag"], device["state"]) for device in demo.kit_json("pool", "list")]
    with Graph(building.connection(app)) as graph:
        users = list(graph.pages("/users", params={"$select": "userPrincipalName,assignedLicenses"}))
        groups = list(graph.pages("/groups"))
        group = groups[0]["id"]
        drive = graph.get(f"/groups/{group}/drive")["id"]
        tenant = {
            "users": sorted((u["userPrincipalName"], len(u["assignedLicenses"])) for u in users),
            "groups": [found["mailNickname"] for found in groups],
            "members": sorted(m["userPrincipalName"] for m in graph.pages(f"/groups/{group}/members")),
            "owners": sorted(m["userPrincipalName"] for m in graph.pages(f"/groups/{group}/owners")),
            "channels": sorted(c["displayName"] for c in graph.pages(f"/teams/{group}/channels")),
            "folders": sorted(i["name"] for i in graph.pages(f"/drives/{drive}/root/children")),
        }
    proof = demo.prove(reference)
    assert proof.holds, [check for check in proof.checks if not check.ok]
    return {
        "tenant": tenant,
        "loans": sorted(held),
        "devices": sorted(devices),
        "seats": [seat["stages"] for seat in situation["seats"]],
        "stages": situation["stages"],
        "failures": situation["failures"],
    }


@pytest.mark.timeout(1200)
def test_ten_kills_at_random_moments_leave_the_same_end_state_as_none(
    tmp_path: Path, prepared: Prepare
) -> None:
    with prepared(tmp_path / "calm", LAPTOPS, LAPTOPS) as (demo, reference):
        assert run(demo, reference).wait(timeout=300) == 0
        undisturbed = end_state(tmp_path / "calm", demo, reference)

    seed = int(os.environ.get("KIT_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
    print(f"KIT_TEST_SEED={seed}")
    moments = random.Random(seed)  # noqa: S311  moments, not secrets
    home = tmp_path / "stormy"
    with prepared(home, LAPTOPS, LAPTOPS) as (demo, reference):
        killed = 0
        for _attempt in range(ATTEMPTS):
            if killed == KILLS:
                break
            process = run(demo, reference)
            wait_for_activity(home, process)
            try:
                process.wait(timeout=moments.uniform(0.0, LONGEST_LIFE))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                assert process.wait() == -signal.SIGKILL
                killed += 1
        assert killed == KILLS
        assert run(demo, reference).wait(timeout=300) == 0
        assert end_state(home, demo, reference) == undisturbed
        assert no_process_works_on_a_laptop(home)


def wait_for_activity(home: Path, process: subprocess.Popen[bytes]) -> None:
    """Until the run says something new, or has ended."""
    database = App.open(home).database
    with database.read() as session:
        before = session.exec(select(func.max(ActivityRow.id))).one() or 0
    while process.poll() is None:
        with database.read() as session:
            last, _events = activity.since(session, after=before)
        if last > before:
            return
        time.sleep(0.02)


def no_process_works_on_a_laptop(home: Path) -> bool:
    """No Ansible of a killed run is left; its command line names this clone's playbooks and our lab."""
    for found in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = found.read_bytes()
        except OSError:
            continue
        if b"ansible-playbook" in line and str(home).encode() in line:
            return False
    return True
