"""What is done to one person's access and phone, through the command line."""

import json

import pytest

from tests.unit.kit.app.rehearsal import Rehearsal


@pytest.fixture
def equipped(rehearsal: Rehearsal) -> Rehearsal:
    rehearsal.prove_laptops()
    rehearsal.serve()
    rehearsal.use_tenant(patience=10)
    rehearsal.run_crisis(code=0)
    return rehearsal


def test_an_access_pass_is_shown_once_and_kept_nowhere(equipped: Rehearsal) -> None:
    first = json.loads(equipped.run("handover", "pass", equipped.reference, "1", "--json").stdout)
    second = json.loads(equipped.run("handover", "pass", equipped.reference, "1", "--json").stdout)
    assert first["principal_name"] == "camille.exemple.aubagne@secours.example"
    assert first["code"] != second["code"]
    kept = [line for line in equipped.journal() if line.kind == "pass.issued"]
    assert len(kept) == 2
    for path in equipped.home.rglob("*"):
        if path.is_file() and "tenant" not in path.relative_to(equipped.home).parts:
            content = path.read_bytes()
            assert first["code"].encode() not in content
            assert second["code"].encode() not in content


def test_a_seat_without_account_gets_no_pass(rehearsal: Rehearsal) -> None:
    refused = rehearsal.run("handover", "pass", rehearsal.reference, "1", code=4)
    assert "has no account yet" in refused.stderr


def test_a_phone_is_its_persons_and_can_be_locked_and_wiped(equipped: Rehearsal) -> None:
    seen = json.loads(equipped.run("phone", "status", "TEL-1", "--json").stdout)
    assert seen["people"] == ["camille.exemple.aubagne@secours.example"]
    equipped.run("phone", "lock", "TEL-1")
    equipped.run("phone", "wipe", "TEL-1", "--confirm", "TEL-2", code=3)
    equipped.run("phone", "wipe", "TEL-1", "--confirm", "TEL-1")
    kinds = [line.kind for line in equipped.journal() if line.subject == "device:TEL-1"]
    assert kinds[-2:] == ["phone.locked", "phone.wipe-asked"]


def test_what_is_no_phone_is_refused(rehearsal: Rehearsal) -> None:
    assert "is not a phone" in rehearsal.run("phone", "lock", "LAP-1", code=3).stderr
