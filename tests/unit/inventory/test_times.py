"""Moments keep their place in time, whatever the zone they were told in."""

from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import StatementError
from sqlmodel import col, select

from inventory import activity
from inventory.activity import ActivityRow, Event, Status
from inventory.database import Database
from tests.unit.inventory.samples import NOW


def test_a_moment_comes_back_as_the_same_moment(either_database: Database) -> None:
    told = NOW.astimezone(timezone(timedelta(hours=-5)))
    with either_database.write() as session:
        activity.record(session, [Event("X", "laptop", Status.RUNNING, told)])
    with either_database.read() as session:
        kept = session.exec(select(col(ActivityRow.at))).one()
    assert kept == NOW
    assert kept.utcoffset() == timedelta(0)


def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="time zone"), database.write() as session:
        activity.record(session, [Event("X", "laptop", Status.RUNNING, datetime(2026, 1, 1))])  # noqa: DTZ001
