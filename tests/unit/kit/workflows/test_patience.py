"""How long a step is tried again."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory import crises, interventions
from inventory.activity import Status
from inventory.database import Database
from inventory.interventions import Kind
from kit.cli.exits import CODES
from kit.plan.stages import Stage
from kit.workflows import engine
from kit.workflows.outcome import HUMAN, RETRYABLE, Done, Failed, NotYet, Outcome, Skipped, again
from kit.workflows.patience import Heard, begin, end_of_wait, listen, patiently, until_answered
from kit.workflows.station import Cell, Station, attempt
from tests.unit.kit.workflows.conftest import BY, plan_of, told

DOWN = Failed("tenant-unreachable", "no answer")


@pytest.mark.parametrize(
    ("outcome", "worth_it"),
    [
        (Done(), False),
        (Skipped("nothing to do"), False),
        (NotYet("replication"), True),
        (DOWN, True),
        (Failed("workstation-unreachable", "off"), True),
        (Failed("tenant-refused", "no"), False),
        (Failed("host-key-changed", "no"), False),
    ],
)
def test_what_is_worth_another_try(outcome: Outcome, worth_it: bool) -> None:
    assert again(outcome) is worth_it


def test_the_kinds_that_may_pass_are_kinds_of_errors() -> None:
    assert set(CODES) >= RETRYABLE | HUMAN


def tried(outcomes: Iterator[Outcome], patience: float) -> tuple[Outcome, list[float]]:
    """How it ended, and the pauses between the tries; only the engine's durable sleep is replaced."""
    pauses: list[float] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "sleep", pauses.append)
        return patiently(lambda: next(outcomes), patience), pauses


def test_it_ends_with_the_first_outcome_that_holds() -> None:
    assert tried(iter([DOWN, NotYet("soon"), Done("x")]), 600) == (Done("x"), [1.0, 1.5])


def test_without_patience_there_is_one_try() -> None:
    assert tried(iter([DOWN]), 0) == (DOWN, [])


@given(patience=st.floats(min_value=0, max_value=5000))
def test_the_pauses_grow_and_add_up_to_the_patience(patience: float) -> None:
    outcome, pauses = tried(iter(lambda: DOWN, None), patience)
    assert outcome == DOWN
    assert sum(pauses) == pytest.approx(patience)
    assert pauses[:-1] == sorted(pauses[:-1])
    assert all(pause <= 60 for pause in pauses)


class Answered:
    """A step that is refused until somebody answers; `tries` counts how often it was tried."""

    def __init__(self, working: Station, crisis: str, *outcomes: Outcome) -> None:
        self._outcomes = iter(outcomes)
        self.tries = 0
        self._working, self._crisis = working, crisis

    def __call__(self) -> Outcome:
        self.tries += 1
        cell = Cell(self._crisis, Stage.LAPTOP, (2,))
        return attempt(cell, lambda: next(self._outcomes))

    def decide(self, kind: Kind, *, seat: int = 2) -> None:
        with self._working.database.write() as session:
            found = crises.get(session, self._crisis)
            interventions.decide(session, BY, found, Stage.LAPTOP, kind, seat=seat, reason="because")

    def wait(self, patience: float) -> Outcome:
        return until_answered(self._crisis, Stage.LAPTOP, self, patience, seat=2)

    def asked(self) -> bool:
        """Whether the question shows, with its end: from then on somebody is listened to."""
        last = told(self._working, self._crisis)[-1:]
        return bool(last) and last[0].status is Status.NEEDS_HUMAN and last[0].until is not None


CHANGED = Failed("host-key-changed", "another key")


@pytest.fixture
def planned(database: Database, working: Station, crisis: str) -> str:
    plan_of(database, crisis)
    return crisis


@pytest.mark.parametrize(
    ("kind", "seat", "ends"),
    [
        (Kind.RETRY, 2, Done("now")),
        (Kind.RETRY, 0, Done("now")),
        (Kind.SKIP, 2, Skipped("left out by camille@station: because", left_out=True)),
    ],
)
def test_a_persons_word_ends_the_wait_at_once(
    working: Station, planned: str, kind: Kind, seat: int, ends: Outcome
) -> None:
    step = Answered(working, planned, CHANGED, Done("now"))
    with ThreadPoolExecutor() as pool:
        running = pool.submit(step.wait, 600)
        until(step.asked)
        begun = time.monotonic()
        step.decide(kind, seat=seat)
        assert running.result(timeout=20) == ends
    assert time.monotonic() - begun < 5
    assert step.tries == 2


def test_a_word_about_another_seat_is_not_heard_and_the_wait_ends_with_the_patience(
    working: Station, planned: str
) -> None:
    step = Answered(working, planned, CHANGED)
    step.decide(Kind.RETRY)
    with ThreadPoolExecutor() as pool:
        running = pool.submit(step.wait, 0.2)
        step.decide(Kind.RETRY, seat=1)
        assert running.result(timeout=20) == CHANGED
    assert step.tries == 1


def test_a_wait_that_a_crash_cut_short_goes_on_to_its_end_and_not_for_all_of_it_again(
    working: Station, planned: str
) -> None:
    cell = Cell(planned, Stage.LAPTOP, (2,))
    ends = end_of_wait(600) - timedelta(seconds=600)
    begun = time.monotonic()
    assert listen(cell, CHANGED, 0, ends) == Heard(0, new=False)
    assert time.monotonic() - begun < 5
    # What was decided while nobody listened is heard all the same.
    Answered(working, planned).decide(Kind.RETRY)
    assert listen(cell, CHANGED, 0, ends).new


def test_what_only_a_person_clears_is_not_waited_for_without_patience(working: Station, planned: str) -> None:
    step = Answered(working, planned, CHANGED)
    assert step.wait(0) == CHANGED
    assert told(working, planned)[-1].status is Status.NEEDS_HUMAN


def test_what_may_come_by_itself_is_tried_again_without_a_word(working: Station, planned: str) -> None:
    step = Answered(working, planned, DOWN, Done())
    assert step.wait(0.1) == Done()
    (waited,) = [event for event in told(working, planned) if event.until]
    assert (waited.status, waited.detail) == (Status.WAITING, "no answer")


def test_a_plan_tells_whom_a_stage_concerns(database: Database, working: Station, crisis: str) -> None:
    with database.write() as session:
        crises.seats(session, crisis)[1].wants_phone = False
    plan_of(database, crisis)
    concerned = {stage: begin(crisis, stage, None).cell.seats for stage in (Stage.MAILBOX, Stage.MANAGED)}
    assert concerned == {Stage.MAILBOX: (1, 2), Stage.MANAGED: (1,)}
    assert begin(crisis, Stage.TEAM, None).cell.seats == (None,)


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)
