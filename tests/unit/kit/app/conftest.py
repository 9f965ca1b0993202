"""Stations that are ready to run a crisis."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.kit.app.rehearsal import Rehearsal


@pytest.fixture
def rehearsal(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """A station with a plan and an unused tenant, not serving yet."""
    copied = Rehearsal.prepared(tmp_path_factory).copy(tmp_path / "home")
    yield copied
    copied.end()


@pytest.fixture
def equipped(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """A station that has equipped two people, and its tenant, serving."""
    copied = Rehearsal.equipped(tmp_path_factory).copy(tmp_path / "home")
    copied.serve()
    copied.use_tenant(patience=10)
    yield copied
    copied.end()
