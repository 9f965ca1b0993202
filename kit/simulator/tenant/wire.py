"""Owns the connection under a request: what is counted about it, and how it is broken on purpose."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from kit.simulator.tenant.faults import Asked, Faults
from kit.simulator.tenant.scenario import BREAKS, Kind
from kit.simulator.tenant.traffic import Traffic

Endpoint = Callable[[Request], Awaitable[Response]]
_TRANSPORT = "transport"


class Protocol(H11Protocol):
    """Hands the connection to the application with each request, so that it can end it without an answer."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection."""
        if not isinstance(transport, asyncio.Transport):
            raise TypeError(f"{transport} is no connection")
        super().connection_made(transport)
        self.app_state = {**self.app_state, _TRANSPORT: transport}


class Wire:
    """What befalls every HTTP request, whatever it asks."""

    def __init__(self, faults: Faults, traffic: Traffic) -> None:
        self.faults = faults
        self.traffic = traffic

    async def carry(self, asked: Sequence[Asked], answer: Callable[[], Awaitable[Response]]) -> Response:
        """The answer to the first of `asked`, or what a fault of any of them makes of it."""
        fault = self.faults.strike(BREAKS, *asked)
        if fault is not None and fault.kind is not Kind.HALF and not fault.carried_out:
            response: Response = _Nothing()
        else:
            response = await answer()
            if fault is not None:
                response = _Half(response) if fault.kind is Kind.HALF else _Nothing()
        self.traffic.count(asked[0].method, asked[0].template, response.status_code)
        return response

    def route(self, path: str, endpoint: Endpoint, *, methods: list[str], workload: str) -> Route:
        """A route beside Graph's whose requests can be slow, broken and counted too."""

        async def carried(request: Request) -> Response:
            asked = Asked(request.method, request.url.path, path, workload)
            await self.faults.delay(asked)
            return await self.carry([asked], lambda: endpoint(request))

        return Route(path, carried, methods=methods)


class _Nothing(Response):
    """No answer: the connection ends, as a cut cable ends it."""

    def __init__(self) -> None:
        super().__init__()
        self.status_code = 0

    async def __call__(self, scope: Scope, receive: Receive, _send: Send) -> None:
        scope["state"][_TRANSPORT].abort()
        await _ended(receive)


class _Half(Response):
    """The first half of another answer's body; without a body, nothing."""

    def __init__(self, whole: Response) -> None:
        super().__init__()
        self.status_code = whole.status_code
        self._whole = whole

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport, left = scope["state"][_TRANSPORT], 0

        async def cut(message: Message) -> None:
            nonlocal left
            if message["type"] == "http.response.start":
                left = int(Headers(raw=message["headers"]).get("content-length", 0)) // 2
                if not left:
                    transport.abort()
            elif left:
                body = message.get("body", b"")[:left]
                left -= len(body)
                message = {**message, "body": body, "more_body": True}
            else:
                return
            await send(message)
            if not left:
                # What was written still goes out; after `abort`, nothing does.
                transport.close()

        await self._whole(scope, receive, cut)
        await _ended(receive)


async def _ended(receive: Receive) -> None:
    """Wait until the server knows that the connection is gone, or it would complain of a missing answer."""
    while (await receive())["type"] != "http.disconnect":
        pass
