"""A pool file of 100,000 devices into SQLite, and the same file once more, against the promised speed."""

import base64
import csv
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from stdnum import luhn

from benchmarks.measure import Result, medians
from inventory.database import Database
from inventory.importing.changes import Outcome
from inventory.importing.pool import import_pool
from inventory.journal import Stamp
from inventory.times import utc_now

ROWS = 100_000
ROUNDS = 3
#: Rows a second that are promised.
PROMISED = 5000
#: Seconds taken against seconds promised.
BOUND = 1.0


def measure() -> Iterator[Result]:
    """Round by round on a fresh data base; every fact of a laptop, a phone and a SIM is checked."""
    samples: dict[str, list[float]] = {"new": [], "again": []}
    with tempfile.TemporaryDirectory(prefix="kit-bench-") as folder:
        file = _file(Path(folder) / "pool.csv")
        for turn in range(ROUNDS):
            database = Database(f"sqlite:///{folder}/{turn}/kit.db")
            database.migrate()
            samples["new"].append(_import(database, file, Outcome.ADDED))
            samples["again"].append(_import(database, file, Outcome.UNCHANGED))
            database.dispose()
            print(f"  import: {samples['new'][-1]:.1f} s", file=sys.stderr, flush=True)
    promised = ROWS / PROMISED
    for name, seconds in medians(samples).items():
        yield Result(
            f"import of {ROWS:,} devices, {name}, against {PROMISED:,} rows/s",
            seconds / promised,
            BOUND,
            f"{seconds:.1f} against {promised:.1f}: {ROWS / seconds:,.0f} rows/s",
        )


def _import(database: Database, file: Path, outcome: Outcome) -> float:
    started = time.monotonic()
    with database.write() as session:
        found = import_pool(session, Stamp("bench@station", utc_now()), file)
    seconds = time.monotonic() - started
    assert found.count(outcome) == ROWS
    return seconds


def _file(path: Path) -> Path:
    header = (
        "tag",
        "kind",
        "model",
        "serial",
        "address",
        "host_key",
        "imei",
        "iccid",
        "number",
        "place",
        "note",
    )
    rows = (_laptop, _phone, _sim)
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, header, delimiter=";")
        writer.writeheader()
        writer.writerows(
            rows[n % 3](n) | {"place": f"Armoire {n % 40}", "note": "contrôlé"} for n in range(ROWS)
        )
    return path


def _laptop(n: int) -> dict[str, str]:
    key = b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + n.to_bytes(32, "big")
    return {
        "tag": f"PC-{n:06}",
        "kind": "portable",
        "model": "Portable 14",
        "serial": f"PF{n:07}X",
        "address": f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}",
        "host_key": f"ssh-ed25519 {base64.b64encode(key).decode()}",
    }


def _phone(n: int) -> dict[str, str]:
    return {
        "tag": f"TEL-{n:06}",
        "kind": "téléphone",
        "model": "Mobile 5",
        "imei": _checked(f"35000000{n:06}"),
    }


def _sim(n: int) -> dict[str, str]:
    return {
        "tag": f"SIM-{n:06}",
        "kind": "carte SIM",
        "iccid": _checked(f"893315031{n:09}"),
        "number": f"+33612{n:06}",
    }


def _checked(digits: str) -> str:
    """The digits with their check digit."""
    return digits + str(luhn.calc_check_digit(digits))
