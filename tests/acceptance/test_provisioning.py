"""Two lab laptops provisioned for real, and what they then do seen from outside."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from kit.app.keys import ensure_ssh_key
from kit.errors import MissingRequirement
from kit.settings import Home, WorkstationSettings
from kit.simulator.lab import Lab, Laptop, role_variables
from kit.simulator.lab.packages import PORT
from kit.workstations import passwords, probe
from kit.workstations.content import playbooks_hash
from kit.workstations.events import TaskEvent
from kit.workstations.outcomes import HostKeyMismatch, Outcome, Passed
from kit.workstations.private import memory_folder
from kit.workstations.probe import KeyChanged, LoginRefused, check_host_key
from kit.workstations.runner import RunnerSettings, play
from kit.workstations.targets import Secret, Target
from tests.unit.kit.workstations.waiting import wait_for

pytestmark = pytest.mark.lab

NETWORK = "10.83.7"
SEAT = "cexemple"


@dataclass
class Run:
    """One laptop, what it was told and what came of it."""

    laptop: Laptop
    target: Target
    password: Secret
    outcome: Outcome | None = None
    told: list[TaskEvent] = field(default_factory=list)

    def by_password(self, user: str, command: str) -> str:
        return probe.run(
            self.laptop.address, self.laptop.host_key, user, command, password=self.password, timeout=15
        )


def target_for(laptop: Laptop, number: int, password_hash: Secret) -> Target:
    return Target(
        tag=laptop.tag,
        address=laptop.address,
        host_key=laptop.host_key,
        host_name=f"essai-{number:02d}",
        # The bridge stands for a forbidden network: it answers, but for the rules.
        variables=role_variables(NETWORK)
        | {
            "seat_login": SEAT,
            "seat_name": "Camille Exemple",
            "seat_password_hash": password_hash,
            "owner_name": "Métropole d'essai",
            "owner_phone": "04 00 00 00 00",
            "crisis_commune": "Essai",
            "crisis_reference": "13000-2026-01",
            "crisis_drill": True,
        },
    )


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Lab, Path, tuple[Laptop, ...]]]:
    folder = tmp_path_factory.mktemp("lab")
    made = Lab(folder=folder / "lab", base=Home.at(None).cache / "lab", name="kitprov", network=NETWORK)
    try:
        made.check()
    except MissingRequirement as exc:
        pytest.skip(f"no lab on this machine: {exc}")
    key = ensure_ssh_key(folder / "keys")
    try:
        yield made, key, made.up(2, key=key)
    finally:
        made.down()


@pytest.fixture(scope="module")
def settings(lab: tuple[Lab, Path, tuple[Laptop, ...]]) -> RunnerSettings:
    defaults = WorkstationSettings()
    return RunnerSettings(defaults.playbooks, defaults.sequence, defaults.user, lab[1], timeout=300)


def run_all(runs: list[Run], settings: RunnerSettings) -> None:
    def one(run: Run) -> None:
        run.outcome = play(run.target, settings=settings, sink=run.told.append, cancelled=lambda: False)

    with ThreadPoolExecutor(len(runs)) as pool:
        list(pool.map(one, runs))


@pytest.fixture(scope="module")
def provisioned(lab: tuple[Lab, Path, tuple[Laptop, ...]], settings: RunnerSettings) -> list[Run]:
    runs = []
    for number, laptop in enumerate(lab[2], start=1):
        password = passwords.make()
        runs.append(Run(laptop, target_for(laptop, number, passwords.hashed(password)), password))
    run_all(runs, settings)
    return runs


def test_both_laptops_pass_every_check_of_their_report(
    provisioned: list[Run], settings: RunnerSettings
) -> None:
    for run in provisioned:
        assert isinstance(run.outcome, Passed), run.outcome
        report = run.outcome.report
        assert report["clean"] is True
        assert all(check["passed"] for check in report["checks"])
        assert (report["tag"], report["drill"]) == (run.laptop.tag, True)
        assert report["playbooks_sha256"] == playbooks_hash(settings.playbooks)
        assert run.outcome.changed > 0


def test_the_seats_person_logs_in_and_finds_the_laptop_named_and_marked(provisioned: list[Run]) -> None:
    for run in provisioned:
        assert run.by_password(SEAT, "id --user --name; hostname") == f"{SEAT}\n{run.target.host_name}\n"
        notice = run.by_password(SEAT, "cat /etc/motd")
        assert "EXERCICE" in notice
        assert run.laptop.tag in notice
        assert "04 00 00 00 00" in notice
        run.by_password(SEAT, "python3 -m json.tool /etc/firefox/policies/policies.json")
        run.by_password(SEAT, "python3 -m json.tool /etc/thunderbird/policies/policies.json")


def test_the_firewall_is_loaded_and_keeps_the_person_from_denied_networks(
    provisioned: list[Run], settings: RunnerSettings
) -> None:
    connect = "python3 -c 'import socket; socket.create_connection((\"{}\", {}), 5)' 2>&1 || true"
    for run in provisioned:
        rules = probe.run(
            run.laptop.address,
            run.laptop.host_key,
            settings.user,
            "sudo nft list ruleset",
            private_key=settings.private_key,
        )
        assert rules.count("policy drop") == 3
        assert f"{NETWORK}.0/29" in rules
        # The bridge has nothing on this port: without the rule it would say "refused".
        assert "No route to host" in run.by_password(SEAT, connect.format(f"{NETWORK}.1", 443))
        assert run.by_password(SEAT, connect.format(f"{NETWORK}.1", PORT)) == ""


@pytest.mark.parametrize("user", ["root", "provision"])
def test_nobody_else_gets_in_by_password(provisioned: list[Run], user: str) -> None:
    with pytest.raises(LoginRefused):
        provisioned[0].by_password(user, "true")


def test_the_seats_person_has_no_privilege(provisioned: list[Run]) -> None:
    assert (
        provisioned[0]
        .by_password(SEAT, "sudo --non-interactive id 2>&1 || echo refused")
        .endswith("refused\n")
    )


def test_a_second_run_changes_nothing(provisioned: list[Run], settings: RunnerSettings) -> None:
    again = [replace(run, outcome=None, told=[]) for run in provisioned]
    run_all(again, settings)
    for run in again:
        assert isinstance(run.outcome, Passed), run.outcome
        assert run.outcome.changed == 0
        assert not [event.task for event in run.told if event.changed]


def test_no_secret_is_told_or_left_behind(provisioned: list[Run]) -> None:
    # A wave may outlast its laptops' calls by a few seconds.
    assert wait_for(lambda: not list(memory_folder().glob(f"kit-run-{os.getpid()}-*")), seconds=20)
    for run in provisioned:
        told = repr((run.told, run.outcome))
        for secret in (run.password, run.target.variables["seat_password_hash"]):
            assert secret.reveal() not in told
            assert secret.reveal().rpartition("$")[2] not in told


def test_a_laptop_with_another_host_key_is_refused_and_nothing_runs_there(
    provisioned: list[Run], lab: tuple[Lab, Path, tuple[Laptop, ...]], settings: RunnerSettings
) -> None:
    old = provisioned[1].laptop
    new = lab[0].wipe(old.tag, new_key=True)
    assert check_host_key(old.address, old.host_key) == KeyChanged(probe.fingerprint(new.host_key))
    run = replace(provisioned[1], outcome=None, told=[])
    run_all([run], settings)
    assert run.outcome == HostKeyMismatch(probe.fingerprint(old.host_key), probe.fingerprint(new.host_key))
    logins = probe.run(
        new.address, new.host_key, settings.user, "getent passwd", private_key=settings.private_key
    )
    assert SEAT not in logins
