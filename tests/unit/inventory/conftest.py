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
from tests.databases import fresh
from tests.unit.inventory.samples import NOW


@pytest.fixture
def by() -> Stamp:
    return Stamp("camille@station", NOW)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A fresh SQLite data base."""
    made = fresh(tmp_path / "state" / "kit.db")
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


@pytest.fixture(scope="session")
def postgresql_migrated(postgresql_server: int) -> sqlalchemy.Engine:
    """That server, which holds a data base of this version under the name of `migrated`."""
    server = f"postgresql+psycopg://kit@127.0.0.1:{postgresql_server}"
    admin = sqlalchemy.create_engine(
        f"{server}/postgres", isolation_level="AUTOCOMMIT", poolclass=sqlalchemy.NullPool
    )
    with admin.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE migrated")
    made = Database(f"{server}/migrated")
    made.migrate()
    made.dispose()
    return admin


@pytest.fixture
def postgresql(postgresql_migrated: sqlalchemy.Engine) -> Iterator[Database]:
    """A fresh PostgreSQL data base: the server copies the one that was migrated."""
    name = f"kit_{uuid4().hex}"
    with postgresql_migrated.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE migrated")
    made = Database(postgresql_migrated.url.set(database=name).render_as_string(hide_password=False))
    yield made
    made.dispose()
    with postgresql_migrated.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def either_database(request: pytest.FixtureRequest) -> Database:
    """The same test on both."""
    chosen: Database = request.getfixturevalue("database" if request.param == "sqlite" else "postgresql")
    return chosen
