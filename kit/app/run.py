"""Runs a crisis's procedures from the foreground: hosts the engine, or follows the worker that already does.

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
from gettext import gettext as _
from types import FrameType

from inventory import activity, crises, journal
from inventory.board import Board
from inventory.times import utc_now
from kit.app import station as building
from kit.app.compose import App
from kit.app.heart import Heart
from kit.errors import Busy
from kit.workflows import closing, equip, station, swapping
from kit.workflows import engine as durable
from kit.workflows.troubles import Trouble

_TICK_SECONDS = 0.25
#: What an operator watched tonight is of no use after a season; the journal keeps what counts.
_ACTIVITY_KEPT = timedelta(days=90)
#: After the second Ctrl-C: cancelling a laptop's run takes up to five seconds.
_CANCEL_SECONDS = 10.0


@dataclass(frozen=True)
class Procedure:
    """A durable procedure of a crisis: it runs under the id `CRISIS/name-N`, one of its kind at a time."""

    name: str
    carry_out: Callable[..., tuple[Trouble, ...]]


EQUIP = Procedure("run", equip.equip)
REVOKE = Procedure("revoke", closing.revoke)
EXPORT = Procedure("export", closing.export)
REMOVE = Procedure("remove", closing.remove)
SWAP = Procedure("swap", swapping.reequip)
_PROCEDURES = (EQUIP, REVOKE, EXPORT, REMOVE, SWAP)


@dataclass(frozen=True)
class Ended:
    """The run came to its end; `troubles` is empty when all of it holds."""

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


def carry_out(
    app: App,
    procedure: Procedure,
    reference: str,
    *arguments: str,
    stop: StopRequest,
    show: Callable[[Board], None],
) -> Ended | Stopped:
    """Carry out a procedure of a crisis, or go on with an unfinished one of its kind and its own arguments.

    `show` is called with the board about four times a second. The caller must leave the process soon
    after: an engine that was stopped keeps threads that never return.
    """
    refuse_while_others_run(app, reference, procedure)
    hosted = building.engine(app)
    try:
        heart = _host(app, hosted)
    except Busy:
        run_id = submit(app, procedure, reference, arguments)
        return _follow(app, run_id, reference, stop=stop, show=show, hosted=False)
    run_id = submit(app, procedure, reference, arguments)
    ended = _follow(app, run_id, reference, stop=stop, show=show, hosted=True)
    quiet(hosted, stop)
    heart.stop()
    return ended


def serve(app: App, *, stop: StopRequest, ready: Callable[[], None]) -> None:
    """Run workflows until asked to stop: the `kit worker` process; `ready` is called once the engine runs.

    Raises:
        Busy: this station has an engine already.
    """
    hosted = building.engine(app)
    heart = _host(app, hosted)
    ready()
    stop.asked.wait()
    quiet(hosted, stop)
    heart.stop()


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


def _host(app: App, hosted: durable.Engine) -> Heart:
    """Launch the engine; what beats for it from now on."""
    log_file = app.home.state / "kit.log"
    log_file.touch(mode=0o600)
    log = logging.FileHandler(log_file)
    log.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.getLogger("kit").addHandler(log)
    station.use(building.station(app))
    hosted.launch()
    with app.database.write() as session:
        activity.prune(session, before=utc_now() - _ACTIVITY_KEPT)
    heart = Heart(app)
    heart.start()
    return heart


def unfinished(app: App, reference: str, procedure: Procedure) -> str | None:
    """The id of the crisis's unfinished procedure of that kind; None where there is none."""
    for name, state in _runs(app, reference, procedure).items():
        if not durable.finished(state):
            return name
    return None


def refuse_while_others_run(app: App, reference: str, procedure: Procedure | None = None) -> None:
    """Let nothing begin beside an unfinished procedure of the crisis other than `procedure` itself.

    Raises:
        Busy: one is unfinished; says which command goes on with it.
    """
    commands = {
        EQUIP: "crisis run",
        REVOKE: "tenant revoke",
        EXPORT: "tenant export",
        REMOVE: "tenant remove",
        SWAP: "swap",
    }
    for other in _PROCEDURES:
        if other != procedure and unfinished(app, reference, other) is not None:
            raise Busy(
                _("A run of crisis {reference} is unfinished; nothing was changed.").format(
                    reference=reference
                ),
                hint=_("Go on with it first: `kit {command} {reference}`.").format(
                    command=commands[other], reference=reference
                ),
            )


def _runs(app: App, reference: str, procedure: Procedure) -> dict[str, str]:
    return durable.statuses(building.workflows_url(app), f"{reference}/{procedure.name}-")


def submit(app: App, procedure: Procedure, reference: str, arguments: tuple[str, ...]) -> str:
    """The id of the crisis's unfinished procedure of that kind, or of a new one."""
    begun = unfinished(app, reference, procedure)
    if begun is not None:
        return begun
    run_id = f"{reference}/{procedure.name}-{len(_runs(app, reference, procedure)) + 1}"
    with app.database.write() as session:
        kind = f"{procedure.name}.started"
        journal.append(session, app.stamp(), kind, crises.subject(reference), {"run": run_id})
    durable.submit(
        building.workflows_url(app), equip.RUNS, procedure.carry_out, run_id, reference, *arguments
    )
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
