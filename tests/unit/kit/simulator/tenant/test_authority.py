"""The token endpoint believes only an assertion signed with the registered certificate's key, for it, now."""

import base64
import ssl
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from kit.simulator.tenant.server import INSTANT, TenantServer
from tests.unit.kit.simulator.tenant.running import (
    CLIENT_ID,
    ROLES,
    TENANT_ID,
    Application,
    connected,
    msal_app,
    signed_in,
    tenant_in,
)

TOKEN = f"/{TENANT_ID}/oauth2/v2.0/token"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, application: Application) -> Iterator[TenantServer]:
    with tenant_in(tmp_path_factory.mktemp("authority") / "tenant", application) as running:
        yield running


def thumbprint(application: Application, algorithm: hashes.HashAlgorithm) -> bytes:
    return x509.load_pem_x509_certificate(application.certificate.encode()).fingerprint(algorithm)


def assertion(
    server: TenantServer, application: Application, *, algorithm: str = "PS256", **changes: Any
) -> str:
    digest = thumbprint(application, hashes.SHA256() if algorithm == "PS256" else hashes.SHA1())  # noqa: S303 x5t is SHA-1
    name = "x5t#S256" if algorithm == "PS256" else "x5t"
    headers = {name: base64.urlsafe_b64encode(digest).decode().rstrip("="), **changes.pop("headers", {})}
    key = changes.pop("key", application.key)
    now = int(time.time())
    claims = {
        "aud": server.url + TOKEN,
        "iss": CLIENT_ID,
        "sub": CLIENT_ID,
        "jti": str(uuid.uuid4()),
        "nbf": now,
        "exp": now + 600,
        **changes,
    }
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(kept, key, algorithm, headers=headers)


def ask(server: TenantServer, signed: str, **changes: str) -> httpx.Response:
    form = {
        "grant_type": "client_credentials",
        "client_id": CLIENT_ID,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": signed,
        "scope": "https://graph.microsoft.com/.default",
        **changes,
    }
    with connected(server) as client:
        return client.post(TOKEN, data=form)


def refusal(response: httpx.Response) -> tuple[int, str, int]:
    body = response.json()
    assert body["error_description"].startswith(f"AADSTS{body['error_codes'][0]}: ")
    assert {"timestamp", "trace_id", "correlation_id"} <= body.keys()
    return response.status_code, body["error"], body["error_codes"][0]


@pytest.mark.parametrize("algorithm", ["PS256", "RS256"])
def test_a_good_assertion_gets_a_token_with_the_applications_permissions(
    server: TenantServer, application: Application, algorithm: str
) -> None:
    response = ask(server, assertion(server, application, algorithm=algorithm))
    assert response.status_code == 200, response.text
    body = response.json()
    claims = jwt.decode(body["access_token"], options={"verify_signature": False})
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 3599)
    assert (claims["appid"], claims["tid"], claims["roles"]) == (CLIENT_ID, TENANT_ID, sorted(ROLES))


@pytest.mark.parametrize("by_thumbprint", [True, False])
def test_msal_gets_a_token_both_ways(
    server: TenantServer, application: Application, by_thumbprint: bool
) -> None:
    credential = {"private_key": application.key}
    if by_thumbprint:
        credential["thumbprint"] = thumbprint(application, hashes.SHA1()).hex()  # noqa: S303 x5t is SHA-1
    else:
        credential["public_certificate"] = application.certificate
    with connected(server) as client:
        app = msal_app(server, credential, client)
        scopes = [f"{server.url}/.default", "https://graph.microsoft.com/.default"]
        # MSAL repeats its assertion, id and all, for nine minutes.
        results = [app.acquire_token_for_client([scope]) for scope in scopes]
    assert ["access_token" in result for result in results] == [True, True]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"aud": "https://login.example/token"}, (401, "invalid_client", 700023)),
        ({"exp": 1_700_000_000}, (401, "invalid_client", 700024)),
        ({"nbf": 4_000_000_000}, (401, "invalid_client", 700024)),
        ({"jti": None}, (401, "invalid_client", 50027)),
        ({"sub": "somebody"}, (401, "invalid_client", 50027)),
        ({"headers": {"x5t#S256": "AAAA"}}, (401, "invalid_client", 700027)),
        ({"headers": {"x5c": ["AAAA"]}}, (401, "invalid_client", 700027)),
        ({"iss": "11111111-0000-4000-8000-000000000001"}, (401, "invalid_client", 700021)),
    ],
)
def test_an_assertion_that_is_wrong_is_refused(
    server: TenantServer, application: Application, changes: dict[str, Any], expected: tuple[int, str, int]
) -> None:
    assert refusal(ask(server, assertion(server, application, **changes))) == expected


def test_a_signature_of_another_key_is_refused(server: TenantServer, application: Application) -> None:
    stranger = Application()
    signed = assertion(server, application, key=stranger.key)
    assert refusal(ask(server, signed)) == (401, "invalid_client", 700027)
    assert refusal(ask(server, assertion(server, stranger))) == (401, "invalid_client", 700027)


