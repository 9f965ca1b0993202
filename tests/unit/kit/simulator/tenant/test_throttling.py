"""Each workload's documented limit: what it lets through at once, and how long it asks to wait."""

import pytest

from kit.simulator.tenant.answers import Answer, GraphError
from kit.simulator.tenant.odata import Query
from kit.simulator.tenant.routing import Route, Workload
from kit.simulator.tenant.throttling import Draw, Limit, Throttle, draws
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


def test_sharepoint_says_now_and_then_that_it_is_unavailable() -> None:
    throttle = Throttle(Clock())
    draw = Draw("x", Limit(2, 10), 2)
    spend(throttle, draw, Workload.SHAREPOINT)
    seen = []
    for _ in range(7):
        with pytest.raises(GraphError) as refused:
            throttle.draw([draw], Workload.SHAREPOINT)
        assert int(refused.value.headers["Retry-After"]) > 0
        seen.append((refused.value.status, refused.value.code))
    assert set(seen) == {(429, "activityLimitReached"), (503, "serviceNotAvailable")}


def test_conditional_access_does_not_say_when_to_come_back() -> None:
    throttle = Throttle(Clock())
    policy = wanted("GET", Workload.CONDITIONAL_ACCESS)
    throttle.draw(policy, Workload.CONDITIONAL_ACCESS)
    with pytest.raises(GraphError) as refused:
        throttle.draw(policy, Workload.CONDITIONAL_ACCESS)
    assert (refused.value.status, dict(refused.value.headers)) == (429, {})


@pytest.mark.parametrize(
    ("method", "workload", "passed"),
    [
        ("GET", Workload.CONDITIONAL_ACCESS, 1),
        ("GET", Workload.REPORTS, 5),
        ("GET", Workload.INTUNE, 2000),
        ("PATCH", Workload.INTUNE, 200),
        ("GET", Workload.OUTLOOK, 10_000),
        ("POST", Workload.DIRECTORY, 3000),
        ("GET", Workload.DIRECTORY, 3500),
    ],
)
def test_each_workload_has_its_documented_limit(method: str, workload: Workload, passed: int) -> None:
    throttle, asked = Throttle(Clock()), wanted(method, workload)
    for _ in range(passed):
        throttle.draw(asked, workload)
    with pytest.raises(GraphError):
        throttle.draw(asked, workload)


@pytest.mark.parametrize(
    ("method", "template", "options", "units"),
    [
        ("GET", "/drives/{drive-id}/items/{driveItem-id}", "", 1),
        ("GET", "/drives/{drive-id}/items/{driveItem-id}/content", "", 1),
        ("GET", "/drives/{drive-id}/root/delta", "", 2),
        ("GET", "/drives/{drive-id}/root/delta", "token=x", 1),
        ("PUT", "/drives/{drive-id}/items/{driveItem-id}/content", "", 2),
        ("GET", "/drives/{drive-id}/items/{driveItem-id}/permissions", "", 5),
        ("POST", "/drives/{drive-id}/items/{driveItem-id}/createLink", "", 5),
    ],
)
def test_sharepoint_counts_in_units(method: str, template: str, options: str, units: int) -> None:
    cost = 2 if template.endswith("/delta") else 1
    (draw,) = wanted(method, Workload.SHAREPOINT, template=template, options=options, units=cost)
    assert draw.units == units


@pytest.mark.parametrize(
    ("options", "units"), [("", 3), ("$select=id", 2), ("$expand=members", 4), ("$top=5", 2), ("$top=100", 3)]
)
def test_a_directory_read_costs_by_its_options(options: str, units: int) -> None:
    (draw,) = wanted("GET", Workload.DIRECTORY, options=options, units=3)
    assert draw.units == units


@pytest.mark.parametrize(("places", "held"), [(1, 1), (4, 4), (9, 4)])
def test_an_application_holds_four_places_at_outlook_at_most(places: int, held: int) -> None:
    throttle = Throttle(Clock())
    with throttle.occupy("app", places) as first, throttle.occupy("app", 4) as second:
        assert (first, second) == (held, 4 - held)
        with throttle.occupy("other", 4) as others:
            assert others == 4
    with throttle.occupy("app", 4) as again:
        assert again == 4


def wanted(
    method: str, workload: Workload, *, template: str = "/x", options: str = "", units: int = 1
) -> list[Draw]:
    """What a request draws in a small tenant."""
    route = Route(method, template, lambda _: Answer(204), frozenset(), workload, units)
    return draws(route, Query.read(options), ("key",), app="app", users=1)
