"""Requests to the tenant in a step's cell: counted, told at most once a second, all of them at the end."""

from collections import Counter
from collections.abc import Mapping

from inventory.activity import Status
from kit.graph.exchanges import Exchange
from kit.plan.stages import Stage
from kit.workflows.asking import Asking, sentence
from kit.workflows.outcome import Done
from kit.workflows.station import Cell, Station, attempt, tell_exchange
from tests.unit.kit.workflows.conftest import told

CRISIS = "13005-2026-01"


def test_many_requests_are_told_once_a_second_and_the_rest_at_the_end() -> None:
    now, said = [0.0], list[Mapping[str, int]]()
    asking = Asking(lambda _sentence, counts: said.append(counts), clock=lambda: now[0])
    for moment in (0.1, 0.5, 0.9, 1.0, 1.3, 1.9):
        now[0] = moment
        asking.count(Exchange(("GET /users/…",), 200))
    assert said == [{"GET /users/…": 4}]
    asking.end()
    assert said[1:] == [{"GET /users/…": 6}]
    asking.end()
    assert len(said) == 2


def test_the_sentence_names_the_most_frequent_first_and_says_what_was_slowed() -> None:
    counts = Counter({f"GET /{name}": count for count, name in enumerate("abcde", start=1)})
    assert sentence(counts, 0) == "15 requests to the tenant: GET /e ×5, GET /d ×4, GET /c ×3, GET /b ×2, …"
    assert sentence(Counter({"POST /groups": 1}), 2) == (
        "1 request to the tenant: POST /groups ×1 · 2 times asked to slow down"
    )


def test_a_steps_requests_stand_in_its_cell_before_its_end_and_no_other_ones(working: Station) -> None:
    tell_exchange(Exchange(("GET /before",), 200))

    def act() -> Done:
        tell_exchange(Exchange(("POST /groups",), 201))
        tell_exchange(Exchange(("GET /groups/…", "GET /groups/…"), 200))
        return Done()

    attempt(Cell(CRISIS, Stage.GROUP), act)
    begun, *asking, done = told(working, CRISIS)
    # On a busy machine a second passes in between, and more than one is told.
    assert {begun.status, *(each.status for each in asking)} == {Status.RUNNING}
    assert done.status is Status.DONE
    asked = asking[-1]
    assert asked.data == {"requests": {"POST /groups": 1, "GET /groups/…": 2}}
    assert asked.detail.startswith("3 requests to the tenant: GET /groups/… ×2, POST /groups ×1")
