"""The first screen: every crisis and the pool at a glance, and the way to the other screens and out."""

from inventory.database import Database
from tests.tui import feeding
from tests.tui.piloting import Stage, play


def test_crises_show_their_clock_seats_and_what_is_wrong(database: Database) -> None:
    crisis = feeding.open_crisis(database, drill=True)
    feeding.tell(database, *feeding.mid_run(crisis))

    async def act(stage: Stage) -> None:
        await stage.sees(crisis)
        line = stage.line(crisis)
        for part in (
            "EXERCISE",
            "Aubagne",
            "2026-03-14 02:02:11",
            "T+01:12",
            "0/4",
            "✗ 1 failed",
            "! 1 needs you",
        ):
            assert part in line

    play(database, act, size=(120, 34))


def test_the_pool_is_counted_by_state_and_kind(database: Database) -> None:
    feeding.open_crisis(database, seats=3)

    async def act(stage: Stage) -> None:
        await stage.sees("in stock")
        assert stage.line("in stock").split()[-5:] == ["1", "4", "4", "–", "–"]
        assert stage.line("reserved").split()[-5:] == ["3", "–", "–", "–", "–"]

    play(database, act)


def test_an_empty_station_says_what_to_do(database: Database) -> None:
    async def act(stage: Stage) -> None:
        await stage.sees("No crisis. Open one with `kit crisis open`.")

    play(database, act)


def test_a_crisis_opened_elsewhere_appears(database: Database, other: Database) -> None:
    async def act(stage: Stage) -> None:
        await stage.sees("No crisis.")
        crisis = feeding.open_crisis(other)
        await stage.sees(crisis, "Aubagne")

    play(database, act)


def test_enter_opens_the_crisis_under_the_cursor_and_escape_comes_back(database: Database) -> None:
    first = feeding.open_crisis(database, seats=2)
    second = feeding.open_crisis(database, seats=0)

    async def act(stage: Stage) -> None:
        await stage.sees(first, second)
        await stage.press("down", "enter")
        await stage.sees(f"{second} · Aubagne", "No seat.")
        await stage.press("escape")
        await stage.sees("Crises")
        await stage.press("up", "enter")
        await stage.sees(f"{first} · Aubagne", "Dominique Essai")

    play(database, act)


def test_help_explains_the_screen_with_the_keys_that_work_there(database: Database) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("p", "question_mark")
        await stage.sees("Every device with its state", "/  Type words", "p F3  Every device, with a filter.")
        await stage.press("escape", "s", "question_mark")
        await stage.sees("Every crisis, the newest first", "⏎  Open the line under the cursor.")
        assert "Type words" not in stage.text()

    play(database, act)


def test_q_leaves(database: Database) -> None:
    async def act(stage: Stage) -> None:
        await stage.sees("Situation")
        await stage.press("q")

    app = play(database, act)
    assert app.return_code == 0
