"""Ending a crisis in the tenant through the command line: in its order, with proof, and in no other way."""

import hashlib
import io
import json
import signal
import sqlite3
import subprocess
import tarfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyrage
import pytest

from inventory.times import utc_now
from kit.restitution import bag
from kit.simulator.tenant.scenario import Fault, Kind, Scenario
from tests.unit.kit.app.rehearsal import LIMIT, Rehearsal

#: The zone of the team, in which a letter has its day.
PARIS = ZoneInfo("Europe/Paris")
IN_CLEAR = ("--clear", "no key yet", "--given-by", "Camille Exemple")
CAMILLE = "camille.exemple.aubagne@secours.example"


@pytest.fixture
def equipped(equipped: Rehearsal) -> Rehearsal:
    """Two people equipped, with five mails and two files to give back."""
    assert equipped.tenant is not None
    equipped.tenant.fill_mailbox(CAMILLE, messages=5, bytes_each=2000)
    equipped.tenant.fill_drive(f"crise-aubagne-{equipped.reference}", files=2, bytes_each=3000)
    return equipped


@pytest.fixture
def instructed(equipped: Rehearsal) -> Rehearsal:
    """The same, with the commune's written instruction."""
    instruct(equipped)
    return equipped


def instruct(
    rehearsal: Rehearsal, wish: str = "return", *more: str, received: str = "", code: int = 0
) -> None:
    document = rehearsal.home / "instruction.pdf"
    document.write_bytes(b"%PDF please")
    day = received or f"{utc_now().astimezone(PARIS):%Y-%m-%d}"
    options = ("--by", "Camille Exemple", "--as", wish, "--received", day, "--document", str(document))
    rehearsal.typed("tenant", "instruct", rehearsal.reference, *options, *more, code=code)


def closing(rehearsal: Rehearsal, *arguments: str, code: int = 0) -> dict[str, Any]:
    name, *options = arguments
    command = ("tenant", name, rehearsal.reference, *options, "--json")
    if name in {"revoke", "export", "remove"}:
        return dict(json.loads(rehearsal.run(*command, code=code).stdout))
    return dict(json.loads(rehearsal.typed(*command, code=code)))


def test_the_data_come_back_then_everything_goes_and_each_step_is_kept(instructed: Rehearsal) -> None:
    equipped = instructed
    before = closing(equipped, "closing")
    assert [before[name] for name in ("revoked_at", "bag", "acknowledged_at", "removal")] == [None] * 4
    assert before["instruction"]["sha256"] == hashlib.sha256(b"%PDF please").hexdigest()

    exported = closing(equipped, "export", *IN_CLEAR)
    folder, sha256 = Path(exported["bag"]["folder"]), exported["bag"]["manifest_sha256"]
    assert exported["revoked_at"]
    # What a third party does without this program.
    checked = subprocess.run(["/usr/bin/sha256sum", "-c", "manifest-sha256.txt"], cwd=folder, check=False)
    assert checked.returncode == 0
    assert hashlib.sha256((folder / "manifest-sha256.txt").read_bytes()).hexdigest() == sha256
    assert len(list((folder / "data").rglob("*.eml"))) == 5
    assert folder.stat().st_mode & 0o077 == 0
    # The same again fetches nothing and gives the same bag.
    assert closing(equipped, "export")["bag"] == exported["bag"]

    closing(equipped, "acknowledge", "--sha256", sha256, "--by", "Camille Exemple")
    removed = closing(equipped, "remove", "--confirm", "aubagne")
    kinds = [absence["kind"] for absence in removed["removal"]["absences"]]
    assert sorted(kinds) == ["group", "group", "unit", "user", "user"]
    assert all("404" in absence["read"] for absence in removed["removal"]["absences"])
    left = {collection for collection, *_row in equipped.tenant_documents()}
    assert not left & {"users", "groups", "deleted", "teams", "channels", "administrativeUnits"}
    kinds_kept = [line.kind for line in equipped.journal()]
    order = [
        *("milestone.instructed", "revoke.proven", "bag.proven"),
        *("acknowledged.proven", "removal.proven"),
    ]
    assert [kind for kind in kinds_kept if kind in order] == order


