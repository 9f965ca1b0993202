"""`kit tenant`, as typed."""

import json
import signal
import subprocess
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


def simulate(station: Rehearsal, *options: str) -> tuple["subprocess.Popen[str]", dict[str, Any]]:
    """A simulated tenant that answers, and what it said of itself."""
    process = station.start("tenant", "simulate", "--port", "0", *options, "--json")
    assert process.stdout is not None
    told = ""
    while not told.endswith("}\n"):
        line = process.stdout.readline()
        assert line, process.communicate()[1]
        told += line
    return process, dict(json.loads(told))


def point_at(station: Rehearsal, facts: dict[str, Any]) -> None:
    url = facts["url"]
    (station.home / "kit.toml").write_text(
        f'[tenant]\nauthority = "{url}"\ngraph = "{url}/v1.0"\nca_file = "{facts["ca_file"]}"\n'
    )


def test_the_simulated_tenant_is_slow_and_faulty_as_asked_until_it_is_calmed(
    station: Rehearsal, tmp_path: Path
) -> None:
    storm = tmp_path / "storm.toml"
    storm.write_text('[[fault]]\nkind = "unavailable"\npath = "/organization"\n')
    _process, facts = simulate(station, "--latency", "20ms", "--seed", "7", "--faults", str(storm))
    point_at(station, facts)
    assert check(station).exit_code == 8
    station.run("tenant", "disturb", "--calm")
    assert check(station).exit_code == 0
    storm.write_text('[[fault]]\nkind = "throttle"\nretry_after = 60\nworkload = "directory"\n')
    told = json.loads(station.run("tenant", "disturb", str(storm), "--json").stdout)
    assert told["faults"] == 1
    assert check(station).exit_code == 8


def test_a_bad_file_of_faults_changes_nothing_and_says_where(station: Rehearsal, tmp_path: Path) -> None:
    storm = tmp_path / "storm.toml"
    storm.write_text('[[fault]]\nkind = "hail"\n')
    assert "fault.0.kind" in station.run("tenant", "simulate", "--faults", str(storm), code=3).stderr
    assert "80" in station.run("tenant", "simulate", "--latency", "80", code=3).stderr
    refused = station.run("tenant", "disturb", "--calm", code=8)
    assert "kit tenant simulate" in refused.stderr


def test_the_pools_phones_are_enrolled_in_the_simulated_tenant_once(station: Rehearsal) -> None:
    _process, facts = simulate(station)
    point_at(station, facts)
    for _time in range(2):
        assert json.loads(station.run("tenant", "enrol", "--json").stdout) == {"phones": 1}
    known = json.loads(station.run("phone", "status", "TEL-1", "--json").stdout)
    assert known["managed"]["serial"] == "SNT1"
    assert known["people"] == []


def test_the_simulated_tenant_tells_where_it_answers_until_it_is_stopped(station: Rehearsal) -> None:
    process, facts = simulate(station)
    announced = station.home / "tenant" / ANNOUNCEMENT
    # Whoever may disturb it reads this private file; nothing of that is printed.
    control = {name: value for name, value in json.loads(announced.read_text()).items() if name not in facts}
    assert control.keys() == {"control", "control_token"}
    assert announced.stat().st_mode & 0o077 == 0
    assert facts["pid"] == process.pid
    assert Path(facts["ca_file"]).exists()
    process.send_signal(signal.SIGTERM)
    assert process.wait(LIMIT) == 0
    assert not announced.exists()
