"""Runs the real command line on a station of its own."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from inventory import communes
from inventory.journal import Stamp
from inventory.times import utc_now
from kit import settings
from kit.cli import app
from tests.databases import fresh

Kit = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The folder of a station with a data base and its communes."""
    folder = tmp_path / "home"
    database = fresh(settings.Home.at(folder).state / "kit.db")
    with database.write() as session:
        communes.load(session, Stamp("camille@station", utc_now()))
    database.dispose()
    return folder


@pytest.fixture
def kit(home: Path, monkeypatch: pytest.MonkeyPatch) -> Kit:
    """Runs `kit` with these arguments."""
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["--home", str(home), *arguments])

    return run


@pytest.fixture
def kit_json(kit: Kit) -> Callable[..., Any]:
    """Runs `kit … --json`, which must succeed, and gives the data."""

    def run(*arguments: str) -> Any:
        result = kit(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return run
