"""Several laptops at once, on a playbook that runs on this machine: given up, all of them end soon."""

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from kit.app.laptops import Run, side_by_side
from kit.workstations.events import TaskEvent, TaskStatus
from kit.workstations.outcomes import Cancelled, Outcome
from kit.workstations.runner import RunnerSettings
from kit.workstations.targets import Target

PLAYBOOK = """
- name: Hang
  hosts: laptops
  gather_facts: false
  connection: local
  tasks:
    - name: Hang
      ansible.builtin.command: sleep 60
"""
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"


@pytest.fixture
def runs(tmp_path: Path) -> list[Run]:
    """Two laptops that hang."""
    (tmp_path / "hang.yml").write_text(PLAYBOOK)
    settings = RunnerSettings(tmp_path, ("hang.yml",), "provision", tmp_path / "no-key", 60)
    first = Target("LAP-01", "192.0.2.1", KEY)
    return [Run(first, settings), Run(replace(first, tag="LAP-02"), settings)]


def test_who_gives_up_waits_no_more_than_five_seconds(runs: list[Run]) -> None:
    stop, asked = threading.Event(), 0.0
    ended: dict[str, Outcome] = {}

    def tell(event: TaskEvent) -> None:
        nonlocal asked
        if event.status is TaskStatus.STARTED and not stop.is_set():
            stop.set()
            asked = time.monotonic()

    side_by_side(runs, at_once=2, cancelled=stop.is_set, tell=tell, done=ended.__setitem__)
    assert time.monotonic() - asked < 5
    assert ended == {"LAP-01": Cancelled(), "LAP-02": Cancelled()}


def test_a_fault_of_the_caller_ends_all_of_it(runs: list[Run]) -> None:
    def tell(_event: TaskEvent) -> None:
        raise ZeroDivisionError

    started = time.monotonic()
    with pytest.raises(ZeroDivisionError):
        side_by_side(runs, at_once=1, cancelled=lambda: False, tell=tell, done=lambda _tag, _outcome: None)
    assert time.monotonic() - started < 30
