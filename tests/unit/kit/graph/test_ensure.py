"""Look → create → read back, against a directory that lags, refuses and forgets to answer."""

from collections.abc import Callable, Sequence
from pathlib import Path

import httpx
import pytest

from kit.graph.batching import Part
from kit.graph.client import PAUSES, Graph
from kit.graph.ensure import LOOKS_AFTER_REFUSAL, READS, ensure
from kit.graph.errors import GraphConflict, GraphForbidden, GraphRefused, NotYet
from tests.unit.kit.graph.support import ScriptedTenant, VirtualTime, batch_answer, refusal, steps

Application = tuple[Path, Path]


class Directory:
    """Things by name; `shown_after` looks pass until one shows; `refuse` answers a creation instead of us."""

    def __init__(
        self, *, shown_after: int = 0, refuse: Callable[[str, int], httpx.Response | None] | None = None
    ) -> None:
        self.things: set[str] = set()
        self.created: list[str] = []
        self.looks = 0
        self._shown_after = shown_after
        self._age: dict[str, int] = {}
        self._refuse = refuse or (lambda _name, _before: None)

    def look(self, names: Sequence[str]) -> dict[str, str]:
        self.looks += 1
        for name in self.things:
            self._age[name] = self._age.get(name, 0) + 1
        return {name: f"id-{name}" for name in names if self._age.get(name, 0) > self._shown_after}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/$batch"):
            return batch_answer({step["id"]: self._create(step["url"]) for step in steps(request)})
        return self._create(request.url.path.removeprefix("/v1.0"))

    def _create(self, path: str) -> httpx.Response:
        name = path.rsplit("/", 1)[-1]
        trouble = self._refuse(name, self.created.count(name))
        self.created.append(name)
        if trouble is not None:
            return trouble
        if name in self.things:
            return refusal(400, "Request_BadRequest", details=("ObjectConflict",))
        self.things.add(name)
        return httpx.Response(201, json={})


def run(directory: Directory, graph: Graph, names: Sequence[str], deadline_s: float = 120) -> dict[str, str]:
    return ensure(
        graph,
        names,
        look=directory.look,
        create=lambda name: Part("POST", f"/things/{name}", json={}),
        deadline_s=deadline_s,
        what="things to appear",
    )


@pytest.fixture
def using(application: Application, time: VirtualTime) -> Callable[[Directory], Graph]:
    return lambda directory: ScriptedTenant(directory).graph(application, time)


Using = Callable[[Directory], Graph]


def test_what_is_missing_is_created_and_a_second_run_writes_nothing(using: Using) -> None:
    directory = Directory()
    directory.things.add("b")
    with using(directory) as graph:
        first = run(directory, graph, ["a", "b", "c"])
        again = run(directory, graph, ["a", "b", "c"])
    assert first == again == {"a": "id-a", "b": "id-b", "c": "id-c"}
    assert list(first) == ["a", "b", "c"]
    assert directory.created == ["a", "c"]


def test_nothing_wanted_asks_nothing(using: Using) -> None:
    directory = Directory()
    with using(directory) as graph:
        assert run(directory, graph, []) == {}
    assert directory.looks == 0


def test_what_was_accepted_is_not_created_again_while_it_does_not_show(using: Using) -> None:
    directory = Directory(shown_after=6)
    with using(directory) as graph:
        assert run(directory, graph, ["a"]) == {"a": "id-a"}
    assert directory.created == ["a"]


def test_what_was_created_is_read_back_several_times_and_what_was_there_once(using: Using) -> None:
    directory = Directory()
    with using(directory) as graph:
        run(directory, graph, ["a"])
        assert directory.looks == 1 + READS
        run(directory, graph, ["a"])
    assert directory.looks == 1 + READS + 1


def test_what_a_look_took_is_part_of_the_pause_after_it(using: Using, time: VirtualTime) -> None:
    """A look at hundreds of things takes long, and what it did not find may show meanwhile."""
    directory = Directory(shown_after=2)

    def slow(names: Sequence[str]) -> dict[str, str]:
        time.seconds += PAUSES[0] / 2
        return directory.look(names)

    with using(directory) as graph:
        part = Part("POST", "/things/a", json={})
        ensure(graph, ["a"], look=slow, create=lambda _name: part, deadline_s=60, what="x")
    assert time.waits == pytest.approx([PAUSES[0] * 0.5, PAUSES[0] * (1.2 - 0.5)])