def test_an_unsigned_or_symmetric_assertion_is_refused(
    server: TenantServer, application: Application
) -> None:
    signed = assertion(server, application, algorithm="HS256", key="x" * 40)
    assert refusal(ask(server, signed))[0] == 401
    assert refusal(ask(server, "not.a.jwt")) == (401, "invalid_client", 50027)


def test_an_unknown_application_is_refused(server: TenantServer, application: Application) -> None:
    stranger = "11111111-0000-4000-8000-000000000001"
    signed = assertion(server, application, iss=stranger, sub=stranger)
    assert refusal(ask(server, signed, client_id=stranger)) == (400, "unauthorized_client", 700016)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"grant_type": "password"}, (400, "unsupported_grant_type", 70003)),
        ({"client_assertion": ""}, (401, "invalid_client", 7000216)),
        ({"scope": "User.Read"}, (400, "invalid_scope", 1002012)),
        ({"scope": "https://elsewhere.example/.default"}, (400, "invalid_resource", 500011)),
    ],
)
def test_a_request_for_something_else_is_refused(
    server: TenantServer, application: Application, changes: dict[str, str], expected: tuple[int, str, int]
) -> None:
    signed = assertion(server, application)
    assert refusal(ask(server, changes.pop("client_assertion", signed), **changes)) == expected


def test_another_tenant_is_not_found(server: TenantServer) -> None:
    with connected(server) as client:
        response = client.get("/11111111-0000-4000-8000-000000000009/v2.0/.well-known/openid-configuration")
    assert refusal(response) == (400, "invalid_request", 90002)


def test_an_assertion_can_be_single_use(tmp_path: Path, application: Application) -> None:
    behaviour = replace(INSTANT, single_use_assertions=True)
    with tenant_in(tmp_path / "tenant", application, behaviour=behaviour) as server:
        signed = assertion(server, application)
        assert ask(server, signed).status_code == 200
        assert refusal(ask(server, signed)) == (401, "invalid_client", 700030)


def test_a_changed_certificate_replaces_the_old_one(tmp_path: Path, application: Application) -> None:
    successor = Application()
    with tenant_in(tmp_path / "tenant", application) as server:
        server.register_app(CLIENT_ID, successor.certificate, ROLES)
        assert refusal(ask(server, assertion(server, application)))[2] == 700027
        assert ask(server, assertion(server, successor)).status_code == 200


def test_the_published_key_verifies_the_token(server: TenantServer, application: Application) -> None:
    token = ask(server, assertion(server, application)).json()["access_token"]
    with connected(server) as client:
        keys = client.get(f"/{TENANT_ID}/discovery/v2.0/keys").json()
    key = jwt.PyJWKSet.from_dict(keys)[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key, audience="https://graph.microsoft.com")
    assert claims["idtyp"] == "app"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer nonsense", "Basic YTpi"])
def test_graph_refuses_what_is_no_token(server: TenantServer, header: str) -> None:
    with connected(server) as client:
        response = client.get("/v1.0/users", headers={"Authorization": header} if header else {})
    assert (response.status_code, response.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_graph_refuses_an_expired_token(tmp_path: Path, application: Application) -> None:
    behaviour = replace(INSTANT, token_lifetime=0)
    with tenant_in(tmp_path / "tenant", application, behaviour=behaviour) as server:
        token = ask(server, assertion(server, application)).json()["access_token"]
        with connected(server) as client:
            response = client.get("/v1.0/users", headers={"Authorization": f"Bearer {token}"})
    assert (response.status_code, response.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")


def test_graph_refuses_a_token_that_somebody_else_signed(
    server: TenantServer, application: Application
) -> None:
    forged = jwt.encode(
        {"aud": server.url, "roles": ["Directory.ReadWrite.All"], "exp": 4e9}, application.key, "RS256"
    )
    with connected(server) as client:
        response = client.get("/v1.0/users", headers={"Authorization": f"Bearer {forged}"})
    assert response.status_code == 401


def test_a_client_that_does_not_trust_this_authority_does_not_connect(server: TenantServer) -> None:
    client = httpx.Client(verify=ssl.create_default_context(), trust_env=False)
    with client, pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        client.get(server.url)


def test_permissions_are_those_of_the_token(tmp_path: Path, application: Application) -> None:
    server = tenant_in(tmp_path / "tenant", application, roles=("User.Read.All",))
    with server, signed_in(server, application) as client:
        assert client.get("/users").status_code == 200
        refused = client.get("/groups"), client.get("/teams"), client.get("/sites/root")
    codes = [(response.status_code, response.json()["error"]["code"]) for response in refused]
    assert codes == [(403, "Authorization_RequestDenied"), (403, "Forbidden"), (403, "accessDenied")]
