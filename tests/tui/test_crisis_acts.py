"""What an operator does on the crisis screens, by keys only: choose a cell, look into it, decide."""

from datetime import timedelta
from pathlib import Path

import pytest

from inventory import activity, crises, interventions
from inventory.activity import Status
from inventory.database import Database
from inventory.interventions import Intervention
from kit.app import run
from kit.app import station as building
from kit.plan.stages import Stage as PlanStage
from tests.tui import feeding
from tests.tui.piloting import Stage, play, program
from tui.app import Look


@pytest.fixture
def crisis(database: Database) -> str:
    """A run in its middle."""
    reference = feeding.open_crisis(database)
    feeding.tell(database, *feeding.mid_run(reference))
    return reference


@pytest.fixture
def ready(database: Database) -> None:
    """A station whose workflows have their data base."""
    building.engine(program(database)).prepare()


def decided(database: Database, crisis: str) -> list[tuple[str, int, str, str]]:
    with database.read() as session:
        found: list[Intervention] = list(interventions.of(session, crisis))
        return [(each.stage, each.seat_number, each.kind, each.reason) for each in found]


def test_the_arrows_choose_a_cell_and_its_story_comes_first(database: Database, crisis: str) -> None:
    async def act(stage: Stage) -> None:
        await stage.sees("Seat 1 · Camille Exemple")
        await stage.press("down", "down", "right", "right", "right")
        await stage.sees("… Mailbox  waiting")
        lines = stage.text().splitlines()
        title = next(n for n, line in enumerate(lines) if "Seat 3 · Claude" in line)
        assert "Mailbox" in lines[title + 1]
        # The last stage is as far as it goes.
        await stage.press("right")
        await stage.until(lambda: "Phone" in stage.text().splitlines()[title + 1], "the phone first")
        await stage.press(*["right"] * 9, "enter")
        await stage.sees(f"{crisis} · Seat 3 · Management")
        await stage.press("escape")
        await stage.press(*["left"] * 9)
        await stage.until(lambda: "Laptop" in stage.text().splitlines()[title + 1], "the laptop first")

    play(database, act, crisis=crisis)


def test_the_stages_of_the_whole_crisis_are_reached_from_above_the_first_seat(
    database: Database, crisis: str
) -> None:
    async def act(stage: Stage) -> None:
        await stage.sees("Seat 1 · Camille Exemple")
        await stage.press("up")
        await stage.misses("Seat 1 · Camille Exemple")
        await stage.press("right", "right", "right", "right", "enter")
        await stage.sees(f"{crisis} · Team", "the tenant asks to slow down (until 03:14:14)")
        await stage.press("escape", "down")
        await stage.sees("Seat 1 · Camille Exemple")

    play(database, act, crisis=crisis)


def test_a_cell_tells_all_that_happened_in_it_and_follows(
    database: Database, other: Database, crisis: str
) -> None:
    async def act(stage: Stage) -> None:
        await stage.sees("Seat 1 · Camille Exemple")
        await stage.press("down", "enter")
        await stage.sees(f"{crisis} · Seat 2 · Laptop", "Ansible: install the browser")
        for number in range(40):
            task = {"task": f"task {number}"}
            event = feeding.event(crisis, PlanStage.LAPTOP, Status.RUNNING, seat=2, data=task)
            feeding.tell(other, event)
        await stage.sees("Ansible: task 39")
        await stage.press("home")
        await stage.sees("Ansible: install the browser")
        feeding.tell(other, feeding.event(crisis, PlanStage.LAPTOP, Status.DONE, seat=2, detail="it holds"))
        await stage.sees("✓ done  it holds")
        assert "Ansible: install the browser" in stage.text()

    play(database, act, crisis=crisis)


