"""What the client's tests stand on: a tenant answered by a function, time that passes at once, a recorder."""

import datetime as dt
import json
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from kit.graph.client import Graph
from kit.graph.connection import Connection
from kit.graph.device_code import Prompt
from kit.graph.waits import Wait

TENANT_ID = "00000000-0000-4000-8000-000000000001"
CLIENT_ID = "00000000-0000-4000-8000-0000000000aa"
DOMAIN = "secours.example"
AUTHORITY = "https://login.example"
GRAPH = "https://graph.example/v1.0"

#: Whose token it is, as the token service says it: {"uid": "u", "utid": "t"}.
CLIENT_INFO = "eyJ1aWQiOiAidSIsICJ1dGlkIjogInQifQ"
DEVICE_CODE = {
    "device_code": "device-secret",
    "user_code": "ABCD1234",
    "verification_uri": f"{AUTHORITY}/device",
    "expires_in": 900,
    "interval": 1,
}

Json = dict[str, Any]


class VirtualTime(threading.Event):
    """A stop signal whose waits pass at once and are remembered; its clock is what was waited."""

    def __init__(self, *, stop_after: float | None = None) -> None:
        super().__init__()
        self.seconds = 0.0
        self.waits: list[float] = []
        self._stop_after = stop_after
        self._guard = threading.Lock()

    def now(self) -> float:
        return self.seconds

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        with self._guard:
            self.seconds += timeout
            self.waits.append(timeout)
            if self._stop_after is not None and self.seconds >= self._stop_after:
                self.set()
        return self.is_set()


class ScriptedTenant:
    """Answers tokens by itself and every Graph request by `answer`; keeps what was asked."""

    def __init__(self, answer: Callable[[httpx.Request], httpx.Response]) -> None:
        self._answer = answer
        self.requests: list[httpx.Request] = []
        self.token_requests: list[httpx.Request] = []
        #: what the token endpoint answers instead of a token, the next times it is asked
        self.token_troubles: list[httpx.Response] = []

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._handle)

    def _handle(self, request: httpx.Request) -> httpx.Response:
        if request.url.host != "login.example":
            self.requests.append(request)
            return self._answer(request)
        if request.url.path.endswith("/.well-known/openid-configuration"):
            base = f"{AUTHORITY}/{TENANT_ID}"
            endpoints = {
                "authorization_endpoint": f"{base}/authorize",
                "token_endpoint": f"{base}/token",
                "device_authorization_endpoint": f"{base}/devicecode",
            }
            return httpx.Response(200, json={**endpoints, "issuer": base})
        self.token_requests.append(request)
        if self.token_troubles:
            return self.token_troubles.pop(0)
        if request.url.path.endswith("/devicecode"):
            return httpx.Response(200, json=DEVICE_CODE)
        number = len(self.token_requests)
        answer = {"access_token": f"token-{number}", "token_type": "Bearer", "expires_in": 3600}
        if b"client_credentials" not in request.content:
            answer |= {"refresh_token": f"refresh-{number}", "client_info": CLIENT_INFO}
        return httpx.Response(200, json=answer)

    def graph(
        self,
        application: tuple[Path, Path],
        time: VirtualTime,
        *,
        patience: float = 600.0,
        told: list[Wait] | None = None,
        prompt: Prompt | None = None,
        **changes: Any,
    ) -> Graph:
        return Graph(
            connection(application, **changes),
            sink=None if told is None else told.append,
            stop=time,
            clock=time.now,
            patience=patience,
            prompt=prompt,
            transport=self.transport,
        )


class Recorder(httpx.BaseTransport):
    """Passes requests on and keeps them; batches are also kept part by part."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()

    def graph_calls(self) -> list[tuple[str, str, Any]]:
        """(method, path with query below the version, body) of every request and part; batches opened."""
        calls: list[tuple[str, str, Any]] = []
        for request in self.requests:
            path = request.url.raw_path.decode()
            if not path.startswith("/v1.0/"):
                continue
            body: Any = json.loads(request.content) if request.content else None
            calls.append((request.method, path.removeprefix("/v1.0"), body))
            if path.endswith("/$batch"):
                calls += [(step["method"], step["url"], step.get("body")) for step in body["requests"]]
        return calls

    def writes(self) -> list[tuple[str, str]]:
        """(method, path) of everything sent that was not a read."""
        return [(m, p) for m, p, _body in self.graph_calls() if m != "GET" and p != "/$batch"]


def write_application(folder: Path, *, days: int = 300) -> tuple[Path, Path]:
    """Key and self-signed certificate, valid for `days` from now; short, as each read checks it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "crisis-kit")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=400))
        .not_valid_after(now + dt.timedelta(days=days, hours=1))
        .sign(key, hashes.SHA256())
    )
    folder.mkdir(parents=True, exist_ok=True)
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "app.key").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    (folder / "app.crt").write_bytes(certificate.public_bytes(pem))
    return folder / "app.key", folder / "app.crt"


def connection(application: tuple[Path, Path], **changes: Any) -> Connection:
    """A tenant that does not exist, for scripted answers."""
    key, certificate = application
    values: Json = {
        "tenant_id": TENANT_ID,
        "client_id": CLIENT_ID,
        "authority": AUTHORITY,
        "graph": GRAPH,
        "private_key": key,
        "certificate": certificate,
    }
    return Connection(**(values | changes))


def steps(request: httpx.Request) -> list[Json]:
    """The parts of a batch request."""
    found: list[Json] = json.loads(request.content)["requests"]
    return found


def batch_answer(answers: Mapping[str, httpx.Response]) -> httpx.Response:
    """A batch's answer, from the parts' answers by id."""
    return httpx.Response(
        200,
        json={
            "responses": [
                {
                    "id": number,
                    "status": answer.status_code,
                    "headers": dict(answer.headers),
                    "body": json.loads(answer.content) if answer.content else None,
                }
                for number, answer in answers.items()
            ]
        },
    )


def refusal(status: int, code: str = "", *, details: tuple[str, ...] = (), **headers: str) -> httpx.Response:
    """An error as Graph writes it; header names with `_` for `-`."""
    error = {
        "code": code,
        "message": "Nobody should read this.",
        "details": [{"code": detail, "message": "", "target": "x"} for detail in details],
        "innerError": {"date": "2026-01-01T00:00:00", "request-id": "r-1", "client-request-id": "c-1"},
    }
    written = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, json={"error": error}, headers=written)
