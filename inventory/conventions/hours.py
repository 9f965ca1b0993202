"""Counts time as a support window does, and the 72 hours of the GDPR, which run day and night: pure.

A template without a window gives None; nobody guesses one. Public holidays are those of French law
(`holidays`), with Good Friday and 26 December where the window is of Alsace and Moselle.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from holidays import HolidayBase, country_holidays

from inventory.conventions.months import DAY
from inventory.conventions.template import PublicHolidays, Window

#: Within which a breach of personal data is notified to the authority, from awareness (GDPR art. 33(1)).
AUTHORITY = timedelta(hours=72)


def authority_deadline(aware_at: datetime) -> datetime:
    """Until when the authority must know of a breach: calendar hours, whatever the clocks of the zone do."""
    return (_moment(aware_at) + AUTHORITY).astimezone(aware_at.tzinfo)


@dataclass(frozen=True)
class BusinessHours:
    """A support window in a time zone, within which clocks run (requirement 20)."""

    window: Window
    zone: ZoneInfo

    @classmethod
    def of(cls, window: Window | None, zone: ZoneInfo) -> "BusinessHours | None":
        """The hours of a template's window; None where the template has none."""
        return None if window is None else cls(window, zone)

    def add(self, moment: datetime, work: timedelta) -> datetime:
        """The moment at which so much working time has passed, in the window's zone."""
        left, begun = work, _moment(moment)
        for opens, closes in self._openings(begun):
            if left <= closes - opens:
                return (opens + left).astimezone(self.zone)
            left -= closes - opens
        raise OverflowError("no end of working time")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from one moment to a later one; zero where it is not later."""
        begun, ended = _moment(start), _moment(end)
        worked = timedelta()
        for opens, closes in self._openings(begun):
            if opens >= ended:
                break
            worked += min(closes, ended) - opens
        return worked

    def open_on(self, day: date) -> bool:
        """Whether there are working hours on that day."""
        return day.isoweekday() in self.window.weekdays and day not in _holidays(self.window.holidays)

    def _openings(self, after: datetime) -> Iterator[tuple[datetime, datetime]]:
        """What is open after a moment, in UTC, in order."""
        day = after.astimezone(self.zone).date()
        while day < date.max:
            if self.open_on(day):
                for opens, closes in self.window.hours:
                    # In UTC, for Python subtracts wall clocks of one zone as if it never changed them.
                    begins, ends = (
                        datetime.combine(day, at, self.zone).astimezone(UTC) for at in (opens, closes)
                    )
                    if ends > after:
                        yield max(begins, after), ends
            day += DAY


def _moment(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return at.astimezone(UTC)


@cache
def _holidays(kept: PublicHolidays) -> HolidayBase:
    return country_holidays("FR", subdiv="57" if kept is PublicHolidays.FR_57 else None)