def test_a_seats_cell_shows_nothing_of_another_seat(database: Database, crisis: str) -> None:
    with database.read() as session:
        own = activity.of_cell(session, crisis, PlanStage.LAPTOP, 3, limit=10)
        whole = activity.of_cell(session, crisis, PlanStage.TEAM, None, limit=10)
        last = activity.of_cell(session, crisis, PlanStage.LAPTOP, 1, limit=1)
    assert [event.status for _id, event in own] == [Status.FAILED]
    assert [event.status for _id, event in whole] == [Status.WAITING]
    assert [event.status for _id, event in last] == [Status.DONE]


def test_a_stage_is_left_out_with_its_name_typed_and_a_reason(
    database: Database, crisis: str, ready: None
) -> None:
    async def act(stage: Stage) -> None:
        await stage.sees("Seat 1 · Camille Exemple")
        await stage.press("down", "down", "x")
        await stage.sees("Seat 3 · Laptop?", "The seat gets no laptop now, ", "Type “Laptop”")
        await stage.press("shift+tab", "shift+tab", *"laptop", "tab", *"later", "tab", "tab", "enter")
        await stage.sees("✓ It is left out.")
        await stage.until(lambda: "/ left out" in stage.line("3 Claude"), "a laptop left out")
        await stage.sees("later")

    play(database, act, crisis=crisis)
    assert decided(database, crisis) == [("laptop", 3, "skip", "later")]


def test_what_may_not_be_left_out_is_refused_with_its_reason(database: Database, crisis: str) -> None:
    async def act(stage: Stage) -> None:
        await stage.sees("Seat 1 · Camille Exemple")
        await stage.press("right", "x")
        await stage.sees("✗ Account cannot be left out: licences, mailboxes")

    play(database, act, crisis=crisis)
    assert not decided(database, crisis)


def test_what_is_done_already_is_not_tried_again(database: Database, crisis: str, ready: None) -> None:
    async def act(stage: Stage) -> None:
        await stage.sees("Seat 1 · Camille Exemple")
        await stage.press("r")
        await stage.sees("Refused", "Laptop holds already")

    play(database, act, crisis=crisis)
    assert not decided(database, crisis)


def test_a_retry_is_heard_by_the_run_that_is_under_way(database: Database, crisis: str, ready: None) -> None:
    run.submit(program(database), run.EQUIP, crisis, ())

    async def act(stage: Stage) -> None:
        await stage.sees("Seat 1 · Camille Exemple")
        await stage.press("down", "down", "r")
        await stage.sees("✓ It is tried again.")
        await stage.until(lambda: "· to do" in stage.line("3 Claude"), "a laptop to do")

    play(database, act, crisis=crisis, size=(120, 34))
    assert decided(database, crisis) == [("laptop", 3, "retry", "")]


def test_a_run_that_cannot_begin_says_why(database: Database, crisis: str, ready: None) -> None:
    with database.write() as session:
        crises.close(session, feeding.BY, crises.get(session, crisis), feeding.T0 + timedelta(hours=1))

    async def act(stage: Stage) -> None:
        await stage.sees("closed")
        await stage.press("g")
        await stage.sees("Refused", "was closed on 2026-03-14")

    play(database, act, crisis=crisis)
    assert not (Path(program(database).home.state) / "worker.log").exists()


def test_a_seat_without_a_plan_has_nothing_to_replace(database: Database, crisis: str) -> None:
    async def act(stage: Stage) -> None:
        await stage.sees("Seat 1 · Camille Exemple")
        await stage.press("e")
        await stage.sees("Nothing to replace")

    play(database, act, crisis=crisis)


def test_on_the_wall_nothing_is_decided(database: Database, crisis: str) -> None:
    async def act(stage: Stage) -> None:
        await stage.sees("Seat 1 · Camille Exemple")
        await stage.press("r", "x", "e", "g", "enter")
        await stage.sees(f"{crisis} · Seat 1 · Laptop")
        await stage.press("r", "x", "e")
        assert len(stage.app.screen_stack) == 3

    play(database, act, look=Look(crisis=crisis, read_only=True))
    assert not decided(database, crisis)
