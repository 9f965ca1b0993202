"""How a step's act is told and what its errors become."""

import logging

import pytest

from inventory.activity import Event, Status
from kit.errors import TenantRefused
from kit.plan.stages import Stage
from kit.workflows.outcome import Done, Failed, NotYet
from kit.workflows.station import Cell, Station, attempt
from tests.unit.kit.workflows.conftest import told

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
    assert ends(told(working, CRISIS)) == {None: Status.FAILED}


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
