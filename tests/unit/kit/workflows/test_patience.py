"""How long a step is tried again."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.cli.exits import CODES
from kit.workflows import engine
from kit.workflows.outcome import RETRYABLE, Done, Failed, NotYet, Outcome, Skipped, again
from kit.workflows.patience import patiently

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
    assert set(CODES) >= RETRYABLE


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
