"""Evidence is replaced in the open, and a seat works once everything required is proven."""

from dataclasses import replace
from datetime import timedelta

from inventory import crises, evidence, journal
from inventory.database import Database
from inventory.journal import Stamp
from tests.unit.inventory.samples import fill


def test_the_same_evidence_is_kept_once_and_other_evidence_replaces_it(
    either_database: Database, by: Stamp
) -> None:
    reference = fill(either_database, by)
    for host in ("a", "a", "b"):
        with either_database.write() as session:
            evidence.keep(session, by, reference, "laptop", {"host": host}, seat=1)
    with either_database.read() as session:
        kept = evidence.find(session, reference, "laptop", seat=1)
        assert kept is not None
        assert kept.data == {"host": "b"}
        told = journal.tail(session, subject=f"crisis:{reference}/seat:1")
        assert [(line.kind, line.data["host"]) for line in told] == [
            ("laptop.proven", "a"),
            ("laptop.proven", "b"),
        ]


def test_a_seat_works_when_everything_required_is_proven_and_its_first_time_stays(
    database: Database, by: Stamp
) -> None:
    reference = fill(database, by)
    required = ["laptop", "account"]
    later = replace(by, at=by.at + timedelta(hours=1))
    with database.write() as session:
        evidence.keep(session, by, reference, "laptop", {}, seat=1)
        assert not evidence.settle(session, by, reference, seat=1, required=required)
        evidence.keep(session, by, reference, "account", {}, seat=1)
        assert evidence.settle(session, by, reference, seat=1, required=required)
        assert evidence.settle(session, later, reference, seat=1, required=required)
        assert crises.seats(session, reference)[0].ready_at == by.at
