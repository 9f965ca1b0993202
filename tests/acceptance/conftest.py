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
#: The same without a crisis: (home, laptops) → demo.
Furnish = Callable[[Path, int], AbstractContextManager[Demo]]


@pytest.fixture
def furnished(monkeypatch: pytest.MonkeyPatch) -> Furnish:
    """Stations with laptops and tenant, beside the one that may be running here, and beside other tests'."""
    number = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    monkeypatch.setenv("KIT_LAB__NAME", f"ckacc{number}")
    monkeypatch.setenv("KIT_LAB__NETWORK", f"10.84.{number}")

    @contextmanager
    def furnish(home: Path, laptops: int) -> Iterator[Demo]:
        demo = build(home, say=print)
        try:
            demo.furnish(laptops)
            yield demo
        except MissingRequirement as exc:
            pytest.skip(f"no lab on this machine: {exc}")
        finally:
            demo.stop()

    return furnish


@pytest.fixture
def prepared(furnished: Furnish) -> Prepare:
    """Such stations with a crisis whose plan is made."""

    @contextmanager
    def prepare(home: Path, laptops: int, people: int) -> Iterator[tuple[Demo, str]]:
        with furnished(home, laptops) as demo:
            yield demo, demo.declare(people)

    return prepare
