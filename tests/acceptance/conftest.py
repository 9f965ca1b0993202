"""Demonstrations for tests: in a lab of their own, torn down whatever happens."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from kit.app.demo import Demo, build
from kit.errors import MissingRequirement

#: Opens a demonstration in that home, up to its plan: (home, laptops, people) → (demo, crisis reference).
Prepare = Callable[[Path, int, int], AbstractContextManager[tuple[Demo, str]]]


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch) -> Prepare:
    """Demonstrations beside the one that may be running on this machine, and beside other tests'."""
    number = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    monkeypatch.setenv("KIT_LAB__NAME", f"ckacc{number}")
    monkeypatch.setenv("KIT_LAB__NETWORK", f"10.84.{number}")

    @contextmanager
    def prepare(home: Path, laptops: int, people: int) -> Iterator[tuple[Demo, str]]:
        demo = build(home, say=print)
        try:
            yield demo, demo.prepare(laptops, people=people)
        except MissingRequirement as exc:
            pytest.skip(f"no lab on this machine: {exc}")
        finally:
            demo.stop()

    return prepare
