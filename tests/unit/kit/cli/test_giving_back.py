"""`kit return`, and the facts that start it, as typed."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from inventory import crises, devices, journal, loans, milestones
from inventory.database import Database
from inventory.departures import Departure, declare
from inventory.errors import IllegalMove
from inventory.milestones import Milestone
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
    # A moment may be typed without its seconds.
    second = kit("crisis", "note", crisis, "systems-restarted", *said, "--at", SOON.removesuffix(":00"))
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


def test_to_come_back_to_what_was_said_first_is_a_correction_too(
    kit: Kit, kit_json: Data, database: Database, crisis: str
) -> None:
    said = ("--said-by", "Camille Exemple")
    first, second = "2026-11-20T05:00:01", "2026-11-20T05:00:02"
    kit_json("crisis", "note", crisis, "systems-restarted", *said, "--at", SOON)
    for at in (first, second, second, first):
        noted = kit_json("crisis", "note", crisis, "forensic-ended", *said, "--at", at)
    assert noted["return_due_since"] == noted["at"]
    with database.read() as session:
        told = [row.happened_at.second for row in milestones.of(session, crisis, Milestone.FORENSIC_ENDED)]
    assert told == [1, 2, 1]


def test_nobody_is_asked_to_bring_something_back_on_a_day_that_has_passed(kit: Kit, crisis: str) -> None:
    recall = ("return", "recall", crisis, "--said-by", "Camille", "--until")
    refused = kit(*recall, "2026-11-01")
    assert refused.exit_code == 3
    assert "2026-11-01 has passed" in refused.stderr


def test_the_sim_that_left_with_a_lost_phone_is_named_to_be_barred(
    kit: Kit, crisis: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nobody answers there; the book and what people must do are told all the same.
    for name in ("AUTHORITY", "GRAPH"):
        monkeypatch.setenv(f"KIT_TENANT__{name}", "https://127.0.0.1:1")
    monkeypatch.setenv("KIT_TENANT__PATIENCE", "0")
    # What sits in another phone by the book did not leave with its person's own.
    assert kit("sim", "insert", "SIM-2", "TEL-01").exit_code == 0
    other = kit("loss", crisis, "TEL-02", "--lost", "--told-by", "Camille", "--reason", "on a train")
    assert "SIM" not in other.stdout
    told = kit("loss", crisis, "TEL-01", "--lost", "--told-by", "Camille", "--reason", "on a train")
    assert "by hand: SIM-1 89331" in told.stdout
    assert "TEL-01 of seat 1 Camille Exemple 1 is lost; entry V-2" in told.stdout
    # On the team's clocks, which need not be this machine's; and by whom, in words.
    assert re.search(r"must know by [-0-9]{10} [0-9:]{5} CES?T, told by: the commune", told.stderr)


def test_a_breach_of_data_without_a_lost_device_has_its_clock_too(
    kit: Kit, kit_json: Data, crisis: str
) -> None:
    told = ("--told-by", "Camille Exemple", "--reason", "a list sent to a stranger")
    entry = kit_json("breach", "enter", crisis, *told, "--aware-at", SOON)
    assert (entry["entry"], entry["device"], entry["notifier"]) == ("V-1", None, "commune")
    assert kit_json("breach", "enter", crisis, *told, "--aware-at", SOON)["entry"] == "V-1"
    assert kit("breach", "enter", crisis, *told, "--aware-at", "2036-01-01T00:00:00").exit_code == 14
    assert [row["entry"] for row in kit_json("breach", "list")] == ["V-1"]
    early = kit("breach", "notified", "V-1", "--at", "2026-11-20T04:00")
    assert re.search(r"told after 2026-11-20 05:00 CET", early.stderr)
