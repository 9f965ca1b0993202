"""The counter by keys only: hand-over, return and stocktake with a scanner that types fast."""

from datetime import UTC, datetime, timedelta

import pytest
from textual import events

from inventory import devices, handings, journal
from inventory.database import Database
from inventory.stocktakes import scans
from kit.app import stocktake
from kit.app.passes import Credential
from tests.tui import feeding
from tests.tui.counter_pool import handed_over, serving
from tests.tui.piloting import ZONE, Stage, play, program
from tui.app import Look
from tui.dialogs.credential import CredentialDialog
from tui.screens.scanning import ScanScreen

SIZES = [(80, 24), (120, 34)]


async def scan(stage: Stage, *codes: str) -> None:
    """As a scanner types: each code with Enter, without a look at the screen."""
    for code in codes:
        await stage.press(*code, "enter")


def scan_at_once(stage: Stage, *codes: str) -> None:
    """Faster than anything is written: nobody waits for a key before the next one."""
    for code in codes:
        for sign in code:
            stage.app.post_message(events.Key(sign, sign))
        stage.app.post_message(events.Key("enter", "\r"))


async def answered(stage: Stage) -> None:
    """Wait until every scan has its answer."""
    screen = stage.app.screen
    assert isinstance(screen, ScanScreen)
    await stage.until(lambda: "… waits" not in stage.text() and "… WAITS" not in stage.text(), "all answers")


async def to_seat(stage: Stage, crisis: str) -> None:
    """From the first screen to the scans for seat 1."""
    await stage.sees(crisis)
    await stage.press("c")
    await stage.sees("Hand over", "Take back", "new stocktake")
    await stage.press("enter")
    await stage.sees("Camille Exemple", "0 of 3, 3 ready")
    await stage.press("enter")
    await stage.sees("How their identity was verified")
    await stage.press(*"badge", "enter", "enter")
    await stage.sees("Scan what Camille Exemple gets", "Missing: PC-00001")


def kinds(database: Database, prefix: str) -> list[str]:
    with database.read() as session:
        return [line.kind for line in journal.tail(session, limit=200) if line.kind.startswith(prefix)]


def state(database: Database, tag: str) -> str:
    with database.read() as session:
        return devices.get(session, tag).state.value


