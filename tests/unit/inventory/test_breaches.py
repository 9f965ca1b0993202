"""The register of breaches: 72 hours, who notifies, and nothing closed in silence."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import Session

from inventory import breaches, communes, crises, journal
from inventory.breaches import Breach
from inventory.database import Database
from inventory.errors import BadValue, IllegalMove, Unknown
from inventory.journal import Stamp
from tests.unit.inventory.samples import NOW, TODAY, entries, fill

HOUR = timedelta(hours=1)


def entered(session: Session, by: Stamp, reference: str, tag: str = "LAP-01") -> Breach:
    return breaches.enter(
        session,
        by,
        crises.get(session, reference),
        tag=tag,
        kind="lost",
        aware_at=NOW,
        told_by="Camille",
        description="left on a train",
    )


def test_an_entry_is_one_a_device_and_ends_notified_or_with_a_reason(database: Database, by: Stamp) -> None:
    reference = fill(database, by)
    later = replace(by, at=NOW + 80 * HOUR)
    with database.write() as session:
        first, second = entered(session, by, reference), entered(session, by, reference, "LAP-02")
        assert entered(session, by, reference) is first
        assert (first.reference, first.notifier) == ("V-1", "commune")
        assert first.deadline == NOW + 72 * HOUR
        with pytest.raises(BadValue):
            breaches.close(session, later, first, reason=" ")
        with pytest.raises(BadValue):
            breaches.notified(session, later, first, at=later.at, late_reason="")
        with pytest.raises(IllegalMove):
            breaches.notified(session, later, first, at=NOW - HOUR, late_reason="")
        with pytest.raises(IllegalMove):
            breaches.notified(session, later, first, at=later.at + HOUR, late_reason="late")
        breaches.notified(session, later, first, at=NOW + 72 * HOUR, late_reason="")
        with pytest.raises(IllegalMove):
            breaches.notified(session, later, first, at=NOW + HOUR, late_reason="")
        assert [each.reference for each in breaches.listing(session)] == ["V-2", "V-1"]
        breaches.close(session, later, first, reason="")
        breaches.close(session, later, second, reason="encrypted and found")
        assert second.reason_not_notified == "encrypted and found"
        with pytest.raises(IllegalMove):
            breaches.amend(session, later, second, data="mail", measures="")
        # Lost once more, it is another entry.
        assert entered(session, by, reference).reference == "V-3"
        assert journal.verify(session)


def test_what_is_said_of_an_entry_stays_in_the_journal(database: Database, by: Stamp) -> None:
    reference = fill(database, by)
    with database.write() as session:
        entry = entered(session, by, reference)
        breaches.amend(session, by, entry, data="crisis mail", measures="")
        breaches.amend(session, by, entry, data="crisis mail", measures="wiped")
        with pytest.raises(BadValue):
            breaches.amend(session, by, entry, data=" ", measures="")
        lines = [line.data for line in journal.tail(session, subject="breach:V-1")][1:]
    assert lines == [
        {"data": {"from": "", "to": "crisis mail"}},
        {"measures": {"from": "", "to": "wiped"}},
    ]
    assert (entry.data, entry.measures) == ("crisis mail", "wiped")


def test_without_a_convention_nobody_is_named(database: Database, by: Stamp) -> None:
    fill(database, by)
    with database.write() as session:
        forced = crises.open_crisis(
            session,
            by,
            communes.find(session, "13001"),
            t0=NOW,
            drill=False,
            seats=entries(1),
            today=TODAY,
            forced_by="Camille",
            forced_reason="night",
        )
        assert breaches.notifier(session, forced) == ""


@pytest.mark.parametrize("name", ["V-9", "V-", "9", "x", "-1", "٣"])
def test_an_entry_that_is_none_is_unknown(database: Database, name: str) -> None:
    with database.read() as session, pytest.raises(Unknown):
        breaches.get(session, name)


def test_a_breach_without_a_device_is_an_entry_of_its_own_and_the_same_is_told_once(
    database: Database, by: Stamp
) -> None:
    reference = fill(database, by)
    with database.write() as session:
        crisis = crises.get(session, reference)
        entered(session, by, reference)

        def told(description: str) -> Breach:
            return breaches.enter(
                session,
                by,
                crisis,
                tag=None,
                kind="data",
                aware_at=NOW,
                told_by="Camille",
                description=description,
            )

        first = told("a list sent to a stranger")
        assert told("a list  sent to a stranger") is first
        assert (first.reference, first.device_tag, first.deadline) == ("V-2", None, NOW + 72 * HOUR)
        assert told("a mailbox read").reference == "V-3"
        with pytest.raises(BadValue):
            told(" ")
        assert journal.verify(session)
