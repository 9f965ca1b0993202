"""Runs a crisis from the foreground: hosts the engine, or follows the worker that already does.

Ctrl-C once: no new step starts, what runs may finish. Twice: what runs is cancelled. Either way nothing is
lost: the workflow stays unfinished and the same command goes on with it.
"""

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from types import FrameType

from inventory import activity, crises, journal
from inventory.board import Board
from inventory.times import utc_now
from kit.app import station as building
from kit.app.compose import App
from kit.errors import Busy
from kit.workflows import engine as durable
from kit.workflows import equip, station
from kit.workflows.equip import Trouble

_TICK_SECONDS = 0.25
#: What an operator watched tonight is of no use after a season; the journal keeps what counts.
_ACTIVITY_KEPT = timedelta(days=90)
#: After the second Ctrl-C: cancelling a laptop's run takes up to five seconds.
_CANCEL_SECONDS = 10.0


@dataclass(frozen=True)
class Ended:
    """The run came to its end; `troubles` is empty when every seat works."""

    troubles: tuple[Trouble, ...]


@dataclass(frozen=True)
class Stopped:
    """The operator stopped it; `hosted` says whether the engine stopped too."""

    hosted: bool


class StopRequest:
    """What the operator's Ctrl-C asks for; may be asked from a signal handler or by a test."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.urgent = threading.Event()

    def ask(self) -> None:
        """The first time asks to stop, the second to hurry."""
        (self.urgent if self.asked.is_set() else self.asked).set()


@contextmanager
def on_interrupt(request: StopRequest) -> Iterator[None]:
    """Let Ctrl-C and a service manager's SIGTERM ask for the stop."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        request.ask()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run_crisis(
    app: App, reference: str, *, stop: StopRequest, show: Callable[[Board], None]
) -> Ended | Stopped:
    """Run the stored plan of a crisis, or go on with an unfinished run of it.

    `show` is called with the board about four times a second. The caller must leave the process soon
    after: an engine that was stopped keeps threads that never return.
    """
    hosted = building.engine(app)
    try:
        _host(app, hosted)
    except Busy:
        return _follow(app, _submit(app, reference), reference, stop=stop, show=show, hosted=False)
    ended = _follow(app, _submit(app, reference), reference, stop=stop, show=show, hosted=True)
    quiet(hosted, stop)
    return ended


def serve(app: App, *, stop: StopRequest, ready: Callable[[], None]) -> None:
    """Run workflows until asked to stop: the `kit worker` process; `ready` is called once the engine runs.

    Raises:
        Busy: this station has an engine already.
    """
    hosted = building.engine(app)
    _host(app, hosted)
    ready()
    stop.asked.wait()
    quiet(hosted, stop)


def quiet(hosted: durable.Engine, stop: StopRequest) -> None:
    """Close the gate, let running steps end, cancel them if the operator hurries."""
    hosted.ask_stop()
    station.current().stopping.set()
    while not hosted.wait_quiet(_TICK_SECONDS):
        if stop.urgent.is_set():
            station.current().cancelled.set()
            hosted.wait_quiet(_CANCEL_SECONDS)
            break
    station.current().activity.close()


def _host(app: App, hosted: durable.Engine) -> None:
    log_file = app.home.state / "kit.log"
    log_file.touch(mode=0o600)
    log = logging.FileHandler(log_file)
    log.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.getLogger("kit").addHandler(log)
    station.use(building.station(app))
    hosted.launch()
    with app.database.write() as session:
        activity.prune(session, before=utc_now() - _ACTIVITY_KEPT)


def unfinished_run(app: App, reference: str) -> str | None:
    """The id of the crisis's run that has not come to its end; None where there is none."""
    for name, state in _runs(app, reference).items():
        if not durable.finished(state):
            return name
    return None


def _runs(app: App, reference: str) -> dict[str, str]:
    return durable.statuses(building.workflows_url(app), f"{reference}/run-")


def _submit(app: App, reference: str) -> str:
    """The id of the crisis's unfinished run, or of a new one."""
    unfinished = unfinished_run(app, reference)
    if unfinished is not None:
        return unfinished
    run_id = f"{reference}/run-{len(_runs(app, reference)) + 1}"
    with app.database.write() as session:
        journal.append(session, app.stamp(), "run.started", crises.subject(reference), {"run": run_id})
    durable.submit(building.workflows_url(app), equip.RUNS, equip.equip, run_id, reference)
    return run_id


def watch(app: App, reference: str, *, stop: StopRequest, show: Callable[[Board], None]) -> None:
    """Show the board of a crisis until asked to stop; runs nothing."""
    board, last = Board(), 0
    while not stop.asked.wait(_TICK_SECONDS):
        last, board = _refresh(app, reference, last, board)
        show(board)


def _refresh(app: App, reference: str, last: int, board: Board) -> tuple[int, Board]:
    with app.database.read() as session:
        last, events = activity.since(session, crisis=reference, after=last)
    return last, board.fold(events)


def _follow(
    app: App, run_id: str, reference: str, *, stop: StopRequest, show: Callable[[Board], None], hosted: bool
) -> Ended | Stopped:
    watcher: durable.Watcher[tuple[Trouble, ...]] = durable.Watcher(building.workflows_url(app), run_id)
    board, last = Board(), 0
    while True:
        ended = watcher.ended()
        last, board = _refresh(app, reference, last, board)
        show(board)
        if ended:
            return Ended(watcher.result())
        if stop.asked.wait(_TICK_SECONDS):
            return Stopped(hosted)
