"""Tokens: proven with the certificate, asked for once, and refused in words an operator can use."""

import base64
import json
import threading
from pathlib import Path
from urllib.parse import parse_qs

import httpx
import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1

from kit.errors import BadInput, MissingRequirement, TenantRefused
from kit.graph.client import Graph
from kit.graph.token_service import TokenBusy
from kit.settings import Signature
from tests.unit.kit.graph.conftest import LiveTenant
from tests.unit.kit.graph.support import CLIENT_ID, ScriptedTenant, VirtualTime, connection, write_application

Application = tuple[Path, Path]


def empty(_request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"value": []})


def test_eight_cold_threads_make_one_token_request(application: Application, time: VirtualTime) -> None:
    tenant = ScriptedTenant(empty)
    start = threading.Barrier(8)
    tokens: list[str] = []
    with tenant.graph(application, time) as graph:

        def ask() -> None:
            start.wait()
            tokens.append(graph.tokens.get())

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert tokens == ["token-1"] * 8
    assert len(tenant.token_requests) == 1


def test_the_assertion_is_signed_with_ps256_and_carries_the_certificate(
    application: Application, time: VirtualTime
) -> None:
    tenant = ScriptedTenant(empty)
    with tenant.graph(application, time) as graph:
        graph.tokens.get()
    form = parse_qs(tenant.token_requests[0].content.decode())
    assertion = form["client_assertion"][0]
    certificate = x509.load_pem_x509_certificate(application[1].read_bytes())
    header = jwt.get_unverified_header(assertion)
    assert header["alg"] == "PS256"
    assert x509.load_der_x509_certificate(base64.b64decode(header["x5c"][0])) == certificate
    public = certificate.public_key()
    assert isinstance(public, RSAPublicKey)
    claims = jwt.decode(
        assertion,
        public,
        algorithms=["PS256"],
        audience=str(tenant.token_requests[0].url),
    )
    assert claims["iss"] == claims["sub"] == CLIENT_ID
    assert form["scope"] == ["https://graph.example/.default"]


def test_an_authority_that_knows_only_rs256_finds_the_certificate_by_its_thumbprint(
    application: Application, time: VirtualTime
) -> None:
    tenant = ScriptedTenant(empty)
    with tenant.graph(application, time, signature=Signature.RS256) as graph:
        graph.tokens.get()
    assertion = parse_qs(tenant.token_requests[0].content.decode())["client_assertion"][0]
    certificate = x509.load_pem_x509_certificate(application[1].read_bytes())
    header = jwt.get_unverified_header(assertion)
    assert header["alg"] == "RS256"
    assert base64.urlsafe_b64decode(header["x5t"] + "==") == certificate.fingerprint(SHA1())  # noqa: S303
    public = certificate.public_key()
    assert isinstance(public, RSAPublicKey)
    jwt.decode(assertion, public, algorithms=["RS256"], audience=str(tenant.token_requests[0].url))


def test_the_token_service_is_told_that_claims_challenges_are_answered(
    application: Application, time: VirtualTime
) -> None:
    tenant = ScriptedTenant(empty)
    with tenant.graph(application, time) as graph:
        graph.tokens.get()
    claims = json.loads(parse_qs(tenant.token_requests[0].content.decode())["claims"][0])
    assert claims == {"access_token": {"xms_cc": {"values": ["CP1"]}}}


def test_a_refused_token_is_replaced_once_for_all_who_held_it(
    application: Application, time: VirtualTime
) -> None:
    tenant = ScriptedTenant(empty)
    with tenant.graph(application, time) as graph:
        first = graph.tokens.get()
        assert graph.tokens.renew(first) == "token-2"
        assert graph.tokens.renew(first) == "token-2"
        assert graph.tokens.get() == "token-2"
    assert len(tenant.token_requests) == 2


@pytest.mark.parametrize(
    ("error", "word"),
    [
        ("invalid_client", "certificate"),
        ("unauthorized_client", "client_id"),
        ("invalid_scope", "graph"),
        ("odd", "kit.toml"),
    ],
)
def test_a_refusal_says_what_to_check(
    application: Application, time: VirtualTime, error: str, word: str
) -> None:
    tenant = ScriptedTenant(empty)
    tenant.token_troubles.append(
        httpx.Response(401, json={"error": error, "error_description": "AADSTS1: No."})
    )
    with tenant.graph(application, time) as graph, pytest.raises(TenantRefused, match="AADSTS1") as caught:
        graph.get("/organization")
    assert word in caught.value.hint


