"""What is done to one person's access and phone, through the command line."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pypdf
import pytest

from kit.documents.wording import translations
from tests.unit.kit.app.rehearsal import LIMIT, Rehearsal


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


def printed(station: Rehearsal, *arguments: str, code: int = 0, to: int = subprocess.PIPE) -> bytes:
    """What a command gives to the program that it is piped to."""
    command = [sys.executable, "-m", "kit", "--home", str(station.home), "--lang", "en", *arguments]
    ended = subprocess.run(command, stdout=to, stderr=subprocess.PIPE, timeout=LIMIT, check=False)
    assert ended.returncode == code, ended.stderr
    return ended.stdout or b""


def test_a_slip_goes_to_the_printer_or_the_screen_and_its_secret_nowhere_else(equipped: Rehearsal) -> None:
    asked = ("handover", "pass", equipped.reference, "1", "--slip")
    (page,) = pypdf.PdfReader(io.BytesIO(printed(equipped, *asked, "pdf"))).pages
    on_paper = page.extract_text().replace("\u200b", "")
    on_screen = equipped.run(*asked, "text").stdout
    secret = on_screen.splitlines()[-2].strip()
    for told in (on_paper, on_screen):
        assert "camille.exemple.aubagne@secours.example" in told
        assert "https://aka.ms/mysecurityinfo" in told
    caption = translations("fr").gettext("Access pass, works once")
    printed_secret = on_paper.split(caption)[-1].split()[0]
    assert len(printed_secret) == len(secret) >= 8
    assert printed_secret != secret
    for path in equipped.home.rglob("*"):
        if path.is_file() and path.relative_to(equipped.home).parts[0] != "tenant":
            content = path.read_bytes()
            assert secret.encode() not in content
            assert printed_secret.encode() not in content
    listed = json.loads(equipped.run("document", "list", equipped.reference, "--json").stdout)
    slips = [row for row in listed if row["kind"] == "credential-slip"]
    assert [(row["reference"], row["version"]) for row in slips] == [
        (f"{equipped.reference}-S1-PASS", 1),
        (f"{equipped.reference}-S1-PASS", 2),
    ]


def test_a_slip_that_would_stay_in_a_file_or_that_nobody_takes_is_refused(
    equipped: Rehearsal, tmp_path: Path
) -> None:
    asked = ("handover", "pass", equipped.reference, "1", "--slip", "pdf")
    with (tmp_path / "slip.pdf").open("wb") as file:
        printed(equipped, *asked, code=3, to=file.fileno())
    equipped.run(*asked, "--json", code=3)
    equipped.run(*asked[:-1], "paper", code=4)
    assert (tmp_path / "slip.pdf").read_bytes() == b""
    # Nothing was made for any of them.
    assert not [line for line in equipped.journal() if line.kind == "pass.issued"]
    reader, writer = os.pipe()
    os.close(reader)
    try:
        printed(equipped, *asked, code=2, to=writer)
    finally:
        os.close(writer)


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


def test_a_command_tells_for_what_it_waits_and_no_longer_than_the_settings_allow(
    rehearsal: Rehearsal,
) -> None:
    rehearsal.serve()
    rehearsal.hang_up()
    rehearsal.use_tenant(patience=4)
    ended = rehearsal.run("phone", "status", "TEL-1", code=8)
    assert "Waiting for the tenant until" in ended.stderr
    assert "cannot be reached" in ended.stderr.splitlines()[0]
