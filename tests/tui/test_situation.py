"""The first screen: every crisis and the pool at a glance, and the way to the other screens and out."""

from datetime import timedelta
from pathlib import Path

import pytest

from inventory import heartbeats, shelf
from inventory.activity import Status
from inventory.database import Database
from inventory.heartbeats import Heartbeat
from inventory.journal import Stamp
from kit.plan.stages import Stage as PlanStage
from tests.tui import feeding
from tests.tui.piloting import Stage, play
from tui import survey
from tui.reading import Reader


def test_crises_show_their_clock_seats_and_what_is_wrong(database: Database) -> None:
    crisis = feeding.open_crisis(database, drill=True)
    feeding.tell(database, *feeding.mid_run(crisis))

    async def act(stage: Stage) -> None:
        await stage.sees(crisis)
        line = stage.line("T+01:12")
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
        await stage.sees(f"{first} · Aubagne", "2 Dominique")

    play(database, act)


def test_help_explains_the_screen_with_the_keys_that_work_there(database: Database) -> None:
    async def act(stage: Stage) -> None:
        await stage.press("p", "question_mark")
        await stage.sees("Every device with its state", "/  Type words", "p F3  Every device, with a filter.")
        await stage.sees("x  Set devices apart")
        await stage.press("escape", "s", "question_mark")
        await stage.sees("First what needs a human now", "⏎  Open the line under the cursor.")
        assert "Type words" not in stage.text()

    play(database, act, size=(120, 40))


def test_q_leaves(database: Database) -> None:
    async def act(stage: Stage) -> None:
        await stage.sees("Situation")
        await stage.press("q")

    app = play(database, act)
    assert app.return_code == 0


def test_what_needs_a_human_stands_first_and_opens_its_crisis(database: Database) -> None:
    crisis = feeding.open_crisis(database)
    feeding.tell(database, *feeding.mid_run(crisis))

    async def act(stage: Stage) -> None:
        await stage.sees("Needs you now", "Laptop: Plug it in. → Use dock 4.")
        lines = stage.text().splitlines()
        human, failed = (
            next(at for at, line in enumerate(lines) if f"{crisis}/{seat}" in line) for seat in (4, 3)
        )
        assert human < failed < next(at for at, line in enumerate(lines) if "T+01:12" in line)
        await stage.press("shift+tab")
        await stage.until(lambda: getattr(stage.app.focused, "id", "") == "urgent", "what is urgent in focus")
        await stage.press("down", "enter")
        # At the cell itself: nobody looks for it among a hundred seats.
        await stage.sees(f"{crisis} · Aubagne", "Seat 3 · Claude Modèle")
        await stage.press("enter")
        await stage.sees("Seat 3 · Laptop", "no route to host")

    play(database, act)


def test_what_needs_a_human_in_the_whole_crisis_opens_there(database: Database) -> None:
    crisis = feeding.open_crisis(database)
    refused = feeding.event(crisis, PlanStage.TEAM, Status.FAILED, detail="It was refused.")
    feeding.tell(database, refused)

    async def act(stage: Stage) -> None:
        await stage.sees("It was refused.")
        await stage.press("shift+tab", "enter")
        await stage.sees(f"{crisis} · Aubagne", "The whole crisis", "It was refused.")
        await stage.press("enter")
        await stage.sees(f"{crisis} · Team", "It was refused.")

    play(database, act)


def test_what_comes_due_shows_on_the_smallest_screen_where_there_is_room(database: Database) -> None:
    async def act(stage: Stage) -> None:
        await stage.sees("Comes due", "things without a date")

    play(database, act)


def test_the_stock_says_what_could_be_lent_and_why_not_the_rest(database: Database) -> None:
    with database.write() as session:
        shelf.look(session, Stamp("essai@station", feeding.NOW), "TEL-00001", charge=90)

    async def act(stage: Stage) -> None:
        await stage.sees("✗ not deployable")
        assert stage.line("✓ deployable").split()[-5:] == ["–", "1", "4", "–", "–"]
        assert stage.line("✗ not deployable").split()[-5:] == ["4", "3", "–", "–", "–"]
        assert stage.line("never checked").split()[-5:] == ["4", "3", "–", "–", "–"]

    play(database, act)


def test_a_large_pool_is_surveyed_by_another_process(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey, "_LARGE", 0)

    async def act(stage: Stage) -> None:
        await stage.sees("… looking")
        await stage.sees("✗ not deployable", "never checked")

    play(database, act)


def test_what_comes_due_shows_where_there_is_room(database: Database) -> None:
    async def act(stage: Stage) -> None:
        await stage.sees("Comes due", "without a date: `kit convention due`")

    play(database, act, size=(120, 34))


@pytest.mark.parametrize(("drills", "frames"), [((True,), 2), ((True, False), 0), ((), 0)])
def test_every_screen_is_framed_while_only_exercises_run(
    database: Database, drills: tuple[bool, ...], frames: int
) -> None:
    for drill in drills:
        feeding.open_crisis(database, drill=drill, seats=0)

    async def act(stage: Stage) -> None:
        await stage.sees("in stock")
        for key, title in (
            ("s", "Situation"),
            ("p", "Pool · 12"),
            ("j", "Journal · "),
            ("d", "Documents · 0"),
        ):
            await stage.press(key)
            await stage.sees(title)
            await stage.until(lambda: stage.text().count("━ EXERCISE ━") == frames, "the frame")

    play(database, act)


def sign(database: Database, station: str, *, ago: float, ended: bool = False) -> None:
    at = feeding.NOW - timedelta(seconds=ago)
    beating = Heartbeat(station=station, process=1, version="1", began_at=feeding.T0, at=at, ended=ended)
    with database.write() as session:
        heartbeats.beat(session, beating)


def test_engines_show_whether_they_live_and_a_silent_one_with_a_run_needs_a_human(
    database: Database, other: Database
) -> None:
    crisis = feeding.open_crisis(database)
    sign(database, "poste1:/srv", ago=3)
    sign(database, "poste2:/srv", ago=120, ended=True)
    sign(database, "poste3:/srv", ago=200_000, ended=True)

    async def act(stage: Stage) -> None:
        await stage.sees("✓ poste1:/srv alive", "– poste2:/srv ended at 03:12:14")
        assert "poste3" not in stage.text()
        sign(other, "poste1:/srv", ago=60)
        await stage.sees("✗ poste1:/srv silent since 03:13:14")
        assert "station silent" not in stage.text()
        feeding.tell(other, *feeding.mid_run(crisis))
        await stage.sees("! needs you", "station silent since 03:13:14; unfinished")

    play(database, act, size=(120, 34))


def test_a_sign_of_life_is_read_alone(database: Database) -> None:
    feeding.open_crisis(database)
    reader = Reader(Path())
    with database.read() as session:
        before = reader.read(session, None)
        assert before is not None
        assert before.stations == ()
    sign(database, "poste1:/srv", ago=3)
    with database.read() as session:
        after = reader.read(session, None)
        assert after is not None
        assert [station.name for station in after.stations] == ["poste1:/srv"]
        assert after.crises is before.crises
        assert reader.read(session, None) is None
