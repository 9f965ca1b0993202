"""Owns the zone in which commands tell times: the team's, whatever the clock of the machine is set to."""

from dataclasses import dataclass
from datetime import datetime, tzinfo


@dataclass
class _Told:
    """None, the machine's own, until the settings are read."""

    zone: tzinfo | None = None


_told = _Told()


def tell_in(zone: tzinfo) -> None:
    """Tell every time in that zone from now on."""
    _told.zone = zone


def local(moment: datetime) -> datetime:
    """A moment as whoever reads it calls it."""
    return moment.astimezone(_told.zone)
