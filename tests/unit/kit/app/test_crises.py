"""What the end of a run means."""

from datetime import UTC, datetime

import pytest

from kit.app.crises import verdict
from kit.app.situation import SeatSituation, Situation
from kit.plan.stages import Stage
from kit.workflows.troubles import Trouble

NOW = datetime(2026, 11, 20, 3, 15, tzinfo=UTC)


def situation(*ready: bool, waiting: tuple[int, ...] = (), without_phone: tuple[int, ...] = ()) -> Situation:
    return Situation(
        reference="13005-2026-01",
        commune="Aubagne",
        drill=False,
        t0=NOW,
        closed_at=None,
        seats=tuple(
            SeatSituation(number, "Camille Exemple", "Mairie", NOW if works else None, {})
            for number, works in enumerate(ready, start=1)
        ),
        stages={},
        first_seat_s=None,
        last_seat_s=None,
        stage_seconds={},
        proofs={},
        failures=(),
        waiting=waiting,
        without_phone=without_phone,
    )


def trouble(kind: str, seat: int | None = None) -> Trouble:
    return Trouble(Stage.LAPTOP, seat, kind, f"it is {kind}", "do this")


def test_where_every_seat_works_and_nothing_is_wrong_there_is_no_error() -> None:
    assert verdict(situation(True, True), ()) is None


@pytest.mark.parametrize("kind", ["host-key-changed", "tenant-unreachable", "tenant-refused", "shortage"])
def test_one_cause_names_itself_however_many_seats_it_stops(kind: str) -> None:
    said = verdict(situation(False, False), (trouble(kind, 1), trouble(kind, 2)))
    assert said is not None
    assert (said.kind, said.message, said.hint) == (kind, f"it is {kind}", "do this")


def test_several_causes_are_an_incomplete_run() -> None:
    said = verdict(situation(True, False), (trouble("workstation", 2), trouble("tenant-refused")))
    assert said is not None
    assert said.kind == "incomplete"
    assert said.message.startswith("1 of 2 seats work")


def test_a_seat_that_does_not_work_yet_is_never_success() -> None:
    said = verdict(situation(True, False), ())
    assert said is not None
    assert said.kind == "incomplete"


def test_a_stage_of_the_crisis_that_fails_is_never_success_though_every_seat_works() -> None:
    said = verdict(situation(True), (trouble("tenant-refused"),))
    assert said is not None
    assert said.kind == "tenant-refused"


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (situation(True, False, waiting=(2,)), "Seat 2 waits by decision"),
        (situation(True, True, without_phone=(1, 2)), "Seats 1, 2 get no phone by decision"),
    ],
)
def test_what_a_decision_leaves_out_is_no_failure_and_not_complete(found: Situation, told: str) -> None:
    said = verdict(found, ())
    assert said is not None
    assert said.kind == "incomplete"
    assert said.message.startswith("All that was planned works")
    assert told in said.message
    assert "kit pool grant" in said.hint


def test_a_seat_that_does_not_work_is_not_hidden_behind_one_that_waits() -> None:
    said = verdict(situation(False, False, waiting=(2,)), ())
    assert said is not None
    assert said.message.startswith("0 of 2 seats work")
