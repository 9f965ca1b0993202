"""Starting and stopping: what survives, what is refused, who may read the files."""

import contextlib
import itertools
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from kit.errors import BadInput, Busy
from kit.simulator.tenant.server import INSTANT, TenantServer
from tests.unit.kit.simulator.tenant.running import (
    DOMAIN,
    TENANT_ID,
    Application,
    connected,
    created,
    signed_in,
    tenant_in,
    user_body,
)

Start = Callable[..., httpx.Client]


def test_a_restart_goes_on_with_the_same_objects_and_tokens(tmp_path: Path, application: Application) -> None:
    folder = tmp_path / "tenant"
    with tenant_in(folder, application) as server, signed_in(server, application) as client:
        user, port = created(client, "/users", user_body()), server.port
        token = client.headers["Authorization"]
        trusted = server.ca_file.read_bytes()
    again = TenantServer(folder, port=port, behaviour=INSTANT, tenant_id=TENANT_ID, domain=DOMAIN)
    with again, connected(again) as client:
        assert again.ca_file.read_bytes() == trusted
        read = client.get(f"/v1.0/users/{user['id']}", headers={"Authorization": token})
        assert read.json()["id"] == user["id"]


def test_one_server_at_a_time_runs_on_a_folder(tmp_path: Path, application: Application) -> None:
    first = tenant_in(tmp_path / "tenant", application)
    with pytest.raises(Busy, match="already runs"):
        tenant_in(tmp_path / "tenant", application)
    first.stop()
    tenant_in(tmp_path / "tenant", application).stop()


def test_a_folder_of_another_tenant_is_refused_and_given_back(
    tmp_path: Path, application: Application
) -> None:
    tenant_in(tmp_path / "tenant", application).stop()
    other = "11111111-0000-4000-8000-000000000001"
    with pytest.raises(BadInput, match="holds the simulated tenant"):
        TenantServer(tmp_path / "tenant", tenant_id=other, domain=DOMAIN)
    tenant_in(tmp_path / "tenant", application).stop()


def test_an_unknown_licence_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="SPE_X9"):
        TenantServer(tmp_path / "tenant", tenant_id=TENANT_ID, domain=DOMAIN, licences={"SPE_X9": 1})


def test_a_taken_port_is_refused_with_its_number(tmp_path: Path, application: Application) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        server = tenant_in(tmp_path / "tenant", application, port=port)
        with pytest.raises(BadInput, match=str(port)):
            server.start()
        server.stop()


def test_every_file_is_for_its_owner_only(tmp_path: Path, application: Application) -> None:
    folder = tmp_path / "tenant"
    with tenant_in(folder, application) as server, signed_in(server, application) as client:
        created(client, "/users", user_body())
        files = [file for file in folder.rglob("*") if file.is_file()]
        folders = [folder, *(file for file in folder.rglob("*") if file.is_dir())]
        assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
        assert {file.stat().st_mode & 0o777 for file in folders} == {0o700}


def test_no_password_is_written_to_disk(tmp_path: Path, application: Application) -> None:
    folder, canary = tmp_path / "tenant", "Canari-Jaune-4711"
    with tenant_in(folder, application) as server, signed_in(server, application) as client:
        user = created(client, "/users", user_body(passwordProfile={"password": canary}))
        client.patch(f"/users/{user['id']}", json={"passwordProfile": {"password": canary + "-bis"}})
    written = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    assert b"camille.exemple" in written
    assert canary.encode() not in written


def test_stopping_does_not_wait_for_idle_clients(tmp_path: Path, application: Application) -> None:
    server = tenant_in(tmp_path / "tenant", application)
    server.start()
    with signed_in(server, application) as client:
        assert client.get("/users").status_code == 200
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < 2
        with pytest.raises(httpx.TransportError):
            client.get("/users")


def test_an_unstarted_server_has_no_address(tmp_path: Path, application: Application) -> None:
    server = tenant_in(tmp_path / "tenant", application)
    with pytest.raises(RuntimeError, match="not started"):
        _ = server.url
    server.stop()
    server.stop()


