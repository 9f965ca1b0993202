"""Processes are found by what they were started with, and ended for good."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.simulator.lab import processes


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A process that waits for ever, and an argument only it has."""
    mark = str(tmp_path / "root")
    process = subprocess.Popen(
        [sys.executable, "-c", "print(flush=True); input()", mark],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process, mark
        process.kill()


def test_a_process_is_found_by_its_whole_argument(sleeper: tuple[subprocess.Popen[bytes], str]) -> None:
    process, mark = sleeper

    assert processes.with_argument({mark}) == [process.pid]
    assert processes.with_argument({mark[:-1]}) == []
    assert processes.with_argument(set()) == []


def test_killing_returns_once_the_process_is_gone(sleeper: tuple[subprocess.Popen[bytes], str]) -> None:
    process, mark = sleeper

    processes.kill_all(namespaces=set(), groups=set(), arguments={mark})

    assert process.wait(0) == -9
    assert processes.with_argument({mark}) == []


def test_a_pid_that_ended_meanwhile_is_no_error(sleeper: tuple[subprocess.Popen[bytes], str]) -> None:
    process, _mark = sleeper
    process.kill()
    process.wait()

    processes.kill([process.pid])


def test_a_namespace_that_is_not_there_has_nobody_in_it() -> None:
    assert processes.inside(["no-such-namespace"]) == {"no-such-namespace": []}
