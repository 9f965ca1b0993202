"""Owns the control port: faults, revocation, device codes and counts, for whoever rehearses with the tenant.

It is an application of its own on a second loopback port, so that nothing of it can be mistaken for Graph
and no fault touches it. Its bearer token is made at each start.
"""

import hmac
from collections.abc import Awaitable, Callable
from typing import Protocol

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kit.errors import BadInput
from kit.simulator.tenant.device_codes import DeviceCodes
from kit.simulator.tenant.faults import Faults
from kit.simulator.tenant.scenario import parse_scenario
from kit.simulator.tenant.traffic import Traffic

_NOTHING = 204
_PHONE = ("imei", "serial", "model")


class Controlled(Protocol):
    """What the control port acts on."""

    faults: Faults
    traffic: Traffic
    codes: DeviceCodes

    def enrol_phone(self, *, imei: str, serial: str, model: str) -> str:
        """Put a phone under the tenant's management."""

    def revoke_tokens(self) -> None:
        """Call every application's tokens back."""


class Control:
    """Answers whoever has the token.

    GET, PUT and DELETE /faults, POST /revoke, POST /device with `{"user_code": …}`, POST /phones with a list
    of `{"imei", "serial", "model"}`, GET /requests.
    """

    def __init__(self, controlled: Controlled, token: str) -> None:
        self._controlled = controlled
        self._expected = f"Bearer {token}"

    def application(self) -> Starlette:
        """The application."""
        return Starlette(
            routes=[
                self._route("GET", "/faults", self.read_faults),
                self._route("PUT", "/faults", self.set_faults),
                self._route("DELETE", "/faults", self.end_faults),
                self._route("POST", "/revoke", self.revoke),
                self._route("POST", "/device", self.approve),
                self._route("POST", "/phones", self.enrol),
                self._route("GET", "/requests", self.count),
            ]
        )

    async def read_faults(self, _request: Request) -> Response:
        """The scenario in force, as it was put."""
        scenario = self._controlled.faults.scenario
        return JSONResponse(scenario.model_dump(mode="json", exclude_unset=True))

    async def set_faults(self, request: Request) -> Response:
        """Put a scenario in force in place of the one before."""
        scenario = parse_scenario(await request.body(), source="JSON")
        self._controlled.faults.disturb(scenario)
        return Response(status_code=_NOTHING)

    async def end_faults(self, _request: Request) -> Response:
        """End all faults."""
        self._controlled.faults.calm()
        return Response(status_code=_NOTHING)

    async def revoke(self, _request: Request) -> Response:
        """Call every application's tokens back, as an administrator or a detected risk would."""
        self._controlled.revoke_tokens()
        return Response(status_code=_NOTHING)

    async def approve(self, request: Request) -> Response:
        """Sign in for whoever waits with a device code."""
        try:
            user_code = str((await request.json())["user_code"])
        except (ValueError, TypeError, KeyError) as exc:
            raise BadInput('the body must be {"user_code": …}') from exc
        self._controlled.codes.approve(user_code)
        return Response(status_code=_NOTHING)

    async def enrol(self, request: Request) -> Response:
        """Put phones under the tenant's management, as an administrator would have."""
        try:
            phones = [{name: str(phone[name]) for name in _PHONE} for phone in await request.json()]
        except (ValueError, TypeError, KeyError) as exc:
            raise BadInput(f"the body must be a list of objects with {', '.join(_PHONE)}") from exc
        for phone in phones:
            self._controlled.enrol_phone(**phone)
        return Response(status_code=_NOTHING)

    async def count(self, _request: Request) -> Response:
        """What was asked and answered, and how many faults of each kind were dealt, since the start."""
        counts = sorted(self._controlled.traffic.counts().items())
        requests = [
            {"method": method, "template": template, "status": status, "count": number}
            for (method, template, status), number in counts
        ]
        return JSONResponse({"requests": requests, "faults": self._controlled.faults.dealt()})

    def _route(self, method: str, path: str, answer: Callable[[Request], Awaitable[Response]]) -> Route:
        async def guarded(request: Request) -> Response:
            given = request.headers.get("authorization", "")
            if not hmac.compare_digest(given.encode(), self._expected.encode()):
                return JSONResponse({"error": "This port asks for its own token."}, 401)
            try:
                return await answer(request)
            except BadInput as refused:
                return JSONResponse({"error": refused.message, "hint": refused.hint}, 400)

        return Route(path, guarded, methods=[method])
