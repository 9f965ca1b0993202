"""Owns who may have the screens in a browser: an address with a token, the cookie it becomes, names, origins.

Any account of this machine, and any page open in its browsers, reaches a port on loopback. So nothing is
answered without the cookie, to another host name (DNS rebinding), or to a page from elsewhere (websockets
are not bound to their page's origin by browsers).
"""

import re
import secrets
from collections.abc import Awaitable, Callable
from gettext import gettext as _

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

#: Names of this machine to itself; the port is whichever a tunnel has on the other side.
_HOST = re.compile(r"(127\.0\.0\.1|localhost)(:\d{1,5})?")
_BYTES = 32
#: The terminal writes its own style elements; all else comes from here, and nowhere can show it in a frame.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; style-src-elem 'self' 'unsafe-inline'; "
        "font-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Access:
    """Lets in who opened an address told by `tell`, each of which is good for one browser.

    Tokens and cookie are in memory only, and new at each start.
    """

    def __init__(self, base: str, tell: Callable[[str], None]) -> None:
        self._base, self._tell = base, tell
        self._session, self._token = secrets.token_urlsafe(_BYTES), ""
        # Cookies know no ports: two servers of one machine need two names.
        self._cookie = f"kit-{secrets.token_hex(4)}"

    def tell_address(self) -> None:
        """Tell an address with a new token; an earlier one that nobody used is worth nothing any more."""
        self._token = secrets.token_urlsafe(_BYTES)
        self._tell(f"{self._base}/?token={self._token}")

    @web.middleware
    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer only a browser that was let in, or lets itself in now.

        Raises:
            HTTPMisdirectedRequest: it was asked for by another name. HTTPForbidden: by a page from elsewhere.
            HTTPUnauthorized: without cookie, or with a token that is wrong or used.
        """
        host = request.headers.get("Host", "")
        if not _HOST.fullmatch(host):
            raise web.HTTPMisdirectedRequest(text=_("Only this machine is served, by its own name."))
        # A browser names the origin of each websocket; what does not is none, or hides something.
        own = f"http://{host}"
        if request.headers.get("Origin", None if _upgrades(request) else own) != own:
            raise web.HTTPForbidden(text=_("Not for a page from elsewhere."))
        if request.method == "GET" and request.path == "/" and "token" in request.query:
            return self._let_in(request.query["token"])
        if not _same(request.cookies.get(self._cookie, ""), self._session):
            raise web.HTTPUnauthorized(
                text=_("Open the address that stands last in the terminal of `kit serve`.")
            )
        return await handler(request)

    def _let_in(self, token: str) -> web.Response:
        if not _same(token, self._token):
            raise web.HTTPUnauthorized(
                text=_("This address was used already. Open the last one in the terminal of `kit serve`.")
            )
        self.tell_address()
        response = web.Response(status=303, headers={"Location": "/"})
        response.set_cookie(self._cookie, self._session, httponly=True, samesite="Strict", path="/")
        return response


async def harden(_request: web.Request, response: web.StreamResponse) -> None:
    """Give each answer, refusals too, the headers that keep a page to itself."""
    response.headers.update(_HEADERS)


def _upgrades(request: web.Request) -> bool:
    return request.headers.get("Upgrade", "").lower() == "websocket"


def _same(given: str, expected: str) -> bool:
    """Whether both are the same, in a time that does not tell where they differ."""
    return bool(expected) and secrets.compare_digest(given.encode(errors="replace"), expected.encode())
