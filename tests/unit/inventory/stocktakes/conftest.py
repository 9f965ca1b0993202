"""An open session that counts the cupboard of `shelf`."""

import pytest

from inventory.database import Database
from inventory.journal import Stamp
from inventory.stocktakes import sessions
from inventory.stocktakes.book import Scope
from tests.unit.inventory.stocktakes.shelf import SHELF, cupboard


@pytest.fixture
def reference(database: Database, by: Stamp) -> str:
    """Its reference."""
    with database.write() as session:
        cupboard(session, by)
        return sessions.open_stocktake(session, by, Scope(SHELF), owner="", year=2026).reference
