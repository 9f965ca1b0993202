"""Sightings are kept once, whoever brings them how often, and each scan is answered."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import select

from inventory import devices, journal
from inventory.database import Database
from inventory.devices import DeviceState
from inventory.errors import IllegalMove
from inventory.journal import Stamp
from inventory.stocktakes import decisions, records, scans, sessions
from inventory.stocktakes.book import Scope
from inventory.stocktakes.comparison import Sighting
from tests.unit.inventory.processes import together
from tests.unit.inventory.samples import NOW, TODAY
from tests.unit.inventory.stocktakes.shelf import SHELF, cupboard, seen

BY = Stamp("camille@station", NOW)
CODES = ["LAP-01", "LAP-02", "PF1", "TEL-01", "foo"]


def test_each_scan_is_answered(database: Database, reference: str, by: Stamp) -> None:
    with database.write() as session:
        other = sessions.open_stocktake(session, by, Scope("Armoire B"), owner="", year=2026).reference
        devices.move(session, by, devices.get(session, "LAP-03"), DeviceState.STOLEN, reason="test")
        stocktake = records.get(session, reference)
        answers = [
            scans.take(session, stocktake, seen(code, minute=minute))
            for minute, code in enumerate(("LAP-01", "LAP-01", "LAP-04", "LAP-03", "foo"))
        ]
    assert [
        (one.match and one.match.record.tag, one.expected, one.before, one.elsewhere) for one in answers
    ] == [
        ("LAP-01", True, 0, ()),
        ("LAP-01", True, 1, ()),
        ("LAP-04", False, 0, (other,)),
        ("LAP-03", False, 0, ()),
        (None, False, 0, ()),
    ]


def test_the_same_file_twice_changes_nothing(either_database: Database, by: Stamp) -> None:
    with either_database.write() as session:
        cupboard(session, by)
        stocktake = sessions.open_stocktake(session, by, Scope(SHELF), owner="", year=2026)
        file = [seen("LAP-01"), seen("LAP-02", minute=1), seen("LAP-01")]
        assert scans.merge(session, by, stocktake, file, source="reader.csv") == 2
        assert scans.merge(session, by, stocktake, file, source="renamed.csv") == 0
        assert scans.merge(session, by, stocktake, [*file, seen("foo")], source="longer.csv") == 1
        lines = [line.data for line in journal.tail(session) if line.kind == "stocktake.merged"]
        assert lines == [
            {"source": "reader.csv", "sightings": 2},
            {"source": "longer.csv", "sightings": 1},
        ]
    with either_database.read() as session:
        assert sorted(scans.of(session, stocktake.reference)) == sorted({*file, seen("foo")})


def test_the_zone_of_a_moment_is_no_part_of_a_sighting() -> None:
    paris = replace(seen("LAP-01"), at=NOW.astimezone())
    assert scans.fingerprint("ST-1", [paris]) == scans.fingerprint("ST-1", [seen("LAP-01")])
    assert scans.fingerprint("ST-2", [paris]) != scans.fingerprint("ST-1", [paris])


sightings = st.builds(
    Sighting,
    at=st.integers(0, 5).map(lambda minute: NOW + timedelta(minutes=minute)),
    station=st.sampled_from(["reader 1", "reader 2"]),
    sequence=st.integers(1, 4),
    code=st.sampled_from(CODES),
    place=st.sampled_from([SHELF, "Mairie"]),
    condition=st.sampled_from(["", "good", "faulty"]),
)


@pytest.fixture(scope="module")
def cupboards(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One data base for every example; none of them leaves a trace."""
    made = Database(f"sqlite:///{tmp_path_factory.mktemp('orders') / 'kit.db'}")
    made.migrate()
    with made.write() as session:
        cupboard(session, BY)
    yield made
    made.dispose()


@settings(max_examples=30)
@given(first=st.lists(sightings, max_size=6), second=st.lists(sightings, max_size=6))
def test_files_of_two_stations_give_the_same_in_any_order(
    cupboards: Database, first: list[Sighting], second: list[Sighting]
) -> None:
    outcomes = []
    with cupboards.write() as session:
        for order in ((first, second), (second, first), (first, second, first)):
            stocktake = sessions.open_stocktake(session, BY, Scope(SHELF), owner="", year=2026)
            for file in order:
                scans.merge(session, BY, stocktake, file, source="file")
            standing = decisions.look(session, stocktake, TODAY)
            outcomes.append((standing.comparison, sorted(standing.sightings)))
        session.rollback()
    assert outcomes[0] == outcomes[1] == outcomes[2]


def test_two_processes_scan_at_once_and_nothing_is_lost(
    database: Database, reference: str, by: Stamp
) -> None:
    worker = Path(__file__).with_name("scan_everything.py")
    before = together(worker, [[database.name, reference, station, "40"] for station in ("one", "two")])
    # Of each code, one of the two was told that it came first.
    assert all({one, two} == {0, 1} for one, two in zip(*before, strict=True))
    with database.read() as session:
        kept = scans.of(session, reference)
        assert sorted((one.station, one.sequence) for one in kept) == [
            (station, number) for station in ("one", "two") for number in range(40)
        ]
        journal.verify(session)


def test_a_scan_that_was_taken_back_counts_no_more_and_both_stay(
    database: Database, reference: str, by: Stamp
) -> None:
    with database.write() as session:
        stocktake = records.get(session, reference)
        before = decisions.look(session, stocktake, TODAY)
        scans.take(session, stocktake, seen("LAP-01"))
        again = seen("LAP-01", minute=1)
        scans.take(session, stocktake, again)
        assert scans.take_back(session, by, stocktake, "LAP-01", station="poste") == again
        assert scans.of(session, reference) == [seen("LAP-01")]
        scans.take_back(session, by, stocktake, "LAP-01", station="poste")
        assert decisions.look(session, stocktake, TODAY) == before
        assert len(session.exec(select(records.Scan)).all()) == 2
        assert [
            line.data["code"] for line in journal.tail(session) if line.kind == "stocktake.unscanned"
        ] == [
            "LAP-01",
            "LAP-01",
        ]
        # What comes again is another scan; the same one of a file stays taken back.
        assert scans.take(session, stocktake, seen("LAP-01", minute=2)).before == 0
        assert scans.merge(session, by, stocktake, [again], source="reader.csv") == 0
        assert scans.of(session, reference) == [seen("LAP-01", minute=2)]


@pytest.mark.parametrize(("code", "station"), [("LAP-02", "poste"), ("LAP-01", "elsewhere")])
def test_only_a_scan_of_that_station_is_taken_back(
    database: Database, reference: str, by: Stamp, code: str, station: str
) -> None:
    with database.write() as session:
        stocktake = records.get(session, reference)
        scans.take(session, stocktake, seen("LAP-01"))
        with pytest.raises(IllegalMove, match="nothing was changed"):
            scans.take_back(session, by, stocktake, code, station=station)
        assert scans.of(session, reference) == [seen("LAP-01")]
