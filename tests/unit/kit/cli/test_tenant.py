"""`kit tenant`, as typed."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from kit.app.simulated_tenant import ANNOUNCEMENT
from kit.cli import app
from tests.unit.kit.app.rehearsal import LIMIT, Rehearsal


@pytest.fixture
def station(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """A station whose tenant answers."""
    copied = Rehearsal.prepared(tmp_path_factory).copy(tmp_path / "home")
    yield copied
    copied.end()


def check(station: Rehearsal) -> Result:
    return CliRunner().invoke(app, ["--home", str(station.home), "tenant", "check", "--json"])


def test_a_tenant_that_is_ready_lacks_nothing_and_one_that_is_down_is_named(station: Rehearsal) -> None:
    station.serve()
    station.use_tenant(patience=0)
    ready = check(station)
    assert ready.exit_code == 0
    assert all(finding["ok"] for finding in json.loads(ready.stdout))
    station.hang_up()
    down = check(station)
    assert down.exit_code == 8
    assert "127.0.0.1" in json.loads(down.stdout)["error"]["message"]


def test_what_a_tenant_lacks_is_one_document_of_data_and_words_beside_it(station: Rehearsal) -> None:
    station.serve()
    station.use_tenant(patience=0)
    with (station.home / "kit.toml").open("a") as settings:
        settings.write('domain = "other.example"\n')
    lacking = check(station)
    assert lacking.exit_code == 9
    assert [found["subject"] for found in json.loads(lacking.stdout) if not found["ok"]] == ["domain"]
    assert "not ready: domain" in lacking.stderr


def test_the_simulated_tenant_tells_where_it_answers_until_it_is_stopped(station: Rehearsal) -> None:
    process = station.start("tenant", "simulate", "--port", "0", "--json")
    assert process.stdout is not None
    told = ""
    while not told.endswith("}\n"):
        told += process.stdout.readline()
    facts: dict[str, Any] = json.loads(told)
    announced = station.home / "tenant" / ANNOUNCEMENT
    assert json.loads(announced.read_text()) == facts
    assert facts["pid"] == process.pid
    assert Path(facts["ca_file"]).exists()
    process.send_signal(signal.SIGTERM)
    assert process.wait(LIMIT) == 0
    assert not announced.exists()
