"""Serves the simulated tenant of this station, its address told in a file; disturbs it while it answers."""

import json
import os
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from gettext import gettext as _
from pathlib import Path
from typing import Any

import httpx

from inventory import devices
from inventory.devices import DeviceKind
from kit.app import keys
from kit.app.compose import App
from kit.app.run import StopRequest, on_interrupt
from kit.errors import TenantUnreachable
from kit.graph.permissions import NEEDED_ROLES
from kit.simulator.tenant.scenario import parse_duration, read_scenario
from kit.simulator.tenant.server import Behaviour, TenantServer

#: Beside the tenant's state: its address and process, for who waits for it to answer.
ANNOUNCEMENT = "answering.json"


def prepare(
    app: App, port: int, *, latency: str = "0s", faults: Path | None = None, seed: int = 1
) -> TenantServer:
    """The tenant of this station's home, not serving yet; knows this station's application and phones.

    Raises:
        BadInput: the latency or the file of faults cannot be used; says where.
        Busy: another one serves this home.
    """
    behaviour = Behaviour(latency=parse_duration(latency), seed=seed)
    scenario = read_scenario(faults) if faults else None
    settings = app.settings.tenant
    server = TenantServer(
        app.home.tenant,
        port=port,
        behaviour=behaviour,
        tenant_id=settings.tenant_id,
        domain=settings.domain,
        control=True,
    )
    _key, certificate = keys.ensure_certificate(app.home.keys, name="crisis-kit")
    server.register_app(settings.client_id, certificate.read_text(), [role.name for role in NEEDED_ROLES])
    if scenario is not None:
        server.disturb(scenario)
    return server


def facts(server: TenantServer) -> dict[str, Any]:
    """What a client needs to reach it."""
    return {
        "url": server.url,
        "ca_file": str(server.ca_file),
        "pid": os.getpid(),
    }


def settings_for(server: TenantServer) -> str:
    """The lines of kit.toml that point at it."""
    return f'[tenant]\nauthority = "{server.url}"\ngraph = "{server.url}/v1.0"\nca_file = "{server.ca_file}"'


def serve(app: App, server: TenantServer, *, ready: Callable[[], None]) -> None:
    """Answer until SIGTERM or Ctrl-C; the announcement stands as long as it answers."""
    path = app.home.tenant / ANNOUNCEMENT
    stop = StopRequest()
    with on_interrupt(stop), server:
        control = {"control": server.control_url, "control_token": server.control_token}
        keys.write_private(path, json.dumps(facts(server) | control).encode())
        ready()
        stop.asked.wait()
        path.unlink(missing_ok=True)


def disturb(app: App, faults: Path | None) -> dict[str, Any]:
    """Deal the faults of a file in the running tenant, in place of earlier ones; None ends them all.

    Raises:
        BadInput: the file cannot be used. TenantUnreachable: no simulated tenant of this home answers.
    """
    scenario = read_scenario(faults) if faults else None
    with _control(app) as control:
        if scenario is None:
            control.delete("/faults").raise_for_status()
        else:
            control.put(
                "/faults", json=scenario.model_dump(mode="json", exclude_unset=True)
            ).raise_for_status()
        dealt = control.get("/requests").raise_for_status().json()["faults"]
    return {"faults": len(scenario.fault) if scenario else 0, "dealt": sum(dealt.values())}


def enrol(app: App) -> int:
    """Let the running tenant's device management know the pool's phones; how many it knows now.

    Raises:
        TenantUnreachable: no simulated tenant of this home answers.
    """
    with app.database.read() as session:
        phones = [
            {"imei": phone.imei or "", "serial": phone.serial or "", "model": phone.model}
            for phone in devices.listing(session, kind=DeviceKind.PHONE)
        ]
    with _control(app) as control:
        control.post("/phones", json=phones).raise_for_status()
    return len(phones)


@contextmanager
def _control(app: App) -> Iterator[httpx.Client]:
    try:
        told = json.loads((app.home.tenant / ANNOUNCEMENT).read_text())
        trust = ssl.create_default_context(cafile=told["ca_file"])
        headers = {"Authorization": f"Bearer {told['control_token']}"}
        with httpx.Client(base_url=told["control"], verify=trust, headers=headers, trust_env=False) as client:
            yield client
    except (OSError, httpx.HTTPError) as exc:
        raise TenantUnreachable(
            _("No simulated tenant of this station answers; nothing was changed."),
            hint=_("Start it with `kit tenant simulate`."),
        ) from exc
