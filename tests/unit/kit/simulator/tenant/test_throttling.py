"""Each workload's documented limit: what it lets through at once, and how long it asks to wait."""

import pytest

from kit.simulator.tenant.answers import Answer, GraphError
from kit.simulator.tenant.routing import Route, Workload
from kit.simulator.tenant.throttling import Draw, Limit, Throttle
from tests.unit.kit.simulator.tenant.running import Clock


def spend(throttle: Throttle, draw: Draw, workload: Workload = Workload.DIRECTORY) -> int:
    """How many requests pass before the first refusal."""
    for number in range(100_000):
        try:
            throttle.draw([draw], workload)
        except GraphError:
            return number
    raise AssertionError("never refused")


@pytest.mark.parametrize(("units", "seconds", "cost", "passed"), [(3000, 150, 1, 3000), (3500, 10, 3, 1166)])
def test_a_limit_lets_its_units_through_at_once(units: int, seconds: int, cost: int, passed: int) -> None:
    throttle = Throttle(Clock())
    assert spend(throttle, Draw("x", Limit(units, seconds), cost)) == passed


def test_the_wait_asked_for_is_enough_and_not_a_second_too_long() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    draw = Draw("x", Limit(4, 10), 4)
    spend(throttle, draw)
    with pytest.raises(GraphError) as refused:
        throttle.draw([draw], Workload.DIRECTORY)
    wait = int(refused.value.headers["Retry-After"])
    assert (refused.value.status, wait) == (429, 10)
    clock.pass_seconds(wait)
    throttle.draw([draw], Workload.DIRECTORY)


def test_the_longest_of_several_waits_is_asked_for_and_nothing_drawn() -> None:
    throttle = Throttle(Clock())
    short, long = Draw("short", Limit(2, 2), 2), Draw("long", Limit(2, 60), 2)
    spend(throttle, long)
    with pytest.raises(GraphError) as refused:
        throttle.draw([short, long], Workload.DIRECTORY)
    assert refused.value.headers["Retry-After"] == "60"
    throttle.draw([short], Workload.DIRECTORY)


def test_sharepoint_counts_refused_calls_too() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    draw = Draw("x", Limit(2, 10), 2)
    spend(throttle, draw, Workload.SHAREPOINT)
    with pytest.raises(GraphError) as refused:
        throttle.draw([draw], Workload.SHAREPOINT)
    assert refused.value.code == "activityLimitReached"
    assert int(refused.value.headers["Retry-After"]) > 10


def test_outlook_refuses_the_fifth_request_at_once() -> None:
    throttle = Throttle(Clock())
    route = Route("GET", "/users/{user-id}/mailFolders", lambda _: Answer(204), frozenset(), Workload.OUTLOOK)
    held = [throttle.occupy(route, "app") for _ in range(4)]
    for place in held:
        place.__enter__()
    with pytest.raises(GraphError) as refused, throttle.occupy(route, "app"):
        pass
    assert (refused.value.status, refused.value.code) == (429, "ApplicationThrottled")
    held[0].__exit__(None, None, None)
    with throttle.occupy(route, "app"):
        assert throttle is not None
