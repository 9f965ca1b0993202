"""Owns the running tenant: its folder, its port, its start and its stop."""

import asyncio
import fcntl
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from kit.errors import BadInput, Busy, KitError
from kit.simulator.tenant.authority import Authority
from kit.simulator.tenant.behaviour import DEFAULT, INSTANT, Behaviour
from kit.simulator.tenant.certificates import certificate_in
from kit.simulator.tenant.control import Control
from kit.simulator.tenant.device_codes import DeviceCodes
from kit.simulator.tenant.faults import Faults
from kit.simulator.tenant.files import private_folder
from kit.simulator.tenant.graph import PREFIX, Graph
from kit.simulator.tenant.intune import enrol
from kit.simulator.tenant.recent import RecentStore
from kit.simulator.tenant.samples import fill_drive, fill_mailbox, library_of, user_at
from kit.simulator.tenant.scenario import Scenario
from kit.simulator.tenant.seed import LICENCES, register, seed
from kit.simulator.tenant.tenant import INDEXES, Tenant
from kit.simulator.tenant.tokens import Tokens
from kit.simulator.tenant.traffic import Traffic
from kit.simulator.tenant.transfers import Transfers
from kit.simulator.tenant.visibility import readers
from kit.simulator.tenant.wire import Protocol, Wire

__all__ = ["INSTANT", "Behaviour", "TenantServer"]

HOST = "127.0.0.1"
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
#: Seconds for the server to come up, and for open requests to end when it stops.
_START_TIMEOUT = 30.0
_STOP_TIMEOUT = 3
#: Longer than a client keeps an idle connection, so that none is closed under a request.
_KEEP_ALIVE = 120