def test_nothing_goes_before_the_commune_acknowledged_that_very_export(equipped: Rehearsal) -> None:
    documents = equipped.tenant_documents()
    closing(equipped, "remove", "--confirm", "Aubagne", code=14)
    closing(equipped, "acknowledge", "--sha256", "0" * 64, "--by", "Camille Exemple", code=14)
    assert "tenant instruct" in equipped.run("tenant", "export", equipped.reference, code=14).stderr
    instruct(equipped)
    assert "--recipient" in equipped.run("tenant", "export", equipped.reference, code=3).stderr
    assert equipped.tenant_documents() == documents

    exported = closing(equipped, "export", *IN_CLEAR)["bag"]
    closing(equipped, "remove", "--confirm", "Aubagne", code=14)
    closing(equipped, "acknowledge", "--sha256", "0" * 64, "--by", "Camille Exemple", code=14)
    refused = [line.data for line in equipped.journal() if line.kind == "acknowledged.refused"]
    assert refused == [{"given": "0" * 64, "acknowledged_by": "Camille Exemple"}]
    for impossible in ("2020-01-01T08:00", "2099-01-01T08:00"):
        signed = ("--sha256", exported["manifest_sha256"], "--by", "Camille Exemple", "--at", impossible)
        closing(equipped, "acknowledge", *signed, code=3)
    closing(equipped, "remove", "--confirm", "Marseille", code=3)
    assert equipped.tenant_objects()["users"].keys() >= {CAMILLE}


def test_a_bag_that_was_touched_cannot_be_acknowledged(instructed: Rehearsal) -> None:
    equipped = instructed
    sealed = closing(equipped, "export", *IN_CLEAR)["bag"]
    message = next(Path(sealed["folder"]).rglob("*.eml"))
    message.write_bytes(message.read_bytes() + b"!")
    refused = equipped.run(
        *(
            "tenant",
            "acknowledge",
            equipped.reference,
            "--sha256",
            sealed["manifest_sha256"],
            "--by",
            "C. E.",
        ),
        code=16,
    )
    assert message.name in refused.stderr


def test_after_sign_in_has_ended_no_run_brings_it_back(equipped: Rehearsal) -> None:
    closing(equipped, "revoke")
    assert set(equipped.accounts_enabled().values()) == {False}
    refused = equipped.run("crisis", "run", equipped.reference, code=14)
    assert "being ended in the tenant" in refused.stderr
    refused = equipped.run("handover", "pass", equipped.reference, "1", code=14)
    assert set(equipped.accounts_enabled().values()) == {False}


def test_the_sealed_file_is_all_that_stays_and_only_the_communes_key_opens_it(instructed: Rehearsal) -> None:
    key = pyrage.x25519.Identity.generate()
    exported = closing(
        instructed, "export", "--recipient", str(key.to_public()), "--given-by", "Camille Exemple"
    )
    sealed, sha256 = Path(exported["sealed"]["file"]), exported["bag"]["manifest_sha256"]
    assert hashlib.sha256(sealed.read_bytes()).hexdigest() == exported["sealed"]["sha256"]
    assert sealed.stat().st_mode & 0o077 == 0
    assert not Path(exported["bag"]["folder"]).exists()
    opened = pyrage.decrypt(sealed.read_bytes(), [key])
    with tarfile.open(fileobj=io.BytesIO(opened)) as tar:
        tar.extractall(instructed.home / "opened", filter="data")
    folder = instructed.home / "opened" / instructed.reference
    checked = subprocess.run(["/usr/bin/sha256sum", "-c", "manifest-sha256.txt"], cwd=folder, check=False)
    assert checked.returncode == 0
    assert hashlib.sha256((folder / "manifest-sha256.txt").read_bytes()).hexdigest() == sha256

    # The same again fetches nothing; what was touched is not acknowledged.
    requests = asked(instructed)
    assert closing(instructed, "export")["sealed"] == exported["sealed"]
    assert asked(instructed) == requests
    whole = sealed.read_bytes()
    sealed.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    closing(instructed, "acknowledge", "--sha256", sha256, "--by", "Camille Exemple", code=16)
    sealed.write_bytes(whole)
    closing(instructed, "acknowledge", "--sha256", sha256.upper(), "--by", "Camille Exemple")
    closing(instructed, "remove", "--confirm", "Aubagne")


def asked(rehearsal: Rehearsal) -> int:
    """How many messages and files the tenant was asked for."""
    assert rehearsal.tenant is not None
    requests = rehearsal.tenant.requests().items()
    return sum(count for (_method, template, _status), count in requests if "alue" in template)


@pytest.mark.parametrize("moment", ["encrypting", "sealed"])
def test_killed_between_export_and_acknowledgement_nothing_is_lost_or_destroyed(
    instructed: Rehearsal, moment: str
) -> None:
    key = pyrage.x25519.Identity.generate()
    assert instructed.tenant is not None
    instructed.tenant.fill_drive(f"crise-aubagne-{instructed.reference}", files=40, bytes_each=1024**2)
    process = instructed.start(
        *("tenant", "export", instructed.reference),
        *("--recipient", str(key.to_public()), "--given-by", "Camille Exemple"),
    )
    there = instructed.home / "exports" / f"{instructed.reference}.tar.age"
    begun = there.with_name(there.name + ".part") if moment == "encrypting" else there
    killed_once(process, begun.exists)
    whole = ("--sha256", "0" * 64, "--by", "Camille Exemple")
    closing(instructed, "acknowledge", *whole, code=14)
    closing(instructed, "remove", "--confirm", "Aubagne", code=14)
    assert there.exists() or (instructed.home / "exports" / instructed.reference / "data").exists()

    exported = closing(instructed, "export")
    assert exported["bag"]["files"] > 42
    pyrage.decrypt(there.read_bytes(), [key])
    assert instructed.tenant_objects()["users"].keys() >= {CAMILLE}


