"""Seats that work over time, as a plot, and how long stages take."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.activity import Status
from inventory.board import Board
from kit.plan.stages import Stage
from tests.tui import feeding
from tui import pace
from tui.picture import CrisisView, SeatView

_BLOCKS = " ▁▂▃▄▅▆▇█"


def crisis(*ready: float | None) -> CrisisView:
    """A crisis whose seats work so many minutes after T0."""
    seats = tuple(
        SeatView(n, "Camille Exemple", "Mairie", None if at is None else feeding.T0 + timedelta(minutes=at))
        for n, at in enumerate(ready, start=1)
    )
    return CrisisView(
        reference="13005-2026-01",
        commune="Aubagne",
        t0=feeding.T0,
        closed_at=None,
        drill=False,
        planned=True,
        due_back=None,
        seats=seats,
    )


def test_the_plot_climbs_to_the_top_when_every_seat_works() -> None:
    assert pace.plot([10.0, 20.0], total=2, span=20.0, width=4, height=2) == ["   █", " ███"]


@given(
    ready=st.lists(st.floats(0, 100), max_size=8),
    width=st.integers(1, 40),
    height=st.integers(1, 12),
)
def test_the_plot_never_falls_and_stays_in_its_frame(ready: list[float], width: int, height: int) -> None:
    drawn = pace.plot(ready, total=8, span=100.0, width=width, height=height)
    assert [len(line) for line in drawn] == [width] * height
    tall = [sum(_BLOCKS.index(line[column]) for line in drawn) for column in range(width)]
    assert tall == sorted(tall)
    # What counts at all is seen, and only all of it reaches the top.
    assert (tall[-1] > 0) == bool(ready)
    assert (tall[-1] == height * 8) == (len(ready) == 8)


def test_medians_are_of_what_is_done() -> None:
    cells = [
        feeding.event("c", Stage.LAPTOP, status, after=after, seat=seat)
        for seat, ends in enumerate((60, 100, 600), start=1)
        for after, status in ((0, Status.RUNNING), (ends, Status.DONE))
    ]
    running = feeding.event("c", Stage.ACCOUNT, Status.RUNNING, seat=1)
    assert pace.medians(Board().fold([*cells, running])) == {Stage.LAPTOP: 100.0}


@pytest.mark.parametrize("height", [3, 8, 20])
def test_the_plot_and_its_scales_fit_where_they_stand(height: int) -> None:
    done = [
        feeding.event("c", Stage.LAPTOP, status, after=after, seat=1)
        for after, status in ((0, Status.RUNNING), (61, Status.DONE))
    ]
    told = pace.told(crisis(10, None), Board().fold(done), feeding.NOW, width=36, height=height)
    assert len(told) <= height
    assert all(len(line) <= 36 for line in told)
    if height == 20:
        assert told[-1] == "Laptop  1 min 01 s"
        assert [line for line in told if "T0" in line][-1].endswith("1 h 12 min")


def test_nothing_is_plotted_wrongly_before_anything_happened() -> None:
    told = pace.told(crisis(), Board(), feeding.T0, width=36, height=10)
    assert not any(block in line for line in told for block in _BLOCKS[1:])
