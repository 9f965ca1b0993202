"""Lost, stolen, broken, retired: with a reason, and never while somebody counts on the device."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from inventory import departures, devices, journal, loans, pairings
from inventory.database import Database
from inventory.departures import Departure
from inventory.devices import DeviceState
from inventory.errors import BadValue, IllegalMove
from inventory.journal import Stamp
from tests.unit.inventory.samples import fill
from tests.unit.inventory.test_pairings import sim


@pytest.mark.parametrize("what", Departure)
def test_a_departure_is_the_state_of_that_name_and_has_its_reason(
    database: Database, by: Stamp, what: Departure
) -> None:
    fill(database, by)
    with database.write() as session:
        with pytest.raises(BadValue):
            departures.declare(session, by, "LAP-01", what, " ")
        assert departures.declare(session, by, "lap-01", what, "test  it").state is DeviceState(what)
        (line,) = journal.tail(session, subject="device:LAP-01")
        assert line.data == {"from": "in_stock", "to": what, "reason": "test it"}


def test_what_is_lost_is_still_owed_and_not_retired_before_its_loan_ends(
    either_database: Database, by: Stamp
) -> None:
    reference = fill(either_database, by)
    with either_database.write() as session:
        loan = loans.reserve(session, by, reference, 1, "LAP-01")
        departures.declare(session, by, "LAP-01", Departure.LOST, "left on a train")
        assert loan.ended_at is None
        with pytest.raises(IllegalMove, match=f"seat 1 of crisis {reference} holds it"):
            departures.declare(session, by, "LAP-01", Departure.RETIRED, "gone")
    with pytest.raises(IntegrityError), either_database.write() as session:
        session.connection().execute(text("UPDATE device SET state = 'retired' WHERE tag = 'LAP-01'"))
    with either_database.write() as session:
        (loan,) = loans.open_loans(session, device="LAP-01")
        loans.end(session, by, loan, "paid for")
        departures.declare(session, by, "LAP-01", Departure.RETIRED, "gone")


@pytest.mark.parametrize("tag", ["TEL-01", "SIM-01"])
def test_a_phone_is_not_retired_with_a_sim_in_it_nor_the_sim(
    either_database: Database, by: Stamp, tag: str
) -> None:
    fill(either_database, by, phones=1)
    with either_database.write() as session:
        session.add(sim(1))
        pairings.insert(session, by, "SIM-01", "TEL-01")
        with pytest.raises(IllegalMove, match="SIM-01 sits in TEL-01") as caught:
            departures.declare(session, by, tag, Departure.RETIRED, "old")
        assert "kit sim remove SIM-01" in caught.value.hint
    with pytest.raises(IntegrityError), either_database.write() as session:
        devices.move(session, by, devices.get(session, tag), DeviceState.RETIRED, reason="past the command")
    with either_database.write() as session:
        pairings.remove(session, by, "SIM-01")
        departures.declare(session, by, tag, Departure.RETIRED, "old")