@pytest.mark.parametrize("size", SIZES)
def test_a_person_gets_what_was_scanned_with_one_receipt(
    database: Database, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    crisis = serving(database)
    beeps: list[int] = []

    async def act(stage: Stage) -> None:
        monkeypatch.setattr(stage.app, "bell", lambda: beeps.append(1))
        await to_seat(stage, crisis)
        await scan(stage, "PC-00001")
        await stage.sees("✓ TAKEN", "PC-00001 · laptop Latitude 5450")
        assert not beeps
        await scan(stage, "PC-00002")
        await stage.sees("✗ REFUSED", "seat 2 of crisis")
        await scan(stage, "NOPE")
        await stage.sees("? UNKNOWN")
        assert len(beeps) == 2
        await scan(stage, feeding.with_check_digit("35847309000001"), "PC-00001")
        await stage.sees("✓ TAKEN BEFORE", "Missing: SIM-00001")
        await stage.press("f12")
        await stage.sees("Hand over to Camille Exemple", "Not handed over now:", "SIM-00001")
        await stage.press(*"charger", "enter", "enter", "enter")
        await stage.sees("Done", f"Receipt {crisis}-S1-1", "1 × charger", "Make the access pass now")
        await stage.press("escape")
        await stage.sees("2 of 3, 1 ready")

    play(database, act, size=size)
    with database.read() as session:
        rows = handings.of(session, crisis)
    assert [(row.device_tag, row.receipt, row.identity, row.condition) for row in rows] == [
        ("PC-00001", f"{crisis}-S1-1", "badge", "good"),
        ("TEL-00001", f"{crisis}-S1-1", "badge", "good"),
    ]


def test_the_last_scan_is_taken_back_by_a_line_and_found_again_after_leaving(database: Database) -> None:
    crisis = serving(database)

    async def act(stage: Stage) -> None:
        await to_seat(stage, crisis)
        await scan(stage, "PC-00001", "TEL-00001")
        await stage.press("f7")
        await stage.sees("← TAKEN BACK", "Missing: TEL-00001")
        await stage.press("escape")
        await stage.sees("Whole service")
        await stage.press("enter")
        await stage.sees("How their identity was verified")
        await stage.press(*"badge", "enter", "enter")
        await stage.sees("✓ taken", "(before)", "PC-00001", "Missing: TEL-00001")
        await stage.press("f7", "f7")
        await stage.sees("✗ REFUSED", "No scan is left")

    play(database, act)
    assert kinds(database, "counter.") == ["counter.scanned"] * 2 + ["counter.unscanned"] * 2
    assert state(database, "PC-00001") == "ready"


def test_a_condition_is_told_of_the_last_scan(database: Database) -> None:
    crisis = serving(database)

    async def act(stage: Stage) -> None:
        await to_seat(stage, crisis)
        await scan(stage, "PC-00001")
        await stage.press("f8")
        await stage.sees("Condition of what was scanned last")
        await stage.press(*"scratched", "enter", "enter")
        await stage.sees("· scratched")
        await stage.press("f12")
        await stage.sees("PC-00001 laptop Latitude 5450 · scratched")
        await stage.press("enter", "enter", "enter")
        await stage.sees("PC-00001 (scratched)")

    play(database, act)


def test_fifty_scans_typed_at_once_are_all_answered_in_their_order(database: Database) -> None:
    with database.write() as session:
        for device in devices.listing(session):
            device.place = "Aubagne"
    codes = [f"{kind}-{n:05d}" for n in range(1, 5) for kind in ("PC", "TEL", "SIM")]
    typed = [*codes, *(f"NOPE-{n:02d}" for n in range(50 - len(codes)))]

    async def act(stage: Stage) -> None:
        await to_stocktake(stage)
        scan_at_once(stage, *typed)
        await stage.sees("NOPE-37")
        await answered(stage)
        await stage.sees("Nothing is missing.")

    play(database, act)
    (reference,) = [each.reference for each in stocktake.listing(program(database))]
    with database.read() as session:
        kept = sorted(scans.of(session, reference), key=lambda each: each.sequence)
    assert [each.code for each in kept] == typed


def test_what_is_pasted_at_once_is_a_code_a_line(database: Database) -> None:
    async def act(stage: Stage) -> None:
        await to_stocktake(stage)
        stage.app.post_message(events.Paste("PC-00001\r\nPC-00002\r\n\r\nPC-0"))
        await stage.sees("Missing: PC-00003")
        await scan(stage, "0003")
        await stage.sees("Missing: PC-00004")

    play(database, act)


async def to_stocktake(stage: Stage) -> None:
    """From the first screen to a stocktake of Aubagne."""
    await stage.sees("Situation")
    await stage.press("f10")
    await stage.sees("new stocktake")
    await stage.press("end", "enter")
    await stage.sees("Open a stocktake")
    await stage.press(*"Aubagne", "enter", "enter", "enter")
    await stage.sees("Scan everything that is here", "Missing: PC-00001")


@pytest.mark.parametrize("size", SIZES)
def test_a_place_is_counted_and_a_scan_taken_back(database: Database, size: tuple[int, int]) -> None:
    async def act(stage: Stage) -> None:
        await to_stocktake(stage)
        await scan(stage, "PC-00001")
        await stage.sees("✓ TAKEN", "Missing: PC-00002")
        await scan(stage, "PC-00001")
        await stage.sees("✓ TAKEN BEFORE", "scanned before")
        await scan(stage, "TEL-00001")
        await stage.sees("! DIFFERS", "Marseille")
        await scan(stage, "QQQ")
        await stage.sees("? UNKNOWN", "it is kept")
        await stage.press("f7", "f7", "f7")
        await stage.sees("← TAKEN BACK")
        await answered(stage)
        await scan(stage, "PC-00002", "PC-00003", "PC-00004")
        await stage.sees("Nothing is missing.")
        await stage.press("f12")
        await stage.sees("4 of 4 seen.", "Nothing differs.", "Close and write the report")
        await stage.press("shift+tab", "enter")
        await stage.sees("It is closed.")

    play(database, act, size=size)
    assert kinds(database, "stocktake.") == [
        *("stocktake.opened", "stocktake.unscanned", "stocktake.unscanned", "stocktake.unscanned"),
        "stocktake.closed",
    ]


def test_a_place_that_differs_is_not_closed_here(database: Database) -> None:
    async def act(stage: Stage) -> None:
        await to_stocktake(stage)
        await stage.press("f12")
        await stage.sees("0 of 4 seen.", "4 things differ.", "kit stocktake report")
        assert "Close and write" not in stage.text()
        await stage.press("escape")
        await scan(stage, "PC-00001")
        await stage.sees("✓ TAKEN", "Missing: PC-00002")
        await stage.press("f12")
        await stage.sees("1 of 4 seen.")
        await stage.press("escape", "f7")
        await stage.sees("← TAKEN BACK", "Missing: PC-00001")

    play(database, act)


@pytest.mark.parametrize("size", SIZES)
def test_what_a_crisis_lent_is_taken_back(database: Database, size: tuple[int, int]) -> None:
    crisis = handed_over(database)

    async def act(stage: Stage) -> None:
        await stage.sees(crisis)
        await stage.press("c")
        await stage.sees("Take back")
        await stage.press("down", "enter")
        await stage.sees("Who brings it:")
        await stage.press(*"Camille", "enter", *"badge", "enter", *"PC-1", "enter", "enter")
        await stage.sees("✗ “PC-1” is no number of a seat.")
        await stage.press("tab", "tab", *"1", "enter", "enter")
        await stage.sees("Scan what Camille brought", "Missing: PC-00001", "Camille Exemple")
        await scan(stage, "PC-00001", "PC-00002")
        await stage.sees("! DIFFERS", "the book has it with seat 2")
        await scan(stage, "PC-00003")
        await stage.sees("! DIFFERS", "it was not out")
        await stage.press("f7", "f7")
        await stage.sees("← TAKEN BACK", "PC-00002")
        await stage.press("f12")
        await stage.sees("Take back from Camille", "charger=1", "Still out:")
        await stage.press("enter", *"Aubagne", "enter", "enter")
        await stage.sees("Done", "Seat 1, Camille: PC-00001, 1 × charger", "5 devices are still out.")

    play(database, act, size=size)
    assert [state(database, tag) for tag in ("PC-00001", "PC-00002")] == ["quarantined", "on_loan"]


def test_a_whole_service_gets_what_is_ready(database: Database) -> None:
    crisis = serving(database)

    async def act(stage: Stage) -> None:
        await stage.sees(crisis)
        await stage.press("c")
        await stage.sees("Hand over")
        await stage.press("enter")
        await stage.sees("2 people wait")
        await stage.press("end", "enter")
        await stage.sees("Whole service État civil", "2 Dominique Essai")
        await stage.press(*"badges", "enter", "enter")
        await stage.sees("Done", f"Receipt {crisis}-S2-1", "✗ 3 Claude Modèle")

    play(database, act, size=(120, 34))
    assert state(database, "PC-00002") == "on_loan"


def test_a_pass_that_cannot_be_made_is_told_at_the_counter(database: Database) -> None:
    crisis = serving(database)

    async def act(stage: Stage) -> None:
        await to_seat(stage, crisis)
        await scan(stage, "PC-00001")
        await stage.sees("✓ TAKEN")
        await stage.press("f12")
        await stage.sees("Hand over to")
        await stage.press("enter", "enter", "enter")
        await stage.sees("Make the access pass now")
        await stage.press("shift+tab", "enter")
        await stage.sees("No access pass", "has no plan yet", "Make the access pass now")
        await stage.press("escape")
        await stage.sees("1 of 3, 2 ready")

    play(database, act)
    assert state(database, "PC-00001") == "on_loan"


def test_an_access_pass_is_shown_until_escape_and_nowhere_else(database: Database) -> None:
    until = datetime(2026, 3, 14, 3, tzinfo=UTC) + timedelta(minutes=60)
    made = Credential("13005-2026-01", 1, "camille@example.org", "Camille Exemple", "Zx9-PASS", until)

    async def act(stage: Stage) -> None:
        await stage.sees("Situation")
        stage.app.push_screen(CredentialDialog(made, ZONE))
        await stage.sees("Access pass of Camille Exemple", "Zx9-PASS", "2026-03-14 05:00:00")
        await stage.press("enter", *"PC-00001", "enter")
        await stage.sees("Zx9-PASS")
        await stage.press("escape")
        await stage.misses("Zx9-PASS")

    play(database, act)
    assert "Zx9-PASS" not in repr(made)


def test_a_screen_on_the_wall_has_no_counter(database: Database) -> None:
    async def act(stage: Stage) -> None:
        await stage.sees("Situation")
        await stage.press("c", "f10")
        assert "new stocktake" not in stage.text()

    play(database, act, look=Look(read_only=True))
