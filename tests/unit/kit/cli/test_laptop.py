"""`kit laptop`, as typed: on an SSH server of this process, and on playbooks that run on this machine."""

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import paramiko
import pytest
from typer.testing import CliRunner, Result

from inventory import devices, examinations, journal, loans
from inventory.database import Database
from inventory.devices import Device, DeviceKind, DeviceState
from inventory.examinations import Examination
from inventory.journal import Stamp
from kit import settings
from kit.app import keys
from kit.cli import app, exits
from kit.workstations import probe
from tests.unit.inventory.samples import HOST_KEYS, NOW, fill, laptop
from tests.unit.kit.documents.reports import report
from tests.unit.kit.workflows.conftest import plan_of
from tests.unit.kit.workstations import test_probe as ssh

Kit = Callable[..., Result]
BY = Stamp("camille@station", NOW)
UNREACHABLE, FAILED = exits.CODES["workstation-unreachable"], exits.CODES["workstation"]
OTHER_KEY, CONFLICT = exits.CODES["host-key-changed"], exits.CODES["conflict"]

#: As the real modules answer, without looking at anything: checks by the laptop's tag.
MODULE = """
from ansible.module_utils.basic import AnsibleModule

module = AnsibleModule(argument_spec={"tag": {}, "seat": {}})
machine = {"product_serial": "PF-" + module.params["tag"], "product_name": "Model", "sys_vendor": "O.E.M."}
checks = [{"name": "accounts", "passed": True}, {"name": "homes", "passed": module.params["tag"] != "LAP-02"}]
module.exit_json(report={"seat": module.params["seat"], "machine": machine, "checks": checks})
"""
PLAYBOOK = """
- name: {name}
  hosts: laptops
  gather_facts: false
  connection: local
  tasks:
    - name: Look
      {task}
"""
LOOK = 'tell: {tag: "{{ laptop_tag }}", seat: "{{ seat_login | default() }}"}'
FACTS = 'tell: {tag: "LAP-01"}'


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    made = Database(settings.load(settings.Home.at(home)).database)
    yield made
    made.dispose()


@pytest.fixture
def server(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ssh.Server]:
    """A laptop at 127.0.0.1 that lets this station in, with the serial PF1234."""
    own = paramiko.Ed25519Key(filename=str(keys.ensure_ssh_key(home / "keys")))
    running = ssh.Server(ssh.Laptop(own), ssh.new_key(tmp_path / "host"))
    monkeypatch.setattr(probe, "PORT", running.port)
    yield running
    running.close()


@pytest.fixture
def playbooks(home: Path) -> Callable[..., None]:
    """Write the station's playbooks: a name and its only task each."""

    def write(**tasks: str) -> None:
        folder = home / "playbooks"
        (folder / "library").mkdir(parents=True)
        (folder / "library" / "tell.py").write_text(MODULE)
        for name, task in tasks.items():
            (folder / f"{name}.yml").write_text(PLAYBOOK.format(name=name, task=task))
        (home / "kit.toml").write_text(f'[workstations]\nplaybooks = "{folder}"\n')

    return write


def added(database: Database, *changed: dict[str, Any]) -> None:
    """Laptops with these facts of their own."""
    with database.write() as session:
        for number, facts in enumerate(changed, start=1):
            session.add(Device(**laptop(number).model_dump() | facts))


def states(database: Database) -> dict[str, DeviceState]:
    with database.read() as session:
        return {device.tag: device.state for device in devices.listing(session, kind=DeviceKind.LAPTOP)}


def kinds(database: Database, tag: str) -> list[str]:
    with database.read() as session:
        return [line.kind for line in journal.tail(session, subject=devices.subject(tag))]


