"""The laptops through the program against plain Ansible, and a whole crisis against its longer branch.

Every measurement is on fresh laptops and a fresh tenant. Plain Ansible is the best call found without
replacing its connection: pipelining, ControlPersist, as many forks as laptops (`playbooks/ansible.cfg`).
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measure import Result, medians
from inventory import ansible, devices
from inventory.devices import DeviceKind
from kit.app import station as building
from kit.app.compose import App
from kit.app.demo import Demo, build
from kit.plan.model import SeatPlan
from kit.workflows import laptops, planning
from kit.workstations import passwords
from kit.workstations.content import playbooks_hash
from kit.workstations.targets import Secret

LAPTOPS = 4
ROUNDS = 2
PROVISIONING_BOUND = 1.10
OVERLAP_BOUND = 1.15
#: Seconds after which a measurement is given up.
_LONGEST = 300.0


def measure() -> Iterator[Result]:
    """Round by round in the same order, medians at the end."""
    samples: dict[str, list[float]] = {"plain": [], "laptops": [], "tenant": [], "all": []}
    for _ in range(ROUNDS):
        for name, seconds in samples.items():
            with prepared() as (home, reference):
                if name == "plain":
                    seconds.append(_plain(home, reference))
                else:
                    seconds.append(_branch(home, reference, name))
            print(f"  {name}: {seconds[-1]:.1f} s", file=sys.stderr, flush=True)
    middle = medians(samples)
    longer = max(middle["laptops"], middle["tenant"])
    yield Result(
        f"{LAPTOPS} laptops through the program against plain `ansible-playbook`",
        middle["laptops"] / middle["plain"],
        PROVISIONING_BOUND,
        f"{middle['laptops']:.1f} against {middle['plain']:.1f}",
    )
    yield Result(
        "whole crisis against its longer branch alone",
        middle["all"] / longer,
        OVERLAP_BOUND,
        f"{middle['all']:.1f}; laptops {middle['laptops']:.1f}, tenant {middle['tenant']:.1f}",
    )


@contextmanager
def prepared() -> Iterator[tuple[Path, str]]:
    """A crisis up to its plan on fresh laptops; everything is taken down afterwards."""
    with tempfile.TemporaryDirectory(prefix="kit-bench-") as folder:
        home = Path(folder) / "home"
        demo: Demo = build(home, say=lambda _text: None)
        try:
            yield home, demo.prepare(LAPTOPS)
        finally:
            demo.stop()


def _branch(home: Path, reference: str, name: str) -> float:
    command = [sys.executable, "-m", "benchmarks.branch", str(home), reference, name, str(LAPTOPS)]
    ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=_LONGEST)
    return float(ended.stdout)


def _plain(home: Path, reference: str) -> float:
    """One `ansible-playbook` call over all laptops, as an Ansible engineer would make it."""
    app = App.open(home)
    station = building.station(app)
    folder = home / "plain"
    folder.mkdir()
    known_hosts = folder / "known_hosts"
    with app.database.read() as session:
        plan = planning.kept(session, reference)
        listed = devices.listing(session, kind=DeviceKind.LAPTOP)
        inventory = ansible.hosts(
            listed,
            user=station.runner.user,
            private_key=station.runner.private_key,
            known_hosts=known_hosts,
        )
    known_hosts.write_text("".join(f"{device.address} {device.host_key}\n" for device in listed))
    for seat in plan.seats:
        told = laptops.variables(station, plan, seat, passwords.hashed(passwords.make()))
        told |= _laptop(seat, station.runner.playbooks)
        inventory["laptops"]["hosts"][seat.laptop.tag] |= {
            name: value.reveal() if isinstance(value, Secret) else value for name, value in told.items()
        }
    hosts = folder / "hosts.json"
    hosts.write_text(json.dumps(inventory))
    playbooks = station.runner.playbooks
    command = [
        str(Path(sys.executable).with_name("ansible-playbook")),
        *("--inventory", str(hosts), "--forks", str(LAPTOPS)),
        *(str(playbooks / name) for name in station.runner.sequence),
    ]
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": str(playbooks / "ansible.cfg"),
        # Kept connections are this call's own: one to a laptop of an earlier lab would never answer.
        "ANSIBLE_SSH_CONTROL_PATH_DIR": str(folder / "cp"),
    }
    quiet = subprocess.DEVNULL
    started = time.monotonic()
    subprocess.run(
        command, check=True, stdin=quiet, stdout=quiet, stderr=quiet, env=environment, timeout=_LONGEST
    )
    return time.monotonic() - started


def _laptop(seat: SeatPlan, playbooks: Path) -> dict[str, str]:
    """What the program's runner adds for one laptop."""
    return {
        "laptop_tag": seat.laptop.tag,
        "laptop_host_name": seat.laptop.host_name,
        "laptop_host_key": seat.laptop.host_key,
        "playbooks_sha256": playbooks_hash(playbooks),
    }
