"""Reports of a station: their totals are the book's, and nothing personal reaches the mayor's page."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from inventory import communes, contacts, conventions, crises, devices, issued, journal, loans
from inventory.contacts import Role
from inventory.conventions import NoticeKind, Reading, Side, notices
from inventory.conventions.notices import Letter
from inventory.devices import DeviceState
from inventory.errors import Unknown
from inventory.journal import Stamp
from kit.app import documents, reports, standing_papers
from kit.app.compose import App
from kit.documents import register
from kit.documents.issuing import Issued
from kit.documents.situation import KindCount
from kit.documents.wording import translations
from kit.plan.stages import CRISIS_STAGES, SEAT_STAGES, label
from kit.settings import Home, load
from tests.databases import fresh
from tests.unit.inventory.samples import NOW, fill

BY = Stamp("camille@station", NOW)
CRISIS = "13005-2026-01"


@pytest.fixture
def station(tmp_path: Path) -> Iterator[App]:
    """A station with a crisis of two people: one has a laptop, one gave hers back, a third is lost."""
    home = Home.at(tmp_path / "home")
    settings = load(home)
    database = fresh(home.state / "kit.db")
    fill(database, BY, laptops=4, seats=2)
    with database.write() as session:
        for tag, seat in (("LAP-01", 1), ("LAP-02", 2), ("LAP-03", 2)):
            loan = loans.reserve(session, BY, CRISIS, seat, tag)
            for state in (DeviceState.PROVISIONING, DeviceState.READY):
                devices.move(session, BY, devices.get(session, tag), state, reason="test")
            loans.hand_over(session, BY, loan)
            if tag == "LAP-02":
                loans.end(session, BY, loan, "given back")
            if tag == "LAP-03":
                devices.move(session, BY, devices.get(session, tag), DeviceState.LOST, reason="test")
                loans.end(session, BY, loan, "lost")
        contacts.put(
            session,
            BY,
            "13005",
            Role.DPO,
            deputy=False,
            name="Dominique Essai",
            phone="+33442000000",
            email="dpo@essai.example",
            today=NOW.date(),
        )
    yield App(home, settings, database)
    database.dispose()


def frozen(app: App, made: Issued) -> dict[str, object]:
    with app.database.read() as session:
        return issued.find(session, made.document.reference).facts


def test_the_situation_counts_each_device_once_where_it_is(station: App) -> None:
    facts = json.loads(reports.situation(station, CRISIS).facts.read_bytes())
    laptops = KindCount(kind="laptop", asked=2, prepared=0, out=1, back=1, lost=1)
    assert facts["devices"][0] == vars(laptops)
    assert (facts["seats"], facts["working"], facts["breaches"]) == (2, 0, 0)


def test_the_situations_totals_equal_the_journals(station: App) -> None:
    with station.database.read() as session:
        lines = journal.tail(session, limit=1000)
        head = journal.head(session)
    facts = json.loads(reports.situation(station, "aubagne").facts.read_bytes())
    out = [line for line in lines if line.data.get("to") == "on_loan"]
    (counted,) = [kind for kind in facts["devices"] if kind["kind"] == "laptop"]
    assert counted["out"] + counted["back"] + counted["lost"] == len(out) == 3
    assert (facts["journal_lines"], facts["journal_head"]) == head


def test_no_person_device_or_number_reaches_the_situation(station: App) -> None:
    with station.database.read() as session:
        people = crises.seats(session, CRISIS)
        personal = {person.first_name for person in people} | {person.last_name for person in people}
        personal |= {device.tag for device in devices.listing(session)} | {"Dominique", "+33442000000", "@"}
    made = reports.situation(station, CRISIS)
    for file in (made.text, made.facts):
        told = file.read_text()
        assert not [each for each in personal if each in told]


def test_another_look_is_another_version_that_says_what_changed(station: App) -> None:
    assert reports.situation(station, CRISIS).document.version == 1
    with station.database.write() as session:
        (loan,) = loans.open_loans(session, crisis=CRISIS)
        loans.end(session, BY, loan, "given back")
    second = reports.situation(station, CRISIS)
    assert second.document.version == 2
    assert second.document.change


def test_the_technical_report_names_seats_and_devices_but_no_person(station: App) -> None:
    text = reports.technical(station, CRISIS).text.read_text()
    assert "LAP-01 (Ordinateur)\N{NO-BREAK SPACE}: prêté" in text
    assert all(label(stage, translations("fr").gettext) in text for stage in (*SEAT_STAGES, *CRISIS_STAGES))
    assert not re.search("on_loan|mailbox|account", text)
    assert "LAP-02" not in text
    assert "Camille" not in text.replace(BY.actor, "")


def test_the_registers_entries_name_the_dpo_and_leave_open_what_nobody_knows(station: App) -> None:
    facts = frozen(station, reports.register(station, CRISIS))
    assert facts["commune"] == {
        "name": "Aubagne",
        "role": "",
        "contact": "",
        "dpo": "Dominique Essai, +33442000000, dpo@essai.example",
    }
    assert (facts["objection"], facts["non_eu_consent"]) == (True, True)
    assert facts["retention"] == ""


def test_the_registers_entries_are_issued_again_only_when_something_changed(station: App) -> None:
    assert reports.register(station, CRISIS).new
    assert not reports.register(station, CRISIS).new


def test_the_runbook_has_the_contacts_and_no_secret(station: App) -> None:
    made = standing_papers.runbook(station)
    text = made.text.read_text()
    assert "Dominique Essai" in text
    # A long path goes over lines.
    assert str(station.home.documents) in "".join(text.split())
    assert "sqlite" not in text
    assert not standing_papers.runbook(station).new


def test_a_convention_is_printed_from_the_communes_own_template(station: App) -> None:
    facts = frozen(station, standing_papers.convention(station, "aubagne"))
    assert (facts["template"], facts["max_years"], facts["siren"]) == ("amp_cyber", 8, "211300058")
    # The template leaves these open: lines to fill in, never defaults.
    assert (facts["support"], facts["lender_role"], facts["commune_role"]) == (None, "", "")


def test_a_convention_is_printed_with_the_reading_it_was_recorded_with(station: App) -> None:
    open_reading = frozen(station, standing_papers.convention(station, "marseille", "amp_cyber"))
    assert open_reading["readings"] == ["anniversary", "nth_civil_year"]
    with station.database.write() as session:
        marseille = communes.find(session, "marseille")
        conventions.add(
            session,
            BY,
            marseille,
            template="amp_cyber",
            signed_on=NOW.date(),
            notified_on=None,
            reading=Reading.NTH_CIVIL_YEAR,
        )
    made = standing_papers.convention(station, "marseille")
    assert frozen(station, made)["readings"] == ["nth_civil_year"]
    told = " ".join(made.text.read_text().split())
    assert "anniversaire" not in told.partition("Article 3")[2].partition("Article 4")[0]
    assert "recommandée, avec effet en fin de période" in told


@pytest.mark.parametrize("template", ["amp_cyber", "amp_mcmdmp", "lyon_gnm", "moselle"])
def test_every_template_can_be_printed_for_a_commune_without_a_convention(
    station: App, template: str
) -> None:
    made = standing_papers.convention(station, "marseille", template)
    assert made.document.subject == "commune:13055"
    assert made.pdf.read_bytes().startswith(b"%PDF")


def test_the_form_tells_the_kits_processing_and_leaves_another_services_blank(station: App) -> None:
    forms = {
        key: standing_papers.convention(station, "marseille", key).text.read_text().partition("Annexe")[2]
        for key in ("amp_cyber", "moselle")
    }
    purpose, operations = "pendant une crise cyber", register.operations("fr")[1]
    told = {key: " ".join(form.split()) for key, form in forms.items()}
    assert purpose in told["amp_cyber"]
    assert " ".join(operations[1].split()) in told["amp_cyber"]
    assert purpose not in told["moselle"]
    assert re.search(rf"{operations[0]} +_+", forms["moselle"])


def test_an_amendment_makes_the_next_version_which_says_so(station: App) -> None:
    first = standing_papers.convention(station, "aubagne")
    with station.database.write() as session:
        (standing,) = conventions.standings(session, "13005")
        day = NOW.date()
        asked = Letter(NoticeKind.AMENDMENT, Side.COMMUNE, day, received_on=day)
        notices.record(session, BY, standing, asked, day)
    second = standing_papers.convention(station, "aubagne")
    assert (first.document.version, second.document.version) == (1, 2)
    assert "la commune" in second.document.change
    with station.database.write() as session:
        (standing,) = conventions.standings(session, "13005")
        decided = replace(asked, settled_on=day, reason="dix ordinateurs de plus")
        notices.record(session, BY, standing, decided, day)
    third = standing_papers.convention(station, "aubagne")
    assert "dix ordinateurs de plus" in third.document.change
    assert not standing_papers.convention(station, "aubagne").new


def test_prices_are_those_of_the_conventions_own_template(station: App) -> None:
    text = standing_papers.convention(station, "marseille", "moselle").text.read_text()
    assert "1\u00a0€" in text
    assert "Chorus" in text
    blank = standing_papers.convention(station, "marseille", "amp_mcmdmp").text.read_text()
    assert "15\u00a0%" in blank


def test_a_commune_without_a_convention_must_say_which_template(station: App) -> None:
    with pytest.raises(Unknown) as refused:
        standing_papers.convention(station, "marseille")
    assert "--template" in refused.value.hint


def test_what_was_issued_is_listed_by_crisis_and_by_commune(station: App) -> None:
    reports.situation(station, CRISIS)
    standing_papers.convention(station, "aubagne")
    standing_papers.runbook(station)
    assert [row["kind"] for row in documents.listing(station)] == [
        "situation-report",
        "convention",
        "runbook",
    ]
    assert [row["kind"] for row in documents.listing(station, CRISIS)] == ["situation-report"]
    assert [row["kind"] for row in documents.listing(station, "Aubagne")] == [
        "situation-report",
        "convention",
    ]
    assert [row["kind"] for row in documents.listing(station, "team")] == ["runbook"]
    with station.database.read() as session:
        assert communes.find(session, "aubagne").code == "13005"


def test_a_document_is_shown_from_its_frozen_facts_when_its_files_are_gone(station: App) -> None:
    made = reports.register(station, CRISIS)
    told = made.text.read_text()
    for file in made.pdf.parent.iterdir():
        file.unlink()
    shown = documents.show(station, made.document.reference)
    assert shown.text == told
    assert shown.record["pdf"] == ""
    assert shown.record["facts_sha256"] == made.document.facts_sha256