def test_a_look_at_the_pool_is_told_and_kept(
    kit: Kit, kit_json: Callable[..., Any], database: Database, server: ssh.Server
) -> None:
    there = {"address": "127.0.0.1", "host_key": ssh.pinned(server.host_key), "place": "Dépôt"}
    added(database, there | {"serial": "PF1234"}, {"state": DeviceState.STOLEN})
    told = kit("pool", "probe", "--timeout", "5")
    assert (told.exit_code, told.stdout) == (0, "LAP-01: answers, serial PF1234, battery 81 %\n")
    (seen,) = kit_json("pool", "probe", "--place", "depot")
    assert (seen["tag"], seen["kind"], seen["seen"]["battery"]) == ("LAP-01", "", 81)
    with database.read() as session:
        (finding,) = examinations.of(session, "LAP-01")
    assert (finding.examination, finding.data["serial"]) == (Examination.PROBE, "PF1234")
    assert kinds(database, "LAP-01") == []
    (seen,) = kit_json("pool", "probe", "--search", "place:depot kind:laptop")
    assert seen["tag"] == "LAP-01"
    for nobody in (("--place", "Mairie"), ("--state", "on_loan"), ("--search", "place:mairie")):
        assert kit("pool", "probe", *nobody).exit_code == exits.CODES["unknown"]
    # A stolen one is looked for where it is asked for by name; nothing listens at its address.
    assert kit("pool", "probe", "LAP-02", "--timeout", "1").exit_code == UNREACHABLE


def test_another_serial_or_key_is_told_and_written_down(
    kit: Kit, database: Database, server: ssh.Server, tmp_path: Path
) -> None:
    there = {"address": "127.0.0.1", "serial": "PF9999", "host_key": ssh.pinned(server.host_key)}
    added(database, there)
    doubted = kit("pool", "probe", "LAP-01")
    assert (doubted.exit_code, "the pool says PF9999" in doubted.stdout) == (CONFLICT, True)
    assert (states(database)["LAP-01"], kinds(database, "LAP-01")) == ("in_stock", ["device.doubted"])
    server.host_key = ssh.new_key(tmp_path / "other")
    changed = kit("pool", "probe")
    assert (changed.exit_code, server.host_key.fingerprint in changed.stdout) == (OTHER_KEY, True)
    assert states(database)["LAP-01"] == "quarantined"


def test_a_laptop_in_a_persons_hands_is_entered_only_with_their_consent(
    kit: Kit, kit_json: Callable[..., Any], database: Database, server: ssh.Server
) -> None:
    lent(database)
    with database.write() as session:
        for number in (1, 2, 3):
            device = devices.get(session, f"LAP-0{number}")
            device.address, device.host_key = f"127.0.0.{number}", f"ssh-ed25519 {number}"
            session.add(device)
        session.flush()
        device = devices.get(session, "LAP-01")
        device.address, device.host_key = "127.0.0.1", ssh.pinned(server.host_key)
        (loan,) = loans.open_loans(session, device="LAP-01")
    note = f"kit crisis note {loan.crisis} remote-consent --said-by NAME --device LAP-01"
    told = kit("pool", "probe", "LAP-01", "--timeout", "5")
    assert told.exit_code == 0
    assert "LAP-01: is there, not asked: no consent\n" in told.stdout
    assert (note in told.stdout, "0 of 1 laptop is well" in told.stderr) == (True, True)
    (seen,) = kit_json("pool", "probe", "LAP-01")
    assert (seen["kind"], note in seen["not_asked"], seen["seen"]) == ("", True, {})
    kit("stocktake", "open", "--commune", "13005")
    reference = kit_json("stocktake", "list")[0]["reference"]
    counted = kit_json("stocktake", "scan", reference, "--probe")
    assert (counted["asked"], counted["seen"], list(counted["not_asked"])) == (0, 1, ["LAP-01"])
    assert kit_json("stocktake", "report", reference)["discrepancies"] == []
    assert server.laptop.logins == []
    said = ("--said-by", "Camille Exemple", "--device", "LAP-01")
    assert kit("crisis", "note", loan.crisis, "remote-consent", *said).exit_code == 0
    (seen,) = kit_json("pool", "probe", "LAP-01")
    assert (seen["not_asked"], seen["seen"]["serial"]) == (None, "PF1234")
    assert server.laptop.logins != []


