"""Starts a run without hosting it: submits it, and sees to it that a process of its own carries it out.

Whoever starts a run this way may leave at once. The process is `kit worker --until-idle`. It stands by while
another one hosts the engine, because that one may end before the run does, and ends itself once nothing is
left to do. One stands by in a home; it gives up its turn before it looks a last time, so that a run which
was submitted while it ended finds either it or another one.
"""

import fcntl
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from gettext import gettext as _
from pathlib import Path

from kit.app import crises, run
from kit.app import station as building
from kit.app.compose import App
from kit.errors import Busy, MissingRequirement
from kit.settings import SignIn
from kit.workflows import engine as durable

#: How soon an engine that became free is taken, and one that has nothing to do is left.
_LOOK_SECONDS = 2.0


def start_run(app: App, reference: str) -> None:
    """Have a crisis's plan carried out, or go on with an unfinished run; makes the plan if there is none.

    Raises:
        Unknown: no such crisis. IllegalMove: it is closed, or is being ended in the tenant.
        Shortage: the pool does not hold what the seats need, or by decision no seat gets anything.
        Busy: another procedure of the crisis is unfinished.
        MissingRequirement: somebody must sign in to the tenant, which takes a terminal.
    """
    if app.settings.tenant.sign_in is SignIn.DEVICE_CODE:
        raise MissingRequirement(
            _("A person signs in to this tenant, which takes a terminal; nothing was begun."),
            hint=_("In a terminal: `kit crisis run {reference}`.").format(reference=reference),
        )
    known = crises.ensure_plan(app, reference)
    run.refuse_while_others_run(app, known, run.EQUIP)
    run.submit(app, run.EQUIP, known, ())
    turn = _Turn(app)
    if turn.take():
        turn.give()
        _start_worker(app)


def stand_by(app: App, *, stop: run.StopRequest, ready: Callable[[], None]) -> None:
    """Host the engine as soon as nobody else does, until nothing is left to do or a stop is asked.

    `ready` is called once the engine runs; returns at once where another process stands by.
    """
    turn, url = _Turn(app), building.workflows_url(app)
    if not turn.take():
        return

    def watch() -> None:
        ready()
        threading.Thread(target=_stop_once_idle, args=(turn, url, stop), name="idle", daemon=True).start()

    hosted = building.engine(app)
    while not (stop.asked.is_set() or turn.over(url)):
        if hosted.free():
            with suppress(Busy):
                run.serve(app, stop=stop, ready=watch)
                return
        stop.asked.wait(_LOOK_SECONDS)


def _stop_once_idle(turn: "_Turn", url: str, stop: run.StopRequest) -> None:
    while not stop.asked.wait(_LOOK_SECONDS):
        if turn.over(url):
            stop.ask()


class _Turn:
    """The right to stand by: one process of a home has it, and a crash gives it back."""

    def __init__(self, app: App) -> None:
        self._file = app.home.state / "worker.lock"
        self._descriptor: int | None = None

    def take(self) -> bool:
        """Whether it is ours from now on."""
        descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def give(self) -> None:
        """Let another one have it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def over(self, url: str) -> bool:
        """Whether nothing is left to do; the turn is given up then."""
        if not durable.idle(url):
            return False
        self.give()
        # What was submitted before the turn was given up found nobody else to do it.
        if durable.idle(url):
            return True
        self.take()
        return False


def _start_worker(app: App) -> None:
    """Start the process; it has no terminal, and outlives this one."""
    home = app.home
    log_file = home.state / "worker.log"
    with open(log_file, "ab", opener=_private) as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "kit", *_folders(app), "worker", "--until-idle"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=home.state,
            start_new_session=True,
        )
    # Somebody must take note of its end, or it stays in the list of processes as long as this one.
    threading.Thread(target=process.wait, name="worker", daemon=True).start()


def _private(file: str, flags: int) -> int:
    return os.open(file, flags, 0o600)


def _folders(app: App) -> list[str]:
    """`--home` where there is one; else both processes use the platform's folders."""
    same: Path = app.home.state
    return ["--home", str(same)] if app.home.config == same else []
