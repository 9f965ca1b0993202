"""One wave over several laptops: each ends by itself, and nothing of a secret is in any file."""

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from kit.workstations.events import TaskEvent
from kit.workstations.outcomes import Cancelled, Outcome, Passed, TaskFailed, TimedOut, Unreachable
from kit.workstations.private import end_processes, memory_folder, processes_of
from kit.workstations.runner import RunnerSettings, play
from kit.workstations.targets import Secret, Target
from tests.unit.kit.workstations.conftest import REPORT, Playbook
from tests.unit.kit.workstations.waiting import wait_for

#: Does what the laptop's variable says, until it finds the file that lets it go on.
ACT = """
- name: Act
  ansible.builtin.shell:
    cmd: |
      case {{ act }} in
        fail) echo no; exit 1 ;;
        wait) while ! test -e {{ go }}; do sleep 0.05; done ;;
        hang) sleep 600 ;;
      esac
  changed_when: false
"""


def laptop(target: Target, number: int, act: str, go: Path) -> Target:
    secret = Secret(f"canary-{number}-of-the-hash")
    # mitogen gives all that is local and runs the same Python one process, which does one thing at a time.
    python = go.with_name(f"python-{number}")
    if not python.exists():
        python.symlink_to("/usr/bin/python3")
    return Target(
        f"LT-{number:04d}",
        target.address,
        target.host_key,
        f"essai-{number:02d}",
        {
            "act": act,
            "go": str(go),
            "seat_password_hash": secret,
            "ansible_python_interpreter": str(python),
        },
    )


class Calls:
    """Calls for several laptops, each in its own thread."""

    def __init__(self, settings: RunnerSettings) -> None:
        self.settings = settings
        self.pool = ThreadPoolExecutor(8)
        self.told: dict[str, list[TaskEvent]] = {}

    def start(self, target: Target, cancelled: Callable[[], bool] = lambda: False) -> Future[Outcome]:
        told = self.told[target.tag] = []
        return self.pool.submit(play, target, settings=self.settings, sink=told.append, cancelled=cancelled)

    def acting(self, tag: str) -> bool:
        return any(event.task == "Act" for event in self.told[tag])


def folders() -> list[Path]:
    return list(memory_folder().glob(f"kit-run-{os.getpid()}-*"))


def test_each_laptop_ends_by_itself_whatever_becomes_of_the_others(
    playbook: Playbook, target: Target, tmp_path: Path
) -> None:
    go, stop = tmp_path / "go", threading.Event()
    calls = Calls(playbook(ACT, REPORT, timeout=20))
    clean, failing = (calls.start(laptop(target, n, act, go)) for n, act in ((1, "pass"), (2, "fail")))
    waiting = calls.start(laptop(target, 3, "wait", go))
    leaving = calls.start(laptop(target, 4, "hang", go), stop.is_set)
    assert isinstance(clean.result(30), Passed)
    failed = failing.result(30)
    assert isinstance(failed, TaskFailed)
    assert (failed.task, "non-zero return code" in failed.message) == ("Act", True)
    assert not waiting.done()
    assert not leaving.done()
    (folder,) = folders()  # they were one wave
    stop.set()
    asked = time.monotonic()
    assert leaving.result(30) == Cancelled()
    assert time.monotonic() - asked < 5
    assert not waiting.done()
    go.touch()
    assert isinstance(waiting.result(30), Passed)
    assert {tag: {event.host for event in told} for tag, told in calls.told.items()} == {
        tag: {tag} for tag in calls.told
    }
    assert wait_for(lambda: not folder.exists() and not processes_of(folder), seconds=20)


def test_a_laptop_that_hangs_is_cut_by_its_own_limit_and_a_late_one_does_not_wait_for_it(
    playbook: Playbook, target: Target, tmp_path: Path
) -> None:
    calls = Calls(playbook(ACT, REPORT, timeout=12))
    hanging = calls.start(laptop(target, 1, "hang", tmp_path / "go"))
    assert wait_for(lambda: calls.acting("LT-0001"), seconds=12)
    late = calls.start(laptop(target, 2, "pass", tmp_path / "go"))
    assert isinstance(late.result(20), Passed)
    assert hanging.result(20) == TimedOut(12)
    assert wait_for(lambda: not folders(), seconds=10)


def test_where_a_waves_processes_die_its_laptops_can_be_tried_again(
    playbook: Playbook, target: Target, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    calls = Calls(playbook(ACT, REPORT))
    both = [calls.start(laptop(target, number, "wait", go)) for number in (1, 2)]
    assert wait_for(lambda: all(map(calls.acting, ("LT-0001", "LT-0002"))), seconds=20)
    end_processes(folders()[0])
    assert [type(call.result(10)) for call in both] == [Unreachable, Unreachable]
    go.touch()
    again = [calls.start(laptop(target, number, "wait", go)) for number in (1, 2)]
    assert [type(call.result(20)) for call in again] == [Passed, Passed]


def test_the_playbooks_of_a_sequence_follow_each_other_and_a_failure_ends_it(
    playbook: Playbook, target: Target, tmp_path: Path
) -> None:
    settings = playbook(REPORT)
    first, second = settings.playbooks / "first.yml", settings.playbooks / "try.yml"
    first.write_text(second.read_text().replace(REPORT, f"- shell: echo >> {tmp_path}/first"))
    settings = RunnerSettings(
        settings.playbooks, ("first.yml", "try.yml"), settings.user, settings.private_key, 60
    )
    outcome = Calls(settings).start(target).result(30)
    assert isinstance(outcome, Passed)
    assert outcome.changed == 1
    second.write_text(f"{second.read_text()}    - shell: echo >> {tmp_path}/second\n")
    first.write_text(first.read_text().replace("- shell", "- fail: {msg: enough}\n    - shell"))
    stopped = Calls(settings).start(target).result(30)
    assert isinstance(stopped, TaskFailed)
    assert stopped.message == "enough"
    assert not (tmp_path / "second").exists()


def test_a_secret_is_in_no_file_of_the_run_at_any_moment(
    playbook: Playbook, target: Target, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    use = "- {name: Use, ansible.builtin.command: 'true {{ seat_password_hash }}', no_log: true}"
    calls = Calls(playbook(use, ACT, REPORT))
    both = [calls.start(laptop(target, number, "wait", go)) for number in (1, 2)]
    seen = 0
    while not all(map(calls.acting, calls.told)):
        seen += sum(map(_without_canary, folders()))
    assert all(map(_without_canary, folders()))
    assert seen > 0
    go.touch()
    outcomes = [call.result(30) for call in both]
    assert [type(outcome) for outcome in outcomes] == [Passed, Passed]
    assert "canary" not in repr((outcomes, calls.told))
    assert wait_for(lambda: not folders(), seconds=20)


def _without_canary(folder: Path) -> int:
    """How many files with content were read there; no canary in any of them."""
    read = 0
    for parent, _, names in os.walk(folder):
        for path in (Path(parent, name) for name in names):
            # Files go away while we look, and reading a pipe would take its content.
            with suppress(FileNotFoundError):
                content = path.read_bytes() if path.is_file() else b""
                assert b"canary" not in content
                read += bool(content)
    return read


@pytest.mark.parametrize("words", ["rescue:", "ignore_unreachable:"])
def test_playbooks_take_no_failure_back(words: str) -> None:
    """The runner takes a laptop's first failure for its end."""
    playbooks = Path(__file__).parents[4] / "playbooks"
    assert not [path for path in playbooks.rglob("*.yml") if words in path.read_text()]