def killed_once(process: subprocess.Popen[str], begun: Callable[[], bool]) -> None:
    """Kill it outright as soon as that has begun, which it must have."""
    deadline = time.monotonic() + LIMIT
    while not (there := begun()) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    process.kill()
    assert (process.wait(LIMIT), there) == (-signal.SIGKILL, True)


def open_files(process: subprocess.Popen[str]) -> set[str]:
    """Names of what a process has open."""
    names = set()
    for descriptor in Path(f"/proc/{process.pid}/fd").glob("*"):
        with suppress(OSError):
            names.add(descriptor.readlink().name)
    return names


def test_killed_while_it_is_acknowledged_nothing_is_acknowledged_nor_destroyed(instructed: Rehearsal) -> None:
    exported = closing(instructed, "export", *IN_CLEAR)["bag"]
    signed = ("acknowledge", "--sha256", exported["manifest_sha256"], "--by", "Camille Exemple")
    there = instructed.tenant_documents()
    with sqlite3.connect(instructed.home / "kit.db", isolation_level=None) as writer:
        # Nobody else can write meanwhile, so it is killed before it has.
        writer.execute("BEGIN IMMEDIATE")
        process = instructed.start("tenant", signed[0], instructed.reference, *signed[1:])
        killed_once(process, lambda: "kit.db" in open_files(process))
        writer.execute("ROLLBACK")
    closing(instructed, "remove", "--confirm", "Aubagne", code=14)
    assert (closing(instructed, "closing")["acknowledged_at"], instructed.tenant_documents()) == (None, there)
    bag.verify(Path(exported["folder"]))
    assert closing(instructed, *signed)["acknowledged_at"]


def test_killed_while_it_is_removed_the_bag_stays_and_the_same_command_ends_it(instructed: Rehearsal) -> None:
    exported = closing(instructed, "export", *IN_CLEAR)["bag"]
    signed = ("--sha256", exported["manifest_sha256"], "--by", "Camille Exemple")
    acknowledged = closing(instructed, "acknowledge", *signed)["acknowledged_at"]
    tenant = instructed.tenant
    assert tenant is not None
    purging = Fault(kind=Kind.SLOW, method="DELETE", path="/directory/deletedItems/*", seconds=3)
    tenant.disturb(Scenario(seed=1, fault=(purging,)))
    process = instructed.start("tenant", "remove", instructed.reference, "--confirm", "Aubagne")
    killed_once(process, lambda: ("DELETE", "/users/{user-id}", 204) in tenant.requests())
    tenant.calm()

    standing = closing(instructed, "closing")
    assert (standing["removal"], standing["acknowledged_at"]) == (None, acknowledged)
    bag.verify(Path(exported["folder"]))
    # Half of it is gone, and no run makes it again.
    instructed.run("crisis", "run", instructed.reference, code=14)
    instructed.typed("tenant", "certificate", instructed.reference, code=14)
    removed = closing(instructed, "remove", "--confirm", "Aubagne")["removal"]
    assert len(removed["absences"]) == 5
    bag.verify(Path(exported["folder"]))
    assert {name for name, *_row in instructed.tenant_documents()}.isdisjoint({"users", "groups", "deleted"})


def test_what_is_instructed_decides_and_an_unlawful_instruction_stops(equipped: Rehearsal) -> None:
    for impossible in ("2020-01-01", "2099-01-01"):
        instruct(equipped, received=impossible, code=14)
    instruct(equipped, "return", "--unlawful", "asks for another commune's mail")
    assert "unlawful" in equipped.run("tenant", "export", equipped.reference, *IN_CLEAR, code=14).stderr
    instruct(equipped, "archive")
    sha256 = closing(equipped, "export", *IN_CLEAR)["bag"]["manifest_sha256"]
    closing(equipped, "acknowledge", "--sha256", sha256, "--by", "Camille Exemple")
    kept = equipped.run("tenant", "remove", equipped.reference, "--confirm", "Aubagne", code=14)
    assert "archive" in kept.stderr
    # A convention that ended for breach skips nothing.
    today = f"{utc_now().astimezone(PARIS):%Y-%m-%d}"
    breach = ("--side", "lender", "--sent", today, "--received", today)
    equipped.typed("convention", "notice", "13005", "breach", *breach)
    closing(equipped, "remove", "--confirm", "Aubagne", code=14)
    instruct(equipped, "destroy")
    closing(equipped, "remove", "--confirm", "Aubagne")
    said = [line.data["detail"]["wish"] for line in equipped.journal() if line.kind == "milestone.instructed"]
    assert said == ["return", "archive", "destroy"]
