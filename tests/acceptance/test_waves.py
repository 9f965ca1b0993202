"""One wave over lab laptops that freeze, sleep for ever, are somebody else's, or come late."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from kit.app.keys import ensure_ssh_key
from kit.errors import MissingRequirement
from kit.settings import Home
from kit.simulator.lab import Lab, Laptop, processes
from kit.workstations import inputs, probe
from kit.workstations.events import TaskEvent
from kit.workstations.outcomes import (
    Cancelled,
    HostKeyMismatch,
    Outcome,
    Passed,
    TimedOut,
    Unreachable,
)
from kit.workstations.private import memory_folder, processes_of
from kit.workstations.runner import RunnerSettings, play
from kit.workstations.targets import Target
from tests.unit.kit.workstations.waiting import wait_for

pytestmark = pytest.mark.lab

NAME, NETWORK = "ckwv", "10.86.0"
PLAY = """
- name: Try a wave
  hosts: laptops
  gather_facts: false
  tasks:
    - name: Begin
      ansible.builtin.command: "true"
      changed_when: false
    - name: Act
      ansible.builtin.command: sleep {{ sleep }}
      changed_when: false
    - name: Report
      clean_state:
"""
CLEAN_STATE = """
from ansible.module_utils.basic import AnsibleModule

AnsibleModule(argument_spec={}).exit_json(changed=False, report={"clean": True, "checks": []})
"""


class Calls:
    """A call for each laptop, each in its own thread."""

    def __init__(self, settings: RunnerSettings) -> None:
        self.settings = settings
        self.pool = ThreadPoolExecutor(8)
        self.told: dict[str, list[TaskEvent]] = {}

    def start(
        self,
        laptop: Laptop,
        *,
        sleep: float,
        timeout: float = 60,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Future[Outcome]:
        target = Target(laptop.tag, laptop.address, laptop.host_key, laptop.name, {"sleep": sleep})
        told = self.told[laptop.tag] = []
        settings = replace(self.settings, timeout=timeout)
        return self.pool.submit(play, target, settings=settings, sink=told.append, cancelled=cancelled)

    def wait_until_acting(self, *laptops: Laptop) -> None:
        def acting() -> bool:
            return all(any(event.task == "Act" for event in self.told[laptop.tag]) for laptop in laptops)

        assert wait_for(acting, seconds=60), self.told


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[tuple[Laptop, ...], Path]]:
    folder = tmp_path_factory.mktemp("lab")
    made = Lab(folder=folder / "lab", base=Home.at(None).cache / "lab", name=NAME, network=NETWORK)
    try:
        made.check()
    except MissingRequirement as exc:
        pytest.skip(f"no lab on this machine: {exc}")
    key = ensure_ssh_key(folder / "keys")
    try:
        yield made.up(4, key=key), key
    finally:
        made.down()


def folders() -> list[Path]:
    """The folders of all waves that have not ended."""
    return list(memory_folder().glob(f"kit-run-{os.getpid()}-*"))


@pytest.fixture
def calls(lab: tuple[tuple[Laptop, ...], Path], tmp_path: Path) -> Calls:
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "clean_state.py").write_text(CLEAN_STATE)
    (tmp_path / "try.yml").write_text(PLAY)
    # A wave may outlast its laptops' calls by a few seconds.
    assert wait_for(lambda: not folders(), seconds=20)
    return Calls(RunnerSettings(tmp_path, ("try.yml",), "provision", lab[1], 60))


def of_sshd(laptop: Laptop) -> list[int]:
    """The processes of a laptop's sshd."""
    inside = processes.inside([f"{NAME}-{laptop.name}"]).values()
    names = {pid: Path(f"/proc/{pid}/comm").read_text().strip() for pids in inside for pid in pids}
    return [pid for pid, name in names.items() if name == "sshd"]


def test_one_that_freezes_and_one_that_sleeps_for_ever_hold_up_nobody(
    lab: tuple[tuple[Laptop, ...], Path], calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "SILENCE", 9)  # a minute in the field
    frozen, sleeping, slow, late = lab[0]
    started = time.monotonic()
    ends = {
        frozen.tag: calls.start(frozen, sleep=600),
        sleeping.tag: calls.start(sleeping, sleep=600, timeout=25),
        slow.tag: calls.start(slow, sleep=5),
    }
    calls.wait_until_acting(frozen, sleeping, slow)
    stopped = of_sshd(frozen)
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        assert isinstance(calls.start(late, sleep=0).result(30), Passed)
        assert isinstance(ends[slow.tag].result(30), Passed)
        assert not ends[sleeping.tag].done()
        assert isinstance(ends[frozen.tag].result(40), Unreachable)
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
    assert ends[sleeping.tag].result(40) == TimedOut(25)
    assert time.monotonic() - started < 60


def test_a_laptop_that_is_given_up_is_let_go_while_the_others_go_on(
    lab: tuple[tuple[Laptop, ...], Path], calls: Calls
) -> None:
    given_up, stays = lab[0][:2]
    stop = threading.Event()
    leaving = calls.start(given_up, sleep=600, cancelled=stop.is_set)
    staying = calls.start(stays, sleep=12)
    calls.wait_until_acting(given_up, stays)
    (folder,) = folders()
    asked = time.monotonic()
    stop.set()
    assert leaving.result(10) == Cancelled()
    # The call ends first, its connection a moment later; laptops are numbered in the order of their calls.
    aliases = [f"-oHostKeyAlias={inputs.alias(number)}" for number in (0, 1)]
    while sorted(bool(processes_of(folder, alias)) for alias in aliases) != [False, True]:
        assert time.monotonic() - asked < 5
    assert time.monotonic() - asked < 5
    # It can be tried again at once, in a wave of its own.
    assert isinstance(calls.start(given_up, sleep=0).result(30), Passed)
    assert isinstance(staying.result(30), Passed)


def test_a_laptop_with_another_key_is_refused_and_the_others_of_its_wave_are_not(
    lab: tuple[tuple[Laptop, ...], Path], calls: Calls
) -> None:
    good, other = lab[0][:2]
    # Even where the wave knows the key it has: it is pinned for another laptop.
    wrong = replace(other, host_key=good.host_key)
    ends = [calls.start(laptop, sleep=0) for laptop in (good, wrong)]
    assert isinstance(ends[0].result(30), Passed)
    assert ends[1].result(30) == HostKeyMismatch(
        probe.fingerprint(good.host_key), probe.fingerprint(other.host_key)
    )


def test_all_calls_that_are_cancelled_end_within_five_seconds(
    lab: tuple[tuple[Laptop, ...], Path], calls: Calls
) -> None:
    stop = threading.Event()
    ends = [calls.start(laptop, sleep=600, cancelled=stop.is_set) for laptop in lab[0]]
    calls.wait_until_acting(*lab[0])
    asked = time.monotonic()
    stop.set()
    assert [end.result(10) for end in ends] == [Cancelled()] * len(ends)
    assert time.monotonic() - asked < 5
    assert wait_for(lambda: not folders(), seconds=5)
