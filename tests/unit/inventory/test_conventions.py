"""Whether a convention is in force is a pure function of template, dates and day."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory import communes, conventions, journal
from inventory.conventions import ConventionDates, ConventionStatus, Reading
from inventory.database import Database
from inventory.errors import ConventionInactive, IllegalMove, Unknown
from inventory.journal import Stamp

VECTORS = json.loads(Path(__file__).with_name("data").joinpath("convention-dates.json").read_text())
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


days = st.dates(date(2020, 1, 1), date(2040, 1, 1))


@given(
    key=st.sampled_from(sorted(conventions.templates())),
    dates=st.builds(
        ConventionDates, st.none() | days, st.none() | days, st.none() | days, st.sampled_from(Reading)
    ),
    first=days,
    second=days,
)
def test_a_status_never_goes_back_as_days_go_by(
    key: str, dates: ConventionDates, first: date, second: date
) -> None:
    order = [DRAFT, ACTIVE, ENDED]
    template = conventions.template_of(key)
    earlier, later = (conventions.status(template, dates, day) for day in sorted((first, second)))
    assert order.index(earlier) <= order.index(later)


def test_templates_carry_no_trace_of_where_they_were_read() -> None:
    path = Path(conventions.__file__).with_name("data") / "convention-templates.json"
    published: dict[str, Any] = json.loads(path.read_text())["templates"]
    assert list(published) == ["amp_cyber", "amp_mcmdmp", "lyon_gnm", "moselle"]
    assert all("seed" not in parameters and parameters["version"] == 1 for parameters in published.values())
    assert [key for key, template in conventions.templates().items() if template.lends_kit] == ["amp_cyber"]


def test_an_unknown_template_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Unknown) as caught:
        conventions.template_of("amp")
    assert "amp_cyber" in caught.value.hint


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
