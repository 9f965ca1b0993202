"""How many batches requests make: few, and none that the tenant's limits would refuse."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.graph.batching import BATCH_SIZE, Part
from kit.graph.limits import OUTLOOK_AT_ONCE, Bound, load
from kit.graph.packing import split

PATHS = (
    "/users/{n}",
    "/users/{n}/messages",
    "/teams/1/channels",
    "/teams/{n}/channels",
    "/identity/conditionalAccess/policies",
    "/drives/{n}/root/children",
)


@st.composite
def chained(draw: st.DrawFn) -> list[Part]:
    """Parts of which some depend on earlier ones of the same block of ten, so that families stay small."""
    count = draw(st.integers(0, 90))
    parts = []
    for number in range(count):
        block = number - number % 10
        earlier = st.sets(st.integers(block, number - 1), max_size=2) if number > block else st.just(set())
        parts.append(Part("GET", f"/users/{number}", depends_on=tuple(sorted(draw(earlier)))))
    return parts


@given(chained())
def test_every_part_is_in_one_batch_with_all_it_depends_on(parts: list[Part]) -> None:
    groups = split(parts)
    assert sorted(number for group in groups for number in group) == list(range(len(parts)))
    assert all(len(group) <= BATCH_SIZE for group in groups)
    for group in groups:
        assert all(other in group for number in group for other in parts[number].depends_on)


def test_independent_parts_fill_their_batches() -> None:
    parts = [Part("GET", "/users/x")] * 45
    assert [len(group) for group in split(parts)] == [20, 20, 5]


def test_more_parts_hanging_together_than_a_batch_holds_are_refused() -> None:
    chain = [Part("GET", "/users/x", depends_on=(n - 1,) if n else ()) for n in range(BATCH_SIZE + 1)]
    with pytest.raises(ValueError, match="21 parts"):
        split(chain)


def test_a_part_cannot_depend_on_a_later_one() -> None:
    with pytest.raises(ValueError, match="later"):
        split([Part("GET", "/a", depends_on=(1,)), Part("GET", "/b")])


@given(st.lists(st.sampled_from(PATHS), max_size=90))
def test_no_batch_carries_more_than_a_limit_gives_at_once(paths: list[str]) -> None:
    parts = [Part("GET", path.format(n=number)) for number, path in enumerate(paths)]
    for group in split(parts):
        carried: Counter[Bound] = Counter()
        for number in group:
            for bound, units in load(parts[number]):
                carried[bound] += units
        assert all(units <= bound.most for bound, units in carried.items())


def test_mail_goes_four_a_batch() -> None:
    parts = [Part("GET", f"/users/{number}/messages/1/$value") for number in range(10)]
    assert [len(group) for group in split(parts)] == [OUTLOOK_AT_ONCE, OUTLOOK_AT_ONCE, 2]
