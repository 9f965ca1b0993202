"""Batches, long operations and reading until stable."""

import base64
import contextvars
import threading
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from kit.graph.batching import Answer, Part
from kit.graph.client import Delta, Graph
from kit.graph.errors import GraphRefused, GraphThrottled, NotYet
from kit.graph.waits import Wait
from tests.unit.kit.graph.support import (
    Json,
    ScriptedTenant,
    VirtualTime,
    batch_answer,
    connection,
    refusal,
    steps,
)

Application = tuple[Path, Path]


class Batches:
    """Answers each part by a function of (url, how often that url was asked before); keeps the batches."""

    def __init__(self, part: Callable[[Json, int], httpx.Response | None]) -> None:
        self._part = part
        self._asked: dict[str, int] = {}
        self._guard = threading.Lock()
        self.sent: list[list[str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("/$batch"):
            return httpx.Response(200, json={"id": request.url.path.rsplit("/", 1)[-1]})
        with self._guard:
            parts = steps(request)
            self.sent.append([step["url"] for step in parts])
            failed: set[str] = set()
            answers: dict[str, httpx.Response] = {}
            for step in parts:
                before = self._asked.get(step["url"], 0)
                self._asked[step["url"]] = before + 1
                blocked = any(other in failed for other in step.get("dependsOn", []))
                answer = refusal(424, "FailedDependency") if blocked else self._part(step, before)
                if answer is None:
                    continue
                answers[step["id"]] = answer
                if answer.is_error:
                    failed.add(step["id"])
            # Parts are answered in any order.
            return batch_answer(dict(reversed(answers.items())))


def echo(step: Json, _before: int) -> httpx.Response:
    return httpx.Response(200, json={"id": step["url"].rsplit("/", 1)[-1]})


def reads(count: int) -> list[Part]:
    return [Part("GET", f"/users/{number}") for number in range(count)]


def test_any_number_of_parts_is_answered_in_order(application: Application, time: VirtualTime) -> None:
    batches = Batches(echo)
    with ScriptedTenant(batches).graph(application, time) as graph:
        answers = graph.batch(reads(45))
    assert [answer.body["id"] for answer in answers] == [str(number) for number in range(45)]
    assert sorted(len(urls) for urls in batches.sent) == [5, 20, 20]


def test_one_part_needs_no_batch_and_none_needs_no_request(
    application: Application, time: VirtualTime
) -> None:
    batches = Batches(echo)
    tenant = ScriptedTenant(batches)
    with tenant.graph(application, time) as graph:
        assert graph.batch([]) == []
        assert [answer.body for answer in graph.batch(reads(1))] == [{"id": "0"}]
    assert batches.sent == []
    assert len(tenant.requests) == 1


def test_only_the_parts_that_failed_are_sent_again_when_the_longest_delay_ends(
    application: Application, time: VirtualTime
) -> None:
    delays = {"/users/1": "5", "/users/3": "60"}

    def part(step: Json, before: int) -> httpx.Response:
        if step["url"] in delays and before == 0:
            return refusal(429, "TooManyRequests", Retry_After=delays[step["url"]])
        return echo(step, before)

    batches = Batches(part)
    with ScriptedTenant(batches).graph(application, time) as graph:
        answers = graph.batch(reads(5))
    assert all(answer.ok for answer in answers)
    # Both are answered by the directory, which holds us back for a minute.
    assert batches.sent[1:] == [["/users/1", "/users/3"]]
    assert time.waits == [60.0]


def test_services_hold_us_back_each_on_its_own(application: Application, time: VirtualTime) -> None:
    delays = {"/users/1": "5", "/teams/1": "60"}

    def part(step: Json, before: int) -> httpx.Response:
        if step["url"] in delays and before == 0:
            return refusal(429, "TooManyRequests", Retry_After=delays[step["url"]])
        return echo(step, before)

    batches = Batches(part)
    with ScriptedTenant(batches).graph(application, time) as graph:
        answers = graph.batch([*reads(5), Part("GET", "/teams/1")])
    assert all(answer.ok for answer in answers)
    assert batches.sent[1:] == [["/users/1"], ["/teams/1"]]
    assert time.waits == [5.0, 55.0]


def test_failed_parts_that_are_due_together_go_together(application: Application, time: VirtualTime) -> None:
    def part(step: Json, before: int) -> httpx.Response:
        throttled = before == 0 and step["url"] in ("/users/1", "/users/3")
        return refusal(429, Retry_After="5") if throttled else echo(step, before)

    batches = Batches(part)
    with ScriptedTenant(batches).graph(application, time) as graph:
        answers = graph.batch(reads(5))
    assert batches.sent[1:] == [["/users/1", "/users/3"]]
    assert [answer.body["id"] for answer in answers] == ["0", "1", "2", "3", "4"]


def test_a_refused_part_is_an_answer_and_harms_no_other(application: Application, time: VirtualTime) -> None:
    def part(step: Json, before: int) -> httpx.Response:
        return refusal(404, "Request_ResourceNotFound") if step["url"] == "/users/2" else echo(step, before)

    with ScriptedTenant(Batches(part)).graph(application, time) as graph:
        answers = graph.batch(reads(4))
    assert [answer.status for answer in answers] == [200, 200, 404, 200]
    assert answers[2].error.problem.attempted == "GET /users/2"


def test_what_waits_for_a_throttled_part_is_sent_again_with_it(
    application: Application, time: VirtualTime
) -> None:
    chain = [
        Part("GET", "/users/0"),
        Part("GET", "/users/1", depends_on=(0,)),
        Part("GET", "/users/2", depends_on=(1,)),
        Part("GET", "/users/3"),
    ]

    def part(step: Json, before: int) -> httpx.Response:
        return (
            refusal(429, Retry_After="9") if step["url"] == "/users/1" and before == 0 else echo(step, before)
        )

    batches = Batches(part)
    tenant = ScriptedTenant(batches)
    with tenant.graph(application, time) as graph:
        answers = graph.batch(chain)
    assert all(answer.ok for answer in answers)
    assert batches.sent[1:] == [["/users/1", "/users/2"]]
    again = steps(tenant.requests[1])
    assert "dependsOn" not in again[0]
    assert again[1]["dependsOn"] == [again[0]["id"]]


def test_what_waits_for_a_refused_part_fails_with_it(application: Application, time: VirtualTime) -> None:
    chain = [Part("GET", "/users/0"), Part("GET", "/users/1", depends_on=(0,))]

    def part(step: Json, before: int) -> httpx.Response:
        return (
            refusal(403, "Authorization_RequestDenied") if step["url"] == "/users/0" else echo(step, before)
        )

    with ScriptedTenant(Batches(part)).graph(application, time) as graph:
        answers = graph.batch(chain)
    assert [answer.status for answer in answers] == [403, 424]
    assert time.waits == []


@pytest.mark.parametrize("status", [429, 503])
def test_a_batch_refused_as_a_whole_waits_as_it_is_told(
    application: Application, time: VirtualTime, status: int
) -> None:
    inner = Batches(echo)
    troubles = [refusal(status, Retry_After="33")]

    def answer(request: httpx.Request) -> httpx.Response:
        return troubles.pop() if troubles else inner(request)

    parts = [Part("POST", f"/users/{n}/assignLicense", json={}, repeatable=True) for n in range(3)]
    with ScriptedTenant(answer).graph(application, time) as graph:
        answers = graph.batch(parts)
    assert [found.status for found in answers] == [200] * 3
    assert time.waits == [33.0]


def test_creations_in_a_batch_that_broke_are_in_doubt_and_not_repeated(
    application: Application, time: VirtualTime
) -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("x")

    tenant = ScriptedTenant(answer)
    with tenant.graph(application, time) as graph:
        answers = graph.batch([Part("POST", "/users", json={}) for _ in range(3)])
    assert answers == [Answer("POST /users", 0)] * 3
    assert len(tenant.requests) == 1


def test_a_part_without_an_answer_is_asked_for_again(application: Application, time: VirtualTime) -> None:
    def part(step: Json, before: int) -> httpx.Response | None:
        return None if step["url"] in ("/users/1", "/users/2") and before == 0 else echo(step, before)

    batches = Batches(part)
    with ScriptedTenant(batches).graph(application, time) as graph:
        answers = graph.batch(reads(3))
    assert [answer.status for answer in answers] == [200] * 3


def test_a_malformed_batch_is_a_refusal(application: Application, time: VirtualTime) -> None:
    tenant = ScriptedTenant(lambda _request: refusal(400, "BadRequest"))
    with tenant.graph(application, time) as graph, pytest.raises(GraphRefused):
        graph.batch(reads(2))


def test_throttling_without_end_stays_with_the_parts_it_hits(
    application: Application, time: VirtualTime
) -> None:
    def part(step: Json, before: int) -> httpx.Response:
        return (
            refusal(429, Retry_After="50") if step["url"] in ("/users/1", "/users/2") else echo(step, before)
        )

    with ScriptedTenant(Batches(part)).graph(application, time, patience=120) as graph:
        answers = graph.batch(reads(4))
    assert [answer.status for answer in answers] == [200, 429, 429, 200]
    assert isinstance(answers[1].error, GraphThrottled)
    assert time.waits == [50.0, 50.0, 50.0]


def test_waits_of_batches_are_told_in_the_callers_context(
    application: Application, time: VirtualTime
) -> None:
    stage: contextvars.ContextVar[str] = contextvars.ContextVar("stage", default="none")
    seen: list[str] = []

    def sink(_wait: Wait) -> None:
        seen.append(stage.get())

    def part(step: Json, before: int) -> httpx.Response:
        return (
            refusal(429, Retry_After="5") if before == 0 and step["url"] == "/users/7" else echo(step, before)
        )

    tenant = ScriptedTenant(Batches(part))
    stage.set("account")
    with Graph(
        connection(application), sink=sink, stop=time, clock=time.now, transport=tenant.transport
    ) as graph:
        graph.batch(reads(45))
    # Other batches may have to wait with the one that was slowed down.
    assert set(seen) == {"account"}


@pytest.mark.parametrize("count", [1, 3])
def test_what_is_not_json_comes_as_octets_alone_or_in_a_batch(
    application: Application, time: VirtualTime, count: int
) -> None:
    mail = b"From: x\r\n\r\n\xff"

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, content=mail, headers={"Content-Type": "text/plain"})
        body = base64.b64encode(mail).decode()
        responses = [{"id": step["id"], "status": 200, "body": body} for step in steps(request)]
        return httpx.Response(200, json={"responses": responses})

    parts = [Part("GET", f"/users/1/messages/{number}/$value") for number in range(count)]
    with ScriptedTenant(answer).graph(application, time) as graph:
        answers = graph.batch(parts)
    assert [found.content for found in answers] == [mail] * count
    assert [found.body for found in answers] == [{}] * count
    assert "From" not in repr(answers)


def test_text_that_is_no_base64_is_taken_as_it_is(application: Application, time: VirtualTime) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        responses = [{"id": step["id"], "status": 200, "body": "From: x"} for step in steps(request)]
        return httpx.Response(200, json={"responses": responses})

    with ScriptedTenant(answer).graph(application, time) as graph:
        answers = graph.batch([Part("GET", f"/users/1/messages/{number}/$value") for number in range(2)])
    assert [found.content for found in answers] == [b"From: x"] * 2


BASE = "https://graph.example/v1.0/drives/1/root/delta"


class Changes:
    """A collection of three items on two pages; the links in `forgotten` are gone."""

    def __init__(self, *forgotten: str, location: str | None = None) -> None:
        self._forgotten = forgotten
        self._location = location
        self.tenant = ScriptedTenant(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        query = str(request.url.params)
        if query in self._forgotten:
            headers = {"Location": self._location} if self._location else {}
            return httpx.Response(410, headers=headers, json={"error": {"code": "resyncRequired"}})
        if query in ("", "token=restart"):
            page = {"value": [{"id": "1"}, {"id": "2"}], "@odata.nextLink": f"{BASE}?token=page2"}
        elif query == "token=page2":
            page = {"value": [{"id": "3"}], "@odata.deltaLink": f"{BASE}?token=now"}
        else:
            page = {"value": [{"id": "3", "deleted": {}}], "@odata.deltaLink": f"{BASE}?token=later"}
        return httpx.Response(200, json=page)


def test_everything_is_read_first_and_then_only_what_changed(
    application: Application, time: VirtualTime
) -> None:
    with Changes().tenant.graph(application, time) as graph:
        first = graph.delta("/drives/1/root/delta")
        assert first == Delta(({"id": "1"}, {"id": "2"}, {"id": "3"}), f"{BASE}?token=now", fresh=True)
        second = graph.delta("/drives/1/root/delta", link=first.link)
    assert second == Delta(({"id": "3", "deleted": {}},), f"{BASE}?token=later", fresh=False)


@pytest.mark.parametrize("location", [None, f"{BASE}?token=restart"])
def test_a_forgotten_link_starts_again_and_says_so(
    application: Application, time: VirtualTime, location: str | None
) -> None:
    changes = Changes("token=now", location=location)
    with changes.tenant.graph(application, time) as graph:
        found = graph.delta("/drives/1/root/delta", link=f"{BASE}?token=now")
    assert found.fresh
    assert [item["id"] for item in found.items] == ["1", "2", "3"]
    assert str(changes.tenant.requests[1].url) == (location or BASE)


def test_a_tenant_that_forgets_every_link_is_an_error(application: Application, time: VirtualTime) -> None:
    changes = Changes("token=now", "token=page2")
    with changes.tenant.graph(application, time) as graph, pytest.raises(GraphRefused, match="410"):
        graph.delta("/drives/1/root/delta", link=f"{BASE}?token=now")


def test_a_long_operation_is_followed_to_its_end(application: Application, time: VirtualTime) -> None:
    states = ["notStarted", "inProgress", "succeeded"]

    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"status": states.pop(0), "targetResourceId": "t"})

    tenant = ScriptedTenant(answer)
    with tenant.graph(application, time) as graph:
        state = graph.poll("/teams('t')/operations('o')", deadline_s=60, what="the Team")
    assert state["targetResourceId"] == "t"
    assert tenant.requests[0].url.path == "/v1.0/teams('t')/operations('o')"
    assert len(time.waits) == 2


