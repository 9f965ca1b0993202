"""Preparing lab laptops through the runner, against stock Ansible and against the fastest Ansible call found.

Three ways to run the same roles with the same variables, in turn, each on fresh laptops and then again with
nothing left to do. The kit is measured twice then: running the roles again, as the others do, and doing what
it does with a prepared laptop: it looks (`attest.yml` compares every file that the roles wrote).

- **stock**: `ansible-playbook` with its default settings;
- **raw**: `ansible-playbook` with what the runner tells Ansible (mitogen), one call over all laptops;
- **kit**: a call for each laptop, each in a thread of its own, as the steps of a crisis make them.

The processor's time is the control node's alone: a lab laptop's processes are nobody's children.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.measure import Result, children_cpu, medians
from kit.app.keys import ensure_ssh_key
from kit.settings import Home, WorkstationSettings
from kit.simulator.lab import Lab, Laptop, role_variables
from kit.workstations import inputs, passwords
from kit.workstations.content import playbooks_hash
from kit.workstations.outcomes import Outcome, Passed
from kit.workstations.private import memory_folder
from kit.workstations.runner import RunnerSettings, play
from kit.workstations.targets import Target

LAPTOPS = 8
ROUNDS = 2
#: Runs of which none may lose a laptop.
LUCKY_ROUNDS = 10
#: Name and first three bytes of the address of the benchmark's own lab.
LAB, NETWORK = "ckwv", "10.86.0"
FRESH_BOUND = 1 / 2.2
SECOND_BOUND = 1 / 3.5
RAW_BOUND = 1.10
#: Seconds of the control node's processor for one fresh laptop.
CPU_BOUND = 1.9
#: Seconds after which a measurement is given up.
_LONGEST = 1200.0


@dataclass(frozen=True)
class Stand:
    """The lab's laptops and how they are reached."""

    lab: Lab
    laptops: tuple[Laptop, ...]
    settings: RunnerSettings

    def targets(self) -> list[Target]:
        """The laptops with what the roles are told."""
        return [_target(laptop, number) for number, laptop in enumerate(self.laptops, start=1)]

    def wipe(self) -> None:
        """Make all laptops fresh."""
        for laptop in self.laptops:
            self.lab.wipe(laptop.tag)


def measure() -> Iterator[Result]:
    """Round by round in the same order, medians at the end."""
    ways: dict[str, dict[str, Callable[[Stand], None]]] = {
        "stock": {"fresh": _stock, "second": _stock},
        "raw": {"fresh": _raw, "second": _raw},
        "kit": {"fresh": _kit, "second": _look, "roles again": _kit},
    }
    wall: dict[str, list[float]] = {f"{way} {run}": [] for way, runs in ways.items() for run in runs}
    cpu: dict[str, list[float]] = {name: [] for name in wall}
    with stand() as lab:
        for _ in range(ROUNDS):
            for way, runs in ways.items():
                lab.wipe()
                for run, act in runs.items():
                    seconds, processor = _timed(act, lab)
                    wall[f"{way} {run}"].append(seconds)
                    cpu[f"{way} {run}"].append(processor / LAPTOPS)
                    _say(f"{way} {run}: {seconds:.1f} s, {processor / LAPTOPS:.2f} s of processor a laptop")
        yield from _results(medians(wall), medians(cpu))


def _results(wall: dict[str, float], cpu: dict[str, float]) -> Iterator[Result]:
    bounds = (("stock", "fresh", FRESH_BOUND), ("raw", "fresh", RAW_BOUND), ("stock", "second", SECOND_BOUND))
    for other, run, bound in bounds:
        kit, against = wall[f"kit {run}"], wall[f"{other} {run}"]
        yield Result(
            f"{LAPTOPS} laptops, {run} run, against {other} `ansible-playbook`",
            kit / against,
            bound,
            f"{kit:.1f} against {against:.1f}",
        )
    took = ", ".join(f"{name} {seconds:.2f}" for name, seconds in cpu.items())
    an_hour = (os.cpu_count() or 1) * 3600 / cpu["kit fresh"]
    yield Result(
        "control node's processor for a fresh laptop, in seconds",
        cpu["kit fresh"],
        CPU_BOUND,
        f"{took}; {an_hour:.0f} laptops an hour on this station's processors alone",
    )


def luck() -> Iterator[Result]:
    """Prepare fresh laptops again and again; every single one has to be ready."""
    lost = 0
    with stand() as lab:
        for number in range(LUCKY_ROUNDS):
            lab.wipe()
            started = time.monotonic()
            failed = [outcome for outcome in _provision(lab) if not isinstance(outcome, Passed)]
            lost += len(failed)
            _say(f"luck {number + 1}: {time.monotonic() - started:.1f} s, lost: {failed or 'none'}")
    all_of_them = LUCKY_ROUNDS * LAPTOPS
    yield Result(f"laptops lost in {LUCKY_ROUNDS} runs of {LAPTOPS}", lost, 0, f"{lost} of {all_of_them}")


