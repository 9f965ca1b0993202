"""Serves the screens to browsers on this machine: each window is a `kit tui` of its own, which ends with it.

textual-serve has the page's terminal and speaks with the screens; here is what it leaves open: who may come
(`serving_access`), no shell, nothing from other machines, and no window's process that outlives it.
"""

import asyncio
import html
import os
import shlex
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout, suppress
from gettext import gettext as _
from pathlib import Path
from string import Template
from typing import Any

from aiohttp import WSCloseCode, web
from textual_serve.app_service import AppService
from textual_serve.server import Server, to_int

from kit.app.serving_access import Access, harden
from kit.errors import BadInput

#: Never another one, and no option for it: between machines the screens go through SSH.
_LOOPBACK = "127.0.0.1"
#: Windows at once: each is a process of some 150 MB.
MOST_WINDOWS = 4
#: Seconds in which the screens end by themselves, an act that was begun included, before they are killed.
_GRACE = 10.0
#: Seconds that a window waits for another to end: longer, so that one that is loaded again finds its place.
_PATIENCE = 12.0
#: Seconds between two looks at whether the browser is still there.
_HEARTBEAT = 15.0
_FOLDER = Path(__file__).parent
_PAGE = Template((_FOLDER / "serving_page.html").read_text(encoding="utf-8"))


def serve(screens: Sequence[str], *, port: int, tell: Callable[[str], None]) -> None:
    """Serve `kit` with the arguments `screens` until SIGTERM or Ctrl-C; `port` 0 takes a free one.

    `tell` gets an address with a token when it answers, and another one whenever one was used.

    Raises:
        BadInput: the port cannot be used.
    """
    out = sys.stdout

    def tell_out(address: str) -> None:
        with redirect_stdout(out):
            tell(address)

    # What textual-serve prints is how a window failed, which is no data.
    with _listening(port) as listening, redirect_stdout(sys.stderr):
        base = f"http://{_LOOPBACK}:{listening.getsockname()[1]}"
        server = BrowserServer(screens, Access(base, tell_out))
        # A log of requests would have tokens in it.
        web.run_app(
            server.application(), sock=listening, shutdown_timeout=2 * _GRACE, access_log=None, print=None
        )


def _listening(port: int) -> socket.socket:
    try:
        return socket.create_server((_LOOPBACK, port))
    except OSError as exc:
        raise BadInput(
            _("Port {port} of this machine cannot be used: {why}.").format(port=port, why=exc.strerror),
            hint=_("Take another one with `--port`; 0 takes a free one."),
        ) from exc


class Window(AppService):
    """The screens of one window: a process without a shell, gone when its browser is."""

    def __init__(self, arguments: Sequence[str], **connection: Any) -> None:
        super().__init__(shlex.join(arguments), **connection)
        self._arguments = arguments

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        self._process = process = await asyncio.create_subprocess_exec(
            *self._arguments,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=self._build_environment(width, height),
            # Ctrl-C in the terminal is for the server, which ends its windows.
            start_new_session=True,
        )
        self._stdin = process.stdin
        return process

    async def run(self) -> None:
        """Show what the screens draw until they end; the browser learns it however they did."""
        # The library ends what reads the errors, sometimes before that began, and is then cancelled itself.
        with suppress(asyncio.CancelledError):
            await super().run()
        await self.remote_close()

    async def stop(self) -> None:
        """Let the screens end, and see that they are gone."""
        process = self._process
        if process is None:
            return
        ending = asyncio.create_task(self._end(process))
        await asyncio.wait({ending}, timeout=_GRACE)
        # However that went: a window that nobody sees must not stay.
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        await ending

    async def _end(self, process: Process) -> None:
        await super().stop()
        # Nobody else may read any more what they still draw, and a full pipe would hold them.
        await process.communicate()


class BrowserServer(Server):
    """textual-serve's server behind `access`, with another page; `screens` are the arguments of `kit`."""

    def __init__(self, screens: Sequence[str], access: Access) -> None:
        super().__init__(shlex.join(["kit", *screens]), host=_LOOPBACK)
        # The kernel ends a window whose server was killed.
        self._arguments = ["setpriv", "--pdeathsig", "TERM", "--", sys.executable, "-m", "kit", *screens]
        self._access = access
        self._free = asyncio.Semaphore(MOST_WINDOWS)
        self._open: set[web.WebSocketResponse] = set()

    async def application(self) -> web.Application:
        """The routes, behind the guard."""
        app = await self._make_app()
        app.router.add_get("/page.js", self._script)
        app.middlewares.append(self._access.guard)
        app.on_response_prepare.append(harden)
        return app

    async def on_startup(self, _app: web.Application) -> None:
        """Tell the first address."""
        self._access.tell_address()

    async def on_shutdown(self, _app: web.Application) -> None:
        """Close every window; the screens in it end, and what they began is done."""
        await asyncio.gather(*(window.close(code=WSCloseCode.GOING_AWAY) for window in self._open))

    async def handle_index(self, request: web.Request) -> web.Response:
        """The page, which loads nothing from another machine and names the host by which it was asked for."""
        words = {
            "title": _("Crisis kit"),
            "opening": _("The screens are being opened …"),
            "closed": _("This window is closed; a run goes on without it."),
            "again": _("Open again"),
            "websocket": f"ws://{request.host}/ws",
        }
        page = _PAGE.substitute({name: html.escape(word) for name, word in words.items()})
        return web.Response(text=page, content_type="text/html")

    async def _script(self, _request: web.Request) -> web.FileResponse:
        return web.FileResponse(_FOLDER / "serving_page.js")

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Show the screens in a window until one of both ends."""
        websocket = web.WebSocketResponse(heartbeat=_HEARTBEAT)
        await websocket.prepare(request)
        try:
            await asyncio.wait_for(self._free.acquire(), _PATIENCE)
        except TimeoutError:
            full = _("{count} windows are open already; close one first.").format(count=MOST_WINDOWS)
            await websocket.send_bytes(full.encode())
            await websocket.close(code=WSCloseCode.TRY_AGAIN_LATER)
            return websocket
        self._open.add(websocket)
        try:
            await self._show(websocket, request)
        finally:
            self._open.discard(websocket)
            self._free.release()
        return websocket

    async def _show(self, websocket: web.WebSocketResponse, request: web.Request) -> None:
        window = Window(
            self._arguments,
            write_bytes=websocket.send_bytes,
            write_str=websocket.send_str,
            close=websocket.close,
            download_manager=self.download_manager,
        )
        size = (
            to_int(request.query.get(name, ""), cells) for name, cells in {"width": 80, "height": 24}.items()
        )
        await window.start(*size)
        try:
            await self._process_messages(websocket, window)
        finally:
            await window.stop()
