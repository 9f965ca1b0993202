"""Lab laptops looked at side by side: one well, one switched off, one frozen, one with another key."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.app.keys import ensure_ssh_key
from kit.errors import MissingRequirement
from kit.settings import Home
from kit.simulator.lab import Lab, Laptop, processes
from kit.workstations import probe
from kit.workstations.condition import Condition
from kit.workstations.probe import KeyChanged, NoAnswer, Spot, probe_all

pytestmark = pytest.mark.lab

NAME, NETWORK = "ckpr", "10.88.0"
TIMEOUT = 8


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Lab, tuple[Laptop, ...], Path]]:
    folder = tmp_path_factory.mktemp("lab")
    made = Lab(folder=folder / "lab", base=Home.at(None).cache / "lab", name=NAME, network=NETWORK)
    try:
        made.check()
    except MissingRequirement as exc:
        pytest.skip(f"no lab on this machine: {exc}")
    key = ensure_ssh_key(folder / "keys")
    try:
        yield made, made.up(4, key=key), key
    finally:
        made.down()


def test_each_laptop_is_told_for_what_it_is_and_none_holds_up_another(
    lab: tuple[Lab, tuple[Laptop, ...], Path],
) -> None:
    made, (well, off, frozen, replaced), key = lab
    made.stop(off.tag)
    other = made.wipe(replaced.tag, new_key=True)
    stopped = [pid for pids in processes.inside([f"{NAME}-{frozen.name}"]).values() for pid in pids]
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    spots = [Spot(laptop.tag, laptop.address, laptop.host_key) for laptop in lab[1]]
    started = time.monotonic()
    try:
        found = {
            finding.spot.tag: finding.seen
            for finding in probe_all(spots, user="provision", private_key=key, timeout=TIMEOUT)
        }
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
    assert time.monotonic() - started < TIMEOUT + 5
    condition = found[well.tag]
    assert isinstance(condition, Condition)
    assert condition.uptime is not None
    assert condition.disk_size is not None
    assert condition.disk_free is not None
    assert 0 < condition.disk_free < condition.disk_size
    assert condition.updates == 0  # its lists are empty
    assert found[replaced.tag] == KeyChanged(probe.fingerprint(other.host_key))
    assert found[frozen.tag] == NoAnswer("timed out")
    assert isinstance(found[off.tag], NoAnswer)
