"""`kit secret`, as typed: shown once, in time, with the code; nowhere else."""

import json
from collections.abc import Callable
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pyrage
import pytest
from typer.testing import CliRunner, Result

from inventory import loans, secrets, slips
from inventory.devices import Device, DeviceKind
from inventory.journal import Stamp, tail
from inventory.times import utc_now
from kit.app.compose import App
from kit.cli import app
from tests.unit.inventory.samples import NOW, fill

SECRET = "correct horse battery"
Type = Callable[..., Result]


@pytest.fixture
def type_(home: Path) -> Type:
    """Runs `kit secret …` with what is typed."""

    def run(*arguments: str, typed: str = "", code: int = 0) -> Result:
        ended = CliRunner().invoke(app, ["--home", str(home), "secret", *arguments], input=typed)
        assert ended.exit_code == code, ended.output
        return ended

    return run


@pytest.fixture
def given(type_: Type) -> dict[str, Any]:
    label = ("--label", "Wi-Fi", "--to", "Camille Exemple", "--deadline", "2h", "--json")
    return dict(json.loads(type_("give", *label, typed=SECRET + "\n").stdout))


def lines(home: Path) -> list[str]:
    with App.open(home).database.read() as session:
        return [line.kind for line in tail(session) if line.kind.startswith("secret.")]


def test_it_is_shown_once_and_the_journal_has_both_readings(
    type_: Type, given: dict[str, Any], home: Path
) -> None:
    shown = type_("open", given["name"], typed=given["code"])
    assert SECRET in shown.stdout
    again = type_("open", given["name"], typed=given["code"], code=14)
    assert "Camille Exemple" in again.stderr
    assert SECRET not in again.output
    assert lines(home) == ["secret.given", "secret.read", "secret.refused"]
    listed = type_("list", "--json").stdout
    assert json.loads(listed)[0]["how"] == "read"
    assert not [part for part in (SECRET, given["code"], "sealed") if part in listed]


def test_a_wrong_code_is_refused_told_and_counted(type_: Type, given: dict[str, Any], home: Path) -> None:
    refused = type_("open", given["name"], typed="0000-0000-0000", code=14)
    assert "4 wrong codes more" in refused.stderr
    assert SECRET in type_("open", given["name"], typed=given["code"].lower()).stdout
    assert lines(home) == ["secret.given", "secret.wrong-code", "secret.read"]


def test_recalled_and_late_are_gone(type_: Type, given: dict[str, Any], home: Path) -> None:
    assert json.loads(type_("recall", given["name"], "--json").stdout)["how"] == "recalled"
    type_("recall", given["name"], code=14)
    type_("open", given["name"], typed=given["code"], code=14)
    long_ago = Stamp("camille@station", utc_now() - timedelta(hours=3))
    with App.open(home).database.write() as session:
        late = slips.give(
            session,
            long_ago,
            slips.seal(SECRET, "0000-0000-0000"),
            label="VPN",
            recipient="Dominique Essai",
            deadline=long_ago.at + timedelta(hours=1),
        ).name
    type_("open", late, typed="0000-0000-0000", code=14)
    assert {row["name"]: row["how"] for row in json.loads(type_("list", "--json").stdout)}[late] == "late"


@pytest.mark.parametrize(
    ("arguments", "typed", "code"),
    [
        (("--label", "x", "--to", "y", "--deadline", "soon"), SECRET, 3),
        (("--label", "x", "--to", "y", "--deadline", "30d"), SECRET, 3),
        (("--label", "x", "--to", "y", "--deadline", "0m"), SECRET, 3),
        (("--label", " ", "--to", "y"), SECRET, 3),
        (("--label", "x", "--to", "y"), "", 3),
        (("--label", "x", "--to", "y", "--crisis", "13005-2026-09"), SECRET, 4),
    ],
)
def test_bad_input_keeps_nothing(
    type_: Type, home: Path, arguments: tuple[str, ...], typed: str, code: int
) -> None:
    type_("give", *arguments, typed=typed, code=code)
    assert lines(home) == []
    assert json.loads(type_("list", "--json").stdout) == []


