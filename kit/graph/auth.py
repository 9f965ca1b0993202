"""Owns tokens: asked for with the application's certificate, kept in memory, one request for all threads."""

import threading
from gettext import gettext as _
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import msal
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from kit.errors import BadInput, MissingRequirement, TenantRefused, TenantUnreachable
from kit.graph.connection import Connection
from kit.graph.wire import broken


class TokenBusy(TenantUnreachable):
    """The token service answered that it cannot now; `headers` may say when."""

    def __init__(
        self, message: str, *, hint: str = "", status: int = 0, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.headers = headers or {}


class Tokens:
    """Access tokens of one application; threads that need one at the same time share a single request."""

    def __init__(self, connection: Connection, http: httpx.Client) -> None:
        self._connection = connection
        self._http = _MsalHttp(http)
        self._lock = threading.Lock()
        self._app: Any = None

    def get(self) -> str:
        """A token that is good for the next minutes, from memory where there is one.

        Raises:
            NoAnswer, TokenBusy: the token service does not answer now; asking again may help.
            CertificateRefused: its TLS certificate is not trusted.
            TenantRefused: it does not accept the application, its certificate or the tenant.
            MissingRequirement, BadInput: the key or certificate file is not there or not usable.
        """
        with self._lock:
            return self._ask()

    def renew(self, refused: str) -> str:
        """Another token than `refused`, which Graph did not take; raises as `get`."""
        with self._lock:
            token = self._ask()
            if token != refused:
                return token
            self._app.remove_tokens_for_client()
            return self._ask()

    def _ask(self) -> str:
        try:
            # Making the application asks the authority for its addresses, so it can fail as a request can.
            self._app = self._app or self._make()
            answer = self._app.acquire_token_for_client([self._connection.scope])
        except httpx.HTTPError as exc:
            raise broken(exc, urlsplit(self._connection.authority).netloc) from exc
        if "access_token" not in answer:
            raise _refusal(answer)
        return str(answer["access_token"])

    def _make(self) -> Any:
        credential = _credential(self._connection)  # its refusals are ValueErrors too, hence not below
        address = f"{self._connection.authority.rstrip('/')}/{self._connection.tenant_id}"
        try:
            return msal.ConfidentialClientApplication(
                self._connection.client_id,
                client_credential=credential,
                authority=address,
                http_client=self._http,
                # The settings name the authority: no third party is asked whether it is genuine, so that
                # sovereign clouds and a tenant on this machine work without a way out.
                instance_discovery=False,
                # False keeps the environment (MSAL_FORCE_REGION) from sending the assertion elsewhere.
                azure_region=False,
            )
        except ValueError as exc:
            raise TenantRefused(
                _("{address} does not know this tenant.").format(address=address),
                hint=_("Check `authority` and `tenant_id` under [tenant] in kit.toml."),
            ) from exc


def _credential(connection: Connection) -> dict[str, Any]:
    """What MSAL signs with, its way: PS256, and the certificate sent along (x5c).

    Reads both files and checks that they belong together: what MSAL then refuses is the authority's.

    Raises:
        MissingRequirement, BadInput: a file is not there or not usable.
    """
    key = _read(connection.private_key)
    certificate = _read(connection.certificate)
    try:
        loaded = load_pem_private_key(key.encode(), password=None)
        same = loaded.public_key() == x509.load_pem_x509_certificate(certificate.encode()).public_key()
    except (ValueError, TypeError) as exc:
        raise BadInput(
            _("{key} or {certificate} is not a PEM file without passphrase.").format(
                key=connection.private_key, certificate=connection.certificate
            )
        ) from exc
    if not same:
        raise BadInput(
            _("{key} is not the key of {certificate}.").format(
                key=connection.private_key, certificate=connection.certificate
            ),
            hint=_("Set the pair that belongs together under [tenant] in kit.toml."),
        )
    # The loaded key: checking one takes a tenth of a second, and MSAL would do it for each assertion.
    return {"private_key": loaded, "public_certificate": certificate}


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except OSError as exc:
        raise MissingRequirement(
            _("The application's key or certificate cannot be read: {file}").format(file=path),
            hint=_("Run `kit init`, then have an administrator register the certificate."),
        ) from exc
    except UnicodeDecodeError as exc:
        raise BadInput(_("{file} is not a PEM file.").format(file=path)) from exc


def _refusal(answer: dict[str, Any]) -> TenantRefused:
    hints = {
        "invalid_client": _("Register this certificate at the application in the tenant; check the clock."),
        "unauthorized_client": _("Check `client_id`: the application must be registered in this tenant."),
        "invalid_scope": _("Check `graph` under [tenant] in kit.toml: it must be this cloud's address."),
    }
    error = str(answer.get("error", ""))
    return TenantRefused(
        _("The tenant gives no token: {error}. It says: {message}").format(
            error=error, message=answer.get("error_description", "")
        ),
        hint=hints.get(
            error, _("Check `tenant_id`, `client_id` and the certificate under [tenant] in kit.toml.")
        ),
    )


class _MsalHttp:
    """What MSAL calls for HTTP, over our own client: same trust, same timeouts, same pool.

    A 429 or 5xx is raised rather than returned: MSAL would remember a 429 by itself and answer from
    that memory without asking, and our waits would not be told to anybody.
    """

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def get(self, url: str, params: Any = None, headers: Any = None, **_others: Any) -> httpx.Response:
        return self._checked(self._http.get(url, params=params, headers=headers))

    def post(
        self, url: str, params: Any = None, data: Any = None, headers: Any = None, **_others: Any
    ) -> httpx.Response:
        # Encoded here: MSAL gives the assertion as bytes, which httpx would write as Python does.
        form = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        return self._checked(self._http.post(url, params=params, content=urlencode(data), headers=form))

    def close(self) -> None:
        """Nothing to do: the client is not MSAL's."""

    def _checked(self, answer: httpx.Response) -> httpx.Response:
        if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS or answer.is_server_error:
            raise TokenBusy(
                _("The token service answered {status}.").format(status=answer.status_code),
                hint=_("Run the same command again later: it goes on where it stopped."),
                status=answer.status_code,
                headers=dict(answer.headers),
            )
        return answer
