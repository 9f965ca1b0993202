"""Change tracking of a library: everything first, then what changed or left."""

import httpx
import pytest

from tests.unit.kit.simulator.tenant.running import Clock, error_of
from tests.unit.kit.simulator.tenant.working import (
    WORKING_ROLES,
    Start,
    library,
    person,
    put,
    round_of,
    team_of,
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def graph(start: Start, clock: Clock) -> httpx.Client:
    return start(roles=WORKING_ROLES, clock=clock)


@pytest.fixture
def drive(graph: httpx.Client) -> str:
    return library(graph, team_of(graph, person(graph)))


@pytest.mark.parametrize("spelling", ["delta", "delta()", "microsoft.graph.delta()"])
def test_a_round_gives_all_then_only_what_changed(graph: httpx.Client, drive: str, spelling: str) -> None:
    first, second = (put(graph, drive, f"Plans/{name}", b"1") for name in ("a.txt", "b.txt"))
    whole, link = round_of(graph, f"/drives/{drive}/root/{spelling}?$top=2")
    assert {item["name"] for item in whole} == {"root", "Plans", "a.txt", "b.txt"}
    assert round_of(graph, link)[0] == []
    put(graph, drive, "Plans/a.txt", b"22")
    graph.delete(f"/drives/{drive}/items/{second['id']}")
    later, _ = round_of(graph, link)
    assert [(item["id"], item.get("size"), item.get("deleted")) for item in later] == [
        (first["id"], 2, None),
        (second["id"], None, {"state": "deleted"}),
    ]


def test_what_leaves_while_pages_are_read_is_told(graph: httpx.Client, drive: str) -> None:
    items = [put(graph, drive, name, b"") for name in ("a", "b", "c")]
    page = graph.get(f"/drives/{drive}/root/delta", params={"$top": "2"}).json()
    assert items[0]["id"] in [item["id"] for item in page["value"]]
    graph.post(f"/drives/{drive}/items/{items[0]['id']}/permanentDelete")
    rest, _ = round_of(graph, page["@odata.nextLink"])
    assert items[0]["id"] in [item["id"] for item in rest if "deleted" in item]


def test_the_latest_token_skips_what_is_there(graph: httpx.Client, drive: str) -> None:
    put(graph, drive, "a", b"")
    for path in (
        f"/drives/{drive}/root/delta(token='latest')",
        f"/drives/{drive}/items/root/delta?token=latest",
    ):
        page, link = round_of(graph, path)
        assert page == []
    put(graph, drive, "b", b"")
    assert [item["name"] for item in round_of(graph, link)[0]] == ["b"]


def test_a_stale_token_says_where_to_begin_again(graph: httpx.Client, drive: str, clock: Clock) -> None:
    put(graph, drive, "a", b"")
    _, link = round_of(graph, f"/drives/{drive}/root/delta")
    token = link.partition("token=")[2]
    clock.pass_seconds(31 * 24 * 3600)
    for stale in (
        link,
        f"/drives/{drive}/root/delta(token='{token}')",
        f"/drives/{drive}/root/delta?token=x",
    ):
        answer = graph.get(stale)
        assert error_of(answer) == (410, "resyncRequired")
        assert len(round_of(graph, answer.headers["Location"])[0]) == 2


def test_changes_are_tracked_from_the_root_only(graph: httpx.Client, drive: str) -> None:
    put(graph, drive, "Plans/a", b"")
    plans = graph.get(f"/drives/{drive}/root:/Plans").json()["id"]
    assert error_of(graph.get(f"/drives/{drive}/items/{plans}/delta")) == (501, "notSupported")