@dataclass
class Elsewhere:
    """A tenant that another process serves."""

    process: subprocess.Popen[str]
    url: str
    ca_file: Path


@contextmanager
def served(folder: Path, *options: str) -> Iterator[Elsewhere]:
    """`python -m kit.simulator.tenant` on a furnished folder."""
    command = [sys.executable, "-m", "kit.simulator.tenant", "--folder", str(folder), "--port", "0"]
    arguments = [*command, "--tenant-id", TENANT_ID, "--domain", DOMAIN, *options]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Elsewhere(process, process.stdout.readline().strip(), folder / "ca.pem")
        finally:
            process.kill()


def test_the_module_serves_until_it_is_asked_to_end(tmp_path: Path, application: Application) -> None:
    folder = tmp_path / "tenant"
    tenant_in(folder, application).stop()
    with served(folder) as tenant, signed_in(tenant, application) as client:
        assert client.get("/users").json()["value"] == []
        tenant.process.send_signal(signal.SIGTERM)
        assert tenant.process.wait(20) == 0


def test_the_module_disturbs_itself_and_says_where_it_is_controlled(
    tmp_path: Path, application: Application
) -> None:
    folder, storm = tmp_path / "tenant", tmp_path / "storm.toml"
    storm.write_text('[[fault]]\nkind = "unavailable"\npath = "/users"\n')
    tenant_in(folder, application).stop()
    options = ["--latency", "5ms", "--faults", str(storm), "--control"]
    with served(folder, *options) as tenant, signed_in(tenant, application) as client:
        assert tenant.process.stdout is not None
        address, token = tenant.process.stdout.readline().split()
        assert client.get("/users").status_code == 503
        client.delete(f"{address}/faults", headers={"Authorization": f"Bearer {token}"}).raise_for_status()
        assert client.get("/users").status_code == 200


@pytest.mark.parametrize("options", [["--latency", "80"], ["--faults", "/nowhere.toml"]])
def test_the_module_refuses_options_that_make_no_sense(tmp_path: Path, options: list[str]) -> None:
    with served(tmp_path / "tenant", *options) as tenant:
        assert tenant.process.wait(20) == 2
    assert not (tmp_path / "tenant").exists()


def test_a_kill_in_the_middle_of_writing_loses_nothing_that_was_answered(
    tmp_path: Path, application: Application
) -> None:
    folder, answered = tmp_path / "tenant", list[str]()
    tenant_in(folder, application).stop()
    enough = threading.Event()

    def write(client: httpx.Client) -> None:
        with contextlib.suppress(httpx.TransportError):
            for number in itertools.count():
                answered.append(created(client, "/users", user_body(f"agent{number}"))["id"])
                if number == 20:
                    enough.set()

    with served(folder) as tenant, signed_in(tenant, application) as client:
        writer = threading.Thread(target=write, args=(client,))
        writer.start()
        assert enough.wait(20)
        tenant.process.kill()
        writer.join()
    again = TenantServer(folder, behaviour=INSTANT, tenant_id=TENANT_ID, domain=DOMAIN)
    with again, signed_in(again, application) as client:
        kept = [user["id"] for user in client.get("/users?$top=999").json()["value"]]
    # One more may have been written whose answer never came.
    assert kept[: len(answered)] == answered
    assert len(kept) <= len(answered) + 1


def test_what_was_answered_before_a_kill_is_there_afterwards(
    tmp_path: Path, application: Application
) -> None:
    folder = tmp_path / "tenant"
    tenant_in(folder, application).stop()
    with served(folder) as tenant, signed_in(tenant, application) as client:
        users = [created(client, "/users", user_body(f"agent{number}"))["id"] for number in range(5)]
        tenant.process.kill()
        tenant.process.wait()
    again = TenantServer(folder, behaviour=INSTANT, tenant_id=TENANT_ID, domain=DOMAIN)
    with again, signed_in(again, application) as client:
        assert [user["id"] for user in client.get("/users").json()["value"]] == users
