"""Deployable or not, and why: pure, from facts, moment and limits."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.devices import DeviceKind
from inventory.examinations import Examination
from inventory.readiness import _VERDICTS, Limits, Look, Reason, Shelved, Verdict, Why, judge
from tests.unit.inventory.samples import NOW

LIMITS = Limits()
DAY = timedelta(days=1)


def look(examination: Examination, days: int = 0, passed: bool = True, **told: Any) -> Look:
    return Look(examination, NOW - days * DAY, passed, **told)


CHECKED = look(Examination.PROBE, charge=90, security_updates=0)


def reasons(
    *looks: Look, kind: DeviceKind = DeviceKind.LAPTOP, expires_on: date | None = None, now: datetime = NOW
) -> list[Reason]:
    return list(judge(Shelved("T1", kind, expires_on=expires_on), looks, now, LIMITS).reasons)


def test_a_device_that_was_looked_at_and_is_well_is_deployable() -> None:
    found = judge(Shelved("T1", DeviceKind.LAPTOP), [CHECKED], NOW, LIMITS)
    assert (found.verdict, found.reasons, found.checked_at) == (Verdict.DEPLOYABLE, (), NOW)


@pytest.mark.parametrize(
    ("kind", "must"),
    [
        (DeviceKind.LAPTOP, True),
        (DeviceKind.PHONE, True),
        (DeviceKind.ROUTER, True),
        (DeviceKind.SIM, False),
        (DeviceKind.ACCESSORY, False),
    ],
)
def test_what_nobody_looked_at_needs_a_check_where_there_is_something_to_see(
    kind: DeviceKind, must: bool
) -> None:
    assert reasons(kind=kind) == ([Reason(Why.NEVER_CHECKED)] if must else [])


@pytest.mark.parametrize(
    ("looks", "expected"),
    [
        # The day of the limit is still good, the next one is not.
        ([look(Examination.ENROLMENT, 90)], []),
        ([look(Examination.ENROLMENT, 91)], [Reason(Why.CHECK_OLD, 91, 90)]),
        ([look(Examination.ENROLMENT, 91), look(Examination.PROBE, 3)], []),
        ([look(Examination.CLEAN_STATE, 180), CHECKED], []),
        ([look(Examination.CLEAN_STATE, 181), CHECKED], [Reason(Why.IMAGE_OLD, 181, 180)]),
        ([look(Examination.PROBE, charge=50)], []),
        ([look(Examination.PROBE, charge=49)], [Reason(Why.BATTERY_LOW, 49, 50)]),
        ([look(Examination.PROBE, 60, charge=80)], []),
        ([look(Examination.PROBE, 61, charge=80)], [Reason(Why.CHARGE_OLD, 61, 60)]),
        ([look(Examination.PROBE, 61, charge=0)], [Reason(Why.BATTERY_LOW, 0, 50)]),
        ([CHECKED, look(Examination.AGENT, health=60)], []),
        ([CHECKED, look(Examination.AGENT, health=59)], [Reason(Why.BATTERY_WORN, 59, 60)]),
        ([look(Examination.PROBE, security_updates=2)], [Reason(Why.SECURITY_UPDATES, 2, 0)]),
        # What was told last counts, whoever told it.
        (
            [
                look(Examination.CLEAN_STATE, 5, security_updates=9),
                look(Examination.PROBE, security_updates=0),
            ],
            [],
        ),
        (
            [
                look(Examination.PROBE, 5, security_updates=0),
                look(Examination.CLEAN_STATE, security_updates=1),
            ],
            [Reason(Why.SECURITY_UPDATES, 1, 0)],
        ),
        (
            [look(Examination.PROBE, passed=False)],
            [Reason(Why.CHECK_FAILED, "probe")],
        ),
        (
            [look(Examination.PROBE, passed=False, failed=("screen cracked", "no charger"))],
            [Reason(Why.CHECK_FAILED, "screen cracked, no charger")],
        ),
        # A file that somebody brings tells facts, and not that anybody looked.
        ([look(Examination.AGENT)], [Reason(Why.NEVER_CHECKED)]),
        ([look(Examination.AGENT), look(Examination.PROBE, 91)], [Reason(Why.CHECK_OLD, 91, 90)]),
        ([look(Examination.RECHECK, 9, passed=False), CHECKED], [Reason(Why.CHECK_FAILED, "recheck")]),
        ([look(Examination.RECHECK, 9, passed=False), look(Examination.WIPE, 3)], []),
        (
            [look(Examination.RECHECK, 1, passed=False), look(Examination.WIPE, 3)],
            [Reason(Why.CHECK_FAILED, "recheck")],
        ),
    ],
)
def test_each_fact_counts_up_to_its_limit(looks: list[Look], expected: list[Reason]) -> None:
    assert reasons(*looks) == expected
    assert reasons(*reversed(looks)) == expected


@pytest.mark.parametrize(
    ("left", "expected"),
    [(30, []), (29, [Reason(Why.EXPIRES, 29, 30)]), (-1, [Reason(Why.EXPIRES, -1, 30)])],
)
def test_a_contract_that_ends_soon_is_told_before(left: int, expected: list[Reason]) -> None:
    assert reasons(kind=DeviceKind.SIM, expires_on=(NOW + left * DAY).date()) == expected


def test_the_gravest_reason_gives_the_verdict_and_the_others_are_told_too() -> None:
    found = judge(
        Shelved("T1", DeviceKind.LAPTOP),
        [look(Examination.PROBE, 100, charge=10, security_updates=3)],
        NOW,
        LIMITS,
    )
    assert found.verdict is Verdict.NEEDS_CHECK
    assert [reason.why for reason in found.reasons] == [Why.CHECK_OLD, Why.SECURITY_UPDATES, Why.BATTERY_LOW]
    assert set(_VERDICTS) == set(Why)


_TOLD: Any = st.one_of(st.none(), st.integers(0, 100))
_LOOKS = st.lists(
    st.builds(
        Look,
        st.sampled_from(Examination),
        st.timedeltas(timedelta(0), 400 * DAY).map(lambda age: NOW - age),
        st.booleans(),
        _TOLD,
        _TOLD,
        _TOLD,
    ),
    max_size=6,
    unique_by=lambda each: each.examination,
)


@given(kind=st.sampled_from(DeviceKind), looks=_LOOKS, order=st.randoms())
def test_the_order_of_facts_does_not_matter_and_only_what_has_no_reason_is_deployable(
    kind: DeviceKind, looks: list[Look], order: Any
) -> None:
    found = judge(Shelved("T1", kind), looks, NOW, LIMITS)
    mixed = list(looks)
    order.shuffle(mixed)
    assert judge(Shelved("T1", kind), mixed, NOW, LIMITS).verdict is found.verdict
    assert (found.verdict is Verdict.DEPLOYABLE) == (not found.reasons)


@given(kind=st.sampled_from(DeviceKind), looks=_LOOKS, days=st.integers(0, 400))
def test_waiting_never_makes_a_device_deployable(kind: DeviceKind, looks: list[Look], days: int) -> None:
    device = Shelved("T1", kind)
    before, after = (judge(device, looks, NOW + d * DAY, LIMITS).verdict for d in (0, days))
    assert after is not Verdict.DEPLOYABLE or before is Verdict.DEPLOYABLE
