"""The activity's writer: nothing lost, nothing turned round."""

import threading
from collections import defaultdict

from inventory.activity import Event, Status
from inventory.database import Database
from kit.workflows.activity import ActivityLog
from kit.workflows.station import Station
from tests.unit.inventory.samples import NOW
from tests.unit.kit.workflows.conftest import told


def event(seat: int, detail: str, status: Status = Status.RUNNING) -> Event:
    return Event("13005-2026-01", "laptop", status, NOW, seat=seat, detail=detail)


def test_a_conclusion_is_stored_when_it_returns_after_all_that_was_noted_before(working: Station) -> None:
    for number in range(50):
        working.activity.note(event(1, str(number)))
    working.activity.conclude(event(1, "end", Status.DONE))
    stored = [found.detail for found in told(working, "13005-2026-01")]
    assert stored == [*map(str, range(50)), "end"]


def test_each_threads_order_is_kept(working: Station) -> None:
    seats, rounds = 6, 15

    def speak(seat: int) -> None:
        for number in range(rounds):
            working.activity.note(event(seat, f"{number} begins"))
            working.activity.conclude(event(seat, f"{number} ends", Status.DONE))

    threads = [threading.Thread(target=speak, args=(seat,)) for seat in range(seats)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    by_seat = defaultdict(list)
    for found in told(working, "13005-2026-01"):
        by_seat[found.seat].append(found.detail)
    expected = [f"{number} {word}" for number in range(rounds) for word in ("begins", "ends")]
    assert by_seat == dict.fromkeys(range(seats), expected)


def test_what_was_noted_is_written_without_being_asked_and_at_the_end(
    database: Database, working: Station
) -> None:
    log = ActivityLog(database)
    log.note(event(1, "last words"))
    log.close()
    assert [found.detail for found in told(working, "13005-2026-01")] == ["last words"]