def test_a_long_operation_that_fails_says_why(application: Application, time: VirtualTime) -> None:
    failed = {"status": "failed", "error": {"code": "NoLicense", "message": "m"}}
    tenant = ScriptedTenant(lambda _request: httpx.Response(200, json=failed))
    with tenant.graph(application, time) as graph, pytest.raises(GraphRefused, match="NoLicense"):
        graph.poll("/teams('t')/operations('o')", deadline_s=60, what="the Team")


def test_reads_count_only_in_a_row(application: Application, time: VirtualTime) -> None:
    found = iter(["a", None, "b", "c", None, "d", "e", "f", "never"])
    with ScriptedTenant(Batches(echo)).graph(application, time) as graph:
        assert graph.until_stable(lambda: next(found), deadline_s=600, what="x") == "f"


def test_what_does_not_come_ends_at_the_deadline(application: Application, time: VirtualTime) -> None:
    said = "the site: not there yet after 60 seconds"
    with (
        ScriptedTenant(Batches(echo)).graph(application, time) as graph,
        pytest.raises(NotYet, match=said),
    ):
        graph.until_stable(lambda: None, deadline_s=60, what="the site")
    assert time.seconds == pytest.approx(60)


def test_verbs_are_sent_as_written(application: Application, time: VirtualTime) -> None:
    tenant = ScriptedTenant(lambda _request: httpx.Response(204))
    with tenant.graph(application, time) as graph:
        assert graph.patch("/users/1", {"department": "x"}) == {}
        assert graph.put("/groups/1/team", {}) == {}
        graph.delete("/users/1")
    assert [(request.method, request.url.path) for request in tenant.requests] == [
        ("PATCH", "/v1.0/users/1"),
        ("PUT", "/v1.0/groups/1/team"),
        ("DELETE", "/v1.0/users/1"),
    ]