def test_a_devices_secret_is_shown_to_who_holds_the_identity_and_told_first(
    type_: Type, home: Path, tmp_path: Path
) -> None:
    team, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    by = Stamp("camille@station", utc_now())
    with App.open(home).database.write() as session:
        session.add(
            Device(tag="LAP-01", kind=DeviceKind.LAPTOP, address="10.0.0.1", host_key="k", state_since=by.at)
        )
        session.flush()
        secrets.seal(session, by, "LAP-01", "admin-password", SECRET, recipients=[str(team.to_public())])
    held, wrong, loose = (tmp_path / name for name in ("held", "wrong", "loose"))
    held.write_text(f"# public key: {team.to_public()}\n{team}\n")
    wrong.write_text(str(other))
    loose.write_text(str(team))
    for file in (held, wrong):
        file.chmod(0o600)
    loose.chmod(0o644)
    for file in (wrong, loose):
        assert SECRET not in type_("device", "LAP-01", "--identity", str(file), code=3).output
    shown = json.loads(type_("device", "lap-01", "--identity", str(held), "--json").stdout)
    assert shown == {"tag": "LAP-01", "name": "admin-password", "secret": SECRET}
    assert lines(home) == ["secret.sealed", "secret.refused", "secret.shown"]
    type_("device", "LAP-01", "--identity", str(held), "--name", "seat-password", code=4)


def test_the_code_of_a_sim_is_replaced_and_never_told(type_: Type, home: Path, tmp_path: Path) -> None:
    team = pyrage.x25519.Identity.generate()
    (home / "kit.toml").write_text(f'[team]\nrecipients = ["{team.to_public()}"]\n')
    held = tmp_path / "held"
    held.write_text(str(team))
    held.chmod(0o600)
    by = Stamp("camille@station", utc_now())
    with App.open(home).database.write() as session:
        for tag, kind in (("SIM-04", DeviceKind.SIM), ("TEL-04", DeviceKind.PHONE)):
            session.add(Device(tag=tag, kind=kind, state_since=by.at))
    shown = ("device", "SIM-04", "--identity", str(held), "--name", "pin", "--json")
    for code in ("1234", "98765"):
        assert code not in type_("keep", "sim-04", "pin", typed=f"{code}\n").output
        assert json.loads(type_(*shown).stdout)["secret"] == code
    for name, code in (("pin", "12a4"), ("puk", "1234"), ("admin-password", "1234")):
        assert code not in type_("keep", "SIM-04", name, typed=f"{code}\n", code=3).output
    assert "No code was typed" in type_("keep", "SIM-04", "pin", typed="\n", code=3).stderr
    type_("keep", "TEL-04", "pin", typed="1234\n", code=3)
    assert json.loads(type_(*shown).stdout)["secret"] == "98765"
    assert "It has: pin" in type_(*shown[:-2], "puk", code=4).stderr


def test_a_secret_of_a_persons_laptop_goes_onto_a_slip_in_their_name(
    type_: Type, home: Path, tmp_path: Path
) -> None:
    team, by = pyrage.x25519.Identity.generate(), Stamp("camille@station", NOW)
    reference = fill(App.open(home).database, by, laptops=2, seats=1)
    with App.open(home).database.write() as session:
        loans.reserve(session, by, reference, 1, "LAP-01")
        for tag, name in product(("LAP-01", "LAP-02"), ("seat-password", "admin-password")):
            secrets.seal(session, by, tag, name, SECRET, recipients=[str(team.to_public())])
    held = tmp_path / "held"
    held.write_text(str(team))
    held.chmod(0o600)

    def slip(tag: str, name: str, code: int) -> str:
        asked = ("device", tag, "--identity", str(held), "--name", name, "--slip", "text")
        return type_(*asked, code=code).output

    told = slip("LAP-01", "seat-password", 0)
    assert f"    {SECRET}\n" in told
    assert "Camille Exemple 1" in told
    # Nobody has the one, and the other is no person's.
    assert SECRET not in slip("LAP-02", "seat-password", 4) + slip("LAP-01", "admin-password", 3)
    assert lines(home).count("secret.shown") == 1
    assert not [path for path in home.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]


def test_nothing_in_the_home_holds_the_secret_or_its_code(
    type_: Type, given: dict[str, Any], home: Path
) -> None:
    type_("open", given["name"], typed=given["code"])
    written = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert SECRET.encode() not in written
    assert given["code"].encode() not in written
