"""What a laptop's preparation does with its secrets; Ansible and the laptop are played."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyrage
import pytest
from passlib.hash import sha512_crypt

from inventory import devices, journal, secrets
from inventory.database import Database
from inventory.devices import DeviceState
from kit.errors import BadInput
from kit.workflows import laptops, station
from kit.workflows.laptops import ADMIN_PASSWORD, DISK_RECOVERY_KEY, SEAT_PASSWORD
from kit.workflows.outcome import Done, Failed, Outcome
from kit.workflows.reserve import reserve
from kit.workflows.station import Station
from kit.workstations import outcomes as ends
from kit.workstations import passwords, probe, runner
from kit.workstations.targets import Secret, Target
from tests.unit.kit.workflows.conftest import BY, plan_of

IDENTITY = pyrage.x25519.Identity.generate()
TAG = "LAP-01"
NAMES = (SEAT_PASSWORD, ADMIN_PASSWORD, DISK_RECOVERY_KEY)
NO_DISK = ends.Passed({"encryption": {"kind": "no local disk", "volumes": []}}, 1, 1.0)
ENCRYPTED = ends.Passed({"encryption": {"kind": "luks", "volumes": ["/dev/sda3"]}}, 1, 1.0)
UNREACHABLE = ends.Unreachable("no route")

Prepare = Callable[[ends.Outcome], tuple[Outcome, dict[str, Any]]]


@pytest.fixture
def team(working: Station, crisis: str, database: Database) -> Station:
    """A station whose team can read secrets, with a plan and everything reserved."""
    made = replace(working, recipients=(str(IDENTITY.to_public()),))
    station.use(made)
    plan_of(database, crisis)
    assert reserve(crisis) == Done()
    return made


@pytest.fixture
def prepare(team: Station, crisis: str, monkeypatch: pytest.MonkeyPatch) -> Prepare:
    """Prepares the first seat's laptop, whose run ends so; gives the outcome and what the roles were told."""
    monkeypatch.setattr(probe, "check_host_key", lambda *_laptop: probe.KeyMatches())

    def prepare(end: ends.Outcome) -> tuple[Outcome, dict[str, Any]]:
        told: dict[str, Any] = {}

        def play(target: Target, **_how: Any) -> ends.Outcome:
            told.update(target.variables)
            # Whatever happens now: what the laptop is sent can be opened by who holds the identity.
            assert sealed(team.database, secrets.pending(DISK_RECOVERY_KEY)) == reveal(
                told["disk_recovery_key"]
            )
            return end

        monkeypatch.setattr(runner, "play", play)
        return laptops.prepare(crisis, 1), told

    return prepare


def reveal(told: Any) -> str:
    """What a variable says that must be a `Secret`."""
    assert isinstance(told, Secret)
    return told.reveal()


def sealed(database: Database, name: str) -> str | None:
    """The laptop's secret of that name, opened; None where there is none."""
    with database.read() as session:
        found = secrets.sealed(session, TAG, name)
    return None if found is None else pyrage.decrypt(found, [IDENTITY]).decode()


def names(database: Database) -> set[str]:
    """Under which names the laptop has secrets."""
    every = {*NAMES, *map(secrets.pending, NAMES)}
    return {name for name in every if sealed(database, name) is not None}


def test_a_laptop_that_is_ready_has_what_is_sealed_and_is_sent_hashes(
    prepare: Prepare, database: Database, tmp_path: Path
) -> None:
    outcome, told = prepare(ENCRYPTED)
    assert outcome == Done()
    assert names(database) == set(NAMES)
    for name, variable in ((SEAT_PASSWORD, "seat_password_hash"), (ADMIN_PASSWORD, "admin_password_hash")):
        assert sha512_crypt.verify(sealed(database, name), reveal(told[variable]))
    assert sealed(database, DISK_RECOVERY_KEY) == reveal(told["disk_recovery_key"])
    values = {sealed(database, name) for name in NAMES}
    assert len(values) == len(NAMES)
    written = b"".join(path.read_bytes() for path in tmp_path.glob("kit.db*"))
    assert not [value for value in values if value is None or value.encode() in written]
    assert "disk_unlock_key" not in told


def test_a_disk_that_took_no_key_has_none_sealed(prepare: Prepare, database: Database) -> None:
    prepare(NO_DISK)
    assert names(database) == {SEAT_PASSWORD, ADMIN_PASSWORD}


def test_volumes_that_a_site_names_took_the_key(prepare: Prepare, team: Station, database: Database) -> None:
    station.use(replace(team, variables={"encryption_volumes": ["/dev/sdb1"]}))
    prepare(NO_DISK)
    assert names(database) == set(NAMES)


def test_a_try_that_fails_replaces_nothing_that_the_laptop_may_still_have(
    prepare: Prepare, team: Station, database: Database
) -> None:
    with database.write() as session:
        for name in NAMES:
            secrets.seal(session, BY, TAG, name, f"old {name}", recipients=team.recipients)
    for _try in range(2):
        outcome, told = prepare(UNREACHABLE)
        assert isinstance(outcome, Failed)
    assert {name: sealed(database, name) for name in NAMES} == {name: f"old {name}" for name in NAMES}
    assert sealed(database, secrets.pending(DISK_RECOVERY_KEY)) == reveal(told["disk_recovery_key"])
    _outcome, last = prepare(ENCRYPTED)
    assert names(database) == set(NAMES)
    assert sealed(database, DISK_RECOVERY_KEY) == reveal(last["disk_recovery_key"])


def test_what_opens_the_disk_now_is_told_and_sealed_nowhere(
    prepare: Prepare, team: Station, database: Database
) -> None:
    station.use(replace(team, disk_unlock_key=lambda: Secret("of the image")))
    _outcome, told = prepare(ENCRYPTED)
    assert reveal(told["disk_unlock_key"]) == "of the image"
    assert names(database) == set(NAMES)


def test_a_file_that_cannot_be_used_stops_the_laptop_before_anything_is_sealed(
    prepare: Prepare, team: Station, database: Database
) -> None:
    def refuse() -> Secret:
        raise BadInput("others may read it")

    station.use(replace(team, disk_unlock_key=refuse))
    outcome, told = prepare(ENCRYPTED)
    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.message, told) == ("bad-input", "others may read it", {})
    assert names(database) == set()
    with database.read() as session:
        assert devices.get(session, TAG).state is DeviceState.PROVISIONING
        assert "secret.sealed" not in {line.kind for line in journal.tail(session, limit=50)}


def test_a_recovery_key_is_longer_than_a_password() -> None:
    assert len(passwords.make(passwords.KEY_GROUPS).reveal().split()) == 2 * passwords.GROUPS