def test_a_new_laptop_is_trusted_once_its_own_screen_was_read(
    home: Path, database: Database, server: ssh.Server
) -> None:
    shown = server.host_key.fingerprint

    def type_in(text: str) -> Result:
        arguments = ["--home", str(home), "laptop", "enrol", "LAP-01", "--address", "127.0.0.1"]
        return CliRunner().invoke(app, arguments, input=text)

    for typed in ("yes\n", f"{shown[-4:]}\n", ""):
        refused = type_in(typed)
        assert refused.exit_code == exits.CODES["bad-input"]
        assert "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub" in refused.stderr
        assert (shown[:-8] in refused.stderr, shown[-8:] in refused.stderr) == (True, False)
    assert states(database) == {}
    assert server.laptop.logins == []


def test_enrolment_fills_what_the_pool_lacks_and_refuses_what_contradicts_it(
    kit: Kit, kit_json: Callable[..., Any], database: Database, playbooks: Callable[..., None]
) -> None:
    playbooks(enroll=FACTS)
    key = laptop(1).host_key or ""
    valid = key.replace(" 1", " AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f")
    new = ("laptop", "enrol", "LAP-01", "--address", "192.0.2.1", "--host-key", valid)
    first = kit_json(*new)
    assert (first["new"], first["filled"]["serial"], first["filled"]["model"]) == (True, "PF-LAP-01", "Model")
    # Another laptop with the same serial: what is on the label is not what it is.
    other = valid.replace("HR4f", "HR4g")
    second = ("laptop", "enrol", "LAP-02", "--address", "192.0.2.2", "--host-key", other)
    twice = kit(*second)
    assert (twice.exit_code, "serial PF-LAP-01 belongs to LAP-01" in twice.stderr) == (CONFLICT, True)
    small = kit(*second, "--serial", "pf-lap-01")
    assert (small.exit_code, "serial pf-lap-01 belongs to LAP-01" in small.stderr) == (CONFLICT, True)
    assert kit_json("laptop", "enrol", "LAP-01", "--serial", "pf-lap-01")["filled"] == {}
    assert kit("laptop", "enrol", "lap-01", "--serial", "PF-1").exit_code == CONFLICT
    assert kit("laptop", "enrol", "LAP-01", "--host-key", other).exit_code == CONFLICT
    assert kit("laptop", "enrol", "LAP-02").exit_code == exits.CODES["unknown"]
    assert list(states(database)) == ["LAP-01"]
    assert kinds(database, "LAP-01") == ["device.added", "device.examined", "device.examined"]


def lent(database: Database) -> None:
    """LAP-01 on loan to seat 1, LAP-02 ready for seat 2, LAP-03 in stock; all of a kept plan."""
    reference = fill(database, BY, laptops=3, seats=2, phones=2)
    with database.write() as session:
        session.add_all(
            Device(tag=f"SIM-{n}", kind=DeviceKind.SIM, iccid=f"8933{n}", state_since=NOW) for n in (1, 2)
        )
        for device in devices.listing(session, kind=DeviceKind.LAPTOP):
            device.host_key = f"ssh-ed25519 {device.tag[-1] * 4}"
    for seat in plan_of(database, reference).seats:
        with database.write() as session:
            loan = loans.reserve(session, BY, reference, seat.number, seat.laptop.tag)
            device = devices.get(session, seat.laptop.tag)
            for state in (DeviceState.PROVISIONING, DeviceState.READY):
                devices.move(session, BY, device, state, reason="test")
            if seat.number == 1:
                loans.hand_over(session, BY, loan)


