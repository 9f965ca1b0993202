"""One run of ansible-runner: how it ends, what it tells, what it leaves behind."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from kit.workstations.events import TaskEvent, TaskStatus
from kit.workstations.outcomes import Cancelled, ChecksFailed, Outcome, Passed, TaskFailed, TimedOut
from kit.workstations.private import memory_folder, processes_of
from kit.workstations.runner import RunnerSettings, play
from kit.workstations.targets import Target
from tests.unit.kit.workstations.conftest import REPORT, Playbook
from tests.unit.kit.workstations.waiting import wait_for

SLEEP = "- {name: Hang, ansible.builtin.command: sleep 600, changed_when: true}"


def run(target: Target, settings: RunnerSettings, told: list[TaskEvent] | None = None) -> Outcome:
    sink = told.append if told is not None else lambda _: None
    return play(target, settings=settings, sink=sink, cancelled=lambda: False)


def runs_left() -> list[Path]:
    return list(memory_folder().glob(f"kit-run-{os.getpid()}-*"))


def test_a_clean_laptop_is_provisioned_with_its_report(playbook: Playbook, target: Target) -> None:
    told: list[TaskEvent] = []
    settings = playbook("- {name: Change, ansible.builtin.command: 'true', changed_when: true}", REPORT)
    outcome = run(target, settings, told)
    assert isinstance(outcome, Passed)
    assert outcome.changed == 1
    assert outcome.report["clean"] is True
    assert [(event.task, event.status) for event in told[:2]] == [
        ("Change", TaskStatus.STARTED),
        ("Change", TaskStatus.OK),
    ]
    assert {event.host for event in told} == {"LT-0001"}
    assert wait_for(lambda: runs_left() == [], seconds=10)


def test_a_laptop_that_fails_a_check_is_not_clean(playbook: Playbook, target: Target) -> None:
    refuse = "- {name: Refuse, ansible.builtin.assert: {that: false}}"
    outcome = run(target, playbook("- clean_state: {clean: false}", refuse))
    assert isinstance(outcome, ChecksFailed)
    assert outcome.failed == ("firewall",)


def test_a_failed_task_is_named(playbook: Playbook, target: Target) -> None:
    outcome = run(target, playbook("- {name: Break, ansible.builtin.command: 'false', changed_when: true}"))
    assert isinstance(outcome, TaskFailed)
    assert outcome.task == "Break"
    assert "non-zero return code" in outcome.message


def test_a_playbook_that_cannot_start_says_why(playbook: Playbook, target: Target) -> None:
    outcome = run(target, playbook("- {no_such_module: {}}"))
    assert isinstance(outcome, TaskFailed)
    assert "no_such_module" in outcome.message


def test_values_are_data_and_never_templates(playbook: Playbook, target: Target) -> None:
    outcome = run(target, playbook("- clean_state: {said: '{{ seat_name }}'}"))
    assert isinstance(outcome, Passed)
    assert outcome.report["said"] == "{{ 6 * 7 }}"


def test_a_secret_reaches_the_task_and_neither_events_arguments_nor_environment(
    playbook: Playbook, target: Target, tmp_path: Path
) -> None:
    proof = tmp_path / "proof"
    write = f"{{content: '{{{{ seat_password_hash }}}}', dest: '{proof}', mode: '0600'}}"
    look = f"cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ > {tmp_path}/processes || true"
    settings = playbook(
        f"- {{ansible.builtin.copy: {write}, no_log: true}}", f"- ansible.builtin.shell: {look}", REPORT
    )
    told: list[TaskEvent] = []
    outcome = run(target, settings, told)
    assert proof.read_text() == "canary-of-the-hash"
    assert b"kit.workstations.playbook" in (tmp_path / "processes").read_bytes()
    assert b"canary-of-the-hash" not in (tmp_path / "processes").read_bytes()
    assert "canary-of-the-hash" not in repr((told, outcome))


def test_a_run_that_is_cancelled_ends_within_five_seconds(playbook: Playbook, target: Target) -> None:
    hanging = threading.Event()
    asked = 0.0

    def sink(event: TaskEvent) -> None:
        nonlocal asked
        if event.task == "Hang":
            asked = time.monotonic()
            hanging.set()

    outcome = play(target, settings=playbook(SLEEP), sink=sink, cancelled=hanging.is_set)
    assert outcome == Cancelled()
    assert time.monotonic() - asked < 5
    assert runs_left() == []


def test_a_run_that_takes_too_long_is_cut(playbook: Playbook, target: Target) -> None:
    started = time.monotonic()
    assert run(target, playbook(SLEEP, timeout=3)) == TimedOut(3)
    assert time.monotonic() - started < 10
    assert runs_left() == []


def test_what_the_sink_raises_ends_the_run_and_is_raised(playbook: Playbook, target: Target) -> None:
    def sink(event: TaskEvent) -> None:
        raise LookupError("no such table")

    with pytest.raises(LookupError, match="no such table"):
        play(target, settings=playbook(SLEEP), sink=sink, cancelled=lambda: False)
    assert runs_left() == []


#: Provisions in a process of its own, telling each task on standard output.
WORKER = """
import sys
from pathlib import Path
from kit.workstations.runner import RunnerSettings, play
from kit.workstations.targets import Target

play(
    Target("LT-0001", "192.0.2.1", sys.argv[2], "essai-01"),
    settings=RunnerSettings(Path(sys.argv[1]), ("try.yml",), "provision", Path("no-key"), 60),
    sink=lambda event: print(event.task, flush=True),
    cancelled=lambda: False,
)
"""


def test_a_killed_worker_leaves_no_process_and_its_folder_goes_with_the_next_run(
    playbook: Playbook, target: Target
) -> None:
    settings = playbook(SLEEP)
    command = [sys.executable, "-c", WORKER, str(settings.playbooks), target.host_key]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "Hang\n"
        (folder,) = memory_folder().glob(f"kit-run-{worker.pid}-*")
        # setpriv has become unshare; under it ansible-playbook, mitogen and the task itself
        assert wait_for(lambda: len(processes_of(folder)) >= 4, seconds=10)
        worker.kill()
        assert wait_for(lambda: not processes_of(folder), seconds=5)
    assert folder.is_dir()
    written = settings.playbooks / "try.yml"
    written.write_text(written.read_text().replace("sleep 600", "'true'") + f"    {REPORT}\n")
    assert isinstance(run(target, settings), Passed)
    assert not folder.exists()
