"""How a step's act is told and what its errors become."""

import logging

import pytest

from inventory import crises, interventions
from inventory.activity import Event, Status
from inventory.interventions import Kind
from kit.errors import TenantRefused
from kit.plan.stages import Stage
from kit.workflows.outcome import Done, Failed, NotYet, Skipped
from kit.workflows.station import Cell, Station, attempt, attempt_seats
from tests.unit.kit.workflows.conftest import BY, told

CRISIS = "13005-2026-01"


def ends(events: list[Event]) -> dict[int | None, Status]:
    return {event.seat: event.status for event in events}


def test_beginning_and_end_are_told_for_every_seat(working: Station) -> None:
    assert attempt(Cell(CRISIS, Stage.ACCOUNT, (1, 2)), Done) == Done()
    events = told(working, CRISIS)
    assert [(event.seat, event.status) for event in events] == [
        (1, Status.RUNNING),
        (2, Status.RUNNING),
        (1, Status.DONE),
        (2, Status.DONE),
    ]


def test_seats_that_wait_are_told_apart_from_those_that_hold(working: Station) -> None:
    attempt(Cell(CRISIS, Stage.MAILBOX, (1, 2, 3)), lambda: NotYet("not there yet", (2,)))
    assert ends(told(working, CRISIS)) == {1: Status.DONE, 2: Status.WAITING, 3: Status.DONE}


def test_an_operators_error_becomes_a_value_with_its_hint(working: Station) -> None:
    def refuse() -> Done:
        raise TenantRefused("no", hint="grant it")

    assert attempt(Cell(CRISIS, Stage.GROUP), refuse) == Failed("tenant-refused", "no", "grant it")
    (*_begun, asked) = told(working, CRISIS)
    assert asked.status is Status.NEEDS_HUMAN
    assert (asked.detail, asked.data) == ("no", {"kind": "tenant-refused"})
    assert asked.hint == "grant it Once it is done: `kit crisis retry 13005-2026-01 group`."


@pytest.mark.parametrize("stage", [Stage.REVOKE, Stage.RESERVE, Stage.SHEET])
def test_where_no_run_waits_for_an_answer_nothing_is_asked(working: Station, stage: Stage) -> None:
    attempt(Cell(CRISIS, stage), lambda: Failed("tenant-refused", "no"))
    assert ends(told(working, CRISIS)) == {None: Status.FAILED}


def test_a_seat_is_named_where_the_question_is_about_one(working: Station) -> None:
    attempt(Cell(CRISIS, Stage.LAPTOP, (3,)), lambda: Failed("workstation-unreachable", "off"))
    assert told(working, CRISIS)[-1].hint.endswith("`kit crisis retry 13005-2026-01 laptop --seat 3`.")


def test_a_stage_that_is_left_out_is_not_begun(working: Station, crisis: str) -> None:
    decide(working, crisis, Stage.LAPTOP, Kind.SKIP, seat=2)

    def never() -> Done:
        raise AssertionError("it was begun")

    outcome = attempt(Cell(crisis, Stage.LAPTOP, (2,)), never)
    assert outcome == Skipped("left out by camille@station: because", left_out=True)
    assert [(event.status, event.detail) for event in told(working, crisis)] == [
        (Status.LEFT_OUT, "left out by camille@station: because")
    ]
    decide(working, crisis, Stage.LAPTOP, Kind.RETRY, seat=2)
    assert attempt(Cell(crisis, Stage.LAPTOP, (2,)), Done) == Done()


def test_the_seats_that_are_left_go_on_without_those_left_out(working: Station, crisis: str) -> None:
    decide(working, crisis, Stage.MAILBOX, Kind.SKIP, seat=2)
    seen: list[object] = []

    def look(seats: object) -> NotYet:
        seen.append(seats)
        return NotYet("not there yet", (1,))

    attempt_seats(Cell(crisis, Stage.MAILBOX, (1, 2)), look)
    assert seen == [(1,)]
    assert ends(told(working, crisis)) == {1: Status.WAITING, 2: Status.LEFT_OUT}


def decide(working: Station, crisis: str, stage: Stage, kind: Kind, *, seat: int) -> None:
    with working.database.write() as session:
        found = crises.get(session, crisis)
        interventions.decide(session, BY, found, stage, kind, seat=seat, reason="because")


def test_a_fault_of_ours_stops_its_cell_and_is_logged_with_its_traceback(
    working: Station, caplog: pytest.LogCaptureFixture
) -> None:
    def fault() -> Done:
        raise ZeroDivisionError("division by zero")

    with caplog.at_level(logging.ERROR, "kit"):
        outcome = attempt(Cell(CRISIS, Stage.GROUP), fault)
    assert isinstance(outcome, Failed)
    assert (outcome.kind, outcome.message) == ("error", "ZeroDivisionError: division by zero")
    assert "Traceback" in caplog.text
