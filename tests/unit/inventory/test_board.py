"""The board is the fold of the events, however they were cut into batches."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from inventory.activity import Event, Status
from inventory.board import Board
from tests.unit.inventory.samples import NOW

events = st.lists(
    st.builds(
        Event,
        crisis=st.just("X"),
        stage=st.sampled_from(["laptop", "account"]),
        status=st.sampled_from(Status),
        at=st.integers(0, 600).map(lambda seconds: NOW + timedelta(seconds=seconds)),
        seat=st.none() | st.integers(1, 3),
    ),
    max_size=30,
)


@given(events, st.integers(0, 30))
def test_folding_in_two_batches_is_folding_at_once(given_events: list[Event], cut: int) -> None:
    assert Board().fold(given_events[:cut]).fold(given_events[cut:]) == Board().fold(given_events)


@given(events)
def test_each_cell_shows_its_last_event(given_events: list[Event]) -> None:
    board = Board().fold(given_events)
    last = {(event.seat, event.stage): event for event in given_events}
    assert {key: cell.last for key, cell in board.cells.items()} == last
    assert board.seats() == sorted({seat for seat, _stage in last if seat is not None})


def test_time_counts_from_the_first_move_and_the_task_stays_known() -> None:
    board = Board().fold(
        [
            Event("X", "laptop", Status.PENDING, NOW, seat=1),
            Event(
                "X", "laptop", Status.RUNNING, NOW + timedelta(seconds=5), seat=1, data={"task": "firewall"}
            ),
            Event("X", "laptop", Status.DONE, NOW + timedelta(seconds=30), seat=1),
            Event("X", "workspace", Status.FAILED, NOW),
        ]
    )
    cell = board.cell(1, "laptop")
    assert cell is not None
    assert (cell.status, cell.seconds, cell.task) == (Status.DONE, 25, "firewall")
    assert [cell.last.stage for cell in board.with_status(Status.FAILED)] == ["workspace"]
    assert list(board.stages(None)) == ["workspace"]
    assert board.cell(2, "laptop") is None


def test_a_later_run_that_finds_nothing_to_do_keeps_how_long_it_took() -> None:
    def told(status: Status, seconds: int) -> Event:
        return Event("13005-2026-01", "laptop", status, NOW + timedelta(seconds=seconds), seat=1)

    first_run = [told(Status.RUNNING, 0), told(Status.DONE, 25)]
    next_day = [told(Status.RUNNING, 86_400), told(Status.SKIPPED, 86_401)]

    cell = Board().fold(first_run).fold(next_day).cell(1, "laptop")

    assert cell is not None
    assert cell.seconds == 25
    assert cell.status is Status.SKIPPED
