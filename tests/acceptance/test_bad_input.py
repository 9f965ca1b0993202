"""Bad input on the real command line: a clear message, an exit code of its own, and nothing changed by it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.unit.kit.app.rehearsal import LIMIT, TWO, Rehearsal
from tests.unit.kit.app.rehearsal import seats_file as table_of


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    """A station with three laptops, one phone, a convention of Aubagne's and its open crisis."""
    return Rehearsal.prepared(tmp_path_factory).copy(tmp_path_factory.mktemp("bad-input") / "home")


def refused(station: Rehearsal, *arguments: str, code: int) -> str:
    """What is said of a command that must fail and change nothing in the book of record."""
    before = [line.hash for line in station.journal()]
    said = station.run_apart(*arguments, code=code)
    assert said.stdout == ""
    assert "Traceback" not in said.stderr
    assert [line.hash for line in station.journal()] == before
    return said.stderr


def seats_file(tmp_path: Path, text: str = table_of(TWO), encoding: str = "utf-8") -> str:
    file = tmp_path / "people.csv"
    file.write_text(text, encoding)
    return str(file)


def test_an_unknown_commune_is_named_with_those_that_sound_like_it(
    station: Rehearsal, tmp_path: Path
) -> None:
    said = refused(station, "crisis", "open", "Marsile", "--seats", seats_file(tmp_path), code=4)
    assert "No commune is called “Marsile”" in said
    assert "Marseille (13055)" in said


def test_without_an_active_convention_a_name_and_a_reason_open_it_and_only_both(
    station: Rehearsal, tmp_path: Path
) -> None:
    open_it = ("crisis", "open", "allauch", "--seats", seats_file(tmp_path))
    by, why = ("--force-by", "Dominique Essai"), ("--force-reason", "the mayor asked, the prefect agreed")
    for arguments in (by, (*why, "--force-by", " ")):
        assert "Allauch" in refused(station, *open_it, *arguments, code=5)
    opened = json.loads(station.run_apart(*open_it, *by, *why, "--json").stdout)
    (line,) = [line for line in station.journal() if line.subject == f"crisis:{opened['reference']}"]
    assert (line.data["convention"], line.data["forced_by"]) == (None, "Dominique Essai")
    assert line.data["forced_reason"] == why[1]


BAD_SEATS = """\
nom;prénom;service;téléphone
Exemple;Camille;Mairie;oui
;Dominique;CCAS;non
Exemple;CAMILLE;Mairie;peut-être
=1+1;Zoé;Mairie;oui
"""


def test_a_bad_seats_file_names_every_bad_row_and_opens_nothing(station: Rehearsal, tmp_path: Path) -> None:
    file = seats_file(tmp_path, BAD_SEATS, "cp1252")
    said = refused(station, "crisis", "open", "aubagne", "--seats", file, code=3)
    for row in (
        "line 3: has no first name or no last name",
        "line 4: names the same person as line 2",
        "line 4: “peut-être” is neither yes nor no",
        "line 5: “=1+1” begins like a spreadsheet formula",
    ):
        assert row in said
    data = json.loads(
        station.run_apart("crisis", "open", "aubagne", "--seats", file, "--json", code=3).stdout
    )
    assert data["error"]["kind"] == "bad-input"
    assert [row["line"] for row in data["error"]["rows"]] == [3, 4, 4, 5]


@pytest.mark.parametrize("content", [None, b"PK\x03\x04rest"], ids=["missing", "spreadsheet"])
def test_what_is_no_seats_file_is_refused(station: Rehearsal, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "people.csv"
    if content is not None:
        file.write_bytes(content)
    said = refused(station, "crisis", "open", "aubagne", "--seats", str(file), code=3)
    assert "people.csv" in said
    assert "→" in said


def test_a_shortage_is_counted_and_nothing_is_reserved(station: Rehearsal, tmp_path: Path) -> None:
    people = "".join(f"Exemple {'abcde'[n]},Camille,Mairie,oui\n" for n in range(5))
    file = seats_file(tmp_path, "nom,prénom,service,téléphone\n" + people)
    opened = station.run_apart("crisis", "open", "aubagne", "--seats", file, "--json")
    reference = json.loads(opened.stdout)["reference"]
    said = refused(station, "crisis", "run", reference, code=6)
    assert "lacks 2 laptops, 4 phones and 4 SIMs" in said
    assert station.held() == []


def test_an_unknown_crisis_and_a_commune_without_one_are_told(station: Rehearsal) -> None:
    assert "13005-1999-01" in refused(station, "crisis", "run", "13005-1999-01", code=4)
    assert "has no open crisis" in refused(station, "crisis", "status", "marseille", code=4)


def test_what_is_closed_stays_closed(station: Rehearsal, tmp_path: Path) -> None:
    copied = station.copy(tmp_path / "home")
    copied.run_apart("crisis", "close", copied.reference)
    assert "was closed on" in refused(copied, "crisis", "close", copied.reference, code=14)
    assert "closed" in refused(copied, "crisis", "run", copied.reference, code=14)


def test_a_station_without_a_data_base_says_what_to_run(tmp_path: Path) -> None:
    nowhere = Rehearsal(tmp_path / "none")
    assert "kit init" in nowhere.run_apart("worker", code=15).stderr
    assert not nowhere.home.exists()


def test_bad_settings_are_refused_by_their_names(station: Rehearsal, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(station.home, home)
    (home / "kit.toml").write_text("[tenant]\ndomian = 'x'\npatience = 'long'\n")
    said = Rehearsal(home).run_apart("crisis", "list", code=3).stderr
    assert str(home / "kit.toml") in said
    assert "tenant.domian" in said
    assert "tenant.patience" in said
    assert "Traceback" not in said


def test_an_unknown_language_is_wrong_use(station: Rehearsal) -> None:
    assert "en, fr" in station.run_apart("--lang", "xx", "commune", "list", code=2).stderr


def test_a_lab_without_root_says_what_is_missing_and_makes_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    command = [sys.executable, "-m", "kit", "--home", str(home), "--lang", "en", "lab", "up", "1", "--json"]
    if os.geteuid() == 0:
        # A user namespace without a mapping: no longer root, and still able to read this clone.
        command = ["unshare", "--user", "--", *command]
        if subprocess.run([*command[:3], "true"], capture_output=True, check=False).returncode != 0:
            pytest.skip("this machine has no user namespaces: root cannot be given up")
    said = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, check=False)
    error: dict[str, Any] = json.loads(said.stdout)["error"]
    assert said.returncode == 2, said.stderr
    assert error["kind"] == "missing-requirement"
    assert "root privileges" in error["message"]
    assert error["hint"]
    assert not home.exists()
