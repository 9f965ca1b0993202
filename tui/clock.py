"""Owns how moments and durations read on screen. Pure: the caller brings the present moment and the zone."""

from datetime import datetime, timedelta, tzinfo
from gettext import gettext as _


def since(start: datetime, now: datetime) -> str:
    """Hours, minutes and seconds from T0, e.g. "T+01:12:03"; a T0 still to come reads "T-"."""
    sign, span = ("+", now - start) if now >= start else ("-", start - now)
    return f"T{sign}{_hours(span)}"


def minutes_since(start: datetime, now: datetime) -> str:
    """As `since`, to the minute, for lists."""
    return since(start, now).rpartition(":")[0]


def span(seconds: float) -> str:
    """A duration in words a tired person reads at once, e.g. "1 min 53 s"."""
    minutes, rest = divmod(round(max(seconds, 0)), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return _("{hours} h {minutes:02d} min").format(hours=hours, minutes=minutes)
    if minutes:
        return _("{minutes} min {seconds:02d} s").format(minutes=minutes, seconds=rest)
    return _("{seconds} s").format(seconds=rest)


def moment(at: datetime, zone: tzinfo) -> str:
    """Date and time."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def time(at: datetime, zone: tzinfo) -> str:
    """Time of day."""
    return at.astimezone(zone).strftime("%H:%M:%S")


def _hours(span: timedelta) -> str:
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}"
