"""`kit handover seat` and `service`, as typed."""

import gettext
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from inventory import communes, crises, devices, evidence, handings, interventions, loans, supplies
from inventory.database import Database
from inventory.devices import DeviceState
from inventory.interventions import Kind
from kit import i18n, settings
from kit.documents import papers, typesetting
from kit.documents.interface import Content, NotTypeset
from tests.unit.inventory.samples import NOW, TODAY, entries
from tests.unit.kit.cli.lending import BY, SOON, ready

Kit = Callable[..., Result]
Data = Callable[..., Any]
BADGE = ("--identity", "staff badge")


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    made = Database(settings.load(settings.Home.at(home)).database)
    yield made
    made.dispose()


@pytest.fixture
def crisis(database: Database) -> str:
    return ready(database)


def states(database: Database, *tags: str) -> list[str]:
    with database.read() as session:
        return [devices.get(session, tag).state.value for tag in tags]


def kept(database: Database, reference: str) -> list[tuple[str, str, str]]:
    with database.read() as session:
        return [(row.device_tag, row.receipt, row.condition) for row in handings.of(session, reference)]


def test_a_person_gets_the_laptop_now_and_the_rest_later(
    kit: Kit, kit_json: Data, database: Database, crisis: str
) -> None:
    first = kit_json(
        *("handover", "seat", crisis, "1", "lap-01", *BADGE),
        *("--condition", "LAP-01=scratched lid", "--accessory", "Charger=1"),
    )
    assert first["devices"] == {"LAP-01": "scratched lid"}
    assert (first["accessories"], first["person"]) == ({"charger": 1}, "Camille Exemple 1")
    assert states(database, "LAP-01", "TEL-01", "SIM-1", "LAP-02") == ["on_loan", "ready", "ready", "ready"]
    # A phone by its IMEI, and what else the seat does not have yet.
    assert kit_json("handover", "seat", crisis, "1", "1", *BADGE)["devices"] == {"TEL-01": "good"}
    rest = kit_json("handover", "seat", crisis, "1", *BADGE, "--person", "Dominique Essai")
    assert (rest["devices"], rest["person"]) == ({"SIM-1": "good"}, "Dominique Essai")
    assert kept(database, crisis) == [
        ("LAP-01", f"{crisis}-S1-1", "scratched lid"),
        ("TEL-01", f"{crisis}-S1-2", "good"),
        ("SIM-1", f"{crisis}-S1-3", "good"),
    ]
    with database.read() as session:
        assert [stock.count for stock in supplies.stock(session)] == [9]
        assert {loan.handed_over_at is None for loan in loans.open_loans(session, seat=1)} == {False}
    assert kit("handover", "seat", crisis, "1", *BADGE).exit_code == 14
    # On the clocks on which it was typed.
    again = kit("handover", "seat", crisis, "1", "LAP-01", *BADGE)
    assert re.search(r"LAP-01 was handed over already, on [-0-9]{10} [0-9:]{5} CES?T", again.stderr)


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        (("LAP-02",), (14, "seat 2 of crisis")),
        (("LAP-03",), (14, "nobody holds it")),
        (("NOPE",), (4, "Nothing in the pool")),
        (("LAP-01", "--condition", "LAP-02=bent"), (3, "A condition is told of LAP-02")),
        (("LAP-01", "--condition", "bent"), (3, "is not TAG=")),
        (("LAP-01", "--accessory", "charger=11"), (6, "has 10 of charger")),
        (("LAP-01", "--accessory", "charger=0"), (3, "no quantity")),
        (("LAP-01", "--accessory", "mouse=1"), (3, "no place")),
        (("LAP-01", "--at", "2026-11-20T04:00:00"), (14, "before T0")),
        (("LAP-01", "--at", "2036-11-20T04:00:00"), (14, "in the future")),
        (("LAP-01", "--person", "\x1b[31m"), (3, "control characters")),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    kit: Kit, database: Database, crisis: str, typed: tuple[str, ...], refusal: tuple[int, str]
) -> None:
    refused = kit("handover", "seat", crisis, "1", *typed, *BADGE)
    code, said = refusal
    assert (refused.exit_code, said in refused.stderr) == (code, True), refused.output
    assert states(database, "LAP-01", "LAP-02", "LAP-03") == ["ready", "ready", "in_stock"]
    assert kept(database, crisis) == []


