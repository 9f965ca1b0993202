"""Ending a crisis in the tenant through the command line: in its order, with proof, and in no other way."""

import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.unit.kit.app.rehearsal import Rehearsal

CAMILLE = "camille.exemple.aubagne@secours.example"


@pytest.fixture
def equipped(rehearsal: Rehearsal) -> Rehearsal:
    """Two people equipped, with a mail and two files to give back."""
    rehearsal.prove_laptops()
    rehearsal.serve()
    rehearsal.use_tenant(patience=10)
    rehearsal.run_crisis(code=0)
    assert rehearsal.tenant is not None
    rehearsal.tenant.fill_mailbox(CAMILLE, messages=5, bytes_each=2000)
    rehearsal.tenant.fill_drive(f"crise-aubagne-{rehearsal.reference}", files=2, bytes_each=3000)
    return rehearsal


def closing(rehearsal: Rehearsal, *arguments: str, code: int = 0) -> dict[str, Any]:
    name, *options = arguments
    ended = rehearsal.run("tenant", name, rehearsal.reference, *options, "--json", code=code)
    return dict(json.loads(ended.stdout))


def test_the_data_come_back_then_everything_goes_and_each_step_is_kept(equipped: Rehearsal) -> None:
    before = closing(equipped, "closing")
    assert [before[name] for name in ("revoked_at", "bag", "acknowledged_at", "removal")] == [None] * 4

    exported = closing(equipped, "export")
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
    order = ["revoke.proven", "bag.proven", "acknowledged.proven", "removal.proven"]
    assert [kind for kind in kinds_kept if kind in order] == order


def test_nothing_goes_before_the_commune_acknowledged_that_very_export(equipped: Rehearsal) -> None:
    documents = equipped.tenant_documents()
    closing(equipped, "remove", "--confirm", "Aubagne", code=14)
    closing(equipped, "acknowledge", "--sha256", "0" * 64, "--by", "Camille Exemple", code=14)
    assert equipped.tenant_documents() == documents

    closing(equipped, "export")
    closing(equipped, "remove", "--confirm", "Aubagne", code=14)
    closing(equipped, "acknowledge", "--sha256", "0" * 64, "--by", "Camille Exemple", code=14)
    closing(equipped, "remove", "--confirm", "Marseille", code=3)
    assert equipped.tenant_objects()["users"].keys() >= {CAMILLE}


def test_a_bag_that_was_touched_cannot_be_acknowledged(equipped: Rehearsal) -> None:
    sealed = closing(equipped, "export")["bag"]
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
    assert equipped.accounts_enabled() == {False}
    refused = equipped.run("crisis", "run", equipped.reference, code=14)
    assert "being ended in the tenant" in refused.stderr
    refused = equipped.run("handover", "pass", equipped.reference, "1", code=14)
    assert equipped.accounts_enabled() == {False}
