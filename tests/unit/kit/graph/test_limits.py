"""What requests draw from the tenant's limits, and that no period ever sees more than its limit."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.graph.batching import Part
from kit.graph.limits import MARGIN, Limit, Window, Workload, cost, workload
from kit.simulator.tenant.graph import ROUTES
from kit.simulator.tenant.odata import Query
from kit.simulator.tenant.routing import Route
from kit.simulator.tenant.throttling import draws


@pytest.mark.parametrize(
    ("method", "path", "service"),
    [
        ("GET", "/users/1", Workload.DIRECTORY_READ),
        ("GET", "https://graph.example/v1.0/groups?$skiptoken=x", Workload.DIRECTORY_READ),
        ("POST", "/users", Workload.DIRECTORY_WRITE),
        ("POST", "/users/teams/assignLicense", Workload.DIRECTORY_WRITE),
        ("GET", "/users/1/mailboxSettings", Workload.OUTLOOK),
        ("GET", "/users/1/mailFolders/2/messages", Workload.OUTLOOK),
        ("GET", "/users/1/messages/2/$value", Workload.OUTLOOK),
        ("GET", "/users/1/settings/exchange", Workload.OUTLOOK),
        ("POST", "/admin/exchange/mailboxes/1/exportItems", Workload.OUTLOOK),
        ("GET", "/groups/1/threads", Workload.OUTLOOK),
        ("GET", "/groups/1/team", Workload.TEAMS),
        ("GET", "/teams('1')/operations('2')", Workload.TEAMS),
        ("GET", "/groups/1/sites/root", Workload.SHAREPOINT),
        ("GET", "/users/1/drive", Workload.SHAREPOINT),
        ("PUT", "/drives/1/root:/teams/messages.pdf:", Workload.SHAREPOINT),
        ("GET", "/admin/sharepoint/settings", Workload.SHAREPOINT),
        ("GET", "/identity/conditionalAccess/policies", Workload.CONDITIONAL_ACCESS),
        ("GET", "/auditLogs/signIns", Workload.REPORTS),
        ("POST", "/deviceManagement/managedDevices/1/wipe", Workload.INTUNE),
    ],
)
def test_the_path_tells_which_service_answers(method: str, path: str, service: Workload) -> None:
    assert workload(Part(method, path)) is service


@pytest.mark.parametrize(
    ("part", "units"),
    [
        (Part("GET", "/users", {"$select": "id"}), 1),
        (Part("GET", "/users"), 2),
        (Part("GET", "/users?%24select=id"), 1),
        (Part("GET", "/groups/1/members"), 3),
        (Part("GET", "/groups/1/members", {"$select": "id", "$expand": "manager"}), 3),
        (Part("GET", "/subscribedSkus"), 3),
        (Part("GET", "/groups/1/transitiveMembers"), 5),
        (Part("GET", "/drives/1/items/2"), 1),
        (Part("GET", "/drives/1/items/2/content"), 1),
        (Part("GET", "/drives/1/root/children"), 2),
        (Part("GET", "/drives/1/root/delta"), 2),
        (Part("GET", "/drives/1/root/delta?token=x"), 1),
        (Part("PUT", "/drives/1/root:/x:"), 2),
        (Part("GET", "/drives/1/items/2/permissions"), 5),
        (Part("GET", "/drives/1/items/2", {"$expand": "permissions"}), 5),
    ],
)
def test_reads_and_files_cost_their_resource_units(part: Part, units: int) -> None:
    assert [draw.units for draw in cost(part)] == [units]


def test_a_write_draws_from_both_quotas_of_the_directory() -> None:
    assert [draw.bucket for draw in cost(Part("PATCH", "/users/1"))] == ["directory", "directory writes"]


def test_each_mailbox_and_each_team_has_a_bucket_of_its_own() -> None:
    paths = ["/users/1/messages", "/users/2/messages", "/teams/1/channels", "/groups/1/team", "/teams/2"]
    buckets = [draw.bucket for path in paths for draw in cost(Part("GET", path))]
    assert buckets == ["mailbox 1", "mailbox 2", "team 1", "team 1", "team 2"]


@given(
    st.builds(Limit, st.integers(1, 50), st.floats(0.5, 200)),
    st.lists(st.tuples(st.floats(0, 30), st.integers(1, 5)), min_size=1, max_size=80),
)
def test_no_period_ever_sees_more_than_its_limit_and_nobody_waits_while_there_is_room(
    limit: Limit, asked: list[tuple[float, int]]
) -> None:
    window, now = Window(limit), 0.0
    drawn: list[tuple[float, int]] = []
    period = limit.seconds * MARGIN
    for pause, wanted in asked:
        units = min(wanted, limit.units)
        now += pause
        recent = sum(taken for at, taken in drawn if at + period > now)
        wait = window.wait(units, now)
        assert (wait == 0.0) == (recent + units <= limit.units)
        now += wait
        assert window.wait(units, now) == 0.0
        window.draw(units, now)
        drawn.append((now, units))
    for end, _units in drawn:
        assert sum(taken for at, taken in drawn if end - limit.seconds < at <= end) <= limit.units


@given(st.integers(1, 20), st.floats(1, 100))
def test_a_wait_is_no_longer_than_needed(most: int, seconds: float) -> None:
    window = Window(Limit(most, seconds))
    for number in range(most):
        window.draw(1, float(number))
    assert window.wait(1, float(most)) == pytest.approx(max(0.0, seconds * MARGIN - most), abs=0.01)


def test_more_than_the_limit_waits_for_all_of_it() -> None:
    window = Window(Limit(4, 1))
    assert window.wait(9, 0.0) == 0.0
    window.draw(9, 0.0)
    assert window.wait(1, 0.5) == pytest.approx(MARGIN - 0.5, abs=0.01)


def covered(route: Route) -> bool:
    """Whether we draw at least as much of each limit per application as the simulated service counts."""
    path, keys = re.subn(r"\{[^}]+\}", "1", route.template)
    part = Part(route.method, path)
    ours: dict[tuple[float, float], float] = {
        (draw.limit.units, draw.limit.seconds): draw.units for draw in cost(part)
    }
    theirs = draws(route, Query(), ("1",) * keys, app="application", users=10)
    service = workload(part).value.partition("-")[0] == route.workload.value.partition("-")[0]
    return service and all(
        ours.get((draw.limit.units, draw.limit.seconds), 0) >= draw.units
        for draw in theirs
        if "application" in draw.bucket or draw.bucket == "conditional access"
    )


def test_no_request_is_counted_lower_than_the_simulated_service_counts_it() -> None:
    assert [f"{route.method} {route.template}" for route in ROUTES if not covered(route)] == []
