"""Owns the way to the token service: MSAL over our own connections, and what its refusals mean."""

from gettext import gettext as _
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx

from kit.errors import TenantRefused, TenantUnreachable
from kit.graph.connection import Connection
from kit.graph.wire import broken

#: Says that we can answer a claims challenge: tokens then live a day, and are refused at once when revoked.
_CAPABILITIES = ["CP1"]


class TokenBusy(TenantUnreachable):
    """The token service answered that it cannot now; `headers` may say when."""

    def __init__(
        self, message: str, *, hint: str = "", status: int = 0, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.headers = headers or {}


def application(kind: Any, connection: Connection, http: httpx.Client, **more: Any) -> Any:
    """One of MSAL's applications, for this tenant.

    Raises:
        NoAnswer, TokenBusy: the authority does not answer now; making it asks for the authority's addresses.
        TenantRefused: the authority does not know the tenant.
    """
    address = f"{connection.authority.rstrip('/')}/{connection.tenant_id}"
    try:
        return kind(
            connection.client_id,
            authority=address,
            http_client=_MsalHttp(http),
            client_capabilities=_CAPABILITIES,
            # The settings name the authority: no third party is asked whether it is genuine, so that
            # sovereign clouds and a tenant on this machine work without a way out.
            instance_discovery=False,
            # False keeps the environment (MSAL_FORCE_REGION) from sending the assertion elsewhere.
            azure_region=False,
            **more,
        )
    except ValueError as exc:
        raise TenantRefused(
            _("{address} does not know this tenant.").format(address=address),
            hint=_("Check `authority` and `tenant_id` under [tenant] in kit.toml."),
        ) from exc


def refusal(answer: dict[str, Any]) -> TenantRefused:
    """The error for an answer of the token service that holds no token."""
    error = str(answer.get("error", ""))
    return TenantRefused(
        _("The tenant gives no token: {error}. It says: {message}").format(
            error=error, message=answer.get("error_description", "")
        ),
        hint=_hint(error),
    )


def _hint(error: str) -> str:
    again = _("Run the same command again, and sign in with the new code that it shows.")
    hints = {
        "invalid_client": _("Register this certificate at the application in the tenant; check the clock."),
        "unauthorized_client": _("Check `client_id`: the application must be registered in this tenant."),
        "invalid_scope": _("Check `graph` under [tenant] in kit.toml: it must be this cloud's address."),
        "authorization_declined": again,
        "expired_token": again,
    }
    return hints.get(
        error, _("Check `tenant_id`, `client_id` and the certificate under [tenant] in kit.toml.")
    )


class _MsalHttp:
    """What MSAL calls for HTTP, over our own client: same trust, same timeouts, same pool.

    A 429 or 5xx is raised rather than returned: MSAL would remember a 429 by itself and answer from
    that memory without asking, and our waits would not be told to anybody.
    """

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def get(self, url: str, params: Any = None, headers: Any = None, **_others: Any) -> httpx.Response:
        return self._exchange("GET", url, params=params, headers=headers)

    def post(
        self, url: str, params: Any = None, data: Any = None, headers: Any = None, **_others: Any
    ) -> httpx.Response:
        # Encoded here: MSAL gives the assertion as bytes, which httpx would write as Python does.
        form = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        content = urlencode({name: value for name, value in data.items() if value is not None})
        return self._exchange("POST", url, params=params, content=content, headers=form)

    def close(self) -> None:
        """Nothing to do: the client is not MSAL's."""

    def _exchange(self, method: str, url: str, **request: Any) -> httpx.Response:
        try:
            answer = self._http.request(method, url, **request)
        except httpx.HTTPError as exc:
            raise broken(exc, urlsplit(url).netloc) from exc
        if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS or answer.is_server_error:
            raise TokenBusy(
                _("The token service answered {status}.").format(status=answer.status_code),
                hint=_("Run the same command again later: it goes on where it stopped."),
                status=answer.status_code,
                headers=dict(answer.headers),
            )
        return answer
