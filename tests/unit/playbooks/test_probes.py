"""Probes tell a way that is open, one that leads to a refusal, and none."""

import socket
from collections.abc import Iterator
from types import ModuleType

import pytest

from tests.unit.playbooks.support import shared


@pytest.fixture(scope="module")
def probes() -> ModuleType:
    return shared("probes")


@pytest.fixture
def listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def refusing() -> Iterator[int]:
    """A port that is taken, so that nobody else listens there, and answers with a refusal."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def test_what_must_be_reached_has_to_answer(probes: ModuleType, listening: int, refusing: int) -> None:
    targets = [{"address": "127.0.0.1", "port": listening}, {"address": "127.0.0.1", "port": refusing}]
    found = probes.probe(targets, [])
    assert [(each["result"], each["passed"]) for each in found] == [("open", True), ("refused", False)]


def test_a_refusal_shows_that_a_way_leads_where_none_must(
    probes: ModuleType, listening: int, refusing: int
) -> None:
    targets = [
        {"address": "127.0.0.1", "port": listening},
        {"address": "127.0.0.1", "port": refusing},
        {"address": "nowhere.invalid", "port": 443},
    ]
    found = probes.probe([], targets)
    assert [(each["result"], each["passed"]) for each in found] == [
        ("open", False),
        ("refused", False),
        ("closed", True),
    ]
    assert found[2]["said"]
