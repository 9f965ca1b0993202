"""The journal, the documents and the file of a device."""

from pathlib import Path

import pytest

from inventory import devices, examinations, issued, journal
from inventory.database import Database
from inventory.devices import DeviceState
from inventory.examinations import Examination
from inventory.issued import Proof
from tests.tui import feeding
from tests.tui.piloting import Stage, play, program
from tui import journal_query
from tui.picture import JournalQuery
from tui.screens.device import scannable


def test_the_journal_follows_the_newest_line_until_one_moves_up(database: Database, other: Database) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("j")
        await stage.sees("▼ follows", "convention.")
        feeding.open_crisis(other, seats=0)
        await stage.sees("crisis.opened", "▼ follows")
        await stage.press("up")
        await stage.misses("follows")
        with other.write() as session:
            journal.append(session, feeding.BY, "test.told", "crisis:X")
        await stage.until(lambda: "test.told" in stage.text(), "the line")
        assert "follows" not in stage.text()
        await stage.press("f")
        await stage.sees("▼ follows")

    play(database, act, size=(120, 34))


def test_a_long_journal_opens_at_its_end_and_is_read_window_by_window(database: Database) -> None:
    with database.write() as session:
        journal.append_many(session, feeding.BY, ((f"test.n{n:04}", "crisis:X", {}) for n in range(900)))

    async def act(stage: Stage) -> None:
        await stage.press("j")
        await stage.sees("test.n0899", "test.n0890")
        await stage.press("home")
        await stage.sees("communes.loaded")
        await stage.press("end")
        await stage.sees("test.n0899")

    play(database, act)


def test_the_journal_narrows_as_one_types_and_opens_a_line_in_full(database: Database) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("j", "slash", *"added TEL-00002")
        await stage.sees("Journal · 1 line match", "device.added")
        await stage.press("enter", "enter")
        await stage.sees("About: device:TEL-00002", '"model": "Galaxy A16"', "Hash: ")

    play(database, act, size=(120, 34))


@pytest.mark.parametrize(
    ("text", "count"), [("device:PC-00001", 1), ("device:pc-1", 0), ("added galaxy", 4), ("%", 0)]
)
def test_words_and_one_subject_find_lines(database: Database, text: str, count: int) -> None:
    with database.read() as session:
        assert len(journal_query.page(session, JournalQuery(text)).lines) == count


def test_windows_side_by_side_make_the_whole_journal(database: Database) -> None:
    with database.read() as session:
        pages = [journal_query.page(session, JournalQuery(first=at, count=5)) for at in range(0, 20, 5)]
        newest = journal_query.page(session, JournalQuery(count=3))
    seqs = [line.seq for page in pages for line in page.lines]
    assert seqs == list(range(1, pages[0].total + 1))
    assert (newest.first, len(newest.lines)) == (newest.total - 3, 3)


def _issue(database: Database, *, text: Path | None) -> None:
    facts = {"number": 7, "items": [{"tag": "PC-00001"}]}
    with database.write() as session:
        document = issued.issue(
            session,
            feeding.BY,
            reference="13005-2026-01-S1",
            version=1,
            kind="receipt",
            subject="crisis:13005-2026-01/seat:1",
            facts=facts,
            pdf_sha256="",
        )
        check = document.facts_sha256[:8]
        issued.attach(session, feeding.BY, document, Proof("scan.pdf", b"scan"), check=check)
    if text is not None:
        text.mkdir(parents=True)
        (text / "13005-2026-01-S1-v1.txt").write_text("Receipt of Camille\x1b[31m", encoding="utf-8")


@pytest.mark.parametrize(("kept", "told"), [(True, "Receipt of Camille [31m"), (False, "tag: PC-00001")])
def test_a_document_opens_as_plain_text_or_as_its_facts(database: Database, kept: bool, told: str) -> None:
    folder = program(database).home.documents / "13005-2026-01"
    _issue(database, text=folder if kept else None)

    async def act(stage: Stage) -> None:
        await stage.press("d")
        await stage.sees("Documents · 1 document", "receipt", "✓ signed")
        await stage.press("slash", *"nothing")
        await stage.sees("Documents · 0 documents", "No document.")
        await stage.press("escape", "enter")
        await stage.sees("version 1", told)
        await stage.press("escape", "escape")
        await stage.sees("Situation")

    play(database, act)


def test_a_devices_file_has_its_facts_findings_and_history(database: Database) -> None:
    crisis = feeding.open_crisis(database)
    checks = {"checks": [{"name": "firewall", "passed": False}, {"name": "disk", "passed": True}]}
    with database.write() as session:
        examinations.keep(
            session, feeding.BY, "PC-00001", Examination.CLEAN_STATE, checks, failed=["firewall"]
        )

    async def act(stage: Stage) -> None:
        await stage.press("p")
        await stage.sees("PC-00001")
        await stage.press("enter")
        await stage.sees("PC-00001 · Latitude 5450", f"{crisis} · seat 1: Camille Exemple, Aubagne")
        await stage.sees("clean state", "✗ failed firewall", "device.added", "device.moved")
        with database.write() as session:
            device = devices.get(session, "PC-00001")
            devices.move(session, feeding.BY, device, DeviceState.PROVISIONING, reason="test")
        await stage.sees("in preparation")
        await stage.press("end", "enter")
        await stage.sees("of the journal", '"to": "provisioning"')

    play(database, act, size=(120, 40))


def test_a_label_on_screen_has_light_around_it() -> None:
    lines = scannable("PC-00001").splitlines()
    assert len({len(line) for line in lines}) == 1
    assert set(lines[0] + lines[1]) == {"█"}
    assert all(line[:4] == line[-4:] == "████" for line in lines[:-1])
