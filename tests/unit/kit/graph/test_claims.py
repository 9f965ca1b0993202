"""A revoked token is replaced by one with the claims asked for, once for all who held it."""

import base64
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs

import httpx
import pytest

from kit.graph.batching import Part
from kit.graph.claims import challenge
from kit.graph.errors import GraphRefused
from kit.simulator.tenant.scenario import Fault, Kind, Scenario
from tests.unit.kit.graph.conftest import LiveTenant
from tests.unit.kit.graph.support import ScriptedTenant, VirtualTime, batch_answer, refusal, steps

Application = tuple[Path, Path]
CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"1795357921"}}}'


def header(claims: bytes = CLAIMS.encode(), error: str = "insufficient_claims") -> str:
    text = base64.b64encode(claims).decode()
    return f'Bearer realm="", authorization_uri="https://login.example/x", error="{error}", claims="{text}"'


def revoked() -> httpx.Response:
    return refusal(401, "InvalidAuthenticationToken", WWW_Authenticate=header())


class Revoking:
    """Refuses tokens issued before the revocation: all but those asked for with the claims."""

    def __init__(self, answer: Callable[[httpx.Request, bool], httpx.Response]) -> None:
        self._answer = answer
        self.tenant = ScriptedTenant(lambda request: answer(request, self.good(request)))

    def good(self, request: httpx.Request) -> bool:
        number = int(request.headers["authorization"].rpartition("-")[2])
        form = parse_qs(self.tenant.token_requests[number - 1].content.decode())
        claims = json.loads(form["claims"][0])["access_token"]
        return bool(claims.get("nbf") == json.loads(CLAIMS)["access_token"]["nbf"])


def single(_request: httpx.Request, good: bool) -> httpx.Response:
    return httpx.Response(200, json={"id": "1"}) if good else revoked()


def inner(request: httpx.Request, good: bool) -> httpx.Response:
    """Only odd parts look at the token."""
    answers = {
        step["id"]: httpx.Response(200, json={}) if good or int(step["id"]) % 2 == 0 else revoked()
        for step in steps(request)
    }
    return batch_answer(answers)


def test_a_revoked_token_is_replaced_by_one_with_the_claims(
    application: Application, time: VirtualTime
) -> None:
    revoking = Revoking(single)
    with revoking.tenant.graph(application, time) as graph:
        assert graph.post("/groups", {}) == {"id": "1"}
        assert graph.get("/groups/1") == {"id": "1"}
    assert len(revoking.tenant.token_requests) == 2
    assert len(revoking.tenant.requests) == 3
    assert time.waits == []


def test_a_batch_refused_as_a_whole_is_sent_again_with_another_token(
    application: Application, time: VirtualTime
) -> None:
    revoking = Revoking(lambda request, good: inner(request, good) if good else revoked())
    with revoking.tenant.graph(application, time) as graph:
        answers = graph.batch([Part("POST", "/users", json={}) for _ in range(4)])
    assert [answer.status for answer in answers] == [200] * 4
    assert [len(steps(request)) for request in revoking.tenant.requests] == [4, 4]


def test_only_the_refused_parts_of_a_batch_are_sent_again(
    application: Application, time: VirtualTime
) -> None:
    revoking = Revoking(inner)
    with revoking.tenant.graph(application, time) as graph:
        answers = graph.batch([Part("POST", "/users", json={}) for _ in range(6)])
    assert [answer.status for answer in answers] == [200] * 6
    sent = [[step["id"] for step in steps(request)] for request in revoking.tenant.requests]
    assert sent == [["0", "1", "2", "3", "4", "5"], ["1", "3", "5"]]
    assert len(revoking.tenant.token_requests) == 2


def test_answers_of_a_batch_are_not_lost_when_no_other_token_comes(
    application: Application, time: VirtualTime
) -> None:
    revoking = Revoking(inner)
    parts = [Part("POST", "/users", json={}) for _ in range(4)]
    with revoking.tenant.graph(application, time) as graph:
        graph.tokens.get()
        revoking.tenant.token_troubles.append(httpx.Response(503, headers={"Retry-After": "3"}))
        answers = graph.batch(parts)
    sent = [[step["id"] for step in steps(request)] for request in revoking.tenant.requests]
    assert sent[0] == ["0", "1", "2", "3"]
    assert all(set(later) <= {"1", "3"} for later in sent[1:])
    assert [answers[number].status for number in (0, 2)] == [200, 200]


def test_threads_that_meet_the_same_challenge_make_one_token_request(
    application: Application, time: VirtualTime
) -> None:
    start = threading.Barrier(8)

    def answer(request: httpx.Request, good: bool) -> httpx.Response:
        if not good:
            start.wait(10)
        return single(request, good)

    revoking = Revoking(answer)
    found: list[object] = []
    with revoking.tenant.graph(application, time) as graph:
        threads = [threading.Thread(target=lambda: found.append(graph.get("/users/1"))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == [{"id": "1"}] * 8
    assert len(revoking.tenant.token_requests) == 2


def test_a_token_that_is_refused_again_is_a_refusal(application: Application, time: VirtualTime) -> None:
    tenant = ScriptedTenant(lambda _request: revoked())
    with tenant.graph(application, time) as graph, pytest.raises(GraphRefused, match="401"):
        graph.get("/users/1")
    assert len(tenant.requests) == 3


def test_a_token_that_is_called_back_on_its_way_is_replaced_once_more(
    application: Application, time: VirtualTime
) -> None:
    answers = iter([revoked(), revoked()])
    tenant = ScriptedTenant(lambda _request: next(answers, None) or httpx.Response(200, json={"id": "1"}))
    with tenant.graph(application, time) as graph:
        assert graph.get("/users/1") == {"id": "1"}


@pytest.mark.parametrize(
    "value",
    ["", "Bearer", header(error="invalid_token"), header(b"no JSON"), header(b"[1]"), header(b"\xff\xfe")],
)
def test_what_is_no_challenge_asks_for_no_claims(value: str) -> None:
    assert challenge({"www-authenticate": value}) is None


def test_claims_are_read_with_and_without_padding_in_both_alphabets() -> None:
    claims = '{"a":"???>>>~~~"}'
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        text = encode(claims.encode()).decode().rstrip("=")
        found = challenge({"www-authenticate": f'Bearer error="insufficient_claims", claims="{text}"'})
        assert found == claims


def test_a_revocation_by_the_simulated_tenant_costs_one_token_request(live: LiveTenant) -> None:
    live.graph.get("/organization")
    live.server.revoke_tokens()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _number: live.graph.get("/organization"), range(16)))
    tokens = [request for request in live.recorder.requests if request.url.path.endswith("/token")]
    assert len(tokens) == 2


def test_parts_whose_token_the_simulated_tenant_revokes_are_answered(live: LiveTenant) -> None:
    live.server.disturb(Scenario(fault=(Fault(kind=Kind.REVOKE, path="/domains", count=1),)))
    answers = live.graph.batch([Part("GET", path) for path in ("/organization", "/domains", "/groups")])
    assert [answer.status for answer in answers] == [200] * 3
    assert live.server.faults_dealt() == {"revoke": 1}
