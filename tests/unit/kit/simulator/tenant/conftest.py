"""Owns the fixtures of the simulated tenant's tests: an application, a tenant, a signed-in client."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from kit.simulator.tenant.server import TenantServer
from tests.unit.kit.simulator.tenant.administering import ADMIN
from tests.unit.kit.simulator.tenant.running import Application, signed_in, tenant_in

Starter = Callable[..., httpx.Client]


@pytest.fixture(scope="session")
def application() -> Application:
    return Application()


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory, application: Application) -> Path:
    """A tenant's folder with its keys, which take the longest to make."""
    folder = tmp_path_factory.mktemp("furnished") / "tenant"
    tenant_in(folder, application).stop()
    return folder


@pytest.fixture
def start(tmp_path: Path, furnished: Path, application: Application) -> Iterator[Starter]:
    """Starts a tenant with the given options and gives a signed-in client."""
    servers: list[TenantServer] = []
    clients: list[httpx.Client] = []

    def begin(**options: Any) -> httpx.Client:
        shutil.copytree(furnished, tmp_path / "tenant", dirs_exist_ok=True)
        server = tenant_in(tmp_path / "tenant", application, **options)
        servers.append(server)
        server.start()
        clients.append(signed_in(server, application))
        return clients[-1]

    yield begin
    for client in clients:
        client.close()
    for server in servers:
        server.stop()


@pytest.fixture
def graph(start: Starter) -> httpx.Client:
    """A client of a tenant without delays."""
    return start()


@pytest.fixture
def admin(start: Starter) -> httpx.Client:
    """A client that may do whatever there is to do, of a tenant without delays."""
    return start(roles=ADMIN)
