"""Conventions are recorded and completed, and say on which day they open the right to a kit."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from inventory import communes, conventions, journal
from inventory.conventions import ConventionDates, ConventionStatus, Reading
from inventory.database import Database
from inventory.errors import BadValue, ConventionInactive, IllegalMove
from inventory.journal import Stamp
from tests.unit.inventory.conventions.owning import write_own

VECTORS = json.loads(Path(__file__).parents[1].joinpath("data").joinpath("convention-dates.json").read_text())
DRAFT, ACTIVE, ENDED = ConventionStatus.DRAFT, ConventionStatus.ACTIVE, ConventionStatus.ENDED
DAY = timedelta(days=1)


@pytest.mark.parametrize("reading", Reading)
@pytest.mark.parametrize("vector", VECTORS["max_duration"], ids=lambda vector: str(vector["template"]))
def test_the_longest_duration_follows_the_reading(vector: dict[str, str], reading: Reading) -> None:
    template = conventions.template_of(vector["template"])
    dates = ConventionDates(notified_on=date.fromisoformat(vector["notified"]), reading=reading)
    last = date.fromisoformat(vector[reading.value])
    assert conventions.last_day(template, dates) == last
    assert conventions.status(template, dates, last) is ACTIVE
    assert conventions.status(template, dates, last + DAY) is ENDED


@pytest.mark.parametrize(
    ("key", "dates", "today", "status"),
    [
        ("amp_cyber", ConventionDates(signed_on=date(2026, 1, 1)), date(2026, 6, 1), DRAFT),
        ("amp_cyber", ConventionDates(notified_on=date(2026, 6, 2)), date(2026, 6, 1), DRAFT),
        ("amp_cyber", ConventionDates(notified_on=date(2026, 6, 1)), date(2026, 6, 1), ACTIVE),
        ("moselle", ConventionDates(notified_on=date(2026, 1, 1)), date(2026, 6, 1), DRAFT),
        ("moselle", ConventionDates(signed_on=date(2026, 1, 1)), date(2028, 12, 31), ACTIVE),
        ("moselle", ConventionDates(signed_on=date(2026, 1, 1)), date(2029, 1, 1), ENDED),
        ("lyon_gnm", ConventionDates(notified_on=date(2022, 1, 1)), date(2023, 12, 31), ACTIVE),
        ("lyon_gnm", ConventionDates(), date(2024, 1, 1), ENDED),
        (
            "amp_cyber",
            ConventionDates(notified_on=date(2026, 1, 1), ended_on=date(2026, 12, 31)),
            date(2026, 12, 31),
            ACTIVE,
        ),
        (
            "amp_cyber",
            ConventionDates(notified_on=date(2026, 1, 1), ended_on=date(2026, 12, 31)),
            date(2027, 1, 1),
            ENDED,
        ),
    ],
)
def test_the_status_of_a_day(key: str, dates: ConventionDates, today: date, status: ConventionStatus) -> None:
    assert conventions.status(conventions.template_of(key), dates, today) is status


def test_a_29_february_has_its_anniversary_on_the_28th() -> None:
    dates = ConventionDates(notified_on=date(2028, 2, 29))
    assert conventions.last_day(conventions.template_of("amp_mcmdmp"), dates) == date(2033, 2, 28)


def test_the_same_convention_is_recorded_once(either_database: Database, by: Stamp) -> None:
    with either_database.write() as session:
        communes.load(session, by)
        aubagne = communes.find(session, "13005")
        for _ in range(2):
            conventions.add(
                session, by, aubagne, template="amp_cyber", signed_on=None, notified_on=date(2026, 3, 15)
            )
    with either_database.read() as session:
        (convention,) = conventions.for_commune(session, "13005")
        assert (convention.template_version, convention.reading) == (1, "anniversary")
        (line,) = journal.tail(session, subject="commune:13005")
        assert (line.kind, line.data["notified_on"]) == ("convention.added", "2026-03-15")


def test_an_end_alone_begins_no_convention_and_says_how_to_end_the_one_there_is(
    database: Database, by: Stamp
) -> None:
    with database.write() as session:
        communes.load(session, by)
        aubagne = communes.find(session, "13005")
        since = date(2026, 3, 15)
        conventions.add(session, by, aubagne, template="amp_cyber", signed_on=None, notified_on=since)
        with pytest.raises(IllegalMove) as refused:
            conventions.add(
                session,
                by,
                aubagne,
                template="amp_cyber",
                signed_on=None,
                notified_on=None,
                ended_on=date(2026, 12, 1),
            )
        assert "--ended" in refused.value.hint
        made = conventions.add(
            session,
            by,
            aubagne,
            template="amp_cyber",
            signed_on=None,
            notified_on=since,
            ended_on=date(2026, 12, 1),
        )
        assert [each.id for each in conventions.listing(session)] == [made.id]


def test_an_end_before_the_beginning_is_refused(database: Database, by: Stamp) -> None:
    with database.write() as session:
        communes.load(session, by)
        with pytest.raises(IllegalMove, match="2026-03-15 cannot end on 2026-03-14"):
            conventions.add(
                session,
                by,
                communes.find(session, "13005"),
                template="amp_cyber",
                signed_on=None,
                notified_on=date(2026, 3, 15),
                ended_on=date(2026, 3, 14),
            )


@pytest.mark.parametrize(
    ("template", "facts", "said"),
    [
        ("amp_cyber", {}, "amp_cyber: not notified yet"),
        ("amp_cyber", {"notified_on": date(2027, 1, 1)}, "amp_cyber: in force only from 2027-01-01"),
        ("amp_cyber", {"notified_on": date(2018, 1, 1)}, "amp_cyber: ended on 2026-01-01"),
        ("amp_mcmdmp", {"notified_on": date(2026, 1, 1)}, "amp_mcmdmp: lends no crisis kit"),
        ("moselle", {}, "moselle: lends no crisis kit"),
    ],
)
def test_a_refusal_says_which_convention_there_is_and_why_not(
    database: Database, by: Stamp, template: str, facts: dict[str, date], said: str
) -> None:
    with database.write() as session:
        communes.load(session, by)
        aubagne = communes.find(session, "13005")
        given_dates: dict[str, Any] = {"signed_on": None, "notified_on": None} | facts
        conventions.add(session, by, aubagne, template=template, **given_dates)
        with pytest.raises(ConventionInactive, match=said):
            conventions.active(session, "13005", date(2026, 11, 20))


def test_no_convention_at_all_is_said(database: Database, by: Stamp) -> None:
    with database.write() as session:
        communes.load(session, by)
        with pytest.raises(ConventionInactive, match="Aubagne has no convention") as caught:
            conventions.active(session, "13005", date(2026, 11, 20))
    assert "kit convention add" in caught.value.hint


def test_of_several_the_one_in_force_counts(database: Database, by: Stamp) -> None:
    with database.write() as session:
        communes.load(session, by)
        aubagne = communes.find(session, "13005")
        for notified in (date(2015, 1, 1), date(2026, 1, 1), None):
            conventions.add(session, by, aubagne, template="amp_cyber", signed_on=None, notified_on=notified)
        assert conventions.active(session, "13005", date(2026, 11, 20)).notified_on == date(2026, 1, 1)


def test_a_draft_is_completed_and_not_doubled(either_database: Database, by: Stamp) -> None:
    with either_database.write() as session:
        communes.load(session, by)
        aubagne = communes.find(session, "13005")
        for given in (
            {"signed_on": date(2026, 3, 1), "notified_on": None},
            {"signed_on": None, "notified_on": date(2026, 3, 15)},
            {"signed_on": date(2026, 3, 1), "notified_on": date(2026, 3, 15)},
        ):
            conventions.add(session, by, aubagne, template="amp_cyber", **given)
        (convention,) = conventions.for_commune(session, "13005")
        assert (convention.signed_on, convention.notified_on) == (date(2026, 3, 1), date(2026, 3, 15))
        newest, before = journal.tail(session, subject="commune:13005")[::-1]
        assert {newest.kind, before.kind} == {"convention.added", "convention.completed"}


def test_other_dates_are_another_convention(database: Database, by: Stamp) -> None:
    with database.write() as session:
        communes.load(session, by)
        aubagne = communes.find(session, "13005")
        for notified in (date(2018, 1, 1), date(2026, 3, 15), None):
            conventions.add(session, by, aubagne, template="amp_cyber", signed_on=None, notified_on=notified)
        assert len(conventions.for_commune(session, "13005")) == 3


@pytest.mark.parametrize(("template", "refused"), [("amp_cyber", True), ("moselle", False)])
def test_notified_before_signed_is_refused_where_notification_counts(
    database: Database, by: Stamp, template: str, refused: bool
) -> None:
    with database.write() as session:
        communes.load(session, by)
        aubagne = communes.find(session, "13005")
        dates: dict[str, Any] = {"signed_on": date(2026, 3, 15), "notified_on": date(2026, 3, 14)}
        if refused:
            with pytest.raises(IllegalMove, match="signed on 2026-03-15 cannot be notified on 2026-03-14"):
                conventions.add(session, by, aubagne, template=template, **dates)
        else:
            conventions.add(session, by, aubagne, template=template, **dates)


def test_a_reading_that_the_template_does_not_know_is_refused(database: Database, by: Stamp) -> None:
    with database.write() as session:
        communes.load(session, by)
        aubagne = communes.find(session, "13005")
        made = conventions.add(
            session,
            by,
            aubagne,
            template="amp_cyber",
            signed_on=None,
            notified_on=date(2026, 3, 15),
            reading=Reading.NTH_CIVIL_YEAR,
        )
        (standing,) = conventions.standings(session, "13005")
        assert made.reading == "nth_civil_year"
        assert conventions.last_day(standing.template, standing.dates) == date(2033, 12, 31)


def test_a_convention_keeps_the_version_of_its_template(
    either_database: Database, by: Stamp, tmp_path: Path
) -> None:
    first = write_own(tmp_path, breach_cure_months=[3])
    with either_database.write() as session:
        communes.load(session, by)
        for commune, own in (("13005", first), ("13002", write_own(tmp_path, breach_cure_months=[3, 1]))):
            found = communes.find(session, commune)
            conventions.add(
                session, by, found, template="ours", signed_on=None, notified_on=date(2026, 1, 1), own=own
            )
    with either_database.read() as session:
        # The folder is not asked again.
        months = {
            each.template.version: each.template.breach_cure_months for each in conventions.standings(session)
        }
    assert months == {1: 3, 2: 1}


def test_a_version_that_was_changed_under_its_conventions_is_refused(
    database: Database, by: Stamp, tmp_path: Path
) -> None:
    first, changed = (write_own(tmp_path, breach_cure_months=[months]) for months in (3, 4))
    with database.write() as session:
        communes.load(session, by)
        dates: dict[str, Any] = {"template": "ours", "signed_on": None, "notified_on": date(2026, 1, 1)}
        conventions.add(session, by, communes.find(session, "13005"), own=first, **dates)
        with pytest.raises(BadValue, match="Version 1 of ours is no longer"):
            conventions.add(session, by, communes.find(session, "13002"), own=changed, **dates)
