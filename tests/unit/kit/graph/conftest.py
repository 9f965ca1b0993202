"""An application's key and certificate, and a simulated tenant over TLS that knows it."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from kit.graph.client import Graph
from kit.graph.connection import Connection
from kit.graph.permissions import NEEDED_ROLES
from kit.graph.wire import trust
from kit.simulator.tenant.server import INSTANT, TenantServer
from tests.unit.kit.graph.support import (
    CLIENT_ID,
    DOMAIN,
    TENANT_ID,
    Recorder,
    VirtualTime,
    connection,
    write_application,
)


@dataclass
class LiveTenant:
    """A running simulator and the client connected to it; `recorder` saw everything that went over."""

    server: TenantServer
    connection: Connection
    graph: Graph
    recorder: Recorder


@pytest.fixture(scope="session")
def application(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Key and certificate; made once, for a key takes a while."""
    return write_application(tmp_path_factory.mktemp("application"))


@pytest.fixture
def time() -> VirtualTime:
    return VirtualTime()


def tenant_in(folder: Path, application: tuple[Path, Path]) -> TenantServer:
    """A tenant, not started, that knows the application."""
    server = TenantServer(
        folder, tenant_id=TENANT_ID, domain=DOMAIN, behaviour=INSTANT, licences={"SPE_E3": 5}
    )
    server.register_app(CLIENT_ID, application[1].read_text(), [role.name for role in NEEDED_ROLES])
    return server


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory, application: tuple[Path, Path]) -> Path:
    """A tenant's folder with its keys, which take the longest to make."""
    folder = tmp_path_factory.mktemp("furnished") / "tenant"
    tenant_in(folder, application).stop()
    return folder


@pytest.fixture
def live(tmp_path: Path, furnished: Path, application: tuple[Path, Path]) -> Iterator[LiveTenant]:
    """A tenant without delays; licences: 5 SPE_E3."""
    shutil.copytree(furnished, tmp_path / "tenant")
    server = tenant_in(tmp_path / "tenant", application)
    with server:
        there = connection(
            application, authority=server.url, graph=f"{server.url}/v1.0", ca_file=server.ca_file
        )
        recorder = Recorder(httpx.HTTPTransport(verify=trust(there), trust_env=False))
        with Graph(there, transport=recorder, patience=5.0) as graph:
            yield LiveTenant(server, there, graph, recorder)
