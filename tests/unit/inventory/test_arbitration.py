"""Sharing out: never more than there is, real crises first, and what is promised stays promised. Pure."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.arbitration import Claim, Demand, Sharing, decisions, in_order, share
from inventory.devices import DeviceKind
from inventory.readiness import Readiness, Reason, Shelved, Verdict, Why
from tests.unit.inventory.samples import NOW

REASONS = {
    Verdict.DEPLOYABLE: (),
    Verdict.NEEDS_CHARGE: (Reason(Why.BATTERY_LOW, 10, 50),),
    Verdict.NEEDS_UPDATE: (Reason(Why.SECURITY_UPDATES, 3, 0),),
    Verdict.NEEDS_CHECK: (Reason(Why.NEVER_CHECKED),),
}


def demand(name: str, asked: int, held: int = 0, granted: int | None = None) -> Demand:
    return Demand(name, "Aubagne", NOW, False, DeviceKind.LAPTOP, asked, held, granted)


def device(number: int, verdict: Verdict = Verdict.DEPLOYABLE) -> Readiness:
    return Readiness(Shelved(f"LAP-{number:02d}", DeviceKind.LAPTOP), verdict, REASONS[verdict], None)


def shared(demands: list[Demand], free: int) -> Sharing:
    return share(DeviceKind.LAPTOP, demands, [device(number) for number in range(free)])


def outcome(found: Sharing) -> list[tuple[str, int, int, int]]:
    return [(each.demand.crisis, each.takes, each.waits, each.proposed) for each in found.shares]


def test_real_crises_come_before_exercises_and_the_earlier_declaration_first() -> None:
    later = replace(demand("later", 4), t0=NOW + timedelta(hours=1))
    drill = replace(demand("drill", 4), drill=True, t0=NOW - timedelta(days=1))
    found = shared([drill, later, demand("first", 4)], 6)
    assert outcome(found) == [("first", 4, 0, 4), ("later", 2, 2, 2), ("drill", 0, 4, 0)]
    assert found.scarce
    assert not shared([demand("first", 4)], 4).scarce


def test_what_is_granted_and_not_taken_is_nobody_elses() -> None:
    found = shared([demand("first", 5), demand("other", 5, held=1, granted=4)], 4)
    assert outcome(found) == [("first", 1, 4, 4), ("other", 3, 1, 1)]


def test_where_more_was_promised_than_is_left_nobody_takes_from_the_others() -> None:
    found = shared([demand("a", 3, granted=3), demand("b", 3, granted=3), demand("c", 1)], 4)
    assert [each.takes for each in found.shares] == [1, 1, 0]


def test_a_grant_beyond_what_is_asked_is_kept_free_and_not_taken() -> None:
    found = shared([demand("a", 1, granted=3), demand("b", 4)], 4)
    assert [(each.takes, each.waits) for each in found.shares] == [(1, 0), (1, 3)]


def test_the_decisions_that_make_the_proposal_hold_take_back_first() -> None:
    asking = [demand("a", 4), replace(demand("b", 4, held=1, granted=4), drill=True), demand("c", 0, 2)]
    assert list(decisions(shared(asking, 5))) == [("b", 2), ("c", 2), ("a", 4)]
    assert list(decisions(shared([demand("a", 4, granted=4)], 4))) == []


def test_what_is_missing_is_made_up_by_what_needs_least() -> None:
    shelf = [
        device(1, Verdict.NEEDS_CHECK),
        device(2, Verdict.NEEDS_UPDATE),
        replace(device(3, Verdict.NEEDS_UPDATE), reasons=2 * REASONS[Verdict.NEEDS_UPDATE]),
        device(4, Verdict.NEEDS_CHARGE),
        device(6),
        device(5),
    ]
    assert [each.device.tag[-1] for each in in_order(shelf)] == list("564231")
    found = share(DeviceKind.LAPTOP, [demand("a", 4)], shelf)
    assert (found.free, found.deployable) == (6, 2)
    assert [(each.device.tag, each.verdict) for each in found.substitutes] == [
        ("LAP-04", Verdict.NEEDS_CHARGE),
        ("LAP-02", Verdict.NEEDS_UPDATE),
    ]
    assert share(DeviceKind.LAPTOP, [demand("a", 2)], shelf).substitutes == ()


def test_another_kind_is_left_out() -> None:
    found = share(DeviceKind.PHONE, [demand("a", 4)], [device(1)])
    assert (found.free, found.shares) == (0, ())


@pytest.mark.parametrize(
    ("claim", "room"),
    [
        (Claim(5, 0, None, {}), 5),
        (Claim(5, 0, None, {"b": 3}), 2),
        (Claim(5, 0, None, {"b": 3, "c": 4}), 0),
        (Claim(5, 2, 3, {}), 1),
        (Claim(5, 2, 9, {"b": 3}), 2),
        (Claim(5, 4, 3, {}), 0),
    ],
)
def test_the_room_of_a_claim(claim: Claim, room: int) -> None:
    assert claim.room == room
    assert claim.exhausted is (claim.granted is not None and claim.held >= claim.granted)


COUNTS = st.integers(0, 12)


@st.composite
def crises(draw: st.DrawFn) -> list[Demand]:
    return [
        Demand(
            f"crisis {n}",
            "Aubagne",
            NOW + timedelta(minutes=draw(COUNTS)),
            draw(st.booleans()),
            DeviceKind.LAPTOP,
            draw(COUNTS),
            draw(COUNTS),
            draw(st.none() | COUNTS),
        )
        for n in range(draw(st.integers(0, 6)))
    ]


@given(crises(), COUNTS)
def test_no_share_is_negative_and_together_they_are_never_more_than_is_free(
    asking: list[Demand], free: int
) -> None:
    found = shared(asking, free)
    given_now = [each.takes for each in found.shares]
    proposed = [each.proposed - each.demand.held for each in found.shares]
    for parts in (given_now, proposed):
        assert min(parts, default=0) >= 0
        assert sum(parts) <= free
    for each in found.shares:
        assert each.takes + each.waits == each.demand.wanted
        assert each.demand.granted is None or each.takes <= each.demand.promised
    wanted = sum(each.wanted for each in asking)
    assert sum(proposed) == min(free, wanted)
    assert found.scarce is (wanted > free)


@given(crises(), COUNTS)
def test_a_share_is_what_the_gate_lets_through(asking: list[Demand], free: int) -> None:
    for each in shared(asking, free).shares:
        promised = {d.crisis: d.promised for d in asking if d is not each.demand}
        claim = Claim(free, each.demand.held, each.demand.granted, promised)
        assert each.takes <= claim.room


@given(crises(), COUNTS)
def test_every_proposed_decision_can_be_made_in_its_turn(asking: list[Demand], free: int) -> None:
    promised = {each.crisis: each.promised for each in asking}
    held = {each.crisis: each.held for each in asking}
    for crisis, count in decisions(shared(asking, free)):
        more = count - held[crisis]
        assert more >= 0
        others = sum(promised.values()) - promised[crisis]
        assert more <= promised[crisis] or more + others <= free
        promised[crisis] = more
    assert sum(promised.values()) <= free
