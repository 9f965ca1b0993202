"""An audit pack is checked by its own page, without the program; one byte that differs fails it."""

import json
import re
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from inventory import communes, crises, evidence, examinations, journal, loans, slips
from inventory.examinations import Examination
from inventory.journal import Stamp
from inventory.times import utc_now
from kit.app import audit
from kit.app.audit import Pack
from kit.app.compose import App
from kit.errors import BadInput
from tests.databases import fresh
from tests.unit.inventory.samples import entries, fill

CANARY = "canary-secret-0123456789"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A station with two crises of one commune, whose lines stand between each other."""
    home = tmp_path_factory.mktemp("audit") / "home"
    database, by = fresh(home / "kit.db"), Stamp("camille@station", utc_now())
    reference = fill(database, by)
    with database.write() as session:
        loans.reserve(session, by, reference, 1, "LAP-01")
        commune = crises.get(session, reference).commune_code
        other = crises.open_crisis(
            session,
            by,
            communes.find(session, commune),
            t0=by.at,
            drill=True,
            seats=entries(1),
            today=by.at.date(),
            forced_by="Camille",
            forced_reason="exercise",
        )
        loans.reserve(session, by, other.reference, 1, "LAP-02")
        evidence.keep(session, by, reference, "laptop", {"tag": "LAP-01", "é": "ü"}, seat=1)
        for tag in ("LAP-01", "LAP-02"):
            examinations.keep(session, by, tag, Examination.WIPE, {"how": tag})
        slips.give(
            session,
            by,
            CANARY.encode(),
            label="Wi-Fi",
            recipient="Camille Exemple",
            deadline=by.at + timedelta(hours=1),
            crisis=reference,
        )
    (home / "documents" / reference).mkdir(parents=True)
    (home / "documents" / reference / "handover.txt").write_text("Fiche de remise")
    database.dispose()
    opened = App.open(home)
    yield opened
    opened.database.dispose()


@pytest.fixture(scope="module")
def pack(app: App, tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return audit.export(app, "13005-2026-01", tmp_path_factory.mktemp("out") / "pack")


def procedure(folder: Path, page: str = "README.txt") -> str:
    """The commands of the page, as one that stops at the first that fails."""
    commands = re.findall(r"^  \$ (.+)$", (folder / "data" / page).read_text(encoding="utf-8"), re.M)
    assert len(commands) == 5
    return " && ".join(commands)


def holds(folder: Path, commands: str, anchor: str) -> bool:
    ended = subprocess.run(
        ["/bin/sh", "-c", commands.replace("ANCHOR", anchor)],
        cwd=folder,
        capture_output=True,
        check=False,
        env={"PATH": "/usr/bin:/bin"},
    )
    return ended.returncode == 0


def test_the_documented_procedure_holds_in_both_languages(pack: Pack) -> None:
    folder = Path(pack.folder)
    commands = procedure(folder)
    assert commands == procedure(folder, "LISEZMOI.txt")
    assert holds(folder, commands, pack.anchor)
    assert not holds(folder, commands, "0" * 64)
    modes = {path.stat().st_mode & 0o077 for path in (folder, *folder.rglob("*"))}
    assert modes == {0}


def test_any_byte_that_differs_and_any_file_too_many_fails_it(pack: Pack) -> None:
    folder = Path(pack.folder)
    commands = procedure(folder)
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        whole = file.read_bytes()
        for place in {0, len(whole) // 2, len(whole) - 1}:
            file.write_bytes(whole[:place] + bytes([whole[place] ^ 0x20]) + whole[place + 1 :])
            assert not holds(folder, commands, pack.anchor), (file, place)
        file.write_bytes(whole)
    added = folder / "data" / "more.txt"
    added.write_text("more")
    assert not holds(folder, commands, pack.anchor)
    added.unlink()
    assert holds(folder, commands, pack.anchor)


@pytest.mark.parametrize("damage", ["changed", "moved", "chain", "gap"])
def test_the_chain_alone_shows_a_line_that_was_changed_or_moved(pack: Pack, damage: str) -> None:
    place = Path(pack.folder) / "data" / "journal"
    lines, chain = ((place / name).read_text() for name in ("lines.jsonl", "chain.txt"))
    try:
        if damage == "changed":
            (place / "lines.jsonl").write_text(lines.replace("LAP-01", "LAP-09", 1))
        elif damage == "moved":
            (place / "lines.jsonl").write_text(lines.replace('"seq":', '"seq":1', 1))
        elif damage == "chain":
            (place / "chain.txt").write_text(chain.replace("  ", "  0", 1))
        else:
            (place / "chain.txt").write_text("".join(chain.splitlines(keepends=True)[::2]))
        checked = subprocess.run(["/usr/bin/python3", place / "verify.py"], check=False, capture_output=True)
        assert checked.returncode == 1
        assert b"DOES NOT HOLD" in checked.stderr
    finally:
        (place / "lines.jsonl").write_text(lines)
        (place / "chain.txt").write_text(chain)


def test_it_has_what_is_of_the_crisis_and_of_no_other_and_no_secret(app: App, pack: Pack) -> None:
    data = Path(pack.folder) / "data"
    lines = [json.loads(line) for line in (data / "journal" / "lines.jsonl").read_text().splitlines()]
    told = {(line["kind"], line["subject"].partition(":")[0]) for line in lines}
    assert {("crisis.opened", "crisis"), ("device.moved", "device"), ("secret.given", "secret")} <= told
    assert not [line for line in lines if "13005-2026-02" in json.dumps(line) or "LAP-02" in line["subject"]]
    records = {file.stem: json.loads(file.read_text()) for file in (data / "records").iterdir()}
    assert [row["device_tag"] for row in records["findings"]] == ["LAP-01"]
    assert [row["label"] for row in records["secrets"]] == ["Wi-Fi"]
    assert records["evidence"][0]["data"] == {"tag": "LAP-01", "é": "ü"}
    assert (data / "documents" / "handover.txt").read_text() == "Fiche de remise"
    written = b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file())
    assert CANARY.encode() not in written
    assert b"sealed" not in b"".join(path.read_bytes() for path in (data / "records").iterdir())
    with app.database.read() as session:
        exported = journal.tail(session, subject="crisis:13005-2026-01")[-1]
    assert (exported.kind, exported.data["tagmanifest_sha256"]) == ("audit.exported", pack.anchor)


def test_a_folder_with_something_in_it_is_refused(app: App, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(BadInput):
        audit.export(app, "13005-2026-01", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