def test_each_laptop_is_rechecked_as_its_state_asks_and_only_a_waiting_one_is_set_apart(
    kit: Kit, database: Database, playbooks: Callable[..., None]
) -> None:
    playbooks(attest=LOOK, recheck=LOOK.replace("laptop_tag", "'LAP-02'"))
    lent(database)
    refused = kit("laptop", "recheck", "LAP-01", "LAP-03")
    assert (refused.exit_code, "LAP-03 (in_stock)" in refused.stderr) == (CONFLICT, True)
    unasked = kit("laptop", "recheck", "LAP-01", "LAP-02")
    assert (unasked.exit_code, "LAP-01: no consent" in unasked.stderr) == (CONFLICT, True)
    told = kit("laptop", "recheck", "LAP-01", "LAP-02", "--consent-by", "Camille Exemple", "--json")
    assert told.exit_code == FAILED
    results = {row["tag"]: row for row in json.loads(told.stdout)}
    assert {tag: (row["state"], row["failed"]) for tag, row in results.items()} == {
        "LAP-01": ("on_loan", ["homes"]),
        "LAP-02": ("quarantined", ["homes"]),
    }
    assert states(database) == {"LAP-01": "on_loan", "LAP-02": "quarantined", "LAP-03": "in_stock"}
    with database.read() as session:
        found = [examinations.of(session, tag) for tag in ("LAP-01", "LAP-02", "LAP-03")]
    assert [[(each.examination, each.passed) for each in of] for of in found] == [
        [(Examination.RECHECK, False)],
        [(Examination.CLEAN_STATE, False)],
        [],
    ]
    assert found[0][0].data["seat"]


def test_an_erased_laptop_is_wiped_and_one_with_something_left_stays(
    kit: Kit, home: Path, database: Database, playbooks: Callable[..., None]
) -> None:
    playbooks(release=LOOK)
    added(database, *({"state": DeviceState.QUARANTINED} for _ in range(2)), {"state": DeviceState.READY})
    assert kit("laptop", "release", "LAP-01", "LAP-03", "--yes").exit_code == CONFLICT
    arguments = ["--home", str(home), "laptop", "release", "LAP-01", "LAP-02"]
    assert CliRunner().invoke(app, arguments, input="LAP-01\nyes\n").exit_code == exits.CODES["bad-input"]
    assert kinds(database, "LAP-01") == []
    told = CliRunner().invoke(app, arguments, input="lap-01\nLAP-02\n")
    assert told.exit_code == FAILED
    assert "→ Put it on its shelf, then: `kit pool restock LAP-01`." in told.stdout
    assert "LAP-02 is not wiped (homes); it stays quarantined." in told.stdout
    assert states(database) == {"LAP-01": "wiped", "LAP-02": "quarantined", "LAP-03": "ready"}
    assert kinds(database, "LAP-01") == ["device.release-asked", "device.examined", "device.moved"]
    assert kinds(database, "LAP-02") == ["device.release-asked", "device.examined"]
    assert "wipe  failed: homes" in kit("pool", "show", "LAP-02").stdout


def test_the_last_report_is_shown_and_printed_with_the_file_that_its_page_names(
    kit: Kit, kit_json: Callable[..., Any], database: Database, tmp_path: Path
) -> None:
    with database.write() as session:
        device = laptop(1)
        device.host_key = HOST_KEYS[0]
        session.add(device)
        session.flush()
        told = report(tag="LAP-01")
        examinations.keep(session, BY, "LAP-01", Examination.CLEAN_STATE, told)
    shown = kit("laptop", "report", "lap-01")
    assert (shown.exit_code, "LAP-01" in shown.stdout) == (0, True)
    page = tmp_path / "page.pdf"
    record = kit_json("laptop", "report", "LAP-01", "--out", str(page))
    assert page.read_bytes().startswith(b"%PDF")
    kept = Path(record["json"]).read_bytes()
    assert hashlib.sha256(kept).hexdigest() == record["report_sha256"] == examinations.fingerprint(told)
    assert kit("laptop", "report", "LAP-09").exit_code == exits.CODES["unknown"]
