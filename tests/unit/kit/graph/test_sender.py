"""One request: repeated when that helps and does no harm, and sent to nobody else."""

from pathlib import Path

import httpx
import pytest

from kit.errors import TenantRefused
from kit.graph.errors import GraphRefused, GraphThrottled, GraphUnavailable, NoAnswer, Stopped
from kit.graph.waits import Wait
from tests.unit.kit.graph.support import ScriptedTenant, VirtualTime, refusal

Application = tuple[Path, Path]


class Sequence:
    """Answers in order; an exception is raised; the last one is kept."""

    def __init__(self, *answers: httpx.Response | httpx.TransportError) -> None:
        self._answers = list(answers)

    def __call__(self, _request: httpx.Request) -> httpx.Response:
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, httpx.TransportError):
            raise answer
        return answer


def good() -> httpx.Response:
    return httpx.Response(200, json={"id": "1"})


def test_a_throttled_request_waits_what_it_is_told_and_the_wait_is_shown(
    application: Application, time: VirtualTime
) -> None:
    tenant = ScriptedTenant(Sequence(refusal(429, "TooManyRequests", Retry_After="131"), good()))
    told: list[Wait] = []
    with tenant.graph(application, time, told=told) as graph:
        assert graph.get("/users/1") == {"id": "1"}
    assert time.waits == [131.0]
    assert [wait.reason for wait in told] == ["the tenant asks to slow down"]


def test_throttling_without_end_is_an_error_that_says_so(application: Application, time: VirtualTime) -> None:
    tenant = ScriptedTenant(Sequence(refusal(429, "TooManyRequests", Retry_After="50")))
    with tenant.graph(application, time, patience=120) as graph, pytest.raises(GraphThrottled):
        graph.get("/users/1")
    assert time.waits == [50.0, 50.0, 50.0]


@pytest.mark.parametrize("trouble", [httpx.ReadTimeout("x"), refusal(503, Retry_After="1"), refusal(500)])
def test_a_post_that_may_have_been_carried_out_is_not_repeated(
    application: Application, time: VirtualTime, trouble: httpx.Response | httpx.TransportError
) -> None:
    tenant = ScriptedTenant(Sequence(trouble, good()))
    with tenant.graph(application, time) as graph, pytest.raises(GraphUnavailable) as caught:
        graph.post("/groups", {"displayName": "x"})
    assert len(tenant.requests) == 1
    assert "creates nothing twice" in caught.value.hint


@pytest.mark.parametrize("trouble", [httpx.ConnectError("x"), refusal(429, Retry_After="1")])
def test_a_post_that_was_surely_not_carried_out_is_repeated(
    application: Application, time: VirtualTime, trouble: httpx.Response | httpx.TransportError
) -> None:
    tenant = ScriptedTenant(Sequence(trouble, good()))
    with tenant.graph(application, time) as graph:
        assert graph.post("/groups", {"displayName": "x"}) == {"id": "1"}
    assert len(tenant.requests) == 2


def test_a_post_that_does_no_harm_twice_is_repeated(application: Application, time: VirtualTime) -> None:
    tenant = ScriptedTenant(Sequence(httpx.ReadTimeout("x"), refusal(503, Retry_After="3"), good()))
    with tenant.graph(application, time) as graph:
        assert graph.post("/users/1/assignLicense", {}, repeatable=True) == {"id": "1"}
    assert len(tenant.requests) == 3
    assert time.waits[1] == 3.0


def test_a_read_outlives_broken_connections(application: Application, time: VirtualTime) -> None:
    troubles = (httpx.ReadError("x"), httpx.RemoteProtocolError("x"), httpx.ConnectTimeout("x"))
    tenant = ScriptedTenant(Sequence(*troubles, refusal(504), good()))
    with tenant.graph(application, time) as graph:
        assert graph.get("/users/1") == {"id": "1"}
    assert len(time.waits) == 4


def test_a_silence_longer_than_patience_is_told_apart_from_a_refusal(
    application: Application, time: VirtualTime
) -> None:
    tenant = ScriptedTenant(Sequence(httpx.ReadTimeout("x")))
    with tenant.graph(application, time, patience=20) as graph, pytest.raises(NoAnswer, match="in time"):
        graph.get("/users/1")
    assert time.seconds == pytest.approx(20)


