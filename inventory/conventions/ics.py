"""Writes deadlines as a calendar (iCalendar, RFC 5545) that Outlook and Thunderbird read.

Every deadline has the same UID in every file, so that another import changes what is there instead of
adding to it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from icalendar import TRANSP, Alarm, Calendar, Event

from inventory.conventions.deadlines import Deadline
from inventory.conventions.months import DAY
from inventory.conventions.records import Standing

#: How long before the day the calendar reminds.
ALARM = timedelta(days=-30)


@dataclass(frozen=True)
class Entry:
    """A deadline of a convention, with what people read."""

    standing: Standing
    deadline: Deadline
    title: str
    rule: str


def uid(standing: Standing, deadline: Deadline) -> UUID:
    """The same for the same deadline of the same convention, whatever its day has become."""
    convention, notice = standing.convention, deadline.notice
    # What comes every year is another event each year; what a letter starts is one event a letter.
    which = deadline.term_end or (deadline.on if deadline.kind.value == "renewal" else "")
    parts = (
        *(convention.commune_code, convention.id, convention.template, deadline.kind.value),
        *(deadline.side or "", which, notice.id if notice else ""),
    )
    return uuid5(NAMESPACE_URL, "crisis-kit:" + "/".join(map(str, parts)))


def write(entries: Iterable[Entry], today: date) -> bytes:
    """The calendar: events of a whole day, each with a reminder 30 days before; the same all day long."""
    calendar = Calendar()
    calendar.add("prodid", "-//crisis-kit//conventions//EN")
    calendar.add("version", "2.0")
    stamp = datetime.combine(today, time(), UTC)
    for entry in entries:
        event = Event.new(
            uid=uid(entry.standing, entry.deadline),
            stamp=stamp,
            start=entry.deadline.on,
            end=entry.deadline.on + DAY,
            summary=entry.title,
            description=entry.rule,
            transparency=TRANSP.TRANSPARENT,
        )
        event.add_component(Alarm.new_display(entry.title, ALARM))
        calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written
