"""A book of an older version keeps what it holds when it is brought to this one."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from inventory import devices, loans, search
from inventory.database import Database
from inventory.devices import DeviceState
from inventory.errors import IllegalMove
from inventory.search_terms import parse

#: What a book of version 0003 may hold: a retired device, and one that is lent.
ROWS = (
    "INSERT INTO commune VALUES ('13005', 'Aubagne', '211300058', '13', '[]', 1)",
    "INSERT INTO crisis VALUES "
    "('13005-2026-01', '13005', '2026-11-20', '2026-11-20', NULL, false, '', '', '', NULL)",
    "INSERT INTO seat VALUES ('13005-2026-01', 1, 'A', 'B', 'C', true, '', NULL)",
    "INSERT INTO device (tag, kind, state, model, imei, place, note, state_since) "
    "VALUES ('TEL-01', 'phone', 'ready', 'M', '1', '', '', '2026-11-20')",
    "INSERT INTO device (tag, kind, state, model, imei, place, note, state_since) "
    "VALUES ('TEL-02', 'phone', 'retired', 'M', '2', '', '', '2026-11-20')",
    "INSERT INTO loan VALUES (1, 'TEL-01', '13005-2026-01', 1, '2026-11-20', NULL, NULL, '')",
)


@pytest.fixture(params=["sqlite", "postgresql"])
def old_address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a book of version 0003."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'old.db'}"
    else:
        database: Database = request.getfixturevalue("postgresql")
        url = database.name
    engine = create_engine(url)
    config = Config()
    config.set_main_option("script_location", "inventory:migrations")
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        if request.param == "postgresql":
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        for row in ROWS:
            connection.execute(text(row))
    engine.dispose()
    return url


def test_crates_and_second_imeis_come_to_a_pool_that_is_in_use(old_address: str) -> None:
    database = Database(old_address)
    database.migrate()
    database.check()
    with database.read() as session:
        lent, retired = (devices.get(session, tag) for tag in ("TEL-01", "TEL-02"))
        assert (lent.imei, lent.imei2, lent.crate, lent.expires_on) == ("1", None, None, None)
        assert retired.state is DeviceState.RETIRED
        assert [loan.device_tag for loan in loans.open_loans(session)] == ["TEL-01"]
        assert search.find(session, parse("aubagne -retired")).devices == [lent]
        assert search.count(session, parse("state:retired")) == 1
    database.dispose()


def test_a_book_that_has_one_serial_twice_is_refused_and_stays_as_it_is(old_address: str) -> None:
    engine = create_engine(old_address)
    with engine.begin() as connection:
        for tag, serial in (("TEL-01", "pf1"), ("TEL-02", "PF1")):
            connection.execute(
                text("UPDATE device SET serial = :serial WHERE tag = :tag"), {"tag": tag, "serial": serial}
            )
    database = Database(old_address)
    with pytest.raises(IllegalMove, match=r"TEL-01 \(pf1\), TEL-02 \(PF1\); nothing was changed"):
        database.migrate()
    with engine.begin() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "0003"
        connection.execute(text("UPDATE device SET serial = 'PF2' WHERE tag = 'TEL-02'"))
    engine.dispose()
    database.migrate()
    database.check()
    database.dispose()
