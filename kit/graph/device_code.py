"""Owns signing in as a person: a code that is typed in at a browser, and the tokens that follow from it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from gettext import gettext as _
from typing import Any

import httpx
import msal

from kit.errors import MissingRequirement, TenantRefused
from kit.graph.connection import Connection
from kit.graph.errors import NoAnswer
from kit.graph.token_service import TokenBusy, application, refusal
from kit.graph.waits import Waits

#: What the token service answers until the person has signed in (RFC 8628, 3.5).
_PENDING = ("authorization_pending", "slow_down")


@dataclass(frozen=True)
class DeviceCode:
    """What a person is asked to do: type `code` in at `url` before `expires`."""

    url: str
    code: str = field(repr=False)
    expires: datetime


Prompt = Callable[[DeviceCode], None]


class Operator:
    """A person who lets the application act for them; asked once, then MSAL renews the token by itself."""

    def __init__(
        self, connection: Connection, http: httpx.Client, waits: Waits, prompt: Prompt | None
    ) -> None:
        if prompt is None:
            raise MissingRequirement(
                _("Signing in needs a person at a terminal, and there is none; nothing was sent."),
                hint=_('Set `sign_in = "certificate"` under [tenant] in kit.toml.'),
            )
        self._scopes = [connection.scope]
        self._waits = waits
        self._prompt = prompt
        self._app = application(msal.PublicClientApplication, connection, http)

    def ask(self, claims: str | None = None, *, afresh: bool = False) -> dict[str, Any]:
        """MSAL's answer; `afresh` for another token than the one kept, with `claims` in it.

        Raises:
            Stopped: the run is being stopped; the person is waited for no longer.
        """
        for account in self._app.get_accounts():
            kept: dict[str, Any] | None = self._app.acquire_token_silent(
                self._scopes, account, force_refresh=afresh, claims_challenge=claims
            )
            if kept:
                return kept
        return self._sign_in(claims)

    def _sign_in(self, claims: str | None) -> dict[str, Any]:
        self._waits.check()
        try:
            flow = self._app.initiate_device_flow(self._scopes, claims_challenge=claims)
        except ValueError as exc:
            raise TenantRefused(
                _("The tenant's authority offers no sign-in by code."),
                hint=_('Set `sign_in = "certificate"` under [tenant] in kit.toml.'),
            ) from exc
        if "user_code" not in flow:
            raise refusal(flow)
        expires = datetime.fromtimestamp(flow["expires_at"], UTC)
        self._prompt(DeviceCode(flow["verification_uri"], flow["user_code"], expires))
        while True:
            self._waits.wait(flow["interval"])
            answer = self._poll(flow, claims)
            if answer.get("error") not in _PENDING or flow["expires_at"] < time.time():
                return answer

    def _poll(self, flow: dict[str, Any], claims: str | None) -> dict[str, Any]:
        """Ask whether the person has signed in; trouble on the way only means that we do not know yet."""
        try:
            answer: dict[str, Any] = self._app.acquire_token_by_device_flow(
                flow, claims_challenge=claims, exit_condition=lambda _flow: True
            )
        except (NoAnswer, TokenBusy):
            return {"error": _PENDING[0]}
        return answer