def test_a_creation_whose_token_could_not_be_got_is_not_in_doubt(
    application: Application, time: VirtualTime
) -> None:
    tenant = ScriptedTenant(empty)
    troubles: list[httpx.TransportError] = [httpx.ReadTimeout("x")]

    def transport(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token") and troubles:
            raise troubles.pop()
        return tenant.transport.handle_request(request)

    with Graph(
        connection(application), transport=httpx.MockTransport(transport), stop=time, clock=time.now
    ) as graph:
        graph.post("/groups", {})
    assert len(tenant.requests) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_token_service_is_asked_again_after_the_delay_it_names(
    application: Application, time: VirtualTime, status: int
) -> None:
    tenant = ScriptedTenant(empty)
    tenant.token_troubles.append(httpx.Response(status, json={}, headers={"Retry-After": "17"}))
    with tenant.graph(application, time) as graph:
        graph.get("/organization")
    assert time.waits == [17.0]
    assert len(tenant.token_requests) == 2


def test_a_token_service_that_stays_busy_ends_in_an_error(
    application: Application, time: VirtualTime
) -> None:
    tenant = ScriptedTenant(empty)
    tenant.token_troubles += [httpx.Response(503, json={}, headers={"Retry-After": "40"}) for _ in range(9)]
    with tenant.graph(application, time, patience=60) as graph, pytest.raises(TokenBusy):
        graph.post("/groups", {})
    assert time.waits == [40.0, 40.0]
    assert tenant.requests == []


def test_an_unknown_tenant_is_said_so(application: Application, time: VirtualTime) -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(400, json={"error": "invalid_tenant"})

    with (
        Graph(
            connection(application), transport=httpx.MockTransport(answer), stop=time, clock=time.now
        ) as graph,
        pytest.raises(TenantRefused, match="does not know this tenant") as caught,
    ):
        graph.tokens.get()
    assert "tenant_id" in caught.value.hint


def test_a_missing_key_is_a_missing_requirement(application: Application, tmp_path: Path) -> None:
    there = connection((tmp_path / "none.key", application[1]))
    with Graph(there, transport=ScriptedTenant(empty).transport) as graph, pytest.raises(MissingRequirement):
        graph.tokens.get()


def test_a_key_that_is_not_the_certificates_is_refused_before_anything_is_sent(
    application: Application, tmp_path: Path
) -> None:
    tenant = ScriptedTenant(empty)
    other, _certificate = write_application(tmp_path)
    with (
        Graph(connection((other, application[1])), transport=tenant.transport) as graph,
        pytest.raises(BadInput, match="is not the key of"),
    ):
        graph.tokens.get()
    assert tenant.token_requests == []


@pytest.mark.parametrize("content", [b"no PEM", "é".encode(), b"-----BEGIN PRIVATE KEY-----\nxx\n"])
def test_a_file_that_is_no_key_is_bad_input(application: Application, tmp_path: Path, content: bytes) -> None:
    broken = tmp_path / "app.key"
    broken.write_bytes(content)
    there = connection((broken, application[1]))
    with Graph(there, transport=ScriptedTenant(empty).transport) as graph, pytest.raises(BadInput):
        graph.tokens.get()


def test_neither_client_nor_tokens_show_a_secret_when_printed(
    application: Application, time: VirtualTime
) -> None:
    with ScriptedTenant(empty).graph(application, time) as graph:
        token = graph.tokens.get()
        shown = repr(graph) + repr(graph.tokens) + repr(graph.connection) + repr(vars(graph))
    assert token not in shown
    assert "PRIVATE KEY" not in shown


def test_the_simulator_accepts_the_certificate_over_tls_whatever_the_environment_trusts(
    live: LiveTenant, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "empty.pem").write_text("")
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "empty.pem"))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("MSAL_FORCE_REGION", "westeurope")
    claims = jwt.decode(live.graph.tokens.get(), options={"verify_signature": False})
    assert claims["roles"]


def test_the_simulator_refuses_another_certificate(live: LiveTenant, tmp_path: Path) -> None:
    other = write_application(tmp_path / "other")
    there = connection(
        other,
        authority=live.connection.authority,
        graph=live.connection.graph,
        ca_file=live.connection.ca_file,
    )
    with Graph(there) as graph, pytest.raises(TenantRefused, match="AADSTS"):
        graph.tokens.get()


def test_a_token_is_never_written_to_disk(
    application: Application, time: VirtualTime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    with ScriptedTenant(empty).graph(application, time) as graph:
        graph.tokens.get()
    assert list(tmp_path.rglob("*")) == []