def test_half_an_answer_is_no_answer(application: Application, time: VirtualTime) -> None:
    half = httpx.Response(200, content=b'{"value": [{"id": "1"}, {"i')
    tenant = ScriptedTenant(Sequence(half, httpx.Response(200, json={"value": [{"id": "1"}]})))
    with tenant.graph(application, time) as graph:
        assert list(graph.pages("/users")) == [{"id": "1"}]
    assert len(tenant.requests) == 2


def test_a_proxys_error_page_is_an_error_and_nothing_worse(
    application: Application, time: VirtualTime
) -> None:
    tenant = ScriptedTenant(Sequence(httpx.Response(403, content=b"<html>no</html>")))
    with tenant.graph(application, time) as graph, pytest.raises(GraphRefused, match="403"):
        graph.get("/users/1")


def test_a_refused_token_is_renewed_once_even_for_a_post(application: Application, time: VirtualTime) -> None:
    tenant = ScriptedTenant(Sequence(refusal(401, "InvalidAuthenticationToken"), good()))
    with tenant.graph(application, time) as graph:
        graph.post("/groups", {})
    assert [request.headers["authorization"] for request in tenant.requests] == [
        "Bearer token-1",
        "Bearer token-2",
    ]


def test_a_token_refused_twice_is_a_refusal(application: Application, time: VirtualTime) -> None:
    tenant = ScriptedTenant(Sequence(refusal(401, "InvalidAuthenticationToken")))
    with tenant.graph(application, time) as graph, pytest.raises(GraphRefused, match="401"):
        graph.get("/users/1")
    assert len(tenant.requests) == 2
    assert time.waits == []


def test_every_request_has_an_id_that_its_repetitions_share(
    application: Application, time: VirtualTime
) -> None:
    tenant = ScriptedTenant(Sequence(refusal(429, Retry_After="1"), good()))
    with tenant.graph(application, time) as graph:
        graph.get("/users/1")
        graph.get("/users/1")
    first, again, other = (request.headers["client-request-id"] for request in tenant.requests)
    assert first == again != other


def test_pages_are_followed_as_given(application: Application, time: VirtualTime) -> None:
    link = "https://graph.example/v1.0/users?$skiptoken=a%2Fb%3D&odd=%20x"
    pages = Sequence(
        httpx.Response(200, json={"value": [{"id": "1"}], "@odata.nextLink": link}),
        httpx.Response(200, json={"value": [{"id": "2"}]}),
    )
    tenant = ScriptedTenant(pages)
    with tenant.graph(application, time) as graph:
        assert [user["id"] for user in graph.pages("/users", params={"$top": "1"})] == ["1", "2"]
    assert str(tenant.requests[1].url) == link


@pytest.mark.parametrize("link", ["https://evil.example/v1.0/users", "https://graph.example:444/v1.0/users"])
def test_our_token_goes_to_no_other_address(application: Application, time: VirtualTime, link: str) -> None:
    tenant = ScriptedTenant(Sequence(httpx.Response(200, json={"value": [], "@odata.nextLink": link})))
    with tenant.graph(application, time) as graph, pytest.raises(TenantRefused, match="another address"):
        list(graph.pages("/users"))
    assert len(tenant.requests) == 1


def test_a_stop_during_a_wait_ends_the_request(application: Application) -> None:
    time = VirtualTime(stop_after=10)
    tenant = ScriptedTenant(Sequence(refusal(429, Retry_After="3600")))
    with tenant.graph(application, time) as graph, pytest.raises(Stopped):
        graph.get("/users/1")
    assert len(tenant.requests) == 1


def test_the_tenants_clock_is_compared_with_ours(application: Application, time: VirtualTime) -> None:
    late = httpx.Response(200, json={}, headers={"Date": "Thu, 01 Jan 2026 00:00:00 GMT"})
    tenant = ScriptedTenant(Sequence(late))
    with tenant.graph(application, time) as graph:
        assert graph.skew is None
        graph.get("/organization")
        assert graph.skew is not None
        assert graph.skew < -300
