"""Signing in as a person: asked once, waited for as long as the code is good, renewed without them."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import httpx
import pytest

from kit.errors import MissingRequirement, TenantRefused
from kit.graph.client import Graph
from kit.graph.device_code import DeviceCode
from kit.graph.errors import Stopped
from kit.graph.waits import Wait
from kit.settings import SignIn
from tests.unit.kit.graph.conftest import LiveTenant
from tests.unit.kit.graph.support import AUTHORITY, ScriptedTenant, VirtualTime

Application = tuple[Path, Path]
NOWHERE = (Path("/nonexistent.key"), Path("/nonexistent.crt"))


def empty(_request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"value": []})


def not_yet(error: str = "authorization_pending") -> httpx.Response:
    return httpx.Response(400, json={"error": error, "error_description": "AADSTS70016: Waiting."})


class Waiting(ScriptedTenant):
    """A tenant whose person signs in after some questions."""

    def __init__(self, *troubles: httpx.Response) -> None:
        super().__init__(empty)
        self._later = list(troubles)

    def _handle(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/devicecode"):
            answer = super()._handle(request)
            self.token_troubles += self._later
            return answer
        return super()._handle(request)


def test_a_person_is_shown_the_code_and_waited_for(time: VirtualTime) -> None:
    tenant = Waiting(not_yet(), httpx.Response(503), not_yet())
    shown: list[DeviceCode] = []
    told: list[Wait] = []
    with tenant.graph(NOWHERE, time, told=told, prompt=shown.append, sign_in=SignIn.DEVICE_CODE) as graph:
        graph.get("/organization")
        graph.get("/organization")
    (code,) = shown
    assert (code.url, code.code) == (f"{AUTHORITY}/device", "ABCD1234")
    assert abs(code.expires - datetime.now(UTC) - timedelta(seconds=900)) < timedelta(seconds=30)
    assert time.waits == [1.0] * 4
    assert told == []
    asked = parse_qs(tenant.token_requests[0].content.decode())
    assert "https://graph.example/.default" in asked["scope"][0].split()
    assert json.loads(asked["claims"][0])["access_token"]["xms_cc"] == {"values": ["CP1"]}


def test_a_refused_token_is_renewed_without_the_person(time: VirtualTime) -> None:
    tenant = Waiting()
    shown: list[DeviceCode] = []
    with tenant.graph(NOWHERE, time, prompt=shown.append, sign_in=SignIn.DEVICE_CODE) as graph:
        first = graph.tokens.get()
        second = graph.tokens.renew(first)
        third = graph.tokens.renew(second, '{"access_token": {"nbf": {"value": "1"}}}')
        assert graph.tokens.get() == third
    assert len({first, second, third}) == 3
    assert len(shown) == 1
    form = parse_qs(tenant.token_requests[-1].content.decode())
    assert form["grant_type"] == ["refresh_token"]
    assert json.loads(form["claims"][0])["access_token"]["nbf"] == {"value": "1"}


def test_a_person_who_declines_is_a_refusal(time: VirtualTime) -> None:
    tenant = Waiting(not_yet(), not_yet("authorization_declined"))
    with (
        tenant.graph(NOWHERE, time, prompt=lambda _code: None, sign_in=SignIn.DEVICE_CODE) as graph,
        pytest.raises(TenantRefused, match="authorization_declined") as caught,
    ):
        graph.get("/organization")
    assert "new code" in caught.value.hint


def test_where_nobody_can_be_asked_nothing_is_sent(time: VirtualTime) -> None:
    tenant = Waiting()
    with (
        tenant.graph(NOWHERE, time, sign_in=SignIn.DEVICE_CODE) as graph,
        pytest.raises(MissingRequirement, match="nothing was sent") as caught,
    ):
        graph.get("/organization")
    assert "certificate" in caught.value.hint
    assert tenant.token_requests == []


def test_a_stop_ends_the_wait_for_the_person() -> None:
    time = VirtualTime(stop_after=3)
    tenant = Waiting(*[not_yet() for _ in range(9)])
    with (
        tenant.graph(NOWHERE, time, prompt=lambda _code: None, sign_in=SignIn.DEVICE_CODE) as graph,
        pytest.raises(Stopped),
    ):
        graph.get("/organization")
    assert tenant.requests == []


def test_a_code_does_not_show_when_printed() -> None:
    assert "ABCD" not in repr(DeviceCode("https://x", "ABCD1234", datetime.now(UTC)))


def test_the_simulated_tenant_lets_a_person_in(live: LiveTenant, time: VirtualTime) -> None:
    there = replace(live.connection, sign_in=SignIn.DEVICE_CODE)
    asked: list[DeviceCode] = []

    def approve(code: DeviceCode) -> None:
        asked.append(code)
        live.server.approve_device(code.code)

    with Graph(there, stop=time, clock=time.now, prompt=approve) as graph:
        graph.get("/organization")
        live.server.revoke_tokens()
        graph.get("/organization")
    assert len(asked) == 1