def test_a_conflict_with_what_replication_hid_is_success(using: Using) -> None:
    directory = Directory(shown_after=4)
    directory.things.add("a")
    with using(directory) as graph:
        assert run(directory, graph, ["a"]) == {"a": "id-a"}
    assert set(directory.created) == {"a"}


def test_a_creation_in_doubt_that_was_carried_out_is_found_not_repeated(
    using: Using,
) -> None:
    directory = Directory()

    def carried_out(name: str, before: int) -> httpx.Response | None:
        if before:
            return None
        directory.things.add(name)
        return refusal(504)

    directory._refuse = carried_out
    with using(directory) as graph:
        assert run(directory, graph, ["a"]) == {"a": "id-a"}
    assert directory.created == ["a"]


def test_a_creation_in_doubt_that_was_not_carried_out_is_looked_for_and_then_repeated(
    using: Using, time: VirtualTime
) -> None:
    directory = Directory(refuse=lambda _name, before: refusal(503) if before == 0 else None)
    with using(directory) as graph:
        assert run(directory, graph, ["a"]) == {"a": "id-a"}
    assert directory.created == ["a", "a"]
    assert time.waits[0] > 0


def test_a_conflict_that_never_shows_is_the_error_at_the_deadline(using: Using) -> None:
    taken = refusal(400, "Request_BadRequest", details=("ObjectConflict",))
    directory = Directory(refuse=lambda _name, _before: taken)
    with using(directory) as graph, pytest.raises(GraphConflict):
        run(directory, graph, ["a"], deadline_s=30)


def test_a_refusal_that_means_already_there_is_success(using: Using) -> None:
    """As "references already exist" does, which only its message tells."""
    directory = Directory()

    def already(name: str, _before: int) -> httpx.Response | None:
        directory.things.add(name)
        return refusal(400, "Request_BadRequest")

    directory._refuse = already
    with using(directory) as graph:
        assert run(directory, graph, ["a"]) == {"a": "id-a"}


def test_a_stale_read_does_not_turn_already_there_into_a_refusal(using: Using) -> None:
    directory = Directory(shown_after=LOOKS_AFTER_REFUSAL - 1)

    def already(name: str, _before: int) -> httpx.Response | None:
        directory.things.add(name)
        return refusal(400, "Request_BadRequest")

    directory._refuse = already
    with using(directory) as graph:
        assert run(directory, graph, ["a"]) == {"a": "id-a"}
    assert directory.created == ["a"]


def test_a_missing_permission_stands_at_the_next_look(using: Using, time: VirtualTime) -> None:
    directory = Directory(refuse=lambda _name, _before: refusal(403, "Authorization_RequestDenied"))
    with using(directory) as graph, pytest.raises(GraphForbidden):
        run(directory, graph, ["a"])
    assert time.waits == []


def test_one_that_is_refused_does_not_keep_the_others_from_being_created(using: Using) -> None:
    def refuse(name: str, _before: int) -> httpx.Response | None:
        return refusal(400, "Request_BadRequest") if name == "b" else None

    directory = Directory(refuse=refuse)
    with using(directory) as graph, pytest.raises(GraphRefused) as caught:
        run(directory, graph, ["a", "b", "c"])
    assert caught.value.problem.attempted == "POST /things/b"
    assert directory.things == {"a", "c"}
    assert directory.created == ["a", "b", "c"]


def test_what_was_accepted_and_never_shows_ends_at_the_deadline(using: Using, time: VirtualTime) -> None:
    directory = Directory(shown_after=10**6)
    with using(directory) as graph, pytest.raises(NotYet, match="things to appear"):
        run(directory, graph, ["a"], deadline_s=30)
    assert time.seconds == pytest.approx(30)
    assert directory.created == ["a"]
