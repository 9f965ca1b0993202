"""The token endpoint believes only an assertion signed with the registered certificate's key, for it, now."""

import base64
import json
import re
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

from kit.errors import BadInput
from kit.simulator.tenant.server import INSTANT, TenantServer
from tests.unit.kit.simulator.tenant.running import (
    CLIENT_ID,
    ROLES,
    TENANT_ID,
    Application,
    Clock,
    connected,
    msal_app,
    msal_person,
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


# ---- Continuous Access Evaluation


def challenge_of(response: httpx.Response) -> dict[str, Any]:
    """The claims that a refusal challenges the client for."""
    assert (response.status_code, response.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")
    header = response.headers["WWW-Authenticate"]
    assert header.startswith('Bearer realm="", authorization_uri="https://127.0.0.1:')
    assert ' error="insufficient_claims"' in header
    (encoded,) = re.findall(r'claims="([^"]+)"', header)
    challenge: dict[str, Any] = json.loads(base64.b64decode(encoded))
    return challenge


@pytest.mark.parametrize(
    ("capabilities", "shortest", "longest"),
    [
        (None, 3599, 3599),
        (["CP1"], 86_400, 100_800),
        (["cp1", "other"], 86_400, 100_800),
        (["other"], 3599, 3599),
    ],
)
def test_a_client_that_understands_challenges_gets_a_token_for_a_day(
    server: TenantServer,
    application: Application,
    capabilities: list[str] | None,
    shortest: int,
    longest: int,
) -> None:
    claims = {"access_token": {"xms_cc": {"values": capabilities}}}
    asked = {"claims": json.dumps(claims)} if capabilities else {}
    body = ask(server, assertion(server, application), **asked).json()
    content = jwt.decode(body["access_token"], options={"verify_signature": False})
    assert shortest <= body["expires_in"] <= longest
    assert content["exp"] - content["iat"] == body["expires_in"]


@pytest.mark.parametrize(
    "claims", ["{", "[]", "None", '{"access_token": ["nbf"]}', '{"access_token": {"nbf": {"value": "soon"}}}']
)
def test_claims_that_make_no_sense_are_refused(
    server: TenantServer, application: Application, claims: str
) -> None:
    refused = ask(server, assertion(server, application), claims=claims)
    assert refusal(refused) == (400, "invalid_request", 9002313)


def test_msal_answers_a_challenge_with_a_token_that_counts(tmp_path: Path, application: Application) -> None:
    credential = {"private_key": application.key, "public_certificate": application.certificate}
    scopes = ["https://graph.microsoft.com/.default"]
    with tenant_in(tmp_path / "tenant", application) as server, connected(server) as client:
        app = msal_app(server, credential, client, capable=True)

        def read(**options: Any) -> httpx.Response:
            token = app.acquire_token_for_client(scopes, **options)["access_token"]
            return client.get("/v1.0/users", headers={"Authorization": f"Bearer {token}"})

        assert read().status_code == 200
        server.revoke_tokens()
        challenge = challenge_of(read())
        # A token that was asked for without the claims does not help: it might be from before.
        app.remove_tokens_for_client()
        assert read().status_code == 401
        assert read(claims_challenge=json.dumps(challenge)).status_code == 200
        assert read().status_code == 200
        # From then on the authority knows, and any fresh token counts.
        app.remove_tokens_for_client()
        assert read().status_code == 200
        server.revoke_tokens()
        assert challenge_of(read()) != challenge


def test_a_revocation_outlives_the_process(tmp_path: Path, application: Application) -> None:
    with tenant_in(tmp_path / "tenant", application) as server:
        port = server.port
        with signed_in(server, application, capable=True) as client:
            token = client.headers["Authorization"]
            assert client.get("/users").status_code == 200
        server.revoke_tokens()
    with tenant_in(tmp_path / "tenant", application, port=port) as server, connected(server) as client:
        answer = client.get("/v1.0/users", headers={"Authorization": token})
    assert challenge_of(answer)["access_token"]["nbf"]["essential"] is True


def test_the_token_of_a_client_that_understands_no_challenge_is_not_called_back(
    tmp_path: Path, application: Application
) -> None:
    with tenant_in(tmp_path / "tenant", application) as server, signed_in(server, application) as client:
        server.revoke_tokens()
        assert client.get("/users").status_code == 200


# ---- device codes

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
SCOPE = "https://graph.microsoft.com/.default openid profile offline_access"


def device_flow(client: httpx.Client, **changes: str) -> httpx.Response:
    asked = {"client_id": CLIENT_ID, "scope": SCOPE, **changes}
    return client.post(TOKEN.replace("/token", "/devicecode"), data=asked)


def redeem(client: httpx.Client, flow: httpx.Response, **changes: str) -> httpx.Response:
    asked = {
        "grant_type": DEVICE,
        "client_id": CLIENT_ID,
        "device_code": flow.json()["device_code"],
        **changes,
    }
    return client.post(TOKEN, data=asked)


def test_msal_signs_in_with_a_device_code_that_was_approved(tmp_path: Path, application: Application) -> None:
    with tenant_in(tmp_path / "tenant", application) as server, connected(server) as client:
        app = msal_person(server, client)
        flow = app.initiate_device_flow([f"{server.url}/.default"])
        server.approve_device(flow["user_code"].lower())
        result = app.acquire_token_by_device_flow(flow)
        content = jwt.decode(result["access_token"], options={"verify_signature": False})
        assert (content["idtyp"], set(content["scp"].split())) == ("user", set(ROLES))
        (account,) = app.get_accounts()
        assert (
            account["username"] == result["id_token_claims"]["preferred_username"] == "admin@secours.example"
        )
        assert client.get(
            "/v1.0/users", headers={"Authorization": f"Bearer {result['access_token']}"}
        ).is_success
        # The token in memory serves again; a challenge is answered with the refresh token.
        again = app.acquire_token_silent([f"{server.url}/.default"], account)
        assert again["access_token"] == result["access_token"]
        server.revoke_tokens()
        answer = client.get("/v1.0/users", headers={"Authorization": f"Bearer {again['access_token']}"})
        fresh = app.acquire_token_silent(
            [f"{server.url}/.default"], account, claims_challenge=json.dumps(challenge_of(answer))
        )
        assert client.get(
            "/v1.0/users", headers={"Authorization": f"Bearer {fresh['access_token']}"}
        ).is_success


def test_a_persons_token_allows_what_was_delegated_and_nothing_else(
    tmp_path: Path, application: Application
) -> None:
    with tenant_in(tmp_path / "tenant", application) as server, connected(server) as client:
        flow = device_flow(client, scope="User.ReadWrite.All")
        server.approve_device(flow.json()["user_code"])
        body = redeem(client, flow).json()
        assert "refresh_token" not in body
        assert "id_token" not in body
        headers = {"Authorization": f"Bearer {body['access_token']}"}
        assert client.get("/v1.0/users", headers=headers).status_code == 200
        assert client.get("/v1.0/groups", headers=headers).status_code == 403


def test_a_code_is_polled_at_its_pace_approved_once_and_expires(
    tmp_path: Path, application: Application
) -> None:
    clock = Clock()
    with tenant_in(tmp_path / "tenant", application, clock=clock) as server, connected(server) as client:
        flow, late = device_flow(client), device_flow(client)
        assert (flow.json()["interval"], flow.json()["expires_in"]) == (5, 900)
        assert refusal(redeem(client, flow)) == (400, "authorization_pending", 70016)
        assert refusal(redeem(client, flow))[1] == "slow_down"
        clock.pass_seconds(5)
        assert refusal(redeem(client, flow))[1] == "slow_down"
        clock.pass_seconds(15)
        assert refusal(redeem(client, flow))[1] == "authorization_pending"
        assert refusal(redeem(client, flow, client_id="x"))[2] == 700016
        server.approve_device(flow.json()["user_code"])
        assert redeem(client, flow).status_code == 200
        assert refusal(redeem(client, flow)) == (400, "bad_verification_code", 70018)
        clock.pass_seconds(900)
        assert refusal(redeem(client, late)) == (400, "expired_token", 70020)
        with pytest.raises(BadInput, match=late.json()["user_code"]):
            server.approve_device(late.json()["user_code"])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"client_id": "11111111-0000-4000-8000-000000000001"}, (400, "unauthorized_client", 700016)),
        ({"scope": "Directory.ReadWrite.All"}, (400, "invalid_scope", 70011)),
        ({"scope": "https://elsewhere.example/.default"}, (400, "invalid_scope", 70011)),
    ],
)
def test_a_code_for_what_the_application_may_not_do_is_refused(
    server: TenantServer, changes: dict[str, str], expected: tuple[int, str, int]
) -> None:
    with connected(server) as client:
        assert refusal(device_flow(client, **changes)) == expected


