"""Fills a real data base through the inventory's own commands, as a station would."""

import base64
import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from inventory import activity, communes, conventions, crises, loans
from inventory.activity import Event, Status
from inventory.crises import SeatEntry
from inventory.database import Database
from inventory.importing.pool import import_pool
from inventory.journal import Stamp
from kit.plan.stages import Stage
from tests.databases import fresh

T0 = datetime(2026, 3, 14, 1, 2, 11, tzinfo=UTC)
NOW = T0 + timedelta(hours=1, minutes=12, seconds=3)
BY = Stamp("essai@station", T0)
PEOPLE = (("Camille", "Exemple"), ("Dominique", "Essai"), ("Claude", "Modèle"), ("Alix", "Témoin"))


def station(folder: Path, *, devices: int = 4) -> Database:
    """A data base with communes, a convention for Aubagne, `devices` laptops, phones and SIMs each."""
    database = fresh(folder / "kit.db")
    with database.write() as session:
        communes.load(session, BY)
        import_pool(session, BY, pool_file(folder, devices))
        aubagne = communes.find(session, "Aubagne")
        conventions.add(
            session,
            BY,
            aubagne,
            template="amp_cyber",
            signed_on=date(2026, 1, 5),
            notified_on=date(2026, 1, 9),
        )
    return database


def open_crisis(database: Database, *, drill: bool = False, seats: int = 4, t0: datetime = T0) -> str:
    """A crisis for Aubagne, with its devices reserved; its reference."""
    entries = [
        SeatEntry(n, *PEOPLE[(n - 1) % len(PEOPLE)], service="État civil", wants_phone=n != 4)
        for n in range(1, seats + 1)
    ]
    with database.write() as session:
        commune = communes.find(session, "Aubagne")
        crisis = crises.open_crisis(
            session, BY, commune, t0=t0, drill=drill, seats=entries, today=date(2026, 3, 14)
        )
        for entry in entries:
            loans.reserve(session, BY, crisis.reference, entry.number, f"PC-{entry.number:05d}")
        return crisis.reference


def tell(database: Database, *events: Event) -> None:
    """Write activity, as a run does."""
    with database.write() as session:
        activity.record(session, events)


def event(crisis: str, stage: Stage, status: Status, *, after: float = 60, **more: Any) -> Event:
    """One event, `after` seconds after T0."""
    return Event(crisis, stage, status, T0 + timedelta(seconds=after), **more)


def mid_run(crisis: str) -> list[Event]:
    """A run in its middle: one seat works, one runs, one failed, one waits."""
    done = [
        event(crisis, stage, status, after=30 + 200 * last, seat=seat)
        for seat, stages in {
            1: (Stage.LAPTOP, Stage.ACCOUNT, Stage.LICENCE, Stage.MAILBOX, Stage.PHONE),
            2: (Stage.ACCOUNT, Stage.LICENCE, Stage.MAILBOX, Stage.PHONE),
            3: (Stage.ACCOUNT, Stage.LICENCE, Stage.PHONE),
            4: (Stage.ACCOUNT,),
        }.items()
        for stage in stages
        for last, status in enumerate((Status.RUNNING, Status.DONE))
    ]
    return [
        event(crisis, Stage.RESERVE, Status.DONE, after=20),
        *done,
        event(
            crisis,
            Stage.LAPTOP,
            Status.RUNNING,
            after=4200,
            seat=2,
            detail="install the browser",
            data={"task": "install the browser"},
        ),
        event(
            crisis,
            Stage.LAPTOP,
            Status.FAILED,
            after=4000,
            seat=3,
            detail="Laptop PC-00003 at 10.77.0.3 cannot be reached: no route to host.",
            hint="Check that it is switched on and on the preparation network, then run again.",
        ),
        event(
            crisis,
            Stage.MAILBOX,
            Status.WAITING,
            after=4300,
            seat=3,
            detail="the mailbox is not there yet",
            until=NOW + timedelta(seconds=113),
        ),
        event(
            crisis,
            Stage.LAPTOP,
            Status.NEEDS_HUMAN,
            after=4310,
            seat=4,
            detail="Plug it in.",
            hint="Use dock 4.",
        ),
        event(crisis, Stage.PHONE, Status.SKIPPED, after=40, seat=4, detail="no phone asked for"),
        event(crisis, Stage.GROUP, Status.DONE, after=400),
        event(
            crisis, Stage.TEAM, Status.WAITING, after=4301, detail="the tenant asks to slow down", until=NOW
        ),
        event(crisis, Stage.SITE, Status.RUNNING, after=4302, detail="creating folders"),
    ]


def pool_file(folder: Path, count: int) -> Path:
    """A pool as a CSV file."""
    path = folder / "pool.csv"
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, delimiter=";")
        writer.writerow(
            ["tag", "type", "model", "serial", "address", "host_key", "imei", "iccid", "number", "place"]
        )
        for n in range(1, count + 1):
            address = f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"
            writer.writerow(
                [
                    f"PC-{n:05d}",
                    "laptop",
                    "Latitude 5450",
                    f"SN{n:06d}",
                    address,
                    host_key(n),
                    *[""] * 3,
                    "Aubagne",
                ]
            )
            imei = with_check_digit(f"35847309{n:06d}")
            writer.writerow(
                [f"TEL-{n:05d}", "phone", "Galaxy A16", f"PH{n:06d}", "", "", imei, "", "", "Marseille"]
            )
            iccid, number = with_check_digit(f"893310{n:012d}"), f"+336{n:08d}"
            writer.writerow([f"SIM-{n:05d}", "sim", "", "", "", "", "", iccid, number, "Marseille"])
    return path


def host_key(n: int) -> str:
    """A public key of its own for each laptop, in OpenSSH's form."""
    blob = b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + n.to_bytes(32, "big")
    return f"ssh-ed25519 {base64.b64encode(blob).decode()}"


def with_check_digit(digits: str) -> str:
    """The number with its Luhn digit, without which no import takes it."""
    doubled = [int(d) * (2 - i % 2) for i, d in enumerate(reversed(digits))]
    return digits + str(-sum(d // 10 + d % 10 for d in doubled) % 10)
