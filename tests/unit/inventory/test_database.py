"""One way to read, one way to write, and a version that is checked."""

import importlib
import pkgutil
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlmodel import SQLModel

import inventory
from inventory import journal
from inventory.database import REVISION, Database
from inventory.errors import NotInitialised
from inventory.journal import Stamp


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A data base that was migrated where it stands."""
    made = Database(f"sqlite:///{tmp_path / 'state' / 'kit.db'}")
    made.migrate()
    yield made
    made.dispose()


def test_a_missing_data_base_is_reported_and_not_created(tmp_path: Path) -> None:
    file = tmp_path / "kit.db"
    with pytest.raises(NotInitialised) as caught:
        Database(f"sqlite:///{file}").check()
    assert "kit init" in caught.value.hint
    assert not file.exists()


def test_a_data_base_that_goes_away_after_it_was_looked_at_is_not_made_anew(database: Database) -> None:
    database.check()
    database.dispose()
    file = Path(database.name.removeprefix("sqlite:///"))
    file.rename(file.with_name("away.db"))
    with pytest.raises(OperationalError), database.read() as session:
        session.connection()
    with pytest.raises(OperationalError), database.write() as session:
        session.connection()
    assert not file.exists()


def test_a_name_with_signs_of_an_address_is_a_file_like_any_other(tmp_path: Path, by: Stamp) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a #1 50%é' / 'kit.db'}")
    database.migrate()
    with database.write() as session:
        journal.append(session, by, "tested", "test", {})
    database.check()
    database.dispose()
    assert (tmp_path / "a #1 50%é" / "kit.db").stat().st_size > 0


def test_a_file_that_is_no_data_base_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "kit.db"
    file.write_bytes(b"not a data base, but long enough to be looked at as one" * 100)
    database = Database(f"sqlite:///{file}")
    with pytest.raises(NotInitialised, match="cannot be read"):
        database.check()
    database.dispose()


@pytest.mark.parametrize(("found", "said"), [("0000", "not of this program's version"), ("9999", "newer")])
def test_a_data_base_of_another_version_is_refused(database: Database, found: str, said: str) -> None:
    with database.write() as session:
        session.connection().execute(
            text("UPDATE alembic_version SET version_num = :found"), {"found": found}
        )
    with pytest.raises(NotInitialised, match=said):
        database.check()


def test_a_data_base_without_tables_is_not_initialised(tmp_path: Path) -> None:
    (tmp_path / "kit.db").touch()
    database = Database(f"sqlite:///{tmp_path / 'kit.db'}")
    with pytest.raises(NotInitialised, match="not of this program's version"):
        database.check()
    database.dispose()


@pytest.mark.parametrize("url", ["", "kit.db", "nosuch://localhost/kit"])
def test_an_address_that_is_none_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(NotInitialised) as caught:
        Database(url)
    assert "sqlite:///" in caught.value.hint


def test_a_password_is_never_part_of_a_message() -> None:
    database = Database("postgresql+psycopg://kit:canary@127.0.0.1:1/kit")
    with pytest.raises(NotInitialised) as caught:
        database.check()
    assert "canary" not in caught.value.message


def test_the_program_expects_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", "inventory:migrations")
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == REVISION


# SQLite cannot tell what an index on an expression is; what it refuses is tested in `test_identities`.
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
def test_migrations_make_exactly_the_tables_of_the_code(either_database: Database) -> None:
    either_database.migrate()
    either_database.check()
    # Every module, so that a table which the migrations forgot is seen whoever owns it.
    for module in pkgutil.walk_packages(inventory.__path__, "inventory."):
        if not module.name.startswith("inventory.migrations"):
            importlib.import_module(module.name)
    with either_database.read() as session:
        context = MigrationContext.configure(session.connection())
        assert compare_metadata(context, SQLModel.metadata) == []


def test_file_and_folder_belong_to_their_owner_only(database: Database, by: Stamp, tmp_path: Path) -> None:
    with database.write() as session:
        journal.append(session, by, "test.done", "test:1")
        for path in (tmp_path / "state").iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


def test_an_error_leaves_no_trace(either_database: Database, by: Stamp) -> None:
    def fail() -> None:
        with either_database.write() as session:
            journal.append(session, by, "test.done", "test:1")
            session.flush()
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        fail()
    with either_database.read() as session:
        assert journal.head(session) == (0, journal.GENESIS)


def test_a_reading_session_cannot_write(either_database: Database, by: Stamp) -> None:
    with either_database.read() as session:
        journal.append(session, by, "test.done", "test:1")
        with pytest.raises(DBAPIError):
            session.flush()


def test_a_reader_sees_one_unchanging_picture(either_database: Database, by: Stamp) -> None:
    with either_database.read() as reader:
        assert journal.head(reader)[0] == 0
        with either_database.write() as writer:
            journal.append(writer, by, "test.done", "test:1")
        assert journal.head(reader)[0] == 0
    with either_database.read() as reader:
        assert journal.head(reader)[0] == 1


def test_foreign_keys_are_enforced(either_database: Database) -> None:
    with pytest.raises(IntegrityError), either_database.write() as session:
        session.connection().execute(
            text(
                "INSERT INTO loan (device_tag, crisis, seat_number, reserved_at, end_reason) "
                "VALUES ('NO', 'NO', 1, '2026-01-01', '')"
            )
        )


def test_many_threads_write_one_after_the_other(either_database: Database, by: Stamp) -> None:
    def work() -> None:
        for _ in range(10):
            with either_database.write() as session:
                journal.append(session, by, "test.done", "test:1")

    threads = [threading.Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with either_database.read() as session:
        assert journal.verify(session) == 200


def test_two_processes_may_initialise_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'kit.db'}"
    code = f"from inventory.database import Database; Database({url!r}).migrate()"
    started = [
        subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    ended = [(process.communicate(timeout=60)[1], process.returncode) for process in started]
    assert ended == [("", 0)] * len(started)
    database = Database(url)
    database.check()
    database.dispose()