@contextmanager
def stand() -> Iterator[Stand]:
    """A lab of its own; everything is taken down afterwards."""
    with tempfile.TemporaryDirectory(prefix="kit-bench-") as folder:
        key = ensure_ssh_key(Path(folder) / "keys")
        lab = Lab(folder=Path(folder) / "lab", base=Home.at(None).cache / "lab", name=LAB, network=NETWORK)
        defaults = WorkstationSettings()
        settings = RunnerSettings(defaults.playbooks, defaults.sequence, defaults.user, key, _LONGEST)
        try:
            yield Stand(lab, lab.up(LAPTOPS, key=key), settings)
        finally:
            lab.down()


def _target(laptop: Laptop, number: int) -> Target:
    return Target(
        tag=laptop.tag,
        address=laptop.address,
        host_key=laptop.host_key,
        host_name=f"essai-{number:02d}",
        variables=role_variables(NETWORK)
        | {
            "seat_login": "cexemple",
            "seat_name": "Camille Exemple",
            "seat_password_hash": passwords.hashed(passwords.make()),
            "owner_name": "Métropole d'essai",
            "owner_phone": "04 00 00 00 00",
            "crisis_commune": "Essai",
            "crisis_reference": "13000-2026-01",
            "crisis_drill": True,
        },
    )


def _timed(act: Callable[[Stand], None], lab: Stand) -> tuple[float, float]:
    """Wall seconds, and those of the processor in this process and its children."""
    seconds = 0.0

    def timed() -> None:
        nonlocal seconds
        started = time.monotonic()
        act(lab)
        seconds = time.monotonic() - started
        # The last laptop's call ends before its wave does, and that counts too.
        while list(memory_folder().glob(f"kit-run-{os.getpid()}-*")):
            time.sleep(0.05)

    own = time.process_time()
    children = children_cpu(timed)
    return seconds, children + time.process_time() - own


def _kit(lab: Stand) -> None:
    lost = [outcome for outcome in _provision(lab) if not isinstance(outcome, Passed)]
    if lost:
        raise RuntimeError(f"laptops were lost: {lost}")


def _look(lab: Stand) -> None:
    """What `kit laptop recheck` does with prepared laptops."""
    _kit(replace(lab, settings=replace(lab.settings, sequence=("attest.yml",))))


def _provision(lab: Stand) -> list[Outcome]:
    def one(target: Target) -> Outcome:
        return play(target, settings=lab.settings, sink=lambda _: None, cancelled=lambda: False)

    with ThreadPoolExecutor(LAPTOPS) as pool:
        return list(pool.map(one, lab.targets()))


def _stock(lab: Stand) -> None:
    # Kept connections are this call's own: one to a laptop that was wiped since would never answer.
    _ansible(lab, lambda folder: {"ANSIBLE_SSH_CONTROL_PATH_DIR": str(folder / "cp")})


def _raw(lab: Stand) -> None:
    _ansible(lab, inputs.environment, "--forks", str(LAPTOPS))


def _ansible(lab: Stand, told: Callable[[Path], dict[str, str]], *options: str) -> None:
    """One `ansible-playbook` call over all laptops, which must succeed."""
    targets, settings = lab.targets(), lab.settings
    with tempfile.TemporaryDirectory(prefix="kit-bench-", dir=memory_folder()) as name:
        folder = Path(name)
        (folder / "known_hosts").write_text(inputs.known_hosts(targets))
        (folder / "ansible.cfg").write_text(inputs.SETTINGS)
        (folder / "inventory.yml").write_text(
            inputs.inventory(
                targets,
                user=settings.user,
                private_key=settings.private_key,
                playbooks_sha256=playbooks_hash(settings.playbooks),
            )
        )
        pins = f"-F none -oUserKnownHostsFile={folder / 'known_hosts'} -oGlobalKnownHostsFile=/dev/null"
        _succeed(
            [
                str(Path(sys.executable).with_name("ansible-playbook")),
                *("--inventory", str(folder / "inventory.yml"), *options),
                *(str(settings.playbooks / playbook) for playbook in settings.sequence),
            ],
            {**os.environ, "ANSIBLE_SSH_EXTRA_ARGS": pins, **told(folder)},
        )


def _succeed(command: Sequence[str], environment: dict[str, str]) -> None:
    quiet = subprocess.DEVNULL
    subprocess.run(
        command, check=True, stdin=quiet, stdout=quiet, stderr=quiet, env=environment, timeout=_LONGEST
    )


def _say(text: str) -> None:
    print(f"  {text} (load {os.getloadavg()[0]:.1f})", file=sys.stderr, flush=True)
