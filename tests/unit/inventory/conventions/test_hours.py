"""Clocks run inside a window and stop on public holidays; those of the GDPR never stop."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory import conventions
from inventory.conventions.hours import BusinessHours, authority_deadline
from inventory.conventions.template import PublicHolidays, Window

PARIS = ZoneInfo("Europe/Paris")


def window(*, holidays: str = "FR", weekdays: tuple[int, ...] = (1, 2, 3, 4, 5)) -> Window:
    return Window.model_validate(
        {
            "hours": [["08:30", "12:30"], ["13:30", "17:30"]],
            "weekdays": list(weekdays),
            "holidays": holidays,
        }
    )


HOURS = BusinessHours(window(), PARIS)
moments = st.datetimes(
    datetime.fromisoformat("2024-01-01"), datetime.fromisoformat("2030-01-01"), timezones=st.just(UTC)
)
work = st.timedeltas(timedelta(minutes=1), timedelta(hours=60))


def paris(at: str) -> datetime:
    return datetime.fromisoformat(at).replace(tzinfo=PARIS)


def test_templates_without_hours_give_none() -> None:
    assert BusinessHours.of(conventions.template_of("amp_cyber").support, PARIS) is None
    assert BusinessHours.of(conventions.template_of("lyon_gnm").support, PARIS) is None
    support = BusinessHours.of(conventions.template_of("amp_mcmdmp").support, PARIS)
    assert support == HOURS


@pytest.mark.parametrize(
    ("day", "french", "moselle"),
    [
        (date(2026, 4, 3), True, False),  # Good Friday
        (date(2025, 12, 26), True, False),
        (date(2026, 5, 14), False, False),  # Ascension
        (date(2026, 4, 6), False, False),  # Easter Monday
        (date(2026, 4, 4), False, False),  # a Saturday
        (date(2026, 4, 2), True, True),
    ],
)
def test_moselle_has_two_more_holidays(day: date, french: bool, moselle: bool) -> None:
    assert BusinessHours(window(holidays="FR"), PARIS).open_on(day) is french
    assert BusinessHours(window(holidays=PublicHolidays.FR_57), PARIS).open_on(day) is moselle


def test_the_clock_stands_still_at_noon_and_at_night() -> None:
    assert HOURS.add(paris("2026-04-01T12:00"), timedelta(hours=1)) == paris("2026-04-01T14:00")
    assert HOURS.add(paris("2026-04-01T23:00"), timedelta(hours=1)) == paris("2026-04-02T09:30")
    assert HOURS.between(paris("2026-04-03T17:00"), paris("2026-04-07T09:00")) == timedelta(hours=1)


def test_a_window_at_night_has_the_hours_that_there_were() -> None:
    night = Window.model_validate({"hours": [["00:00", "06:00"]], "weekdays": [7], "holidays": "FR"})
    hours = BusinessHours(night, PARIS)
    # The clocks went forward on 29 March 2026, back on 25 October.
    assert hours.between(paris("2026-03-29T00:00"), paris("2026-03-29T06:00")) == timedelta(hours=5)
    assert hours.between(paris("2026-10-25T00:00"), paris("2026-10-25T06:00")) == timedelta(hours=7)


def test_the_72_hours_are_hours_whatever_the_clocks_do() -> None:
    aware = paris("2026-03-27T12:00")
    assert authority_deadline(aware) == paris("2026-03-30T13:00")
    assert authority_deadline(aware).tzinfo is PARIS
    with pytest.raises(ValueError, match="time zone"):
        authority_deadline(datetime(2026, 3, 27, 12))  # noqa: DTZ001  that is the point


@given(moments, work)
def test_what_was_added_is_what_lies_between(moment: datetime, worked: timedelta) -> None:
    due = HOURS.add(moment, worked)
    assert due > moment
    assert HOURS.between(moment, due) == worked
    assert HOURS.open_on(due.astimezone(PARIS).date())


@given(moments, work, work)
def test_more_work_is_never_due_earlier(moment: datetime, some: timedelta, more: timedelta) -> None:
    first, second = sorted((some, more))
    assert HOURS.add(moment, first) <= HOURS.add(moment, second)
    assert HOURS.add(HOURS.add(moment, first), second) == HOURS.add(moment, first + second)
