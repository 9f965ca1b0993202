"""The plan: who gets what from which stock."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.plan.build import Lacking, LeftOut, build
from kit.plan.model import (
    CrisisFacts,
    Grants,
    HumanAct,
    LaptopStock,
    PhoneStock,
    Plan,
    Pool,
    SeatRequest,
    SimStock,
    Terms,
)

CRISIS = CrisisFacts("13005-2026-01", "13005", "Aubagne", datetime(2026, 11, 21, 3, tzinfo=UTC), drill=False)
TERMS = Terms(
    domain="secours.example",
    principal_pattern="{first}.{last}.{commune}",
    sku="SPE_E3",
    usage_location="FR",
    workspace_name="Crise {commune}",
    workspace_description="Espace de {commune}, {reference}",
    drill_prefix="EXERCICE – ",
    channels=("Cellule de crise",),
    folders=("01 Main courante",),
    shared_mailboxes=("État civil", "CCAS", "Voirie"),
    managed_phones=True,
    playbooks=("provision.yml",),
)


def seat(number: int, *, phone: bool = False, service: str = "CCAS") -> SeatRequest:
    return SeatRequest(number, "Camille", f"Exemple{number}", service, wants_phone=phone)


def pool(laptops: int, phones: int = 0, sims: int = 0) -> Pool:
    return Pool(
        tuple(
            LaptopStock(f"LT-{n}", f"S{n}", "Modèle", f"10.0.0.{n}", "ssh-ed25519 AAAA")
            for n in range(laptops)
        ),
        tuple(PhoneStock(f"TEL-{n}", "Modèle", f"{n:015d}") for n in range(phones)),
        tuple(SimStock(f"SIM-{n}", f"{n:020d}", f"+3363998{n:04d}") for n in range(sims)),
    )


def planned(seats: tuple[SeatRequest, ...], stock: Pool, crisis: CrisisFacts = CRISIS) -> Plan:
    made = build(crisis, seats, stock, TERMS)
    assert isinstance(made, Plan)
    return made


def test_what_is_lacking_is_counted_by_kind() -> None:
    seats = (seat(1, phone=True), seat(2, phone=True), seat(3))
    assert build(CRISIS, seats, pool(1, phones=1), TERMS) == Lacking(laptops=2, phones=1, sims=2)


def test_only_who_asked_for_a_phone_gets_one_with_its_sim() -> None:
    made = planned((seat(1), seat(2, phone=True)), pool(2, 1, 1))
    assert made.seats[0].phone is None
    phone = made.seats[1].phone
    assert phone is not None
    assert (phone.tag, phone.sim_tag) == ("TEL-0", "SIM-0")


def test_a_seat_keeps_the_laptop_it_holds_and_the_others_take_from_the_free() -> None:
    stock = pool(4)
    held = replace(stock.laptops[3], held_for=1)
    made = planned((seat(1), seat(2)), replace(stock, laptops=(*stock.laptops[:3], held)))
    assert [planned_seat.laptop.tag for planned_seat in made.seats] == ["LT-3", "LT-0"]


def test_a_laptop_held_for_a_seat_is_never_given_to_another() -> None:
    stock = pool(2)
    held = replace(stock.laptops[0], held_for=2)
    made = planned((seat(1), seat(2)), replace(stock, laptops=(held, stock.laptops[1])))
    assert [planned_seat.laptop.tag for planned_seat in made.seats] == ["LT-1", "LT-0"]


def test_the_first_person_owns_the_workspace_and_everybody_is_a_member() -> None:
    made = planned((seat(1), seat(2)), pool(2))
    everybody = tuple(planned_seat.account.principal_name for planned_seat in made.seats)
    assert made.workspace.owners == everybody[:1]
    assert made.workspace.members == everybody
    assert made.workspace.nickname == "crise-aubagne-13005-2026-01"
    assert made.workspace.mark == "kit:13005-2026-01"


def test_an_exercise_says_so_in_the_name_of_its_workspace() -> None:
    made = planned((seat(1),), pool(1), replace(CRISIS, drill=True))
    assert made.workspace.display_name == "EXERCICE – Crise Aubagne"


def test_a_service_with_somebody_equipped_gets_a_mailbox_of_its_own_people() -> None:
    made = planned((seat(1), seat(2, service="etat civil"), seat(3), seat(4, service="Élus")), pool(4))
    names = [planned_seat.account.principal_name for planned_seat in made.seats]
    assert [(group.service, group.nickname) for group in made.service_groups] == [
        ("État civil", "etat-civil.aubagne"),
        ("CCAS", "ccas.aubagne"),
    ]
    assert made.service_groups[0].members == (names[1],)
    assert made.service_groups[1].members == (names[0], names[2])
    assert made.service_groups[1].owners == (names[0],)
    assert {group.mark for group in made.service_groups} == {"kit:13005-2026-01"}


def test_an_exercise_takes_no_address_that_a_real_crisis_needs() -> None:
    drill = planned((seat(1),), pool(1), replace(CRISIS, drill=True))
    assert drill.seats[0].account.principal_name == "exercice.camille.exemple1.aubagne@secours.example"
    assert drill.service_groups[0].nickname == "exercice.ccas.aubagne"


def test_the_commune_has_an_administrative_unit_of_its_own() -> None:
    made = planned((seat(1),), pool(1), replace(CRISIS, drill=True))
    assert made.unit.display_name == "EXERCICE – Aubagne (13005-2026-01)"
    assert made.unit.mark == "kit:13005-2026-01"


def test_the_plan_names_what_people_must_do() -> None:
    assert planned((seat(1),), pool(1)).human_acts == (HumanAct.CALL_BACK, HumanAct.HAND_OVER)


@given(
    st.lists(st.booleans(), min_size=1, max_size=30),
    st.integers(0, 40),
    st.integers(0, 40),
    st.integers(0, 40),
)
def test_no_device_is_given_twice_and_the_same_input_gives_the_same_plan(
    phones_wanted: list[bool], laptops: int, phones: int, sims: int
) -> None:
    seats = tuple(seat(n, phone=wanted) for n, wanted in enumerate(phones_wanted, start=1))
    made = build(CRISIS, seats, pool(laptops, phones, sims), TERMS)
    assert made == build(CRISIS, seats, pool(laptops, phones, sims), TERMS)
    enough = laptops >= len(seats) and min(phones, sims) >= sum(phones_wanted)
    assert isinstance(made, Plan) is enough
    if isinstance(made, Plan):
        given_tags = [planned_seat.laptop.tag for planned_seat in made.seats]
        given_tags += [tag for s in made.seats if s.phone for tag in (s.phone.tag, s.phone.sim_tag)]
        assert len(set(given_tags)) == len(given_tags)
        assert len({planned_seat.account.principal_name for planned_seat in made.seats}) == len(seats)


def granted(stock: Pool, **counts: int) -> Pool:
    return replace(stock, granted=Grants(**counts))


def test_where_a_decision_grants_fewer_the_lowest_numbers_come_first_and_the_others_wait() -> None:
    made = planned((seat(1), seat(2), seat(3)), granted(pool(3), laptops=2))
    assert [each.number for each in made.seats] == [1, 2]
    assert made.waiting == (3,)
    assert made.workspace.members == tuple(each.account.principal_name for each in made.seats)


@pytest.mark.parametrize("count", [2, 5])
def test_a_decision_that_grants_enough_leaves_nobody_waiting(count: int) -> None:
    made = planned((seat(1), seat(2)), granted(pool(5), laptops=count))
    assert made == planned((seat(1), seat(2)), pool(5))
    assert made.waiting == made.without_phone == ()


def test_a_decision_that_grants_nothing_leaves_everybody_waiting() -> None:
    made = planned((seat(1), seat(2)), granted(pool(5), laptops=0))
    assert (made.seats, made.waiting, made.workspace.owners, made.service_groups) == ((), (1, 2), (), ())


def test_who_holds_a_laptop_keeps_it_before_a_lower_number_gets_one() -> None:
    stock = pool(3)
    held = replace(stock.laptops[2], held_for=3)
    seats = (seat(1), seat(2), seat(3))
    made = planned(seats, granted(replace(stock, laptops=(held, *stock.laptops[:2])), laptops=2))
    assert [(each.number, each.laptop.tag) for each in made.seats] == [(1, "LT-0"), (3, "LT-2")]
    assert made.waiting == (2,)


def test_who_waits_keeps_the_name_that_the_plan_would_give() -> None:
    twins = tuple(replace(seat(number), last_name="Exemple") for number in (1, 2, 3))
    stock = replace(pool(2), laptops=(replace(pool(2).laptops[0], held_for=2), pool(2).laptops[1]))
    few = planned(twins, granted(stock, laptops=1))
    everybody = planned(twins, pool(3))
    assert few.seats[0].account == everybody.seats[1].account


def test_a_seat_for_which_something_was_made_comes_first_and_is_never_left_out() -> None:
    seats = (seat(1), seat(2), replace(seat(3), begun=True))
    assert [each.number for each in planned(seats, granted(pool(3), laptops=1)).seats] == [3]
    assert build(CRISIS, seats, granted(pool(3), laptops=0), TERMS) == LeftOut((3,))


def test_less_than_was_granted_in_stock_is_a_shortage_all_the_same() -> None:
    assert build(CRISIS, (seat(1), seat(2), seat(3)), granted(pool(1), laptops=2), TERMS) == Lacking(1, 0, 0)


@pytest.mark.parametrize("counts", [{"phones": 1}, {"sims": 1}, {"phones": 2, "sims": 1}])
def test_who_lacks_only_the_phone_by_decision_gets_the_laptop_without_it(counts: dict[str, int]) -> None:
    seats = (seat(1, phone=True), seat(2, phone=True), seat(3))
    made = planned(seats, granted(pool(3, 2, 2), **counts))
    assert [each.phone is not None for each in made.seats] == [True, False, False]
    assert (made.waiting, made.without_phone) == ((), (2,))


def test_phones_lacking_without_a_decision_stay_a_shortage() -> None:
    seats = (seat(1, phone=True), seat(2, phone=True))
    assert build(CRISIS, seats, granted(pool(2, 1, 2), laptops=2), TERMS) == Lacking(0, 1, 0)


@given(
    st.lists(st.booleans(), min_size=1, max_size=12),
    st.integers(0, 14),
    st.none() | st.integers(0, 14),
    st.none() | st.integers(0, 14),
)
def test_a_plan_never_exceeds_what_was_granted_and_forgets_nobody(
    phones_wanted: list[bool], stock: int, laptops: int | None, phones: int | None
) -> None:
    seats = tuple(seat(n, phone=wanted) for n, wanted in enumerate(phones_wanted, start=1))
    limits = Grants(laptops=laptops, phones=phones)
    made = build(CRISIS, seats, replace(pool(stock, stock, stock), granted=limits), TERMS)
    assert isinstance(made, Plan | Lacking)
    if isinstance(made, Plan):
        with_phone = [each.number for each in made.seats if each.phone]
        assert laptops is None or len(made.seats) <= laptops
        assert phones is None or len(with_phone) <= phones
        assert sorted((*(each.number for each in made.seats), *made.waiting)) == list(
            range(1, len(seats) + 1)
        )
        assert set(made.without_phone) == {each.number for each in seats if each.wants_phone} - set(
            with_phone
        ) - set(made.waiting)
