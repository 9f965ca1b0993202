"""Decisions on the size of a kit: appended, told in the journal, the newest in force."""

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from inventory import crises, journal, sizings
from inventory.database import Database
from inventory.errors import BadValue, IllegalMove
from inventory.importing.seats import MAX_SEATS
from inventory.journal import Stamp
from inventory.sizings import Sizing
from tests.unit.inventory.samples import NOW, fill

WHO_AND_WHY = {"author": "Camille Exemple", "reason": "cold spell"}


def decide(database: Database, by: Stamp, reference: str, **said: Any) -> None:
    told: dict[str, Any] = {"service": "CCAS", "proposed": 3, "wanted": 4, **WHO_AND_WHY, **said}
    with database.write() as session:
        sizings.decide(session, by, crises.get(session, reference), **told)


def test_the_newest_decision_on_a_service_is_in_force_and_the_others_stay(
    either_database: Database, by: Stamp
) -> None:
    reference = fill(either_database, by)
    decide(either_database, by, reference)
    decide(either_database, by, reference, service="Voirie", wanted=0)
    decide(either_database, by, reference, wanted=2, author=" Dominique  Essai ", reason="it thawed")
    with either_database.read() as session:
        every, holding = sizings.listing(session, reference), sizings.in_force(session, reference)
        assert [(one.service, one.wanted) for one in every] == [("CCAS", 4), ("Voirie", 0), ("CCAS", 2)]
        assert [(one.service, one.wanted, one.author) for one in holding] == [
            ("CCAS", 2, "Dominique Essai"),
            ("Voirie", 0, "Camille Exemple"),
        ]
        assert sizings.listing(session, "13005-2026-09") == []
        *_before, newest = journal.tail(session, subject=crises.subject(reference))
    assert (newest.kind, newest.data) == (
        "sizing.decided",
        {
            "service": "CCAS",
            "proposed": 3,
            "wanted": 2,
            "author": "Dominique Essai",
            "reason": "it thawed",
        },
    )


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"wanted": -1}, "-1 is no number of seats"),
        ({"wanted": MAX_SEATS + 1}, "501 is no number of seats"),
        ({"author": " "}, "empty"),
        ({"reason": ""}, "empty"),
        ({"service": "\n"}, "empty"),
        ({"author": "Camille\x07"}, "control characters"),
    ],
)
def test_a_decision_without_author_reason_or_a_possible_number_is_refused(
    database: Database, by: Stamp, said: dict[str, Any], told: str
) -> None:
    reference = fill(database, by)
    with pytest.raises(BadValue, match=told):
        decide(database, by, reference, **said)
    with database.read() as session:
        assert sizings.listing(session, reference) == []
        assert "sizing.decided" not in {line.kind for line in journal.tail(session)}


def test_nothing_is_decided_about_a_closed_crisis(database: Database, by: Stamp) -> None:
    reference = fill(database, by)
    with database.write() as session:
        crises.close(session, by, crises.get(session, reference), NOW)
    with pytest.raises(IllegalMove, match="was closed"):
        decide(database, by, reference)


@pytest.mark.parametrize("wrong", [{"wanted": -1}, {"proposed": -1}, {"author": ""}, {"reason": ""}])
def test_the_data_base_itself_keeps_no_such_decision(
    either_database: Database, by: Stamp, wrong: dict[str, Any]
) -> None:
    reference = fill(either_database, by)
    facts: dict[str, Any] = {"proposed": 3, "wanted": 4, **WHO_AND_WHY}
    with pytest.raises(IntegrityError), either_database.write() as session:
        session.add(Sizing(crisis=reference, service="CCAS", decided_at=NOW, **(facts | wrong)))
