"""Every deadline of 92 conventions with letters and contacts: computed, and read from SQLite too."""

import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from statistics import median

from benchmarks.measure import Result
from inventory import communes, contacts, conventions
from inventory.conventions import NoticeKind, Side, due, notices, records
from inventory.conventions.deadlines import deadlines
from inventory.database import Database
from inventory.journal import Stamp
from inventory.times import utc_now

TODAY = date(2026, 9, 15)
ROUNDS = 25
#: Milliseconds of this process that are promised for all of them; another's load is none of it.
PROMISED = 50.0
BOUND = 1.0


def measure() -> Iterator[Result]:
    """The pure functions on what was read once; then what `kit convention due` asks, data base included."""
    with tempfile.TemporaryDirectory(prefix="kit-bench-") as folder:
        database = Database(f"sqlite:///{folder}/kit.db")
        database.migrate()
        _fill(database)
        with database.read() as session:
            known = conventions.standings(session)
        assert len(known) == 92
        computed = _milliseconds(lambda: [deadlines(each.template, each.dates, TODAY) for each in known])
        asked = _milliseconds(lambda: _ask(database))
        database.dispose()
    for promise, took in (
        ("every deadline of 92 conventions, computed", computed),
        ("what is due for 92 communes, read and computed", asked),
    ):
        yield Result(
            f"{promise}, against {PROMISED:.0f} ms",
            took / PROMISED,
            BOUND,
            f"{took:.1f} ms against {PROMISED:.0f} ms",
        )


def _ask(database: Database) -> list[due.Due]:
    with database.read() as session:
        return due.read(session, TODAY, days=None, contact_days=365)


def _milliseconds(act: Callable[[], object]) -> float:
    took = []
    for _ in range(ROUNDS):
        started = time.process_time()
        act()
        took.append(time.process_time() - started)
    return median(took) * 1000


def _fill(database: Database) -> None:
    """A convention for each commune, of all templates that still run; contacts; a letter for every third."""
    by = Stamp("bench@station", utc_now())
    with database.write() as session:
        communes.load(session, by)
        for number, commune in enumerate(communes.listing(session)):
            begins = date(2024, 1, 1) + timedelta(days=7 * number)
            key = ("amp_cyber", "amp_mcmdmp", "moselle")[number % 3]
            conventions.add(session, by, commune, template=key, signed_on=begins, notified_on=begins)
            for role in contacts.Role:
                contacts.put(
                    session,
                    by,
                    commune.code,
                    role,
                    deputy=False,
                    name=f"Contact {number}",
                    phone="+33199001234",
                    email="",
                    today=TODAY,
                )
            if number % 3 == 0:
                standing = records.chosen(session, commune.code, "", TODAY)
                sent = TODAY - timedelta(days=number)
                letter = notices.Letter(NoticeKind.FORCE_MAJEURE, Side.LENDER, sent, since=sent)
                notices.record(session, by, standing, letter, TODAY)
