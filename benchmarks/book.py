"""A book with 100,000 devices and 1,000,000 journal lines on SQLite: looking up, lending, eight at once.

Everything is asked as screens and commands ask it: reading from disk and making objects is in the time.
"""

import multiprocessing
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from threading import Barrier

from sqlmodel import Session

from benchmarks import book_making
from benchmarks.measure import Result
from inventory import devices, journal, loans
from inventory.database import Database
from inventory.devices import DeviceState
from inventory.journal import Stamp
from inventory.times import utc_now
from tui import pool_query
from tui.picture import PoolQuery

#: Lines of the long journal, and of the one that it is compared with.
LONG, SHORT = 1_000_000, 10_000
#: How often each question is asked; it is asked of both books in turns.
TURNS = 200
#: Milliseconds that are promised for an answer; 95 of 100 are faster.
ANSWER = 50.0
#: How much longer an answer may take with the long journal: the time must not grow with it.
GROWTH = 1.5
#: Devices of a kit, kits that are lent, milliseconds that are promised for one.
KIT, KITS, LENDING = 40, 15, 200.0
#: Processes that lend at once, how many kits in all, and which part of one process's speed they must reach.
PROCESSES, SHARED, THROUGHPUT = 8, 16, 0.6
#: Measured against promised.
BOUND = 1.0
#: Devices in a window, and how far down it may begin.
_PAGE, _DEEP = 50, 900
_SEARCHES = ("{number:07}", "camille latitude")
_ASKED = random.Random(13)  # noqa: S311  the same questions every time

#: What is asked of the book, of a device by its number; the history is asked of those whose past it tells.
Question = Callable[[Session, int], object]


def measure() -> Iterator[Result]:
    """Questions to both books in turns, then kits lent from the long one."""
    by = Stamp("bench@station", utc_now())
    with tempfile.TemporaryDirectory(prefix="kit-bench-") as folder:
        short, long = (_made(Path(folder) / name, by, n) for name, n in (("short", SHORT), ("long", LONG)))
        for name, question in _QUESTIONS.items():
            yield from _answers(name, question, short, long)
        free = _free(long)
        yield _kits(long, by, [next(free) for _ in range(KITS)])
        yield _together(long, [[next(free) for _ in range(SHARED)] for _ in range(2)])
        for database in (short, long):
            database.dispose()


