"""How moments and durations read."""

from datetime import timedelta

import pytest

from tests.tui.feeding import T0
from tui import clock


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "T+00:00:00"), (61, "T+00:01:01"), (100 * 3600 + 5, "T+100:00:05"), (-90, "T-00:01:30")],
)
def test_time_since_t0_counts_hours_beyond_a_day(seconds: int, text: str) -> None:
    assert clock.since(T0, T0 + timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3, "0 s"),
        (0.4, "0 s"),
        (59, "59 s"),
        (113, "1 min 53 s"),
        (3600, "1 h 00 min"),
        (7325, "2 h 02 min"),
    ],
)
def test_a_duration_reads_at_once(seconds: float, text: str) -> None:
    assert clock.span(seconds) == text