def test_nothing_is_handed_over_twice_nor_to_another_crisis_nor_before_it_is_ready(
    kit: Kit, database: Database, crisis: str
) -> None:
    assert kit("handover", "seat", crisis, "1", "LAP-01", *BADGE, "--at", SOON).exit_code == 0
    twice = kit("handover", "seat", crisis, "1", "LAP-01", *BADGE)
    assert (twice.exit_code, "handed over already" in twice.stderr) == (14, True)
    with database.write() as session:
        commune = crises.get(session, crisis).commune_code
        other = crises.open_crisis(
            session, BY, communes.find(session, commune), t0=NOW, drill=True, seats=entries(2), today=TODAY
        ).reference
        loans.reserve(session, BY, other, 1, "LAP-03")
    assert kit("handover", "seat", other, "1", "LAP-01", *BADGE).exit_code == 14
    unready = kit("handover", "seat", other, "1", *BADGE)
    assert (unready.exit_code, "LAP-03 is reserved, not ready" in unready.stderr) == (14, True)
    with database.write() as session:
        crises.close(session, BY, crises.get(session, other), NOW)
    assert "was closed on" in kit("handover", "seat", other, "1", *BADGE).stderr
    assert len(kept(database, crisis)) == 1


def test_one_bad_seat_does_not_stop_its_service(kit: Kit, database: Database, crisis: str) -> None:
    with database.write() as session:
        device = devices.get(session, "LAP-01")
        devices.move(session, BY, device, DeviceState.BROKEN, reason="fell")
    ended = kit("handover", "service", crisis, "mairie", *BADGE, "--json")
    assert ended.exit_code == 14
    refused, done = json.loads(ended.stdout)
    assert (refused["seat"], "LAP-01 is broken" in refused["message"]) == (1, True)
    assert list(done["devices"]) == ["LAP-02", "TEL-02", "SIM-2"]
    assert states(database, "LAP-02", "TEL-01") == ["on_loan", "ready"]
    # Again: who has everything is left alone.
    again = kit("handover", "service", crisis, "Mairie", *BADGE)
    assert (again.exit_code, "LAP-02" in again.stdout) == (14, False)
    assert kit("handover", "service", crisis, "DSI", *BADGE).exit_code == 4


def test_receipts_whose_paper_was_not_made_are_made_later_and_one_keeps_no_other_back(
    kit: Kit, kit_json: Data, crisis: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(content: Content) -> bytes:
        if "-S1-" in content.reference:
            raise NotTypeset("the printer's devil")
        return typesetting.typeset(content)

    with monkeypatch.context() as patched:
        patched.setattr(papers, "typeset", refuses)
        given = json.loads(kit("handover", "service", crisis, "mairie", *BADGE, "--json").stdout)
    faults = {each["seat"]: each["paper"]["fault"] for each in given}
    assert faults.pop(1) == "the printer's devil"
    assert set(faults.values()) == {""}
    (made,) = kit_json("handover", "receipts", crisis)
    assert (made["seat"], made["devices"]) == (1, given[0]["devices"])
    assert Path(made["paper"]["pdf"]).read_bytes().startswith(b"%PDF")
    assert kit_json("handover", "receipts", crisis) == []
    assert "Every receipt has its paper" in kit("handover", "receipts", crisis).stderr


def test_the_receipt_names_the_account_and_what_is_not_delivered_yet(
    kit: Kit, kit_json: Data, database: Database, crisis: str
) -> None:
    with database.write() as session:
        open_one = crises.get(session, crisis)
        interventions.decide(session, BY, open_one, "mailbox", Kind.SKIP, seat=1, reason="later")
        account = {"principal_name": "camille@secours.example", "id": "1"}
        evidence.keep(session, BY, crisis, "account", account, seat=1)
    for seat, lacks in (("1", ["mailbox"]), ("2", [])):
        made = kit_json("handover", "seat", crisis, seat, *BADGE)
        facts = json.loads(Path(made["paper"]["pdf"]).with_suffix(".json").read_bytes())
        assert facts["undelivered"] == lacks
        assert facts["account"] == ("camille@secours.example" if lacks else "")
        assert (
            "(pas encore vérifiée)" in Path(made["paper"]["pdf"]).with_suffix(".txt").read_text()
        ) == bool(lacks)
    back = kit_json("return", "scan", crisis, "LAP-01", "--brought-by", "Camille", *BADGE)
    (receipt,) = back["receipts"]
    assert json.loads(Path(receipt["paper"]["pdf"]).with_suffix(".json").read_bytes())["undelivered"] == []


@pytest.fixture
def in_french(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = gettext.textdomain()
    monkeypatch.setenv("LANGUAGE", "fr")
    i18n.activate()
    yield
    gettext.textdomain(before)


@pytest.mark.usefixtures("in_french")
@pytest.mark.parametrize("said", ["good", "Bon ", "BON"])
def test_what_is_said_to_be_good_is_good_in_both_languages(kit: Kit, crisis: str, said: str) -> None:
    handed = kit("handover", "seat", crisis, "1", "LAP-01", *BADGE, "--condition", f"LAP-01={said}")
    assert "LAP-01 (bon)" in handed.stdout
    brought = ("--brought-by", "Camille", *BADGE, "--condition", f"LAP-01={said}")
    back = kit("return", "scan", crisis, "LAP-01", *brought, "--json")
    assert json.loads(back.stdout)["differences"] == []
