"""Owns what tests need around a running tenant: a certificate, a clock, a signed-in client, sample bodies."""

import ssl
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import httpx
import msal
import trustme

from kit.simulator.tenant.server import INSTANT, Behaviour, TenantServer

TENANT_ID = "00000000-0000-4000-8000-000000000001"
CLIENT_ID = "00000000-0000-4000-8000-0000000000aa"
DOMAIN = "secours.example"
E3 = "05e9a617-0261-4cee-bb44-138d3ef5d965"
ROLES = (
    "Domain.Read.All",
    "Application.Read.All",
    "Organization.Read.All",
    "User.ReadWrite.All",
    "Group.ReadWrite.All",
    "Sites.ReadWrite.All",
    "Mail.Read",
    "MailboxSettings.Read",
)


class Reachable(Protocol):
    """Where a tenant answers, and what vouches for it: one in this process or in another."""

    @property
    def url(self) -> str: ...

    @property
    def ca_file(self) -> Path: ...


class Application:
    """An application's key pair: a self-signed RSA certificate, as the kit uses."""

    def __init__(self) -> None:
        issued = trustme.CA(key_type=trustme.KeyType.RSA).issue_cert(
            "kit.example", key_type=trustme.KeyType.RSA
        )
        self.certificate = issued.cert_chain_pems[0].bytes().decode()
        self.key = issued.private_key_pem.bytes().decode()


class Clock:
    """Time that only moves when told to."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0
        self._lock = threading.Lock()

    def __call__(self) -> float:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        with self._lock:
            self.now += seconds


def tenant_in(
    folder: Path, application: Application, *, behaviour: Behaviour = INSTANT, **options: Any
) -> TenantServer:
    """A tenant, not started, with the application registered."""
    roles = options.pop("roles", ROLES)
    server = TenantServer(folder, behaviour=behaviour, tenant_id=TENANT_ID, domain=DOMAIN, **options)
    server.register_app(CLIENT_ID, application.certificate, roles)
    return server


def connected(server: Reachable) -> httpx.Client:
    """A client that trusts this server and nobody else, nothing taken from the environment."""
    trust = ssl.create_default_context(cafile=str(server.ca_file))
    return httpx.Client(base_url=server.url, verify=trust, trust_env=False, timeout=20)


class _Http:
    """What MSAL asks of a transport; its assertion is bytes, which httpx would write as `b'…'`."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def get(self, url: str, **options: Any) -> httpx.Response:
        return self._client.get(url, **options)

    def post(self, url: str, *, data: Mapping[str, Any], **options: Any) -> httpx.Response:
        text = {name: value.decode() if isinstance(value, bytes) else value for name, value in data.items()}
        return self._client.post(url, data=text, **options)

    def close(self) -> None:
        self._client.close()


def msal_app(
    server: Reachable, credential: Mapping[str, str], client: httpx.Client, *, capable: bool = False
) -> Any:
    """Microsoft's own client of the authority; `capable` if it understands a claims challenge."""
    return msal.ConfidentialClientApplication(
        CLIENT_ID,
        authority=f"{server.url}/{TENANT_ID}",
        client_credential=dict(credential),
        instance_discovery=False,
        http_client=_Http(client),
        client_capabilities=["CP1"] if capable else None,
    )


def msal_person(server: Reachable, client: httpx.Client) -> Any:
    """Microsoft's own client, for a person who signs in with a device code."""
    return msal.PublicClientApplication(
        CLIENT_ID,
        authority=f"{server.url}/{TENANT_ID}",
        instance_discovery=False,
        http_client=_Http(client),
        client_capabilities=["CP1"],
    )


def token_of(server: Reachable, application: Application, *, capable: bool = False) -> str:
    """An access token, as MSAL gets it."""
    credential = {"private_key": application.key, "public_certificate": application.certificate}
    with connected(server) as client:
        app = msal_app(server, credential, client, capable=capable)
        result = app.acquire_token_for_client([f"{server.url}/.default"])
    return str(result["access_token"])


def signed_in(server: Reachable, application: Application, *, capable: bool = False) -> httpx.Client:
    """A client of Graph with a token; addresses are relative to `/v1.0`."""
    client = connected(server)
    client.base_url = httpx.URL(f"{server.url}/v1.0")
    client.headers["Authorization"] = f"Bearer {token_of(server, application, capable=capable)}"
    return client


def user_body(name: str = "camille.exemple", **changes: Any) -> dict[str, Any]:
    """What creates a user."""
    return {
        "accountEnabled": True,
        "displayName": "Camille Exemple",
        "mailNickname": name,
        "userPrincipalName": f"{name}@{DOMAIN}",
        "usageLocation": "FR",
        "passwordProfile": {"password": "Tournesol-1234", "forceChangePasswordNextSignIn": True},
        **changes,
    }


def group_body(
    base: str, nickname: str = "cellule", owners: tuple[str, ...] = (), **changes: Any
) -> dict[str, Any]:
    """What creates a Microsoft 365 group."""
    body = {
        "displayName": "Cellule de crise",
        "mailNickname": nickname,
        "mailEnabled": True,
        "securityEnabled": False,
        "groupTypes": ["Unified"],
        "visibility": "Private",
        **changes,
    }
    if owners:
        body["owners@odata.bind"] = [f"{base.rstrip('/')}/users/{owner}" for owner in owners]
    return body


def created(client: httpx.Client, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The object a POST made."""
    response = client.post(path, json=body)
    assert response.status_code == 201, response.text
    return dict(response.json())


def error_of(response: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    return response.status_code, response.json()["error"]["code"]
