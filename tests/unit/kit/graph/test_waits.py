"""Waits are told and can be ended."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from kit.graph.errors import Stopped
from kit.graph.waits import Wait, Waits
from tests.unit.kit.graph.support import VirtualTime


def test_a_wait_is_told_with_the_time_it_ends() -> None:
    told: list[Wait] = []
    time = VirtualTime()
    Waits(told.append, time, time.now).wait(90, "the tenant asks to slow down")
    assert [wait.reason for wait in told] == ["the tenant asks to slow down"]
    assert abs(told[0].until - datetime.now(UTC) - timedelta(seconds=90)) < timedelta(seconds=10)
    assert time.waits == [90]


def test_a_wait_too_short_to_read_is_not_told() -> None:
    told: list[Wait] = []
    time = VirtualTime()
    Waits(told.append, time, time.now).wait(0.5, "x")
    assert told == []
    assert time.waits == [0.5]


def test_a_stop_ends_a_wait_of_hours_now() -> None:
    stop = threading.Event()
    threading.Timer(0.05, stop.set).start()
    with pytest.raises(Stopped):
        Waits(None, stop).wait(7200, "x")


def test_nothing_begins_after_a_stop() -> None:
    time = VirtualTime()
    time.set()
    with pytest.raises(Stopped):
        Waits(None, time).check()
