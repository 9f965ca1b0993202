"""The crisis screen shows a run that another process carries out."""

from datetime import timedelta

import pytest

from inventory import crises
from inventory.activity import Status
from inventory.database import Database
from kit.plan.stages import SEAT_STAGES, label
from kit.plan.stages import Stage as PlanStage
from tests.tui import feeding
from tests.tui.piloting import Stage, play


def test_an_event_written_by_another_connection_appears_while_the_screen_is_open(
    database: Database, other: Database
) -> None:
    crisis = feeding.open_crisis(database)

    async def act(stage: Stage) -> None:
        await stage.sees("There is no plan yet.", f"kit crisis plan {crisis}")
        assert "to do" in stage.line("1 Camille E")
        running = feeding.event(
            crisis, PlanStage.LAPTOP, Status.RUNNING, seat=1, data={"task": "set the clock"}
        )
        feeding.tell(other, running)
        await stage.until(lambda: "▶ running" in stage.line("1 Camille E"), "a running laptop")
        await stage.sees("set the clock", "for 1 h 11 min")
        with other.write() as session:
            crises.seat_ready(session, feeding.BY, crisis, 1, feeding.T0 + timedelta(minutes=41, seconds=3))
        await stage.sees("1 of 4 seats work", "first seat T+00:41:03", "last seat –")

    play(database, act, crisis=crisis)


def test_a_failed_laptop_tells_its_cause_and_what_to_do_when_its_seat_is_under_the_cursor(
    database: Database,
) -> None:
    crisis = feeding.open_crisis(database)
    feeding.tell(database, *feeding.mid_run(crisis))

    async def act(stage: Stage) -> None:
        await stage.sees("✗ failed")
        assert "no route to host" not in stage.text()
        await stage.press("down", "down")
        await stage.sees(
            "Seat 3 · Claude Modèle", "reached: no route to host", "→ Check that it is switched on"
        )

    play(database, act, crisis=crisis)


@pytest.mark.parametrize("drill", [False, True])
def test_every_stage_of_a_seat_shows_on_the_smallest_screen(database: Database, drill: bool) -> None:
    crisis = feeding.open_crisis(database, drill=drill)
    feeding.tell(
        database, feeding.event(crisis, PlanStage.MANAGED, Status.NEEDS_HUMAN, seat=1, detail="Enrol it.")
    )

    async def act(stage: Stage) -> None:
        await stage.sees("1 Camil", *map(label, SEAT_STAGES), "! needs")
        await stage.press(*["right"] * len(SEAT_STAGES))
        await stage.sees("Enrol it.")

    play(database, act, crisis=crisis)


def test_a_wait_says_until_when_and_why(database: Database) -> None:
    crisis = feeding.open_crisis(database)
    feeding.tell(database, *feeding.mid_run(crisis))

    async def act(stage: Stage) -> None:
        await stage.sees("… waiting")
        await stage.press("down", "down")
        await stage.sees("until 03:16:07, 1 min 53 s left", "the mailbox is not there")

    play(database, act, crisis=crisis, size=(120, 34))


def test_a_human_step_and_the_stages_of_the_whole_crisis_show(database: Database) -> None:
    crisis = feeding.open_crisis(database)
    feeding.tell(database, *feeding.mid_run(crisis))

    async def act(stage: Stage) -> None:
        await stage.sees("4 Alix Témoin", "✗ failed")
        await stage.press("end")
        await stage.sees("! needs you", "→ Use dock 4.", "The whole crisis", "the tenant asks to slow down")
        assert "– no need" in stage.line("4 Alix Témoin")

    play(database, act, crisis=crisis, size=(120, 34))


@pytest.mark.parametrize("size", [(80, 24), (120, 34)])
def test_an_exercise_is_framed_and_named_as_one(database: Database, size: tuple[int, int]) -> None:
    crisis = feeding.open_crisis(database, drill=True)

    async def act(stage: Stage) -> None:
        await stage.until(lambda: stage.text().count("EXERCISE") == 2, "the frame's two titles")

    play(database, act, crisis=crisis, size=size)


def test_a_real_crisis_is_not_framed_as_an_exercise(database: Database) -> None:
    crisis = feeding.open_crisis(database)

    async def act(stage: Stage) -> None:
        await stage.sees("Aubagne", "0 of 4 seats work")
        assert "EXERCISE" not in stage.text()

    play(database, act, crisis=crisis)


def test_what_a_laptop_says_cannot_drive_the_terminal(database: Database) -> None:
    crisis = feeding.open_crisis(database)
    rude = feeding.event(
        crisis, PlanStage.LAPTOP, Status.FAILED, seat=1, detail="bad \x1b]0;title\x07 [bold]words"
    )
    feeding.tell(database, rude)

    async def act(stage: Stage) -> None:
        await stage.sees("bad ]0;title [bold]words")
        assert "\x1b" not in stage.text()

    play(database, act, crisis=crisis)


def test_the_clock_stops_when_the_crisis_is_closed(database: Database) -> None:
    crisis = feeding.open_crisis(database)
    with database.write() as session:
        crises.close(session, feeding.BY, crises.get(session, crisis), feeding.T0 + timedelta(minutes=5))

    async def act(stage: Stage) -> None:
        await stage.sees("T+00:05:00", "closed")

    play(database, act, crisis=crisis)
