"""The screens on a book of 100,000 devices: first paint, against Textual's DataTable too, keys, memory, rest.

What an operator waits for is measured in a real terminal (a pseudo-terminal), from the key that is written
to the first sign of the screen that it asks for.
"""

import asyncio
import multiprocessing
import os
import pty
import re
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from fcntl import ioctl
from multiprocessing.synchronize import Event as Signal
from pathlib import Path
from statistics import median, quantiles
from struct import pack
from termios import TIOCSWINSZ

from sqlalchemy import insert
from sqlmodel import SQLModel
from textual.app import App, ComposeResult
from textual.widgets import DataTable

from benchmarks import book_making
from benchmarks.measure import Result
from inventory.database import Database
from inventory.journal import Stamp
from inventory.times import utc_now
from kit.app.compose import App as Program
from tui import pool_query
from tui.app import Look, Screens, prepare
from tui.picture import PoolQuery
from tui.screens.pool import PoolScreen
from tui.widgets.table import Table

#: Seconds to the first paint, and how many times faster than DataTable.
PAINT, FASTER = 0.5, 20.0
#: Milliseconds from a key to the changed screen; 95 of 100 are faster.
KEY = 50.0
#: Mebibytes of the whole process; part of a core that an idle screen takes.
MEMORY, IDLE = 150.0, 0.01
#: Activity events a second that another process writes meanwhile, in how many batches.
EVENTS, BATCHES = 2_000, 20
BOUND = 1.0
_PAINTS, _KEYS, _IDLE_SECONDS = 5, 150, 20.0
_SIZE = (120, 34)
_LINES = 10_000
_PATIENCE = 60.0


def measure() -> Iterator[Result]:
    """First paints of the pool, then a session in a terminal, at rest and while events arrive."""
    with tempfile.TemporaryDirectory(prefix="kit-bench-") as folder:
        home, by = Path(folder), Stamp("bench@station", utc_now())
        database = Database(f"sqlite:///{home}/kit.db")
        book_making.make(database, by, _LINES)
        program = Program.open(home)
        prepare()
        ours = median(asyncio.run(_paint(program)) for _turn in range(_PAINTS))
        yield Result("first paint of 100,000 devices, against 0.5 s", ours / PAINT, BOUND, f"{ours:.2f} s")
        theirs = asyncio.run(_data_table(database))
        told = f"{ours:.2f} s against {theirs:.1f} s"
        yield Result("… against a 20th of DataTable's", ours * FASTER / theirs, BOUND, told)
        program.database.dispose()
        with _terminal(home) as (screen, pid):
            yield from _session(database, screen, pid)
        database.dispose()


def _session(database: Database, screen: "_Terminal", pid: int) -> Iterator[Result]:
    screen.press("p", "PC-000000")
    yield _keys("a key to the changed screen, 95th percentile", screen)
    with _events(database):
        yield _keys(f"… while {EVENTS:,} events a second arrive", screen)
    memory = _memory(pid)
    yield Result("memory at its highest, against 150 MiB", memory / MEMORY, BOUND, f"{memory:.0f} MiB")
    before = _cpu(pid)
    screen.listen(_IDLE_SECONDS)
    part = (_cpu(pid) - before) / _IDLE_SECONDS
    yield Result("an idle screen, against 1 % of a core", part / IDLE, BOUND, f"{part:.2%}")


async def _paint(program: Program) -> float:
    """Seconds from the making of the screens to the first devices on the pool's."""
    started = time.perf_counter()
    app = Screens(program, Look())
    async with app.run_test(size=_SIZE) as pilot:
        await pilot.press("p")
        while not (isinstance(app.screen, PoolScreen) and app.screen.query_one(Table).rows.rows):
            await pilot.pause()
        return time.perf_counter() - started


