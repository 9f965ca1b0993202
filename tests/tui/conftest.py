"""Fixtures of the screens' tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from inventory.database import Database
from tests.tui import feeding


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A station's data base with a pool of four laptops, phones and SIMs."""
    opened = feeding.station(tmp_path)
    yield opened
    opened.dispose()


@pytest.fixture
def other(database: Database) -> Iterator[Database]:
    """The same data base through connections of its own, as another process has them."""
    opened = Database(database.name)
    yield opened
    opened.dispose()
