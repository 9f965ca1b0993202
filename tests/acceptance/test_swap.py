"""A laptop fails in its person's hands: another takes its place, though the station is killed meanwhile."""

import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from inventory import activity, devices, examinations, journal, swaps
from inventory.activity import Status
from inventory.devices import DeviceState
from inventory.examinations import Examination
from kit.app import station as building
from kit.app.compose import App
from kit.app.demo import Demo
from kit.cli import exits
from kit.graph.client import Graph
from kit.plan.stages import Stage
from kit.workflows import planning
from tests.acceptance.conftest import Prepare
from tests.acceptance.test_kill_and_resume import no_process_works_on_a_laptop

pytestmark = pytest.mark.lab

FAULTY, REPLACEMENT = "LT-0001", "LT-0002"
BADGE = ("--identity", "staff badge")
#: Tasks of the replacement's preparation that are told before the station dies: Ansible is at work by then.
TASKS = 5
#: Seconds that a preparation may take on a busy machine.
LIMIT = 240


def kit(demo: Demo, *arguments: str, code: int = exits.OK) -> subprocess.CompletedProcess[str]:
    """A command that must end with that exit code."""
    done = subprocess.run(
        demo.command(*arguments), capture_output=True, text=True, check=False, timeout=LIMIT
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done


def state(demo: Demo, tag: str) -> str:
    return str(demo.kit_json("pool", "show", tag)["state"])


def mailbox(app: App, reference: str) -> tuple[Any, ...]:
    """Account, licences and inbox of the only seat, as a client reads them; ids are never given twice."""
    with app.database.read() as session:
        (seat,) = planning.kept(session, reference).seats
    with Graph(building.connection(app)) as graph:
        path = f"/users/{seat.account.principal_name}"
        user = graph.get(path, params={"$select": "id,createdDateTime,accountEnabled"})
        licences = [each["skuId"] for each in graph.pages(f"{path}/licenseDetails")]
        inbox = graph.get(f"{path}/mailFolders/inbox", params={"$select": "id"})
        return user["id"], user["createdDateTime"], user["accountEnabled"], licences, inbox["id"]


def killed_while_preparing(app: App, demo: Demo, reference: str, swap: tuple[str, ...]) -> None:
    """Start the swap, and kill it outright while Ansible works on the replacement."""
    with app.database.read() as session:
        last, _events = activity.since(session, crisis=reference)
    process = subprocess.Popen(demo.command(*swap), stdout=subprocess.DEVNULL)
    told, deadline = 0, time.monotonic() + LIMIT
    while told < TASKS and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
        with app.database.read() as session:
            _last, events = activity.since(session, crisis=reference, after=last)
        told = sum(
            event.stage == Stage.LAPTOP and event.status is Status.RUNNING and "task" in event.data
            for event in events
        )
    process.kill()
    assert (process.wait(LIMIT), told >= TASKS) == (-signal.SIGKILL, True)


def test_a_laptop_is_swapped_in_the_field_though_the_station_is_killed_meanwhile(
    tmp_path: Path, prepared: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIT_LAB__NAME", "cksw")
    monkeypatch.setenv("KIT_LAB__NETWORK", "10.89.0")
    home = tmp_path / "home"
    with prepared(home, 2, 1) as (demo, reference):
        kit(demo, "crisis", "run", reference)
        kit(demo, "handover", "seat", reference, "1", *BADGE)
        app = App.open(home)
        before = mailbox(app, reference)

        swap = ("swap", reference, "1", FAULTY, REPLACEMENT, "--reason", "no picture")
        killed_while_preparing(app, demo, reference, swap)
        assert [state(demo, tag) for tag in (FAULTY, REPLACEMENT)] == ["quarantined", "provisioning"]
        # Nothing else begins beside it, and what is not proven is not handed over.
        assert "kit swap" in kit(demo, "crisis", "plan", reference, code=exits.CODES["busy"]).stderr
        kit(demo, "handover", "seat", reference, "1", REPLACEMENT, *BADGE, code=exits.CODES["conflict"])

        done = json.loads(kit(demo, *swap[:4], "--reason", "no picture", "--json").stdout)
        assert (done["replacement"], done["new"], done["sheet"]["fault"]) == (REPLACEMENT, False, "")
        assert Path(done["sheet"]["pdf"]).read_bytes().startswith(b"%PDF")
        assert no_process_works_on_a_laptop(home)

        # The person finds their name on the new laptop, their account and mailbox are the same.
        proof = demo.prove(reference)
        assert proof.holds, [check for check in proof.checks if not check.ok]
        assert any(REPLACEMENT in check.subject for check in proof.checks)
        assert not any(FAULTY in check.subject for check in proof.checks)
        assert mailbox(app, reference) == before

        handed = json.loads(kit(demo, "handover", "seat", reference, "1", *BADGE, "--json").stdout)
        assert handed["devices"] == {REPLACEMENT: "good"}
        with app.database.read() as session:
            ((link, old, new),) = swaps.of_crisis(session, reference)
            assert (old.device_tag, new.device_tag, link.reason) == (FAULTY, REPLACEMENT, "no picture")
            assert devices.get(session, REPLACEMENT).state is DeviceState.ON_LOAN
            assert examinations.latest(session, REPLACEMENT, Examination.CLEAN_STATE) is not None
            assert examinations.latest(session, FAULTY, Examination.WIPE) is None
            journal.verify(session)
        for tag, word in ((FAULTY, "replaced_by"), (REPLACEMENT, "replaces")):
            lines = demo.kit_json("pool", "show", tag)["history"]
            assert [word in line["data"] for line in lines if line["kind"] == "device.swapped"] == [True]
        # What was set apart is lent again by nobody before its wipe.
        kit(demo, "pool", "restock", FAULTY, code=exits.CODES["conflict"])
        app.database.dispose()