class _Plain(App[None]):
    """The same rows in Textual's own table."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database

    def compose(self) -> ComposeResult:
        """One table."""
        yield DataTable[str]()

    def on_mount(self) -> None:
        """Read and show every device."""
        table = self.query_one(DataTable)
        table.add_columns("tag", "state", "kind", "model", "identity", "held by")
        with self._database.read() as session:
            page = pool_query.page(session, PoolQuery(count=book_making.DEVICES))
        table.add_rows(
            (d.tag, d.state.value, d.kind.value, d.model, d.identity, str(d.holder)) for d in page.devices
        )


async def _data_table(database: Database) -> float:
    started = time.perf_counter()
    app = _Plain(database)
    async with app.run_test(size=_SIZE) as pilot:
        await pilot.pause()
        return time.perf_counter() - started


class _Terminal:
    """What an operator sees and types, on the side of the terminal."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def press(self, key: str, seen: str) -> float:
        """Seconds from the key to the text that it brings on screen."""
        self.listen(0.02)
        started = time.perf_counter()
        os.write(self._handle, key.encode())
        told = ""
        while seen not in re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", told):
            left = _PATIENCE - (time.perf_counter() - started)
            if not select.select([self._handle], [], [], max(left, 0))[0]:
                raise TimeoutError(f"{seen!r} never came after {key!r}: {told[-500:]!r}")
            told += os.read(self._handle, 65536).decode(errors="replace")
        return time.perf_counter() - started

    def listen(self, seconds: float) -> None:
        """Take what comes for so long."""
        until = time.perf_counter() + seconds
        while (left := until - time.perf_counter()) > 0:
            if select.select([self._handle], [], [], left)[0]:
                os.read(self._handle, 65536)


@contextmanager
def _terminal(home: Path) -> Iterator[tuple[_Terminal, int]]:
    """`kit tui` in a terminal of its own, with its first screen shown, and its process."""
    ours, theirs = pty.openpty()
    ioctl(ours, TIOCSWINSZ, pack("HHHH", _SIZE[1], _SIZE[0], 0, 0))
    environment = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    command = [sys.executable, "-m", "kit", "--home", str(home), "--lang", "en", "tui"]
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
    )
    os.close(theirs)
    screen = _Terminal(ours)
    try:
        # The survey is the slowest of all; what comes after it is what a night is like.
        screen.press("", "not deployable")
        yield screen, process.pid
    finally:
        process.terminate()
        process.wait()
        os.close(ours)


def _keys(promise: str, screen: _Terminal) -> Result:
    """Down the list and up again: each device's tag stands on screen once the cursor is on it."""
    # From the other end: where the cursor is already, nothing is drawn.
    screen.press("\x1b[F", "TEL-")
    screen.press("\x1b[H", "PC-000000")
    tags = [book_making.tag(3 * number) for number in range(1, _KEYS + 1)]
    seconds = [screen.press("\x1b[B", tag) * 1000 for tag in tags]
    slow = quantiles(seconds, n=20)[-1]
    return Result(promise, slow / KEY, BOUND, f"{slow:.0f} ms, median {median(seconds):.0f} ms")


@contextmanager
def _events(database: Database) -> Iterator[None]:
    """Another process writes events in the meantime."""
    apart = multiprocessing.get_context("spawn")
    ended = apart.Event()
    writer = apart.Process(target=_write, args=(database.name, ended))
    writer.start()
    try:
        yield
    finally:
        ended.set()
        writer.join()


def _write(url: str, ended: Signal) -> None:
    database, table, turn = Database(url), SQLModel.metadata.tables["activity"], 0
    while not ended.wait(1 / BATCHES):
        turn += 1
        events = [_event(turn, number) for number in range(EVENTS // BATCHES)]
        with database.write() as session:
            session.execute(insert(table), events)
    database.dispose()


def _event(turn: int, number: int) -> dict[str, object]:
    return {
        "crisis": book_making.OPEN,
        "stage": "laptop",
        "status": "running",
        "at": utc_now() + timedelta(microseconds=number),
        "seat": number % book_making.SEATS + 1,
        "detail": "",
        "hint": "",
        "until": None,
        "data": {"task": f"task {turn}"},
    }


def _memory(pid: int) -> float:
    """The most that the process ever held, in MiB (proc(5), VmHWM)."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) / 1024


def _cpu(pid: int) -> float:
    """Seconds of processor that it took so far (proc(5): utime and stime, in ticks)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
