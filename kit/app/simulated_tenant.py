"""Serves the simulated tenant of this station: our certificate registered, its address told in a file."""

import json
import os
from collections.abc import Callable
from typing import Any

from kit.app import keys
from kit.app.compose import App
from kit.app.run import StopRequest, on_interrupt
from kit.graph.permissions import NEEDED_ROLES
from kit.simulator.tenant.server import TenantServer

#: Beside the tenant's state: its address and process, for who waits for it to answer.
ANNOUNCEMENT = "answering.json"


def prepare(app: App, port: int) -> TenantServer:
    """The tenant of this station's home, not serving yet; knows this station's application."""
    settings = app.settings.tenant
    server = TenantServer(app.home.tenant, port=port, tenant_id=settings.tenant_id, domain=settings.domain)
    _key, certificate = keys.ensure_certificate(app.home.keys, name="crisis-kit")
    server.register_app(settings.client_id, certificate.read_text(), [role.name for role in NEEDED_ROLES])
    return server


def facts(server: TenantServer) -> dict[str, Any]:
    """What a client needs to reach it."""
    return {"url": server.url, "ca_file": str(server.ca_file), "pid": os.getpid()}


def settings_for(server: TenantServer) -> str:
    """The lines of kit.toml that point at it."""
    return f'[tenant]\nauthority = "{server.url}"\ngraph = "{server.url}/v1.0"\nca_file = "{server.ca_file}"'


def serve(app: App, server: TenantServer, *, ready: Callable[[], None]) -> None:
    """Answer until SIGTERM or Ctrl-C; the announcement stands as long as it answers."""
    path = app.home.tenant / ANNOUNCEMENT
    stop = StopRequest()
    with on_interrupt(stop), server:
        keys.write_private(path, json.dumps(facts(server)).encode())
        ready()
        stop.asked.wait()
        path.unlink(missing_ok=True)
