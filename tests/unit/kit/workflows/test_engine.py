"""The durable engine, in processes of its own (`durable_sample.py`), killed and stopped."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kit.workflows import engine
from tests.unit.kit.workflows import durable_sample
from tests.unit.kit.workflows.durable_sample import BUSY, STOPPED

ALL = "a.first a.second b.first b.second"
_PATIENCE_SECONDS = 60.0


class Sample:
    """Starts the sample's process and steers it through its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.started: list[subprocess.Popen[str]] = []

    def start(self) -> subprocess.Popen[str]:
        command = [sys.executable, str(durable_sample.__file__), str(self.folder)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.started.append(process)
        return process

    def run(self) -> tuple[int, str]:
        """Exit code and result of a process that is left alone."""
        process = self.start()
        said, _unused = process.communicate(timeout=_PATIENCE_SECONDS)
        return process.returncode, said.strip()

    def put(self, name: str) -> None:
        (self.folder / name).touch()

    def take(self, name: str) -> None:
        (self.folder / name).unlink()

    def has(self, name: str) -> bool:
        return (self.folder / name).exists()

    def trace(self) -> list[str]:
        file = self.folder / "trace"
        return sorted(file.read_text().split()) if file.exists() else []

    def wait(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + _PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < end, self.trace()
            time.sleep(0.02)


@pytest.fixture
def sample(tmp_path: Path) -> Iterator[Sample]:
    made = Sample(tmp_path)
    yield made
    for process in made.started:
        process.kill()
        process.communicate()


def test_a_run_submitted_twice_under_one_id_runs_once(sample: Sample) -> None:
    assert sample.run() == (0, ALL)
    assert sample.trace() == ALL.split()
    # And for ever: the same id again answers from what was recorded.
    assert sample.run() == (0, ALL)
    assert sample.trace() == ALL.split()
    url = f"sqlite:///{sample.folder / 'workflows.db'}"
    # Children bear the run's id and more: they are no runs.
    assert engine.statuses(url, "run-") == {"run-1": "SUCCESS"}
    assert engine.finished("SUCCESS")


def test_after_kill_9_finished_steps_answer_and_the_step_in_doubt_runs_again(sample: Sample) -> None:
    sample.put("hold-b.second")
    killed = sample.start()
    sample.wait(lambda: sample.trace() == ALL.split())
    # The lock is the station's: nobody else runs its workflows meanwhile.
    assert sample.run() == (BUSY, "")
    killed.kill()
    killed.wait()
    sample.take("hold-b.second")
    # A crash releases it, though its file is still there.
    assert sample.has("lock")
    assert sample.run() == (0, ALL)
    assert sample.trace() == [*ALL.split(), "b.second"]


def test_a_stop_lets_running_steps_finish_and_starts_no_other(sample: Sample) -> None:
    sample.put("hold-a.first")
    sample.put("hold-b.first")
    stopped = sample.start()
    sample.wait(lambda: sample.trace() == ["a.first", "b.first"])
    sample.put("stop")
    sample.wait(lambda: sample.has("asked"))
    assert stopped.poll() is None
    sample.take("hold-a.first")
    sample.take("hold-b.first")
    assert stopped.wait(_PATIENCE_SECONDS) == STOPPED
    assert sample.trace() == ["a.first", "b.first"]

    sample.take("stop")
    assert sample.run() == (0, ALL)
    assert sample.trace() == ALL.split()


def test_an_abandoned_step_is_in_doubt_and_holds_up_no_stop(sample: Sample) -> None:
    sample.put("abandon-a.second")
    stopped = sample.start()
    sample.wait(lambda: sample.trace() == ALL.split())
    sample.put("stop")
    assert stopped.wait(_PATIENCE_SECONDS) == STOPPED

    sample.take("stop")
    sample.take("abandon-a.second")
    assert sample.run() == (0, ALL)
    assert sample.trace() == sorted([*ALL.split(), "a.second"])
