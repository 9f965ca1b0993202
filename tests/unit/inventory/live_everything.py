"""A program of its own: imports a pool file, then does with its devices whatever comes to its mind.

Arguments: data base, crisis, seat, pool file, number of acts. Says "ready", and starts at the end of stdin.
Prints how many devices its import added.
"""

import json
import random
import sys
from collections.abc import Callable
from pathlib import Path

from sqlmodel import Session

from inventory import crate_records, crates, departures, devices, examinations, loans, pairings, swaps, undo
from inventory.database import Database
from inventory.departures import Departure
from inventory.devices import DeviceState
from inventory.errors import InventoryError
from inventory.examinations import Examination
from inventory.importing.changes import Outcome
from inventory.importing.pool import import_pool
from inventory.journal import Stamp
from inventory.times import utc_now

url, reference, seat, file, count = sys.argv[1:]
database = Database(url)
choice = random.Random(seat)  # noqa: S311  the same acts every time


def by() -> Stamp:
    return Stamp(f"seat{seat}", utc_now())


def reserve(session: Session, tag: str) -> None:
    loans.reserve(session, by(), reference, int(seat), tag)


def prepare(session: Session, tag: str) -> None:
    to = choice.choice([DeviceState.PROVISIONING, DeviceState.READY])
    devices.move(session, by(), devices.get(session, tag), to, reason="test")


def hand_over(session: Session, tag: str) -> None:
    for loan in loans.open_loans(session, device=tag):
        loans.hand_over(session, by(), loan)


def end(session: Session, tag: str) -> None:
    for loan in loans.open_loans(session, device=tag):
        loans.end(session, by(), loan, "test")


def set_apart(session: Session, tag: str) -> None:
    loans.set_apart(session, by(), tag, "test")


def clean(session: Session, tag: str) -> None:
    examinations.keep(session, by(), tag, Examination.WIPE, {})
    for state in (DeviceState.WIPED, DeviceState.IN_STOCK):
        devices.move(session, by(), devices.get(session, tag), state, reason="test")


def lose(session: Session, tag: str) -> None:
    departures.declare(session, by(), tag, choice.choice([Departure.LOST, Departure.BROKEN]), "test")


def take_it_back(session: Session, tag: str) -> None:
    undo.undo(session, by(), tag, reason="test")


def swap(session: Session, tag: str) -> None:
    swaps.swap(session, by(), tag, choice.choice(tags), reason="test")


def pack(session: Session, tag: str) -> None:
    crates.put_in(session, by(), crate_records.get(session, f"CAI-{seat}"), tag)


def unpack(session: Session, tag: str) -> None:
    crates.take_out(session, by(), tag)


def insert_sim(session: Session, tag: str) -> None:
    pairings.insert(session, by(), tag, choice.choice(tags), slot=choice.choice([1, 2]))


ACTS: list[Callable[[Session, str], None]] = [
    *(reserve, reserve, prepare, prepare, hand_over, end, set_apart, clean, clean),
    *(lose, take_it_back, swap, pack, unpack, insert_sim),
]
print("ready", flush=True)
sys.stdin.readline()
with database.write() as session:
    added = import_pool(session, by(), Path(file)).count(Outcome.ADDED)
with database.read() as session:
    tags = [device.tag for device in devices.listing(session)]
for _turn in range(int(count)):
    act = choice.choice(ACTS)
    try:
        with database.write() as session:
            # Waits for its turn before it looks at the clock: turns are then in the order of time.
            session.connection()
            act(session, choice.choice(tags))
    except InventoryError:
        pass
print(json.dumps(added))
