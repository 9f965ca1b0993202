"""A shelf of 100,000 devices counted on SQLite: the answer to one scan, the comparison of all of them."""

import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from statistics import quantiles
from typing import Any

from sqlalchemy import insert
from sqlmodel import SQLModel

from benchmarks.measure import Result
from inventory.database import Database
from inventory.devices import DeviceKind, DeviceState
from inventory.journal import Stamp
from inventory.stocktakes import decisions, records, scans, sessions
from inventory.stocktakes.book import Scope
from inventory.stocktakes.comparison import Sighting
from inventory.times import utc_now

DEVICES = 100_000
SCANS = 300
ROUNDS = 3
PLACE = "Dépôt"
#: Milliseconds that are promised for an answer, with everything that is kept on disk; 95 of 100 are faster.
ANSWER = 50.0
#: Seconds that are promised for the comparison of what was expected with what was scanned.
COMPARISON = 10.0
#: Time taken against time promised.
BOUND = 1.0


def measure() -> Iterator[Result]:
    """Answers while the session has most of its scans; then the comparison, reading from disk included."""
    by = Stamp("bench@station", utc_now())
    with tempfile.TemporaryDirectory(prefix="kit-bench-") as folder:
        database = Database(f"sqlite:///{folder}/kit.db")
        database.migrate()
        reference = _prepare(database, by)
        answers = [_answer(database, reference, number) for number in range(SCANS)]
        compared = sorted(_compare(database, reference, by) for _ in range(ROUNDS))[ROUNDS // 2]
        database.dispose()
    slow = quantiles(answers, n=20)[-1] * 1000
    yield Result(
        f"answer to a scan among {DEVICES:,} devices, 95th percentile, against {ANSWER:.0f} ms",
        slow / ANSWER,
        BOUND,
        f"{slow:.1f} ms against {ANSWER:.0f} ms",
    )
    yield Result(
        f"{DEVICES:,} expected against {DEVICES:,} scans, against {COMPARISON:.0f} s",
        compared / COMPARISON,
        BOUND,
        f"{compared:.1f} against {COMPARISON:.1f}",
    )


def _prepare(database: Database, by: Stamp) -> str:
    """Devices at one place, a session that expects them, a scan of each but the last ones."""
    with database.write() as session:
        session.execute(
            insert(SQLModel.metadata.tables["device"]), [_device(number, by) for number in range(DEVICES)]
        )
        stocktake = sessions.open_stocktake(session, by, Scope(PLACE), owner="", year=2026)
        seen = [
            Sighting(by.at + timedelta(milliseconds=number), "reader", number, _code(number), place=PLACE)
            for number in range(DEVICES - SCANS)
        ]
        started = time.monotonic()
        scans.merge(session, by, stocktake, seen, source="bench")
        print(f"  merge: {time.monotonic() - started:.1f} s", file=sys.stderr, flush=True)
        return stocktake.reference


def _answer(database: Database, reference: str, number: int) -> float:
    """Seconds from a code to its answer, as the command takes it."""
    sighting = Sighting(utc_now(), "bench", number, _code(DEVICES - SCANS + number), place=PLACE)
    started = time.monotonic()
    with database.write() as session:
        answer = scans.take(session, records.get_open(session, reference), sighting)
    assert answer.expected
    return time.monotonic() - started


def _compare(database: Database, reference: str, by: Stamp) -> float:
    started = time.monotonic()
    with database.read() as session:
        standing = decisions.look(session, records.get(session, reference), by.at.date())
    seconds = time.monotonic() - started
    assert standing.comparison.seen == DEVICES
    return seconds


def _device(number: int, by: Stamp) -> dict[str, Any]:
    """A phone with its IMEI, or an accessory with its serial, in turns."""
    phone = number % 2 == 0
    return {
        "tag": f"TAG-{number:06}",
        "kind": DeviceKind.PHONE if phone else DeviceKind.ACCESSORY,
        "state": DeviceState.IN_STOCK,
        "model": "Mobile 5" if phone else "Casque",
        "imei": f"35000000{number:07}" if phone else None,
        "serial": None if phone else f"PF{number:07}X",
        "place": PLACE,
        "note": "",
        "state_since": by.at,
    }


def _code(number: int) -> str:
    """What is read off it: a tag, an IMEI or a serial."""
    return (f"TAG-{number:06}", f"PF{number:07}X", f"35000000{number:07}")[
        number % 4 if number % 4 < 3 else 1
    ]
