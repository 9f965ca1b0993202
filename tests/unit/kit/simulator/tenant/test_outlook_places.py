"""Outlook serves four requests of an application at once: batches and single requests share the places."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest

from kit.simulator.tenant.scenario import Fault, Kind, Scenario
from kit.simulator.tenant.server import TenantServer
from tests.unit.kit.simulator.tenant.running import Application, error_of, signed_in, tenant_in

#: Nobody has that mailbox: 404 says that there was a place to look for it.
MAILBOX = "/users/none/mailFolders"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, application: Application) -> Iterator[TenantServer]:
    with tenant_in(tmp_path_factory.mktemp("outlook") / "tenant", application) as running:
        yield running


@pytest.fixture
def graph(server: TenantServer, application: Application) -> Iterator[httpx.Client]:
    with signed_in(server, application) as client:
        yield client


def batch(parts: int, *, chained: bool = False) -> dict[str, object]:
    """A batch of requests to Outlook, `chained` one after the other."""
    requests = []
    for place in range(parts):
        after = {"dependsOn": [str(place - 1)]} if chained and place else {}
        requests.append({"id": str(place), "method": "GET", "url": MAILBOX, **after})
    return {"requests": requests}


def refused(answer: httpx.Response) -> int:
    """How many parts found no place."""
    return [part["status"] for part in answer.json()["responses"]].count(429)


@contextmanager
def in_progress(
    server: TenantServer, graph: httpx.Client, body: dict[str, object]
) -> Iterator[Future[httpx.Response]]:
    """That batch, being answered while the block runs."""
    before = server.faults_dealt().get("slow", 0)
    server.disturb(Scenario(fault=(Fault(kind=Kind.SLOW, seconds=0.5, count=1),)))
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(graph.post, "/$batch", json=body)
        while server.faults_dealt().get("slow", 0) == before:
            assert not answer.done()
        yield answer
        assert not answer.done()


def test_a_batch_alone_takes_the_places_in_turn(graph: httpx.Client) -> None:
    assert refused(graph.post("/$batch", json=batch(9))) == 0


@pytest.mark.parametrize(
    ("first", "second", "without"), [(1, 4, 1), (4, 1, 1), (4, 9, 9), (2, 2, 0), (3, 8, 6)]
)
def test_two_batches_share_the_places(
    server: TenantServer, graph: httpx.Client, first: int, second: int, without: int
) -> None:
    with in_progress(server, graph, batch(first)) as answer:
        assert refused(graph.post("/$batch", json=batch(second))) == without
    assert refused(answer.result()) == 0


def test_a_batch_in_sequence_takes_one_place(server: TenantServer, graph: httpx.Client) -> None:
    with in_progress(server, graph, batch(3, chained=True)):
        assert refused(graph.post("/$batch", json=batch(3))) == 0


def test_a_single_request_needs_a_place_too(server: TenantServer, graph: httpx.Client) -> None:
    with in_progress(server, graph, batch(4)):
        assert error_of(graph.get(MAILBOX)) == (429, "ApplicationThrottled")
        assert graph.get("/organization").status_code == 200
    assert graph.get(MAILBOX).status_code == 404
