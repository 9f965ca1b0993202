"""What the tests of the book of record stand on: real data bases, on SQLite and on PostgreSQL."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy

from inventory.database import Database
from inventory.journal import Stamp
from tests.unit.inventory.samples import NOW


@pytest.fixture
def by() -> Stamp:
    return Stamp("camille@station", NOW)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A fresh SQLite data base."""
    made = Database(f"sqlite:///{tmp_path / 'state' / 'kit.db'}")
    made.migrate()
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[int]:
    """The loopback port of a PostgreSQL server of our own."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("PostgreSQL is not installed (Debian package postgresql)")
    # Not under pytest's folder, which is closed to the server's account.
    folder = Path(tempfile.mkdtemp(prefix="kit-postgresql-"))
    user = None
    if os.geteuid() == 0:
        # initdb refuses root; the package brings an account for it.
        account = pwd.getpwnam("postgres")
        user = account.pw_uid
        os.chown(folder, account.pw_uid, account.pw_gid)

    def run(tool: str, *arguments: str) -> None:
        command = [str(found[-1].with_name(tool)), "-D", str(folder / "data"), *arguments]
        subprocess.run(command, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL)

    port = free_port()
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    try:
        run("initdb", "-U", "kit", "-A", "trust", "-N", "-E", "UTF8")
        run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
        yield port
        run("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def postgresql(postgresql_server: int) -> Iterator[Database]:
    """A fresh PostgreSQL data base."""
    server = f"postgresql+psycopg://kit@127.0.0.1:{postgresql_server}"
    name = f"kit_{uuid4().hex}"
    admin = sqlalchemy.create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    admin.dispose()
    made = Database(f"{server}/{name}")
    made.migrate()
    yield made
    made.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def either_database(request: pytest.FixtureRequest) -> Database:
    """The same test on both."""
    chosen: Database = request.getfixturevalue("database" if request.param == "sqlite" else "postgresql")
    return chosen