def test_a_refresh_token_outlives_the_process_and_serves_its_application_only(
    tmp_path: Path, application: Application
) -> None:
    other = "00000000-0000-4000-8000-0000000000bb"
    with tenant_in(tmp_path / "tenant", application) as server, connected(server) as client:
        server.register_app(other, application.certificate, ROLES)
        flow = device_flow(client)
        server.approve_device(flow.json()["user_code"])
        form = {"grant_type": "refresh_token", "client_id": CLIENT_ID}
        form["refresh_token"] = redeem(client, flow).json()["refresh_token"]
    with tenant_in(tmp_path / "tenant", application) as server, connected(server) as client:
        assert client.post(TOKEN, data=form).status_code == 200
        stranger = client.post(TOKEN, data={**form, "client_id": other})
        broken = client.post(TOKEN, data={**form, "refresh_token": "x"})
        # A refresh token opens nothing by itself.
        headers = {"Authorization": f"Bearer {form['refresh_token']}"}
        assert client.get("/v1.0/users", headers=headers).status_code == 401
    assert refusal(stranger) == (400, "invalid_grant", 70000)
    assert refusal(broken) == (400, "invalid_grant", 700082)


def test_the_page_for_a_device_code_says_who_approves_it(server: TenantServer) -> None:
    with connected(server) as client:
        page = httpx.URL(device_flow(client).json()["verification_uri"])
        assert "control port" in client.get(page).text
