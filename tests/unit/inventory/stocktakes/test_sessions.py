"""A session freezes what it expects, by value."""

import pytest

from inventory import devices, journal
from inventory.database import Database
from inventory.devices import DeviceState
from inventory.errors import BadValue, IllegalMove, Unknown
from inventory.journal import Stamp
from inventory.stocktakes import records, sessions
from inventory.stocktakes.book import Scope
from tests.unit.inventory.samples import laptop
from tests.unit.inventory.stocktakes.shelf import SHELF, cupboard


def test_what_is_expected_stays_as_it_was_whatever_happens_to_the_devices(
    either_database: Database, by: Stamp
) -> None:
    with either_database.write() as session:
        cupboard(session, by)
        opened = sessions.open_stocktake(session, by, Scope("armoire a"), owner="Sacha", year=2026)
        before = sessions.expected(session, opened.reference)
        device = devices.get(session, "LAP-01")
        devices.move(session, by, device, DeviceState.LOST, reason="test")
        device.place, device.serial = "Mairie", "PF9"
    with either_database.read() as session:
        assert sessions.expected(session, opened.reference) == before
        assert list(before) == ["LAP-01", "LAP-02", "LAP-03", "SIM-01", "SIM-02", "TEL-01", "TEL-02"]
        assert (before["LAP-01"].state, before["LAP-01"].place, before["LAP-01"].serial) == (
            *("in_stock", SHELF, "PF1"),
        )
        assert (before["TEL-01"].sim, opened.place, opened.owner) == ("SIM-01", SHELF, "Sacha")
        (line,) = journal.tail(session, subject="stocktake:ST-2026-01")
        assert (line.kind, line.data["expected"]) == ("stocktake.opened", 7)
        assert line.data["expected_sha256"] == sessions.fingerprint(before.values())


def test_several_sessions_are_open_and_a_device_in_two_is_told(database: Database, by: Stamp) -> None:
    with database.write() as session:
        cupboard(session, by)
        scopes = [Scope(SHELF), Scope("Armoire B"), Scope(SHELF, state=DeviceState.IN_STOCK)]
        opened = [
            sessions.open_stocktake(session, by, scope, owner="", year=2026).reference for scope in scopes
        ]
        assert opened == ["ST-2026-01", "ST-2026-02", "ST-2026-03"]
        assert sessions.shared(session, opened[0]) == {"ST-2026-03": 7}
        assert sessions.shared(session, opened[1]) == {}
        records.get(session, opened[2]).closed_at = by.at
        session.flush()
        assert sessions.shared(session, opened[0]) == {}
        assert sessions.open_stocktake(session, by, scopes[0], owner="", year=2027).reference == "ST-2027-01"


@pytest.mark.parametrize("scope", [Scope(), Scope("  "), Scope(SHELF, commune_code="13005")])
def test_one_thing_is_counted(database: Database, by: Stamp, scope: Scope) -> None:
    with database.write() as session, pytest.raises(BadValue, match="either a place or"):
        sessions.open_stocktake(session, by, scope, owner="", year=2026)


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        (Scope("Armoire C"), "Did you mean Armoire B, Armoire A?"),
        (Scope("Xyz"), "kit pool list"),
        (Scope(commune_code="13005"), "--state on_loan"),
        (Scope(SHELF, state=DeviceState.BROKEN), "kit pool list"),
    ],
)
def test_a_place_that_holds_nothing_is_refused_with_what_was_meant(
    database: Database, by: Stamp, scope: Scope, said: str
) -> None:
    with database.write() as session:
        cupboard(session, by)
        with pytest.raises(Unknown) as caught:
            sessions.open_stocktake(session, by, scope, owner="", year=2026)
        assert records.listing(session) == []
    assert said in caught.value.hint or scope.state is not None


def test_a_session_is_found_in_any_case_and_a_closed_one_is_not_open(
    database: Database, by: Stamp, reference: str
) -> None:
    with database.write() as session:
        session.add(laptop(9))
        found = records.get_open(session, " st-2026-01 ")
        assert found.reference == reference
        with pytest.raises(Unknown, match="no stocktake ST-2026-02"):
            records.get(session, "ST-2026-02")
        found.closed_at = by.at
        with pytest.raises(IllegalMove, match="was closed on 2026-11-20"):
            records.get_open(session, reference)
