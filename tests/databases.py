"""Fresh data bases for tests: copies of one that was migrated, since the migrations take longest.

The migrations themselves are tested in `tests/unit/inventory/test_database.py`.
"""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from inventory.database import Database


def fresh(file: Path) -> Database:
    """An empty SQLite data base of this version in that file, as `Database.migrate` makes it."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.touch(mode=0o600)
    file.write_bytes(_migrated())
    return Database(f"sqlite:///{file}")


@cache
def _migrated() -> bytes:
    with TemporaryDirectory(prefix="kit-migrated-") as folder:
        file = Path(folder) / "kit.db"
        made = Database(f"sqlite:///{file}")
        made.migrate()
        made.dispose()
        return file.read_bytes()
