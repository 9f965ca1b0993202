"""The commune's last written instruction counts, and only one that can have been received is kept."""

from dataclasses import replace
from datetime import timedelta

import pytest

from inventory import crises, instructions, journal
from inventory.database import Database
from inventory.errors import BadValue, IllegalMove
from inventory.instructions import Instruction, Wish
from inventory.journal import Stamp
from tests.unit.inventory.samples import NOW, fill

FIRST = Instruction(Wish.RETURN, "Camille Exemple", NOW, "letter.pdf", "ab" * 32)


@pytest.fixture
def reference(database: Database, by: Stamp) -> str:
    return fill(database, by)


def give(database: Database, by: Stamp, reference: str, instruction: Instruction) -> Instruction | None:
    with database.write() as session:
        instructions.give(session, by, crises.get(session, reference), instruction)
    with database.read() as session:
        return instructions.current(session, reference)


def test_the_latest_counts_and_the_same_again_is_one_line(
    database: Database, by: Stamp, reference: str
) -> None:
    with database.read() as session:
        assert instructions.current(session, reference) is None
    later = replace(FIRST, wish=Wish.ARCHIVE, sha256="cd" * 32, unlawful="asks for others' mail")
    for each in (FIRST, FIRST, later, later):
        assert give(database, by, reference, each) == each
    with database.read() as session:
        told = [line for line in journal.tail(session) if line.kind == "milestone.instructed"]
    assert [line.data["detail"]["wish"] for line in told] == ["return", "archive"]


def test_one_that_was_replaced_does_not_come_back_by_itself(
    database: Database, by: Stamp, reference: str
) -> None:
    later = replace(FIRST, wish=Wish.ARCHIVE)
    give(database, by, reference, FIRST)
    give(database, by, reference, later)
    with pytest.raises(IllegalMove, match="later instruction"):
        give(database, by, reference, FIRST)
    with database.read() as session:
        assert instructions.current(session, reference) == later


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        (replace(FIRST, received_at=NOW - timedelta(seconds=1)), IllegalMove),
        (replace(FIRST, received_at=NOW + timedelta(seconds=1)), IllegalMove),
        (replace(FIRST, said_by="  "), BadValue),
    ],
)
def test_what_cannot_have_been_received_or_signed_is_refused(
    database: Database, by: Stamp, reference: str, wrong: Instruction, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        give(database, by, reference, wrong)
    with database.read() as session:
        assert instructions.current(session, reference) is None
