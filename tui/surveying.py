"""Makes a survey: what could be lent, why not the rest, what comes due. In a process of its own where asked.

Nothing here knows Textual, so that such a process starts soon.
"""

import os
from collections import Counter
from contextlib import suppress
from datetime import datetime
from multiprocessing.connection import Connection

from sqlmodel import Session

from inventory import shelf
from inventory.conventions import due
from inventory.conventions.due import Due
from inventory.database import Database
from inventory.devices import DeviceKind
from inventory.readiness import Limits, Verdict, Why
from kit import i18n
from kit.cli import convention_words
from tui.picture import DueView, Survey

#: How many days ahead to tell what comes due.
_DAYS = 90
#: A process that makes a survey gives way to everything else.
_NICE = 10


def send(to: Connection, url: str, now: datetime, limits: Limits, contact_days: int) -> None:
    """In a process of its own: make a survey and send it; where that fails, nothing is sent."""
    # What it would say of a failure would go to the terminal, right into the screens.
    with suppress(Exception), to:
        os.nice(_NICE)
        i18n.activate()
        database = Database(url)
        with database.read() as session:
            to.send(survey(session, now, limits, contact_days))


def survey(session: Session, now: datetime, limits: Limits, contact_days: int) -> Survey:
    """The survey at `now`, which is in the zone of the team's calendar."""
    verdicts: Counter[tuple[DeviceKind, Verdict]] = Counter()
    reasons: Counter[tuple[DeviceKind, Why]] = Counter()
    # Kind by kind, so that only those of one are held at once.
    for kind in DeviceKind:
        for each in shelf.readiness(session, now, limits, kind=kind):
            verdicts[kind, each.verdict] += 1
            reasons.update((kind, reason.why) for reason in each.reasons)
    today = now.date()
    found = due.read(session, today, days=_DAYS, contact_days=contact_days)
    return Survey(now, dict(verdicts), dict(reasons), tuple(_due(each, now) for each in found))


def _due(each: Due, now: datetime) -> DueView:
    return DueView(
        until=each.until,
        overdue=each.until is not None and each.until < now.date(),
        commune=each.commune.name if each.commune else "",
        what=convention_words.what(each),
    )
