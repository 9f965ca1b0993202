"""All threads of a client stay under the tenant's limits together."""

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from kit.graph.batching import Part
from kit.graph.budgets import Budgets
from kit.graph.errors import Stopped
from kit.graph.limits import OUTLOOK_AT_ONCE
from kit.graph.waits import Wait, Waits
from tests.unit.kit.graph.support import ScriptedTenant, VirtualTime, batch_answer, refusal, steps

Application = tuple[Path, Path]
MAIL = Part("GET", "/users/1/messages")
POLICY = Part("GET", "/identity/conditionalAccess/policies")


def spent(budgets: Budgets, parts: list[Part]) -> None:
    with budgets.spend(parts):
        pass


def test_a_small_run_never_waits(time: VirtualTime) -> None:
    budgets = Budgets(Waits(None, time, time.now))
    for number in range(200):
        spent(budgets, [Part("POST", "/users")])
        spent(budgets, [Part("POST", f"/users/{number}/assignLicense")])
        for _read in range(6):
            spent(budgets, [Part("GET", f"/users/{number}", {"$select": "id"})])
        spent(budgets, [Part("POST", f"/deviceManagement/managedDevices/{number}/users/$ref")])
    assert time.waits == []


def test_what_knows_no_delay_is_paced_and_told(time: VirtualTime) -> None:
    told: list[Wait] = []
    budgets = Budgets(Waits(told.append, time, time.now))
    for _number in range(5):
        spent(budgets, [POLICY])
    assert time.seconds == pytest.approx(4 * 1.05, abs=0.01)
    assert {wait.reason for wait in told} == {"staying under the tenant's limits"}


def test_services_do_not_wait_for_each_other(time: VirtualTime) -> None:
    budgets = Budgets(Waits(None, time, time.now))
    for _number in range(3000):
        spent(budgets, [Part("DELETE", "/users/1")])
    spent(budgets, [Part("GET", "/users/1"), MAIL])
    assert time.waits == []
    spent(budgets, [Part("DELETE", "/users/1")])
    assert time.seconds == pytest.approx(150 * 1.05, abs=0.01)


def test_a_stop_ends_a_wait_for_the_limits() -> None:
    time = VirtualTime(stop_after=1)
    budgets = Budgets(Waits(None, time, time.now))
    spent(budgets, [POLICY])
    with pytest.raises(Stopped):
        spent(budgets, [POLICY])


def test_a_delay_that_the_tenant_asks_for_holds_for_its_service_only(time: VirtualTime) -> None:
    budgets = Budgets(Waits(None, time, time.now))
    budgets.hold([MAIL], 90)
    budgets.hold([MAIL], 30)
    spent(budgets, [Part("GET", "/users/1"), Part("POST", "/users")])
    assert time.waits == []
    spent(budgets, [MAIL])
    assert time.seconds == 90


class Gauge:
    """Counts Outlook's requests that are under way; each lasts until `count` are, or nothing more comes."""

    def __init__(self) -> None:
        self.most = 0
        self._now = 0
        self._guard = threading.Lock()
        self._pause = threading.Event()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        parts = steps(request) if request.url.path.endswith("/$batch") else []
        with self._guard:
            self._now += len(parts) or 1
            self.most = max(self.most, self._now)
        self._pause.wait(0.005)
        with self._guard:
            self._now -= len(parts) or 1
        answers = {step["id"]: httpx.Response(200, json={}) for step in parts}
        return batch_answer(answers) if parts else httpx.Response(200, json={})


def test_outlook_has_four_requests_at_once_over_all_threads_and_batches(
    application: Application, time: VirtualTime
) -> None:
    gauge = Gauge()
    with ScriptedTenant(gauge).graph(application, time) as graph, ThreadPoolExecutor(8) as pool:
        singles = [pool.submit(graph.get, f"/users/{number}/messages") for number in range(20)]
        batches = [
            pool.submit(graph.batch, [Part("GET", f"/users/{number}/mailboxSettings") for number in range(9)])
            for _batch in range(4)
        ]
        for single in singles:
            single.result()
        for batch in batches:
            batch.result()
    assert gauge.most == OUTLOOK_AT_ONCE


def test_a_place_of_outlooks_is_given_back_when_the_request_fails(time: VirtualTime) -> None:
    budgets = Budgets(Waits(None, time, time.now))
    for _number in range(2 * OUTLOOK_AT_ONCE):
        with pytest.raises(ZeroDivisionError), budgets.spend([MAIL]):
            raise ZeroDivisionError
    spent(budgets, [MAIL] * OUTLOOK_AT_ONCE)


def test_who_asks_for_many_places_is_not_passed_over(time: VirtualTime) -> None:
    budgets = Budgets(Waits(None, time, time.now))
    order: list[str] = []
    first = budgets.spend([MAIL])
    first.__enter__()

    def take(name: str, count: int) -> None:
        with budgets.spend([MAIL] * count):
            order.append(name)

    many = threading.Thread(target=take, args=("many", OUTLOOK_AT_ONCE))
    many.start()
    while not budgets._outlook._queue:  # the only sign that a thread waits
        many.join(0.001)
    one = threading.Thread(target=take, args=("one", 1))
    one.start()
    while one.is_alive() and len(budgets._outlook._queue) < 2:
        one.join(0.001)
    first.__exit__(None, None, None)
    many.join()
    one.join()
    assert order == ["many", "one"]


def test_who_is_interrupted_while_waiting_leaves_the_places_to_others(
    time: VirtualTime, request: pytest.FixtureRequest
) -> None:
    class Interrupted(BaseException):
        pass

    def interrupt(_number: int, _frame: object) -> None:
        raise Interrupted

    def interrupt_once_somebody_waits() -> None:
        while not budgets._outlook._queue:  # the only sign that a thread waits
            threading.Event().wait(0.001)
        os.kill(os.getpid(), signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, interrupt)
    request.addfinalizer(lambda: signal.signal(signal.SIGUSR1, before))
    budgets = Budgets(Waits(None, time, time.now))
    other = threading.Thread(target=interrupt_once_somebody_waits)
    with budgets.spend([MAIL] * OUTLOOK_AT_ONCE):
        other.start()
        with pytest.raises(Interrupted):
            spent(budgets, [MAIL])
        other.join()
    spent(budgets, [MAIL] * OUTLOOK_AT_ONCE)


@pytest.mark.parametrize("status", [429, 503])
def test_a_delay_asked_of_one_request_is_waited_by_all_of_its_service(
    application: Application, time: VirtualTime, status: int
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        busy = request.method == "POST" and time.seconds < 60
        return refusal(status, Retry_After="60") if busy else httpx.Response(200, json={})

    tenant = ScriptedTenant(answer)
    with tenant.graph(application, time) as graph:
        graph.post("/drives/1/root/children", {}, repeatable=True)
        assert time.waits == [60.0]
        graph.get("/users/1")
        assert time.seconds == 60.0


def test_after_a_refusal_that_stands_others_still_wait_for_the_delay(
    application: Application, time: VirtualTime
) -> None:
    tenant = ScriptedTenant(
        lambda request: refusal(503, Retry_After="60") if request.method == "POST" else httpx.Response(200)
    )
    with tenant.graph(application, time) as graph:
        answers = graph.batch([Part("POST", "/drives/1/root/children", json={})])
        assert [answer.status for answer in answers] == [503]
        graph.get("/users/1")
        assert time.waits == []
        graph.get("/drives/1")
        assert time.waits == [60.0]
