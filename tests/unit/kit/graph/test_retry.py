"""The decision to repeat a request: what the tenant asks for is obeyed, and harm is never repeated."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.graph.retry import (
    FAULT_TRIES,
    SHORTEST_WAIT,
    GiveUp,
    Retry,
    decide,
    growing,
    retry_after,
)

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
BUSY = st.sampled_from([429, 503, 504])
PASSING = st.sampled_from([None, 429, 503, 504])
PATIENCE = st.floats(1, 10_000)
DRAW = st.floats(0, 1)


@given(BUSY, st.integers(0, 10**7), st.integers(0, 10**4), st.tuples(PATIENCE, st.floats(0, 0.99)), DRAW)
def test_a_delay_that_the_tenant_names_is_waited_in_full_however_long(
    status: int, asked: int, attempt: int, budget: tuple[float, float], draw: float
) -> None:
    patience, spent = budget
    verdict = decide(
        status,
        {"retry-after": str(asked)},
        attempt,
        NOW,
        repeatable=True,
        elapsed=spent * patience,
        patience=patience,
        draw=draw,
    )
    assert verdict == Retry(float(asked), told=True)


@settings(deadline=None)  # the longest patience makes thousands of waits
@given(PASSING, st.floats(1, 1200), st.lists(DRAW, min_size=1, max_size=50))
def test_own_waits_end_exactly_when_patience_does(
    status: int | None, patience: float, draws: list[float]
) -> None:
    elapsed, attempt = 0.0, 0
    while True:
        draw = draws[attempt % len(draws)]
        verdict = decide(
            status, {}, attempt, NOW, repeatable=True, elapsed=elapsed, patience=patience, draw=draw
        )
        if isinstance(verdict, GiveUp):
            break
        assert verdict.wait > 0
        assert verdict.wait >= min(SHORTEST_WAIT, patience - elapsed)
        elapsed += verdict.wait
        attempt += 1
        assert attempt <= patience / SHORTEST_WAIT + 2
    assert elapsed == pytest.approx(patience)


@given(st.sampled_from([None, 500, 502, 503, 504]), st.integers(0, 5), DRAW)
def test_what_may_have_been_carried_out_is_not_repeated_when_that_could_do_harm(
    status: int | None, attempt: int, draw: float
) -> None:
    verdict = decide(
        status,
        {"retry-after": "1"},
        attempt,
        NOW,
        repeatable=False,
        elapsed=0,
        patience=600,
        draw=draw,
    )
    assert verdict == GiveUp()


def test_a_throttled_request_was_not_carried_out_and_is_repeated_even_when_repeating_could_do_harm() -> None:
    verdict = decide(429, {"retry-after": "7"}, 0, NOW, repeatable=False, elapsed=0, patience=600, draw=0.5)
    assert verdict == Retry(7.0, told=True)


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 409, 424, 501])
def test_an_answer_that_waiting_does_not_change_stands(status: int) -> None:
    verdict = decide(status, {"retry-after": "1"}, 0, NOW, repeatable=True, elapsed=0, patience=600, draw=1)
    assert verdict == GiveUp()


@pytest.mark.parametrize("status", [500, 502])
def test_a_fault_of_the_service_is_tried_a_few_times_only(status: int) -> None:
    verdicts = [
        decide(status, {}, attempt, NOW, repeatable=True, elapsed=0, patience=600, draw=1)
        for attempt in range(FAULT_TRIES)
    ]
    assert [isinstance(verdict, Retry) for verdict in verdicts] == [True] * (FAULT_TRIES - 1) + [False]


def test_without_patience_the_first_trouble_stands() -> None:
    verdict = decide(429, {"retry-after": "1"}, 0, NOW, repeatable=True, elapsed=0, patience=0, draw=1)
    assert verdict == GiveUp()


@given(st.integers(-1000, 10**6))
def test_a_date_says_the_same_as_seconds(seconds: int) -> None:
    date = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert retry_after({"retry-after": date}, NOW) == max(0, seconds)


@given(st.floats(0, 10**6).map(lambda seconds: f"{seconds:.3f}"))
def test_fractions_of_seconds_are_seconds(text: str) -> None:
    assert retry_after({"retry-after": text}, NOW) == float(text)


def test_a_date_without_zone_is_in_utc() -> None:
    assert retry_after({"retry-after": "Sat, 21 Nov 2026 03:00:30 -0000"}, NOW) == 30


@given(st.text(max_size=30).filter(lambda text: not (text.strip().isascii() and text.strip().isdigit())))
def test_what_is_neither_number_nor_date_names_no_delay_and_breaks_nothing(text: str) -> None:
    found = retry_after({"retry-after": text}, NOW)
    assert found is None or found >= 0


def test_pauses_grow_to_their_limit_and_stay_there() -> None:
    pace = growing(1.0, 1.5)
    assert [next(pace) for _ in range(5)] == pytest.approx([1.0, 1.2, 1.44, 1.5, 1.5])
