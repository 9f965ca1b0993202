"""`kit return`, and the facts that start it, as typed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from inventory import crises, devices, journal, loans
from inventory.database import Database
from inventory.departures import Departure, declare
from inventory.errors import IllegalMove
from kit import settings
from tests.unit.inventory.samples import NOW
from tests.unit.kit.cli.lending import BY, SOON, prepare, ready

Kit = Callable[..., Result]
Data = Callable[..., Any]
BROUGHT = ("--brought-by", "Dominique Essai", "--identity", "known to us")


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    made = Database(settings.load(settings.Home.at(home)).database)
    yield made
    made.dispose()


@pytest.fixture
def crisis(database: Database, kit: Kit) -> str:
    """Everything of both seats is out, a charger with the first."""
    reference = ready(database)
    badge = ("--identity", "staff badge", "--at", SOON)
    assert kit("handover", "seat", reference, "1", *badge, "--accessory", "charger=1").exit_code == 0
    assert kit("handover", "seat", reference, "2", *badge).exit_code == 0
    return reference


def state(database: Database, tag: str) -> str:
    with database.read() as session:
        return devices.get(session, tag).state.value


def close(database: Database, reference: str) -> None:
    with database.write() as session:
        crises.close(session, BY, crises.get(session, reference), NOW)


def differing(told: Any) -> list[tuple[str, str]]:
    return [(each["subject"], each["discrepancy"]) for each in told["differences"]]


def test_what_came_back_is_in_quarantine_with_a_receipt_and_the_crisis_can_end(
    kit: Kit, kit_json: Data, database: Database, crisis: str
) -> None:
    called = kit_json("return", "recall", crisis, "--said-by", "Camille Exemple")
    assert [row["tag"] for row in called["out"]][:3] == ["LAP-01", "TEL-01", "SIM-1"]
    assert set(called["letters"]) == {"1", "2"}
    back = ("--accessory", "charger=1", "--place", "Room A")
    taken = kit_json("return", "scan", crisis, "LAP-01", "TEL-01", "SIM-1", "lap-01", *BROUGHT, *back)
    assert (taken["left"], taken["differences"]) == (3, [])
    (receipt,) = taken["receipts"]
    assert receipt["reference"] == f"{crisis}-S1-2"
    with pytest.raises(IllegalMove, match="still on loan"):
        close(database, crisis)
    kit_json("return", "scan", crisis, "LAP-02", "TEL-02", "SIM-2", *BROUGHT)
    standing = kit_json("return", "status", crisis)
    assert (standing["explained"], standing["out"], len(standing["back"])) == (True, [], 6)
    assert standing["recalled_at"] is not None
    assert {state(database, tag) for tag in standing["back"]} == {"quarantined"}
    with database.read() as session:
        kinds = [line.data["to"] for line in journal.tail(session, subject="device:LAP-01")[-2:]]
        assert loans.open_loans(session) == []
    assert kinds == ["returned", "quarantined"]
    close(database, crisis)


def test_what_differs_is_told_at_once_and_kept_until_it_is_decided(
    kit: Kit, kit_json: Data, database: Database, crisis: str
) -> None:
    scanned = ("LAP-01", "TEL-01", "SIM-1", "LAP-02", "LAP-03", "NOT-OURS")
    bent = ("--condition", "LAP-01=screen cracked")
    taken = kit_json("return", "scan", crisis, *scanned, *BROUGHT, *bent, "--seat", "1")
    expected = [
        ("LAP-01", "wrong_condition"),
        ("LAP-02", "wrong_holder"),
        ("LAP-03", "unexpected"),
        ("NOT-OURS", "unknown_code"),
        ("1/charger", "missing"),
    ]
    assert differing(taken) == expected
    assert taken["differences"][0]["said"] == "good at the hand-over, now: screen cracked"
    assert state(database, "LAP-03") == "in_stock"
    assert differing(kit_json("return", "status", crisis)) == expected
    kit_json("return", "scan", crisis, "TEL-02", "SIM-2", *BROUGHT)
    with pytest.raises(IllegalMove, match="not decided yet are 1/charger, LAP-01"):
        close(database, crisis)

    def decide(subject: str, choice: str) -> Result:
        return kit("return", "decide", crisis, subject, "--as", choice, "--reason", "seen", "--by", "Camille")

    assert decide("LAP-01", "found").exit_code == 14
    assert decide("TEL-01", "waived").exit_code == 4
    assert decide("LAP-01", "gone").exit_code == 4
    choices = ("damage", "found", "waived", "found", "missing")
    for (subject, _what), choice in zip(expected, choices, strict=True):
        assert decide(subject, choice).exit_code == 0
    before = kit_json("return", "status", crisis)
    assert decide("LAP-01", "damage").exit_code == 0
    assert kit_json("return", "status", crisis) == before
    assert before["explained"] is True
    assert [each["choice"] for each in before["differences"]] == list(choices)
    assert "No unexplained serial" in kit("return", "status", crisis, "--sheet").stdout
    close(database, crisis)


def test_another_crisis_s_device_is_named_and_stays_with_its_person(
    kit_json: Data, database: Database, crisis: str
) -> None:
    with database.write() as session:
        other = session.get_one(crises.Crisis, crisis).model_copy(update={"reference": "13005-2026-02"})
        session.add(crises.Crisis(**other.model_dump()))
        seat = crises.seat_of(session, crisis, 1).model_dump()
        session.add(crises.Seat(**seat | {"crisis": other.reference}))
        session.flush()
        loan = loans.reserve(session, BY, other.reference, 1, "LAP-03")
        prepare(session, "LAP-03")
        loans.hand_over(session, BY, loan)
    (told,) = kit_json("return", "scan", crisis, "LAP-03", *BROUGHT)["differences"]
    assert told["said"] == "it is lent to seat 1 of crisis 13005-2026-02"
    assert state(database, "LAP-03") == "on_loan"


@pytest.mark.parametrize("how", ["lost", "decided", "back"])
def test_what_does_not_come_back_is_lost_in_the_book_or_the_crisis_stays_open(
    kit: Kit, kit_json: Data, database: Database, crisis: str, how: str
) -> None:
    kit_json("return", "scan", crisis, "LAP-02", "TEL-01", "TEL-02", "SIM-1", "SIM-2", *BROUGHT)
    why = ("--reason", "left on a train", "--by", "Camille")
    if how == "decided":
        kit_json("return", "decide", crisis, "LAP-01", "--as", "missing", *why)
    else:
        with database.write() as session:
            declare(session, BY, "LAP-01", Departure.LOST, "left on a train")
    standing = kit_json("return", "status", crisis)
    assert (standing["gone"], standing["out"]) == (["LAP-01"], [])
    if how == "back":
        charger = ("--accessory", "charger=1", "--place", "Room A")
        kit_json("return", "scan", crisis, "LAP-01", *BROUGHT, *charger)
        assert state(database, "LAP-01") == "quarantined"
    else:
        assert state(database, "LAP-01") == "lost"
        # The charger was out with it, and nobody said a word of it.
        with pytest.raises(IllegalMove, match="not decided yet are 1/charger"):
            close(database, crisis)
        kit_json("return", "decide", crisis, "1/charger", "--as", "missing", *why)
    close(database, crisis)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (("LAP-01", "--at", "2026-11-20T04:30:00"), 14),
        (("LAP-01", "--accessory", "charger=1"), 3),
        (("LAP-03", "--accessory", "charger=1", "--place", "Room A"), 3),
        (("LAP-01", "--condition", "LAP-02=bent"), 3),
        (("LAP-01", "--seat", "7"), 4),
    ],
)
def test_a_return_that_cannot_be_changes_nothing(
    kit: Kit, database: Database, crisis: str, typed: tuple[str, ...], code: int
) -> None:
    with database.read() as session:
        before = journal.head(session)
    assert kit("return", "scan", crisis, *typed, *BROUGHT).exit_code == code
    with database.read() as session:
        assert journal.head(session) == before


def test_both_ends_start_the_return(kit: Kit, kit_json: Data, crisis: str) -> None:
    said = ("--said-by", "Dominique Essai", "--at", "2026-11-20T09:00:00")
    first = kit_json("crisis", "note", crisis, "forensic-ended", *said)
    assert first["return_due_since"] is None
    second = kit("crisis", "note", crisis, "systems-restarted", *said)
    assert f"kit return recall {crisis}" in second.stderr
    assert f"kit return recall {crisis}" in kit("crisis", "status", crisis).stdout
    early = ("--said-by", "D", "--at", "2026-11-20T04:00:00")
    assert kit("crisis", "note", crisis, "forensic-ended", *early).exit_code == 14
    assert kit("crisis", "note", crisis, "no-such-thing", *said).exit_code == 4


@pytest.mark.parametrize(
    ("fact", "more", "code"),
    [
        ("remote-consent", (), 3),
        ("remote-consent", ("--device", "LAP-03"), 14),
        ("remote-consent", ("--device", "lap-01"), 0),
        ("maintenance", ("--on", "2026-11-23"), 3),
        ("maintenance", ("--detail", "new disk"), 3),
        ("maintenance", ("--on", "2026-11-23", "--detail", "new disk", "--device", "LAP-01"), 0),
        ("called-back", (), 0),
    ],
)
def test_a_fact_is_noted_with_what_it_needs(
    kit: Kit, crisis: str, fact: str, more: tuple[str, ...], code: int
) -> None:
    assert kit("crisis", "note", crisis, fact, "--said-by", "Camille", *more).exit_code == code
