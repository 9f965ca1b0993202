"""Opening a crisis on screen, with keys only: the whole way, what is refused, leaving in its middle."""

import fcntl
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from textual import events

from inventory import communes, contacts, crises, journal
from inventory.contacts import Role
from inventory.database import Database
from kit.app import station
from kit.workflows import engine
from tests.tui import feeding
from tests.tui.piloting import Stage, play, program
from tui.actions import ACTIONS
from tui.app import Look

NUMBER = "+33199001122"
CRISIS = "13005-2026-01"
SEATS = "nom;prénom;service;téléphone\nExemple;Camille;CCAS;oui\nEssai;Dominique;CCAS;non\n"
SIZES = [(80, 24), (120, 34)]


@pytest.fixture
def seats(tmp_path: Path) -> Path:
    """A file of two people."""
    file = tmp_path / "p.csv"
    file.write_text(SEATS, encoding="utf-8")
    return file


@pytest.fixture
def hosted(database: Database, tmp_path: Path) -> Iterator[Database]:
    """A station with its workflows' data base, where another process stands by for what is submitted."""
    station.engine(program(database)).prepare()
    with (tmp_path / "worker.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield database


def _register(database: Database) -> None:
    with database.write() as session:
        contacts.put(
            session,
            feeding.BY,
            communes.find(session, "Aubagne").code,
            Role.CORRESPONDENT,
            deputy=False,
            name="Claude Modèle",
            phone=NUMBER,
            email="",
            today=date(2024, 1, 1),
        )


def _opened(database: Database) -> list[str]:
    with database.read() as session:
        return [crisis.reference for crisis in crises.listing(session)]


async def _choose(stage: Stage, letters: str, *, seen: str) -> None:
    await stage.sees("Needs you now")
    await stage.press("n")
    await stage.sees("▶ Commune", "Aix-en-Provence")
    await stage.press(*letters, "enter", "enter")
    await stage.sees(f"{seen}  ")


async def _to_people(stage: Stage) -> None:
    await _choose(stage, "aub", seen="Aubagne")
    await stage.press("enter")
    await stage.sees("▶ Call-back")
    await stage.press("f7")
    await stage.sees("▶ People")


@pytest.mark.parametrize("size", SIZES)
def test_a_real_crisis_is_opened_and_its_run_submitted(
    hosted: Database, seats: Path, size: tuple[int, int]
) -> None:
    _register(hosted)

    async def act(stage: Stage) -> None:
        await _choose(stage, "13005", seen="Aubagne")
        assert "✓ active until" in stage.text()
        await stage.press("enter")
        await stage.sees("▶ Call-back", "correspondent", NUMBER, "! 2024-01-01: too old")
        await stage.press("enter", *"Alix", "enter", "enter")
        await stage.sees("▶ People", "Nobody yet.")
        await stage.press(*str(seats), "enter")
        await stage.sees("Camille Exemple", "with phone", "Dominique Essai", "no phone")
        await stage.press("f7")
        await stage.sees("▶ Size", "CCAS")
        await stage.press("f7")
        await stage.sees("▶ Plan", "PC-00001", "TEL-00001")
        assert not _opened(hosted)
        await stage.press("f7")
        await stage.sees("▶ Read and run", "! a real crisis", f"✓ by Alix, on {NUMBER}", "2 people to equip")
        assert not _opened(hosted)
        await stage.press("tab", "enter")
        await stage.sees("✓ Crisis 13005-2026-01 is open.", "0 of 2 seats work")

    play(hosted, act, size=size)
    with hosted.read() as session:
        crisis = crises.get(session, CRISIS)
        kinds = [line.kind for line in journal.tail(session, subject=f"crisis:{CRISIS}", limit=9)]
    assert (crisis.called_back_on, crisis.caller_verified_by, crisis.drill) == (NUMBER, "Alix", False)
    assert crisis.t0 == feeding.NOW
    assert sorted(kinds) == ["crisis.opened", "crisis.planned", "run.started"]
    url = station.workflows_url(program(hosted))
    assert engine.statuses(url, f"{CRISIS}/run-") == {f"{CRISIS}/run-1": "ENQUEUED"}


def test_cancel_is_in_focus_goes_back_and_keeps_everything(database: Database, seats: Path) -> None:
    async def act(stage: Stage) -> None:
        await _to_people(stage)
        await stage.press(*str(seats), "enter")
        await stage.sees("Dominique Essai")
        for step in ("Size", "Plan", "Read and run"):
            await stage.press("f7")
            await stage.sees(f"▶ {step}")
        await stage.press("enter")
        await stage.sees("▶ Plan", "Dominique Essai")
        for step in ("Size", "People", "Call-back", "Commune"):
            await stage.press("escape")
            await stage.sees(f"▶ {step}")
        await stage.press("f7")
        await stage.sees("▶ Call-back")

    play(database, act)
    assert not _opened(database)


def test_an_exercise_has_its_frame_at_once(database: Database) -> None:
    async def act(stage: Stage) -> None:
        await _choose(stage, "aub", seen="Aubagne")
        assert "━ EXERCISE ━" not in stage.text()
        await stage.press("space")
        await stage.sees("━ EXERCISE ━", "(•) an EXERCISE")

    play(database, act)


def test_without_a_convention_somebody_must_answer_for_it(database: Database) -> None:
    async def act(stage: Stage) -> None:
        await _choose(stage, "cassis", seen="Cassis")
        await stage.sees("✗ no convention", "It has no right to a kit.")
        await stage.press("f7")
        await stage.sees("✗ Without an active convention somebody must answer for it")
        await stage.press("enter", *"Alix", "enter", *"flood", "enter")
        await stage.sees("▶ Call-back")

    play(database, act)


def test_nothing_goes_on_without_a_commune(database: Database) -> None:
    async def act(stage: Stage) -> None:
        await stage.sees("Needs you now")
        await stage.press("n")
        await stage.sees("Aix-en-Provence")
        await stage.press("f7")
        await stage.sees("✗ Choose the commune")

    play(database, act)


@pytest.mark.parametrize(
    ("number", "who", "told"),
    [
        ("0199001199", "Alix", "was not known beforehand"),
        (NUMBER, "", "Say who called back"),
        ("call me", "Alix", "is no telephone number"),
    ],
)
def test_a_call_back_that_proves_nothing_is_refused(
    database: Database, number: str, who: str, told: str
) -> None:
    _register(database)

    async def act(stage: Stage) -> None:
        await _choose(stage, "aub", seen="Aubagne")
        await stage.press("enter")
        await stage.sees("▶ Call-back")
        await stage.press("tab", *number, "tab", *who, "f7")
        await stage.sees("✗ ", told, "▶ Call-back")

    play(database, act, size=(120, 34))


def test_a_file_is_refused_line_by_line(database: Database, seats: Path) -> None:
    seats.write_text("nom;prénom;service;téléphone\nExemple;;CCAS;oui\nEssai;Do;CCAS;perhaps\n")

    async def act(stage: Stage) -> None:
        await _to_people(stage)
        await stage.press(*str(seats), "enter")
        await stage.sees("✗ line 2: has no first name", "✗ line 3: “perhaps” is neither yes nor no")
        await stage.press("f7")
        await stage.sees("✗ Nobody is to be equipped yet")

    play(database, act)


def test_people_are_typed_changed_and_removed(database: Database) -> None:
    async def act(stage: Stage) -> None:
        await _to_people(stage)
        await stage.press(
            "enter", *"Camille", "enter", *"Exemple", "enter", *"CCAS", "enter", "space", "enter"
        )
        await stage.sees("1 Camille Exemple", "with phone")
        # The service stays: people of one service are typed one after the other.
        await stage.press(*"Alix", "enter", *"Tem0in", "enter", "enter", "enter")
        await stage.sees("✗ Seat 2 “Tem0in” is no name")
        await stage.press("enter", *["backspace"] * 6, *"Essai", "enter", "enter", "enter")
        await stage.sees("2 Alix Essai")
        await stage.press("enter", "x")
        await stage.misses("Camille Exemple")
        await stage.sees("1 Alix Essai")

    play(database, act)


def test_proposed_seats_want_only_their_names(database: Database) -> None:
    async def act(stage: Stage) -> None:
        await _to_people(stage)
        await stage.press("f12")
        await stage.sees("! name to be typed", "Direction générale")
        await stage.press("f7")
        await stage.sees("have no name yet")
        await stage.press(*"Camille", "enter", *"Exemple", "enter", "enter", "enter")
        await stage.sees("1 Camille Exemple")

    play(database, act)


def test_another_number_of_seats_is_decided_with_its_reason(database: Database, seats: Path) -> None:
    async def act(stage: Stage) -> None:
        await _to_people(stage)
        await stage.press(*str(seats), "enter")
        await stage.sees("Dominique Essai")
        await stage.press("f7")
        await stage.sees("▶ Size", "+1")
        await stage.press("down", "down", "enter", *"2", "enter", "enter", "enter")
        await stage.sees("✗ Type how many seats, who decides it, and why")
        await stage.press("shift+tab", *"Alix", "enter", *"cold", "enter")
        await stage.misses("+1")
        assert stage.line("CCAS").split()[1:5] == ["1", "2", "2", "✓"]

    play(database, act)
    assert not _opened(database)


def test_a_service_whose_time_has_come_is_proposed_seats(tmp_path: Path) -> None:
    database = feeding.station(tmp_path, devices=20)

    async def act(stage: Stage) -> None:
        await _to_people(stage)
        await stage.press("enter", *"Camille", "enter", *"Exemple", "enter", *"CCAS", "enter", "enter")
        await stage.sees("1 Camille Exemple")
        await stage.press("f7")
        await stage.sees("▶ Size", "le maire, son cabinet")
        await stage.press("space")
        await stage.sees("✗ No service called “Direction générale” waits for its time.")
        await stage.press("end")
        await stage.sees("Élections  counts only when it is due")
        await stage.press("space")
        await stage.sees("Élections  les inscriptions et le scrutin ont une date", "Code électoral")
        assert stage.line("Élections  ").split()[:4] == ["›Élections", "1", "–", "0"]
        await stage.press("escape")
        await stage.sees("▶ People")
        await stage.press("f12")
        await stage.sees("! name to be typed")
        lines = stage.text().splitlines()
        assert sum("! name to be typed" in line and "Élections" in line for line in lines) == 1

    play(database, act, size=(120, 34))
    assert not _opened(database)
    database.dispose()


def test_what_is_typed_faster_than_it_is_shown_goes_where_it_is_meant(database: Database) -> None:
    async def act(stage: Stage) -> None:
        await stage.sees("Needs you now")
        await stage.press("n")
        await stage.sees("▶ Commune", "Aix-en-Provence")
        type_at_once(stage, *"aub", "enter", "enter", "space", "enter")
        await stage.sees("▶ Call-back", "━ EXERCISE ━")
        await stage.press("f7")
        await stage.sees("▶ People")
        type_at_once(stage, "enter", *"Camille", "enter", *"Exemple", "enter", *"CCAS", "enter", "enter")
        type_at_once(stage, *"Alix", "enter", *"Essai", "enter", "enter", "enter", "f7")
        await stage.sees("▶ Size")
        await stage.press("escape")
        await stage.sees("1 Camille Exemple", "2 Alix Essai", "CCAS")

    play(database, act)


def test_letters_put_the_cursor_on_the_first_commune_they_mean(database: Database) -> None:
    async def act(stage: Stage) -> None:
        await stage.sees("Needs you now")
        await stage.press("n")
        await stage.sees("▶ Commune", "Aix-en-Provence")
        # Aix-en-Provence, where the cursor was, has these letters too.
        await stage.press(*"en", "enter", "enter")
        await stage.sees("Ensuès-la-Redonne  ✗")

    play(database, act)


def type_at_once(stage: Stage, *keys: str) -> None:
    """Faster than anything is drawn: nobody waits for a key before the next one."""
    signs = {"enter": "\r", "space": " "}
    for key in keys:
        stage.app.post_message(events.Key(key, signs.get(key, key if len(key) == 1 else None)))


def test_a_pool_that_does_not_suffice_opens_without_a_plan(database: Database, seats: Path) -> None:
    people = (f"Nom;Prénom{'abcdefgh'[n]};CCAS;non" for n in range(6))
    seats.write_text("\n".join(["nom;prénom;service;téléphone", *people]), encoding="utf-8")

    async def act(stage: Stage) -> None:
        await _to_people(stage)
        await stage.press(*str(seats), "enter")
        await stage.sees("Prénomf Nom")
        for step in ("Size", "Plan", "Read and run"):
            await stage.press("f7")
            await stage.sees(f"▶ {step}")
        await stage.press("tab")
        await stage.sees("Open without a plan: Aubagne", "… waits")
        await stage.press("enter")
        await stage.sees("✓ Crisis 13005-2026-01 is open.")

    play(database, act, size=(120, 34))
    with database.read() as session:
        assert crises.get(session, CRISIS).plan is None


def test_a_pool_that_changed_since_it_was_shown_opens_nothing(
    database: Database, other: Database, seats: Path
) -> None:
    async def act(stage: Stage) -> None:
        await _to_people(stage)
        await stage.press(*str(seats), "enter")
        await stage.sees("Dominique Essai")
        for step in ("Size", "Plan", "Read and run"):
            await stage.press("f7")
            await stage.sees(f"▶ {step}")
        feeding.open_crisis(other, seats=1)
        await stage.press("tab", "enter")
        await stage.sees("✗ The pool has changed since the plan was shown; nothing was written.")

    play(database, act)
    assert len(_opened(database)) == 1


def test_who_looks_at_something_else_goes_on_where_they_were(database: Database) -> None:
    async def act(stage: Stage) -> None:
        await _to_people(stage)
        await stage.press("enter", *"Camille", "enter", *"Exemple", "enter", *"CCAS", "enter", "enter")
        await stage.sees("Camille Exemple")
        await stage.press("f2")
        await stage.sees("Needs you now")
        await stage.press("f7")
        await stage.sees("▶ People", "Camille Exemple")
        for step in ("Call-back", "Commune"):
            await stage.press("escape")
            await stage.sees(f"▶ {step}")
        await stage.press("escape")
        await stage.sees("Needs you now")
        await stage.press("n")
        await stage.sees("▶ Commune", "Aix-en-Provence")

    play(database, act)


def test_a_screen_on_the_wall_opens_nothing(database: Database) -> None:
    async def act(stage: Stage) -> None:
        await stage.sees("Needs you now")
        await stage.press(*ACTIONS["new_crisis"].keys.split(","))
        await stage.app.run_action("new_crisis")
        await stage.pilot.pause()
        assert len(stage.app.screen_stack) == 1

    play(database, act, look=Look(read_only=True))


def test_a_name_typed_beside_its_field_does_not_leave_the_program(database: Database) -> None:
    async def act(stage: Stage) -> None:
        await _choose(stage, "aub", seen="Aubagne")
        await stage.press("q")
        await stage.sees("▶ Commune")
        assert stage.app.is_running

    play(database, act)
