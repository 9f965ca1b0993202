"""How many seats a commune is proposed: more people never means less, and never more than the pool has."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.plan.sizing import Rule, propose, service_named, spelled_alike

CCAS = Rule(
    service="CCAS",
    why="urgent aid",
    source="a test",
    minimum=1,
    inhabitants_per_seat=1000,
    maximum=4,
    seats_per_phone=2,
    from_inhabitants=500,
    also=("Action sociale",),
)
POLLS = replace(CCAS, service="Élections", also=(), when_due=True, from_inhabitants=0)

POPULATIONS = st.integers(0, 2_500_000)
POOLS = st.integers(0, 120)


@st.composite
def rules(draw: st.DrawFn) -> list[Rule]:
    """Up to eight services that may all be due."""
    made = []
    for number in range(draw(st.integers(1, 8))):
        minimum = draw(st.integers(0, 5))
        made.append(
            Rule(
                service=f"Service {number}",
                why="it cannot stop",
                source="a test",
                minimum=minimum,
                inhabitants_per_seat=draw(st.integers(1, 100_000)),
                maximum=draw(st.integers(max(minimum, 1), 20)),
                seats_per_phone=draw(st.integers(1, 5)),
                from_inhabitants=draw(st.sampled_from([0, 500, 20_000])),
                when_due=draw(st.booleans()),
            )
        )
    return made


@pytest.mark.parametrize(
    ("population", "seats", "phones"),
    [
        (0, 0, 0),
        (499, 0, 0),
        (500, 1, 1),
        (999, 1, 1),
        (1000, 2, 1),
        (2000, 3, 2),
        (3000, 4, 2),
        (10**7, 4, 2),
    ],
)
def test_a_service_has_a_minimum_and_one_seat_more_for_so_many_inhabitants(
    population: int, seats: int, phones: int
) -> None:
    (proposal,) = propose(population, [CCAS], laptops=100)
    assert (proposal.by_rule, proposal.seats, proposal.phones) == (seats, seats, phones)


@pytest.mark.parametrize(
    ("population", "laptops", "reason"),
    [
        (499, 9, "only from 500 inhabitants on"),
        (3000, 9, "urgent aid; 1, and 1 more per 1000 inhabitants, 4 at most"),
        (
            3000,
            3,
            "urgent aid; 1, and 1 more per 1000 inhabitants, 4 at most; 3 of 4, for the pool has 3 laptops",
        ),
    ],
)
def test_the_reason_is_told_in_words(population: int, laptops: int, reason: str) -> None:
    (proposal,) = propose(population, [CCAS], laptops=laptops)
    assert proposal.reason == reason


def test_a_service_that_waits_for_its_time_counts_only_when_it_is_due() -> None:
    _ccas, waiting = propose(5000, [CCAS, POLLS], laptops=100)
    assert (waiting.seats, waiting.phones, waiting.reason) == (0, 0, "counts only when it is due")
    _ccas, due = propose(5000, [CCAS, POLLS], laptops=100, due={"Élections"})
    assert due.seats == 4


def test_a_pool_that_is_too_small_gives_every_service_its_first_seat_before_any_its_second() -> None:
    three = [replace(CCAS, service=name) for name in ("A", "B", "C")]
    assert [each.seats for each in propose(9000, three, laptops=5)] == [2, 2, 1]
    assert [each.seats for each in propose(9000, three, laptops=2)] == [1, 1, 0]
    assert [each.seats for each in propose(9000, three, laptops=0)] == [0, 0, 0]


@given(rules=rules(), population=POPULATIONS, laptops=POOLS)
def test_nothing_is_negative_nor_beyond_its_rule_nor_beyond_the_pool(
    rules: list[Rule], population: int, laptops: int
) -> None:
    proposals = propose(population, rules, laptops=laptops, due={"Service 0"})
    assert sum(each.seats for each in proposals) == min(sum(each.by_rule for each in proposals), laptops)
    for rule, each in zip(rules, proposals, strict=True):
        assert 0 <= each.seats <= each.by_rule <= rule.maximum
        assert 0 <= each.phones <= each.seats
        assert (each.phones > 0) == (each.seats > 0)
        assert each.reason


@given(rules=rules(), one=POPULATIONS, other=POPULATIONS, laptops=POOLS)
def test_a_larger_commune_never_gets_less(rules: list[Rule], one: int, other: int, laptops: int) -> None:
    small, large = sorted((one, other))
    due = {rule.service for rule in rules}
    fewer, more = (propose(count, rules, laptops=laptops, due=due) for count in (small, large))
    assert sum(each.seats for each in fewer) <= sum(each.seats for each in more)
    for less, much in zip(fewer, more, strict=True):
        assert less.by_rule <= much.by_rule


@given(rules=rules(), population=POPULATIONS, laptops=POOLS)
def test_a_larger_pool_takes_no_seat_from_any_service(
    rules: list[Rule], population: int, laptops: int
) -> None:
    fewer, more = (propose(population, rules, laptops=count) for count in (laptops, laptops + 1))
    assert all(
        (less.seats, less.phones) <= (much.seats, much.phones) for less, much in zip(fewer, more, strict=True)
    )


def test_services_are_known_by_any_of_their_names_however_they_are_typed() -> None:
    assert service_named("action  SOCIALE", [CCAS]) == "CCAS"
    assert service_named("etat-civil", [CCAS], ["État civil"]) == "État civil"
    assert service_named("Voirie", [CCAS]) == "Voirie"
    told = ["Voirie", "ccas", "voirie", "Action sociale", "Πόλη", "Μέσα"]
    assert spelled_alike(told, [CCAS]) == ["Voirie", "CCAS", "Voirie", "CCAS", "Πόλη", "Μέσα"]
