"""Owns sign-in with a device code: the codes that are out, and whether somebody approved them.

Nobody signs in at a simulated tenant, so a code is approved from outside, and every person is the
tenant's administrator. Codes are not kept over a restart. Source: RFC 8628, and OAuth 2.0 device
authorization grant on the Microsoft identity platform for the AADSTS numbers.
"""

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from gettext import gettext as _
from typing import Any

from kit.errors import BadInput
from kit.simulator.tenant.behaviour import Behaviour
from kit.simulator.tenant.refusals import SignInRefused

#: What a code is made of: no letter that reads like a digit.
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_CODE_LENGTH = 9
#: Seconds by which the interval grows each time a client asks too soon (RFC 8628, 3.5), and what is forgiven.
_SLOWER = 5
_FORGIVEN = 1


@dataclass
class _Pending:
    client_id: str
    scope: str
    user_code: str
    expires: float
    interval: int
    asked_at: float | None = None
    approved: bool = False


class DeviceCodes:
    """Codes given out; approved from any thread."""

    def __init__(self, behaviour: Behaviour, clock: Callable[[], float]) -> None:
        self._behaviour = behaviour
        self._clock = clock
        self._lock = threading.Lock()
        self._pending: dict[str, _Pending] = {}

    def start(self, client_id: str, scope: str, page: str) -> Mapping[str, Any]:
        """A new code, as the endpoint answers it; `page` is where a person would type it."""
        device_code = secrets.token_urlsafe(48)
        user_code = "".join(secrets.choice(_LETTERS) for _place in range(_CODE_LENGTH))
        lifetime, interval = self._behaviour.device_code_lifetime, self._behaviour.device_code_interval
        with self._lock:
            self._pending[device_code] = _Pending(
                client_id, scope, user_code, self._clock() + lifetime, interval
            )
        return {
            "user_code": user_code,
            "device_code": device_code,
            "verification_uri": page,
            "expires_in": lifetime,
            "interval": interval,
            "message": f"To sign in, open the page {page} and enter the code {user_code}.",
        }

    def approve(self, user_code: str) -> None:
        """Sign in for whoever waits with this code.

        Raises:
            BadInput: nobody waits with it, or not any more.
        """
        with self._lock:
            for pending in self._pending.values():
                if pending.user_code == user_code.strip().upper() and self._clock() < pending.expires:
                    pending.approved = True
                    return
        raise BadInput(
            _("Nobody waits with the device code {code}.").format(code=user_code),
            hint=_("It may have expired: ask for another one."),
        )

    def redeem(self, device_code: str, client_id: str) -> str:
        """The scope that was approved; the code is used up.

        Raises:
            SignInRefused: unknown or used, not approved yet, asked too soon, or expired.
        """
        with self._lock:
            pending = self._pending.get(device_code)
            if pending is None or pending.client_id != client_id.lower():
                raise _refusal(70018, "bad_verification_code", "The device code is not known or was used.")
            now = self._clock()
            if now >= pending.expires:
                raise _refusal(70020, "expired_token", "The device code has expired.")
            if pending.approved:
                del self._pending[device_code]
                return pending.scope
            self._pace(pending, now)
        raise _refusal(70016, "authorization_pending", "The request was not approved yet.")

    def _pace(self, pending: _Pending, now: float) -> None:
        too_soon = pending.asked_at is not None and now - pending.asked_at < pending.interval - _FORGIVEN
        pending.asked_at = now
        if too_soon:
            pending.interval += _SLOWER
            raise _refusal(90055, "slow_down", "The client asks too often.")


def _refusal(code: int, error: str, message: str) -> SignInRefused:
    return SignInRefused(code, message, status=400, error=error)