class _Uvicorn(uvicorn.Server):
    """Says when it listens, and on stopping does not wait for clients that hold idle connections."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=_STOP_TIMEOUT)
        # A polite end of TLS waits for the other side's, and a pooled connection never sends it.
        for connection in self.server_state.connections:
            connection.transport.abort()
        await super().shutdown(sockets)


class TenantServer:
    """A simulated Microsoft 365 tenant: its state in `folder`, Graph and the authority on one TLS port.

    The folder is taken when the object is made, so that applications can be registered before the
    start, and given back by `stop`; afterwards make a new object.
    """

    def __init__(
        self,
        folder: Path,
        *,
        port: int = 0,
        behaviour: Behaviour = DEFAULT,
        tenant_id: str,
        domain: str,
        licences: Mapping[str, int] = LICENCES,
        clock: Callable[[], float] = time.time,
        control: bool = False,
    ) -> None:
        """Open or furnish the tenant; port 0 takes a free one at the start, `control` opens another.

        Raises:
            Busy: another server runs on this folder.
            BadInput: the folder holds another tenant, or a licence is unknown.
        """
        self._asked_port = port
        self._controlled = control
        self._lock: int | None = _take(private_folder(folder))
        self._certificate = certificate_in(folder)
        self._store = RecentStore(folder / "tenant.db", indexes=INDEXES, clock=clock)
        self._tenant = Tenant(self._store, behaviour, tenant_id, domain, clock, folder)
        try:
            seed(self._tenant, licences)
        except BaseException:
            self.stop()
            raise
        self._tokens = Tokens(folder / "tokens.key", self._tenant)
        self.codes = DeviceCodes(behaviour, clock)
        self.faults = Faults(behaviour, clock)
        self.traffic = Traffic()
        #: what the control port asks for; a secret of this process
        self.control_token = secrets.token_urlsafe(32)

    _socket: socket.socket | None = None
    _control_socket: socket.socket | None = None
    _uvicorn: _Uvicorn | None = None
    _thread: threading.Thread | None = None

    @property
    def ca_file(self) -> Path:
        """The PEM file a client has to trust."""
        return self._certificate.authority

    @property
    def port(self) -> int:
        """The port it listens on; known once started."""
        if self._socket is None:
            raise RuntimeError("the tenant was not started")
        return int(self._socket.getsockname()[1])

    @property
    def url(self) -> str:
        """Address of the authority; Graph is at `{url}/v1.0`."""
        return f"https://{HOST}:{self.port}"

    @property
    def control_url(self) -> str:
        """Address of the control port; known once started."""
        if self._control_socket is None:
            raise RuntimeError("the tenant was not started with a control port")
        return f"https://{HOST}:{self._control_socket.getsockname()[1]}"

    def disturb(self, scenario: Scenario) -> None:
        """Put a scenario of faults in force from now on, in place of the one before."""
        self.faults.disturb(scenario)

    def calm(self) -> None:
        """End all faults."""
        self.faults.calm()

    def faults_dealt(self) -> Mapping[str, int]:
        """How many faults of each kind were dealt."""
        return self.faults.dealt()

    def requests(self) -> Mapping[tuple[str, str, int], int]:
        """How many requests and parts of batches came, by method, path template and status (0: dropped)."""
        return self.traffic.counts()

    def revoke_tokens(self) -> None:
        """Call every application's tokens back (Continuous Access Evaluation)."""
        for row in self._store.rows("applications"):
            self._tokens.revoke(str(row.document["appId"]))

    def approve_device(self, user_code: str) -> None:
        """Sign in as the tenant's administrator for whoever waits with a device code.

        Raises:
            BadInput: nobody waits with it.
        """
        self.codes.approve(user_code)

    def register_app(self, client_id: str, certificate_pem: str, roles: Sequence[str]) -> None:
        """Register an application, or change it: public certificate and Graph application permissions."""
        register(self._tenant, client_id, certificate_pem, roles)

    def enrol_phone(self, *, imei: str, serial: str, model: str) -> str:
        """Put a phone under the tenant's management, with no user yet; gives its id.

        Raises:
            BadInput: the tenant has no device management.
        """
        return enrol(self._tenant, imei=imei, serial=serial, model=model)

    def fill_mailbox(self, address: str, *, messages: int, bytes_each: int) -> None:
        """Put sample messages into the inbox of the user with that principal name or mail address.

        Raises:
            BadInput: there is no such user.
        """
        fill_mailbox(self._tenant, user_at(self._tenant, address), messages, bytes_each)

    def fill_drive(self, owner: str, *, files: int, bytes_each: int, distinct: int | None = None) -> None:
        """Put sample files into the library of a group (by mail nickname) or a licensed user (by address).

        With `distinct` only that many contents differ; the others share their room on the disk.

        Raises:
            BadInput: there is no such group or user, or it has no library.
        """
        fill_drive(self._tenant, library_of(self._tenant, owner), files, bytes_each, distinct=distinct)

    def readers(self) -> dict[str, set[str]]:
        """Who may read each group's site: principal names by the site's name."""
        names = {
            str(row.document["id"]): row.document["userPrincipalName"] for row in self._store.rows("users")
        }
        return {
            str(row.document["name"]): {names[user] for user in readers(self._store, str(row.document["id"]))}
            for row in self._store.rows("sites")
            if row.document["_group"]
        }

    def start(self) -> None:
        """Serve in a thread of its own; returns when requests are answered.

        Raises:
            BadInput: the port is taken or not allowed.
            KitError: the server did not come up.
        """
        self._socket = _listening(self._asked_port)
        self._control_socket = _listening(0) if self._controlled else None
        sockets = [one for one in (self._socket, self._control_socket) if one is not None]
        self._uvicorn = _Uvicorn(self._config())
        self._thread = threading.Thread(target=self._uvicorn.run, args=(sockets,), name="tenant", daemon=True)
        self._thread.start()
        if not self._uvicorn.ready.wait(_START_TIMEOUT):
            self.stop()
            raise KitError("the simulated tenant did not start", hint="Its log says why; start it again.")

    def stop(self) -> None:
        """Let open requests end, stop listening, give the folder back; twice does no harm."""
        if self._uvicorn is not None and self._thread is not None:
            self._uvicorn.should_exit = True
            self._thread.join()
        for listening in (self._socket, self._control_socket):
            if listening is not None:
                listening.close()
        self._tenant.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def serve_forever(self, *, ready: Callable[[str], None] | None = None) -> None:
        """Serve until SIGTERM or SIGINT; in the main thread. `ready` is called once with the address."""
        asked = threading.Event()
        before = {
            number: signal.signal(number, lambda *_: asked.set())
            for number in (signal.SIGTERM, signal.SIGINT)
        }
        try:
            self.start()
            if ready:
                ready(self.url)
            asked.wait()
        finally:
            self.stop()
            for number, handler in before.items():
                signal.signal(number, handler)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _config(self) -> uvicorn.Config:
        wire = Wire(self.faults, self.traffic)
        graph = Graph(self._tenant, self._store, self._tokens, wire)
        authority = Authority(self._tenant, self._tokens, self.codes, wire)
        transfers = Transfers(self._tenant, wire)
        app = Starlette(
            routes=[
                Route(f"{PREFIX}/{{path:path}}", graph.answer, methods=_METHODS),
                *authority.routes(),
                *transfers.routes(),
            ]
        )
        control = Control(self, self.control_token).application()
        return uvicorn.Config(
            _by_port(app, self.port, control),
            http=Protocol,
            ssl_certfile=self._certificate.chain,
            ssl_keyfile=self._certificate.key,
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=_KEEP_ALIVE,
            timeout_graceful_shutdown=_STOP_TIMEOUT,
        )


def _by_port(tenant: ASGIApp, port: int, control: ASGIApp) -> ASGIApp:
    """Two applications behind two ports of one server."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await (tenant if scope["server"][1] == port else control)(scope, receive, send)

    return answer


def _take(folder: Path) -> int:
    """Lock the folder for this process: state is held in memory, so two servers would diverge."""
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as exc:
        os.close(descriptor)
        raise Busy(
            f"a simulated tenant already runs on {folder}", hint="Use the one that runs, or stop it first."
        ) from exc
    return descriptor


def _listening(port: int) -> socket.socket:
    try:
        listening = socket.create_server((HOST, port), backlog=1024)
    except (OSError, OverflowError) as exc:
        raise BadInput(
            f"the simulated tenant cannot listen on port {port}: {exc}", hint="Choose another port."
        ) from exc
    # Inherited by each connection: without it every answer waits 40 ms for the client's delayed ACK.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening
