"""Two lab laptops through a whole life, as an operator types it: enrolled, rechecked, erased, restocked."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from inventory import devices, examinations, loans, secrets
from inventory.devices import DeviceState
from inventory.examinations import Examination
from inventory.times import utc_now
from kit.app import station as building
from kit.app.compose import App
from kit.app.keys import ensure_ssh_key
from kit.cli import app, exits
from kit.errors import MissingRequirement
from kit.settings import Home
from kit.simulator.lab import Lab, Laptop
from kit.simulator.lab.packages import PORT
from kit.workflows import station
from kit.workflows.laptops import ADMIN_PASSWORD, SEAT_PASSWORD, prepare
from kit.workflows.outcome import Done
from kit.workflows.reserve import reserve
from kit.workstations import probe

pytestmark = pytest.mark.lab

NETWORK = "10.87.0"
VARIABLES = f"""
[workstations.variables]
packages_names = ["nftables", "systemd-timesyncd", "unattended-upgrades"]
accounts_generate_locale = false
hardening_sshd_seat_password_login = true
firewall_denied_networks = ["{NETWORK}.0/29"]
firewall_exceptions = [{{ address = "{NETWORK}.1", port = {PORT} }}]
report_must_reach = [{{ address = "{NETWORK}.1", port = {PORT} }}]
report_must_not_reach = [{{ address = "{NETWORK}.1", port = 443 }}]
"""
SEATS = "nom,prénom,service,téléphone\nExemple,Camille,Mairie,non\nEssai,Dominique,CCAS,non\n"
ONE, TWO = "LT-0001", "LT-0002"


@dataclass
class Depot:
    """A station, its laptops, and the command line."""

    home: Path
    lab: Lab
    laptops: tuple[Laptop, ...]

    def kit(self, *arguments: str, code: int = exits.OK, typed: str = "") -> Result:
        """A command that must end with that exit code, with what is typed while it asks."""
        done = CliRunner().invoke(app, ["--home", str(self.home), *arguments], input=typed)
        assert done.exit_code == code, done.output
        return done

    def kit_json(self, *arguments: str, code: int = exits.OK) -> Any:
        return json.loads(self.kit(*arguments, "--json", code=code).stdout)

    def states(self) -> list[str]:
        return [row["state"] for row in self.kit_json("pool", "list")]

    def run(self, laptop: Laptop, command: str) -> str:
        """A command on the laptop, as root."""
        key = self.home / "keys" / "ssh_ed25519"
        told = f"sudo sh -c '{command}'"
        return probe.run(laptop.address, laptop.host_key, "provision", told, private_key=key, timeout=60)


@pytest.fixture
def depot(tmp_path: Path) -> Iterator[Depot]:
    home = tmp_path / "home"
    lab = Lab(folder=tmp_path / "lab", base=Home.at(None).cache / "lab", name="cklp", network=NETWORK)
    try:
        lab.check()
    except MissingRequirement as exc:
        pytest.skip(f"no lab on this machine: {exc}")
    try:
        made = Depot(home, lab, lab.up(2, key=ensure_ssh_key(home / "keys")))
        made.kit("init")
        written = (home / "kit.toml").read_text().partition("[workstations.variables]")[0]
        (home / "kit.toml").write_text(written + VARIABLES)
        yield made
    finally:
        lab.down()


def enrol_both(depot: Depot) -> None:
    """Take one in by comparing screens, the other with the key that was read on it."""
    one, two = depot.laptops
    new = ("laptop", "enrol", ONE, "--address", one.address)
    refused = depot.kit(*new, code=exits.CODES["bad-input"], typed="AAAAAAAA\n")
    fingerprint = probe.fingerprint(one.host_key)
    assert (fingerprint[:-8] in refused.output, fingerprint in refused.output) == (True, False)
    assert depot.states() == []
    depot.kit(*new, typed=f"{fingerprint[-8:]}\n")
    depot.kit(
        *("laptop", "enrol", TWO, "--address", two.address),
        *("--host-key", two.host_key, "--serial", two.serial),
    )
    assert depot.kit_json("laptop", "enrol", TWO)["filled"] == {}
    assert depot.states() == ["in_stock", "in_stock"]


def prepare_all(depot: Depot) -> list[str]:
    """Open a crisis for two people and prepare their laptops, as a run does; the accounts made on these."""
    seats = depot.home / "seats.csv"
    seats.write_text(SEATS)
    notified = str((utc_now() - timedelta(days=30)).date())
    depot.kit("convention", "add", "13005", "--template", "amp_cyber", "--notified", notified)
    reference = depot.kit_json("crisis", "open", "13005", "--seats", str(seats), "--drill")["reference"]
    plan = depot.kit_json("crisis", "plan", reference)
    working = building.station(App.open(depot.home))
    station.use(working)
    assert reserve(reference) == Done()
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda seat: prepare(reference, seat), (1, 2))) == [Done(), Done()]
    working.activity.close()
    return [seat["laptop"]["local_account"] for seat in plan["seats"]]


def test_two_laptops_live_a_whole_life_through_the_commands(depot: Depot) -> None:
    one, two = depot.laptops
    program = App.open(depot.home)

    enrol_both(depot)
    seen = depot.kit_json("pool", "probe")
    assert {row["tag"]: row["kind"] for row in seen} == {ONE: "", TWO: ""}
    assert all(row["seen"]["disk_free"] > 0 for row in seen)

    # Prepared, and one handed over; the other is tampered with while it waits.
    letter = f"/home/{prepare_all(depot)[0]}/letter"
    assert depot.kit("laptop", "recheck", ONE, TWO).stdout.count("is what it should be") == 2
    with program.database.write() as session:
        (loan,) = loans.open_loans(session, device=ONE)
        loans.hand_over(session, program.stamp(), loan)
    depot.run(one, f"echo dear > {letter}")
    depot.run(two, "mkdir -p /home/ancien; touch /etc/krb5.keytab")
    asked = ("laptop", "recheck", ONE, TWO, "--consent-by", "Camille Exemple")
    results = depot.kit_json(*asked, code=exits.CODES["workstation"])
    assert {row["tag"]: (row["state"], set(row["failed"])) for row in results} == {
        ONE: ("on_loan", set()),
        TWO: ("quarantined", {"no_leftovers", "not_joined"}),
    }

    # Brought back, erased with proof, in stock.
    with program.database.write() as session:
        (loan,) = loans.open_loans(session, device=ONE)
        loans.end(session, program.stamp(), loan, "returned")
    depot.kit("laptop", "release", ONE, code=exits.CODES["conflict"])
    depot.kit("pool", "quarantine", ONE, "--reason", "came back")
    depot.kit("laptop", "release", ONE, TWO, typed=f"{ONE}\nno\n", code=exits.CODES["bad-input"])
    assert depot.run(one, f"cat {letter}") == "dear\n"
    released = depot.kit("laptop", "release", ONE, TWO, typed=f"{ONE}\n{TWO}\n")
    assert released.stdout.count("is wiped, with the proof kept") == 2
    assert depot.run(one, "ls /home") == "depannage\nprovision\n"
    with program.database.read() as session:
        for tag in (ONE, TWO):
            assert devices.get(session, tag).state is DeviceState.WIPED
            proof = examinations.latest(session, tag, Examination.WIPE)
            assert proof is not None
            assert proof.data["wiped"] is True
            assert secrets.sealed(session, tag, SEAT_PASSWORD) is None
            assert secrets.sealed(session, tag, ADMIN_PASSWORD) is not None
    depot.kit("pool", "restock", ONE, TWO)
    assert depot.states() == ["in_stock", "in_stock"]

    # Something else answers in the place of one.
    depot.lab.wipe(TWO, new_key=True)
    doubted = depot.kit("pool", "probe", code=exits.CODES["host-key-changed"])
    assert f"{TWO}: answers with another host key" in doubted.stdout
    assert depot.states() == ["in_stock", "quarantined"]
    depot.kit("laptop", "release", TWO, "--yes", code=exits.CODES["host-key-changed"])
    history = depot.kit_json("pool", "show", TWO)
    assert (history["state"], history["host_key"]) == ("quarantined", two.host_key)
    assert [line["kind"] for line in history["history"]][-2:] == ["device.release-asked", "device.doubted"]
    depot.kit("journal", "verify")
    program.database.dispose()
