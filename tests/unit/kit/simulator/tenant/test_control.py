"""The control port: its own token and address, and all that a rehearsal changes while the tenant runs."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from kit.simulator.tenant.server import TenantServer
from tests.unit.kit.simulator.tenant.running import (
    CLIENT_ID,
    TENANT_ID,
    Application,
    connected,
    signed_in,
    tenant_in,
)

STORM = {"seed": 3, "fault": [{"kind": "throttle", "path": "/users", "retry_after": 2}]}


@dataclass
class Rehearsal:
    """A tenant with a control port; `control` has its token."""

    server: TenantServer
    graph: httpx.Client
    control: httpx.Client


@pytest.fixture
def rehearsal(tmp_path: Path, furnished: Path, application: Application) -> Iterator[Rehearsal]:
    shutil.copytree(furnished, tmp_path / "tenant")
    server = tenant_in(tmp_path / "tenant", application, control=True)
    with server, signed_in(server, application, capable=True) as graph, connected(server) as control:
        control.base_url = httpx.URL(server.control_url)
        control.headers["Authorization"] = f"Bearer {server.control_token}"
        yield Rehearsal(server, graph, control)


def test_faults_are_put_read_back_and_ended(rehearsal: Rehearsal) -> None:
    graph, control = rehearsal.graph, rehearsal.control
    assert control.get("/faults").json() == {}
    assert control.put("/faults", json=STORM).status_code == 204
    assert control.get("/faults").json() == STORM
    assert graph.get("/users").status_code == 429
    assert control.get("/requests").json()["faults"] == {"throttle": 1}
    assert control.delete("/faults").status_code == 204
    assert graph.get("/users").status_code == 200


def test_a_scenario_that_makes_no_sense_changes_nothing(rehearsal: Rehearsal) -> None:
    rehearsal.control.put("/faults", json=STORM)
    refused = rehearsal.control.put("/faults", json={"fault": [{"kind": "flood"}]})
    assert refused.status_code == 400
    assert "fault.0.kind" in refused.json()["error"]
    assert rehearsal.control.get("/faults").json() == STORM


def test_an_outage_does_not_touch_the_control_port(rehearsal: Rehearsal) -> None:
    rehearsal.control.put("/faults", json={"fault": [{"kind": "outage"}]})
    with pytest.raises(httpx.TransportError):
        rehearsal.graph.get("/users")
    assert rehearsal.control.delete("/faults").status_code == 204
    assert rehearsal.graph.get("/users").status_code == 200


def test_tokens_are_called_back(rehearsal: Rehearsal) -> None:
    assert rehearsal.control.post("/revoke").status_code == 204
    answer = rehearsal.graph.get("/users")
    assert answer.status_code == 401
    assert 'error="insufficient_claims"' in answer.headers["WWW-Authenticate"]


def test_a_device_code_is_approved(rehearsal: Rehearsal) -> None:
    with connected(rehearsal.server) as client:
        base = f"/{TENANT_ID}/oauth2/v2.0"
        asked = {"client_id": CLIENT_ID, "scope": "https://graph.microsoft.com/.default"}
        flow = client.post(f"{base}/devicecode", data=asked).json()
        assert rehearsal.control.post("/device", json={"user_code": flow["user_code"]}).status_code == 204
        grant = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "client_id": CLIENT_ID}
        token = client.post(f"{base}/token", data={**grant, "device_code": flow["device_code"]})
    assert token.json()["token_type"] == "Bearer"


@pytest.mark.parametrize("body", [{"user_code": "NOBODY"}, {}, [], "x"])
def test_a_device_code_nobody_waits_with_is_refused(rehearsal: Rehearsal, body: object) -> None:
    assert rehearsal.control.post("/device", json=body).status_code == 400


def test_requests_are_counted(rehearsal: Rehearsal) -> None:
    for _ in range(3):
        rehearsal.graph.get("/organization")
    requests = rehearsal.control.get("/requests").json()["requests"]
    assert {"method": "GET", "template": "/organization", "status": 200, "count": 3} in requests


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer nonsense", "Bearer é", "Basic eA=="])
def test_who_does_not_have_its_token_does_nothing(rehearsal: Rehearsal, token: str) -> None:
    asked = [("GET", "/faults"), ("PUT", "/faults"), ("DELETE", "/faults"), ("POST", "/revoke")]
    headers = {b"Authorization": token.encode()}
    for method, path in [*asked, ("POST", "/device"), ("GET", "/requests")]:
        assert rehearsal.control.request(method, path, json=STORM, headers=headers).status_code == 401
    assert rehearsal.graph.get("/users").status_code == 200


def test_a_token_for_graph_is_none_for_the_control_port(rehearsal: Rehearsal) -> None:
    theirs = {"Authorization": rehearsal.graph.headers["Authorization"]}
    assert rehearsal.control.post("/revoke", headers=theirs).status_code == 401


def test_the_two_ports_answer_different_things(rehearsal: Rehearsal) -> None:
    assert rehearsal.control.get("/v1.0/users").status_code == 404
    with connected(rehearsal.server) as client:
        client.headers["Authorization"] = f"Bearer {rehearsal.server.control_token}"
        assert client.put("/faults", json=STORM).status_code == 404
        assert client.get("/v1.0/users").status_code == 401


def test_there_is_no_control_port_unless_asked_for(tmp_path: Path, application: Application) -> None:
    with tenant_in(tmp_path / "tenant", application) as server, pytest.raises(RuntimeError, match="control"):
        _ = server.control_url


def test_its_token_is_new_at_each_start_and_on_no_disk(
    tmp_path: Path, furnished: Path, application: Application
) -> None:
    shutil.copytree(furnished, tmp_path / "tenant")
    tokens = set()
    for _ in range(2):
        with tenant_in(tmp_path / "tenant", application, control=True) as server:
            tokens.add(server.control_token)
    written = b"".join(file.read_bytes() for file in (tmp_path / "tenant").rglob("*") if file.is_file())
    assert len(tokens) == 2
    assert not any(token.encode() in written for token in tokens)
