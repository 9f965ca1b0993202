"""Gathering laptops into waves: who goes when, with whom, and who waits."""

import threading
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.workstations import waves
from kit.workstations.targets import Target
from kit.workstations.waves import GATHERING, LULL, PATIENCE, TOGETHER, Place, Waves, board, starts_in

#: Whole numbers of an eighth of a second: sums of them are exact.
MOMENTS = st.lists(st.integers(0, 8000).map(lambda eighths: eighths / 8), min_size=1, max_size=20).map(sorted)


def place(tag: str = "LT-0001") -> Place:
    return Place(Target(tag, "192.0.2.1", "ssh-ed25519 AAAA", "essai-01"))


class Runs:
    """Takes the place of Ansible: keeps every wave and ends it when told so."""

    def __init__(self) -> None:
        self.waves: list[list[str]] = []
        self.started = threading.Semaphore(0)
        self.may_end = threading.Event()
        self.error: Exception | None = None

    def __call__(self, places: Sequence[Place]) -> None:
        self.waves.append([place.target.tag for place in places])
        for place in places:
            place.tell({"event": "verbose", "stdout": place.target.tag})
        self.started.release()
        self.may_end.wait(10)
        if self.error is not None:
            raise self.error


@pytest.fixture
def runs() -> Runs:
    return Runs()


def test_calls_that_come_in_together_share_a_wave(runs: Runs) -> None:
    gathered = Waves(runs, most=4)
    places = [place(f"LT-{number}") for number in range(5)]
    for one in places:
        gathered.take(one)
    assert [one.next(5) for one in places] == [
        {"event": "verbose", "stdout": one.target.tag} for one in places
    ]
    runs.may_end.set()
    assert [one.next(5) for one in places] == [None] * 5
    assert runs.waves == [[one.target.tag for one in places]]


def test_a_late_laptop_does_not_wait_for_the_running_wave(runs: Runs) -> None:
    gathered = Waves(runs, most=2)
    for tag in ("LT-1", "LT-2"):
        gathered.take(place(tag))
        assert runs.started.acquire(timeout=5)
    runs.may_end.set()
    assert runs.waves == [["LT-1"], ["LT-2"]]


def test_no_more_waves_run_than_may_until_patience_ends(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    gathered = Waves(runs, most=1)
    gathered.take(place("LT-1"))
    assert runs.started.acquire(timeout=5)
    for tag in ("LT-2", "LT-3"):
        gathered.take(place(tag))
    assert not runs.started.acquire(timeout=GATHERING + LULL)
    runs.may_end.set()
    assert runs.started.acquire(timeout=5)
    assert runs.waves == [["LT-1"], ["LT-2", "LT-3"]]
    runs.may_end.clear()
    monkeypatch.setattr(waves, "PATIENCE", 0.5)
    gathered.take(place("LT-4"))
    gathered.take(place("LT-5"))
    assert runs.started.acquire(timeout=5)
    runs.may_end.set()


def test_who_leaves_before_the_wave_starts_is_not_taken_along(runs: Runs) -> None:
    gathered = Waves(runs, most=1)
    gone, stays = place("LT-1"), place("LT-2")
    gathered.take(gone)
    gathered.take(stays)
    gone.leave(cut=True)
    assert stays.next(5) is not None
    runs.may_end.set()
    assert runs.waves == [["LT-2"]]


def test_what_carrying_a_wave_out_raises_is_raised_to_every_laptop_of_it(runs: Runs) -> None:
    runs.error = OSError("no space left")
    runs.may_end.set()
    gathered = Waves(runs, most=1)
    places = [place("LT-1"), place("LT-2")]
    for one in places:
        gathered.take(one)
    for one in places:
        assert one.next(5) is not None
        with pytest.raises(OSError, match="no space left"):
            one.next(5)


@given(MOMENTS, st.booleans())
def test_nobody_waits_longer_than_promised(asked: list[float], full: bool) -> None:
    longest = PATIENCE if full else GATHERING
    assert starts_in(asked[0], asked, full=full) <= longest
    assert starts_in(asked[0] + longest, asked, full=full) <= 0


@given(MOMENTS)
def test_a_wave_starts_after_a_lull_and_not_before(asked: list[float]) -> None:
    if asked[-1] - asked[0] < GATHERING - LULL:
        assert starts_in(asked[-1], asked, full=False) == pytest.approx(LULL)


@given(st.lists(st.sampled_from([f"LT-{number}" for number in range(40)]), max_size=80))
def test_a_laptop_is_in_a_wave_once_and_nobody_is_forgotten(tags: list[str]) -> None:
    waiting = [place(tag) for tag in tags]
    going, staying = board(waiting)
    assert len({one.target.tag for one in going}) == len(going) <= TOGETHER
    assert sorted(map(id, going + staying)) == sorted(map(id, waiting))
    assert bool(going) == bool(waiting)
