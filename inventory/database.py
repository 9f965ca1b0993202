"""Owns the connection to the data base: one way to read, one way to write, and its version.

SQLite is the default (WAL, foreign keys on, writers begin with `BEGIN IMMEDIATE`), PostgreSQL serves several
stations. On both, writers come one at a time and a reader sees one unchanging picture: the rest of the
package needs no locks and no retries, and the journal's chain has one next line.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from gettext import gettext as _
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError
from sqlmodel import Session

from inventory.errors import NotInitialised
from inventory.text import unaccented

#: The schema this program works with: the newest file of `inventory/migrations/versions`.
REVISION = "0013"
#: How long a writer waits for its turn, in milliseconds.
BUSY_TIMEOUT = 30_000
#: Key of the PostgreSQL advisory lock that lets one writer in at a time ("kit" in ASCII).
WRITER_LOCK = 0x6B6974

#: As many connections as threads; the one used last is used next, for each keeps what it read in memory.
_POOL: Final[Mapping[str, Any]] = {"max_overflow": -1, "pool_use_lifo": True}


class Database:
    """The data base at one address, e.g. `sqlite:////var/lib/kit/kit.db` or `postgresql+psycopg://…`.

    Safe to share between threads; each process opens its own.
    """

    def __init__(self, url: str) -> None:
        try:
            self._url = make_url(url)
            engine = create_engine(self._url, **_POOL)
        except ArgumentError as exc:
            raise NotInitialised(
                _("The data base's address cannot be read."),
                hint=_("Set `database` in kit.toml, for example sqlite:////srv/kit/kit.db."),
            ) from exc
        if engine.dialect.name == "sqlite":
            self._writers, self._readers = engine, create_engine(self._url, **_POOL)
            _prepare_sqlite(self._writers, begin="BEGIN IMMEDIATE", query_only=False)
            _prepare_sqlite(self._readers, begin="BEGIN", query_only=True)
        else:
            self._writers = engine
            self._readers = engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            event.listen(self._writers, "begin", _wait_for_turn)

    @property
    def name(self) -> str:
        """The address without its password, for messages."""
        return self._url.render_as_string(hide_password=True)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session on one unchanging picture of the data; writing through it is an error."""
        with Session(self._readers, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction: commits when the block ends, leaves no trace when it raises."""
        with Session(self._writers, expire_on_commit=False) as session, session.begin():
            yield session

    def migrate(self) -> None:
        """Create the data base or bring it to this program's version; a second call changes nothing."""
        from alembic import command  # noqa: PLC0415  0.2 s, and only `kit init` migrates
        from alembic.config import Config  # noqa: PLC0415

        config = Config()
        config.set_main_option("script_location", "inventory:migrations")
        config.set_main_option("path_separator", "os")
        self._make_file()
        with self._writers.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def check(self) -> None:
        """Make sure that there is a data base of this program's version.

        Raises:
            NotInitialised: it is missing, older, newer, or no data base at all.
        """
        hint = _("Run `kit init`.")
        file = self._file()
        if file is not None and not file.exists():
            raise NotInitialised(_("There is no data base at {name} yet.").format(name=self.name), hint=hint)
        try:
            found = self._revision()
        except DatabaseError as exc:
            raise NotInitialised(
                _("The data base at {name} cannot be read.").format(name=self.name),
                hint=_("Check that it is there and that this account may read it."),
            ) from exc
        if found is None or found < REVISION:
            raise NotInitialised(
                _("The data base at {name} is not of this program's version.").format(name=self.name),
                hint=hint,
            )
        if found > REVISION:
            raise NotInitialised(
                _("The data base at {name} was made by a newer program.").format(name=self.name),
                hint=_("Update the program on this station."),
            )

    def dispose(self) -> None:
        """Close every connection."""
        self._readers.dispose()
        self._writers.dispose()

    def _revision(self) -> str | None:
        with self._readers.connect() as connection:
            if not connection.dialect.has_table(connection, "alembic_version"):
                return None
            found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return found

    def _file(self) -> Path | None:
        return Path(self._url.database or "") if self._url.get_backend_name() == "sqlite" else None

    def _make_file(self) -> None:
        """Make the file before SQLite does, so that nobody else can ever read it; WAL is kept in it."""
        file = self._file()
        if file is None:
            return
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
        connection = self._writers.raw_connection()
        try:
            connection.cursor().execute("PRAGMA journal_mode = WAL")
        finally:
            connection.close()


def _prepare_sqlite(engine: Engine, *, begin: str, query_only: bool) -> None:
    def connected(connection: Any, _record: Any) -> None:
        # The driver's own idea of when a transaction begins would make writers collide in their middle.
        connection.isolation_level = None
        # Triggers keep the texts in which a search looks in this form.
        connection.create_function("kit_fold", 1, unaccented, deterministic=True)
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT:d}")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        # In KiB: a search looks through a large pool at every sign that is typed.
        connection.execute("PRAGMA cache_size = -32768")
        connection.execute(f"PRAGMA query_only = {query_only:d}")

    def connects(_dialect: Any, _record: Any, where: list[Any], options: dict[str, Any]) -> None:
        # SQLite would put an empty file in the place of one that is gone; only `migrate` makes one.
        where[0] = f"{Path(where[0]).absolute().as_uri()}?mode=rw"
        options["uri"] = True

    def began(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "do_connect", connects)
    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", began)


def _wait_for_turn(connection: Connection) -> None:
    if not connection.get_execution_options().get("postgresql_readonly"):
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITER_LOCK})