def _made(folder: Path, by: Stamp, lines: int) -> Database:
    database = Database(f"sqlite:///{folder}/kit.db")
    started = time.monotonic()
    made = book_making.make(database, by, lines)
    print(f"  {made:,} lines: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    return database


def _page(text: str, session: Session, number: int) -> None:
    """The window of a screen and how many match: of what was searched for the first, else any."""
    asked = text.format(number=number, place=number % book_making.PLACES)
    first = 0 if text in _SEARCHES else number % _DEEP
    assert pool_query.page(session, PoolQuery(asked, first, _PAGE)).devices


def _history(session: Session, number: int) -> None:
    about = devices.subject(book_making.tag(number % (SHORT // 20)))
    assert journal.tail(session, subject=about, limit=_PAGE)


_QUESTIONS: dict[str, Question] = {
    "a page of the pool": partial(_page, ""),
    "a page of one state": partial(_page, "state:broken"),
    "a page of one kind": partial(_page, "kind:phone"),
    "a page of one place": partial(_page, 'place:"Armoire {place}"'),
    "a page of all three": partial(_page, "state:in_stock kind:laptop place:armoire"),
    "a search for digits": partial(_page, _SEARCHES[0]),
    "a search for a person and a model": partial(_page, _SEARCHES[1]),
    "a device's history": _history,
}


def _answers(name: str, question: Question, short: Database, long: Database) -> Iterator[Result]:
    """How long the slow answers take, and how much longer the usual one takes with the long journal."""
    numbers = [_ASKED.randrange(book_making.DEVICES) for _ in range(TURNS)]
    seconds = [(_timed(question, short, number), _timed(question, long, number)) for number in numbers]
    before, after = zip(*seconds, strict=True)
    slow = quantiles(after, n=20)[-1] * 1000
    yield Result(f"{name}, 95th percentile", slow / ANSWER, BOUND, f"{slow:.1f} ms against {ANSWER:.0f} ms")
    usual = median(before) * 1000, median(after) * 1000
    told = f"{usual[1]:.1f} ms against {usual[0]:.1f} ms with {SHORT:,} lines"
    yield Result(f"{name}, with {LONG:,} lines", usual[1] / usual[0], GROWTH, told)


def _timed(question: Question, database: Database, number: int) -> float:
    started = time.perf_counter()
    with database.read() as session:
        question(session, number)
    return time.perf_counter() - started


def _free(database: Database) -> Iterator[Sequence[str]]:
    """Kits of what is in stock and needs no preparation by machine: phones and SIMs."""
    with database.read() as session:
        found = devices.listing(session, state=DeviceState.IN_STOCK)
        tags = [each.tag for each in found if each.kind not in devices.PROVISIONED_KINDS]
    return (tags[at : at + KIT] for at in range(0, len(tags) - KIT, KIT))


def _lend(database: Database, by: Stamp, kit: Sequence[str]) -> None:
    """As a run does: reserved together, given to their people, then in hand."""
    with database.write() as session:
        wanted = [(n // 2 + 1, tag) for n, tag in enumerate(kit)]
        held = loans.reserve_all(session, by, book_making.OPEN, wanted)
    with database.write() as session:
        for device in devices.get_all(session, kit):
            devices.move(session, by, device, DeviceState.READY, reason="assigned")
    with database.write() as session:
        for loan in held:
            loans.hand_over(session, by, session.merge(loan, load=False))


def _kits(database: Database, by: Stamp, kits: Sequence[Sequence[str]]) -> Result:
    seconds = []
    for kit in kits:
        started = time.perf_counter()
        _lend(database, by, kit)
        seconds.append(time.perf_counter() - started)
    usual = median(seconds) * 1000
    promise = f"reserving and lending {KIT} devices, against {LENDING:.0f} ms"
    return Result(promise, usual / LENDING, BOUND, f"{usual:.0f} ms against {LENDING:.0f} ms")


def _together(database: Database, kits: Sequence[Sequence[Sequence[str]]]) -> Result:
    """The same number of kits by one process and by several at once; an error in any of them ends it all."""
    alone, shared = _lending(database, [kits[0]]), _lending(database, _dealt(kits[1]))
    with database.read() as session:
        assert journal.verify(session)
    speeds = [SHARED * KIT / seconds for seconds in (alone, shared)]
    return Result(
        f"{PROCESSES} processes lending at once, against {THROUGHPUT:.0%} of the speed of one",
        THROUGHPUT * speeds[0] / speeds[1],
        BOUND,
        f"{speeds[1]:.0f} devices/s against {speeds[0]:.0f}, load {os.getloadavg()[0]:.1f}",
    )


def _dealt(kits: Sequence[Sequence[str]]) -> list[Sequence[Sequence[str]]]:
    return [kits[at::PROCESSES] for at in range(PROCESSES)]


def _lending(database: Database, hands: Sequence[Sequence[Sequence[str]]]) -> float:
    """Seconds from the first process's beginning to the last one's end; each begins when all are there."""
    apart = multiprocessing.get_context("spawn")
    with apart.Manager() as manager:
        barrier = manager.Barrier(len(hands))
        with ProcessPoolExecutor(len(hands), mp_context=apart) as pool:
            moments = list(pool.map(partial(_hand, database.name, barrier), hands))
    return max(end for _begin, end in moments) - min(begin for begin, _end in moments)


def _hand(url: str, barrier: Barrier, kits: Sequence[Sequence[str]]) -> tuple[float, float]:
    """In a process of its own: lend device after device, each with its own turns at the book."""
    database, by = Database(url), Stamp("bench@station", utc_now())
    database.check()
    barrier.wait()
    begun = time.monotonic()
    for tag in (tag for kit in kits for tag in kit):
        _lend(database, by, [tag])
    ended = time.monotonic()
    database.dispose()
    return begun, ended
