"""Signs of life: one a station, and when it counts as silent."""

from datetime import timedelta

import pytest

from inventory import heartbeats, journal
from inventory.database import Database
from inventory.heartbeats import SILENT_SECONDS, Heartbeat
from tests.unit.inventory.samples import NOW


def sign(station: str = "a:/srv", *, after: float = 0, ended: bool = False) -> Heartbeat:
    return Heartbeat(
        station=station, process=1, version="1", began_at=NOW, at=NOW + timedelta(seconds=after), ended=ended
    )


def test_the_last_sign_of_each_station_stays_and_the_journal_knows_nothing_of_it(database: Database) -> None:
    for beating in (sign(), sign("b:/srv"), sign(after=5)):
        with database.write() as session:
            heartbeats.beat(session, beating)
    with database.read() as session:
        found = [(each.station, (each.at - NOW).total_seconds()) for each in heartbeats.listing(session)]
        assert found == [("a:/srv", 5.0), ("b:/srv", 0.0)]
        assert not list(journal.tail(session))


@pytest.mark.parametrize(
    ("age", "ended", "silent"),
    [
        (0, False, False),
        (SILENT_SECONDS, False, False),
        (SILENT_SECONDS + 1, False, True),
        (SILENT_SECONDS + 1, True, False),
    ],
)
def test_silent_is_who_said_no_goodbye_and_was_not_heard_of(age: float, ended: bool, silent: bool) -> None:
    assert sign(ended=ended).silent(NOW + timedelta(seconds=age)) is silent
