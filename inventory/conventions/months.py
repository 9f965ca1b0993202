"""Counts months as deadlines do: to the same day of a month, or to its last day where there is none."""

from calendar import monthrange
from datetime import date, timedelta

DAY = timedelta(days=1)


def later(day: date, months: int) -> date:
    """The day so many months later, or earlier: 31 January and one month is 28 or 29 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def latest_start(end: date, months: int) -> date:
    """The latest day from which so many months end by a day: 30 November for three by 28 February."""
    start = later(end, -months)
    while later(start + DAY, months) <= end:
        start += DAY
    return start


def first_of_next(day: date) -> date:
    """The first day of the month after that day."""
    return later(day.replace(day=1), 1)
