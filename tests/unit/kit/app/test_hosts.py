"""The pool as Ansible reads it: every laptop with its own pinned key, its person, and no secret."""

import json
import shlex
import stat
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from inventory import loans, secrets
from kit.app.compose import App
from kit.app.hosts import listing
from kit.cli import app as kit
from kit.cli import exits
from kit.workflows import planning
from tests.unit.kit.app.rehearsal import Rehearsal
from tests.unit.kit.app.test_canaries import key_lines

CANARY = "canary-of-an-administrator"


@pytest.fixture
def station(rehearsal: Rehearsal) -> Iterator[App]:
    """One with two laptops held by a crisis, a third in stock, and a sealed secret."""
    (rehearsal.home / "kit.toml").write_text(
        '[team]\nphone = "04 00 00 00 00"\n[workstations]\ndisk_unlock_key = "unlock"\n'
        '[workstations.variables]\nfirewall_denied_networks = ["10.0.0.0/8"]\n'
    )
    app = App.open(rehearsal.home)
    with app.database.write() as session:
        for seat in planning.kept(session, rehearsal.reference).seats:
            loans.reserve(session, app.stamp(), rehearsal.reference, seat.number, seat.laptop.tag)
        recipients = ["age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"]
        secrets.seal(session, app.stamp(), "LAP-1", "admin-password", CANARY, recipients=recipients)
    yield app
    app.database.dispose()


def hosts(rehearsal: Rehearsal, *options: str) -> Result:
    """What the command prints that `inventory/hosts` runs."""
    return CliRunner().invoke(kit, ["--home", str(rehearsal.home), "pool", "hosts", *options])


def variables(listed: dict[str, Any], tag: str) -> dict[str, Any]:
    """A laptop's variables, the marks of untrusted texts taken away."""
    return {
        name: value["__ansible_unsafe"] if isinstance(value, dict) else value
        for name, value in listed["_meta"]["hostvars"][tag].items()
    }


def test_a_laptop_of_a_crisis_is_told_whose_it_is(station: App, rehearsal: Rehearsal) -> None:
    listed = listing(station)
    group = f"crisis_{rehearsal.reference.replace('-', '_')}"
    assert listed["laptops"]["hosts"] == ["LAP-1", "LAP-2", "LAP-3"]
    assert listed["state_reserved"]["hosts"] == listed[group]["hosts"] == ["LAP-1", "LAP-2"]
    assert listed["state_in_stock"]["hosts"] == ["LAP-3"]
    held = variables(listed, "LAP-1")
    assert held["laptop_tag"] == "LAP-1"
    assert (held["seat_login"], held["seat_name"]) == ("cexemple", "Camille Exemple")
    assert (held["laptop_host_name"], held["crisis_drill"]) == ("aubagne-01", False)
    assert (held["crisis_commune"], held["crisis_reference"]) == ("Aubagne", rehearsal.reference)
    assert held["owner_phone"] == "04 00 00 00 00"
    assert held["firewall_denied_networks"] == [{"__ansible_unsafe": "10.0.0.0/8"}]
    assert len(held["playbooks_sha256"]) == 64
    free = variables(listed, "LAP-3")
    assert free["laptop_host_name"] == "lap-3"
    assert not [name for name in free if name.startswith(("seat_", "crisis_"))]


def test_ssh_checks_each_laptop_against_its_own_pin_only(station: App) -> None:
    told = variables(listing(station), "LAP-2")
    pins = station.home.state / "known_hosts"
    assert stat.S_IMODE(pins.stat().st_mode) == 0o600
    options = shlex.split(told["ansible_ssh_common_args"])
    asked = subprocess.run(
        ["/usr/bin/ssh", "-G", *options, told["ansible_host"]], capture_output=True, text=True, check=True
    )
    meant = dict(line.split(" ", 1) for line in asked.stdout.splitlines())
    assert meant["hostkeyalias"] == "lap-2"
    assert meant["userknownhostsfile"] == str(pins)
    assert meant["globalknownhostsfile"] == "/dev/null"
    assert meant["stricthostkeychecking"] == "true"
    found = subprocess.run(
        ["/usr/bin/ssh-keygen", "-F", "lap-2", "-f", pins], capture_output=True, text=True, check=True
    )
    assert found.stdout.splitlines()[-1] == f"lap-2 {told['laptop_host_key']}"


def test_no_secret_is_told(station: App, rehearsal: Rehearsal) -> None:
    (rehearsal.home / "unlock").write_text("canary-of-the-image")
    told = hosts(rehearsal, "--list").stdout
    assert json.loads(told) == json.loads(hosts(rehearsal).stdout) == listing(station)
    canaries = {CANARY, "canary-of-the-image", *(line.decode() for line in key_lines(rehearsal.home))}
    assert not [secret for secret in canaries if secret in told]
    secret_names = ("password", "disk_", "token", "secret")
    assert not [name for name in variables(json.loads(told), "LAP-1") if name.startswith(secret_names)]


def test_one_laptop_is_told_alone(station: App, rehearsal: Rehearsal) -> None:
    alone = json.loads(hosts(rehearsal, "--host", "lap-1").stdout)
    assert alone["seat_login"] == {"__ansible_unsafe": "cexemple"}
    assert json.loads(hosts(rehearsal, "--host", "TEL-1").stdout) == {}
    assert hosts(rehearsal, "--host", "LAP-9").exit_code == exits.CODES["unknown"]
