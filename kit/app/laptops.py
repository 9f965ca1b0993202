"""What the commands on laptops share: which are meant, playing on several, what a doubt does to the book."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path
from queue import SimpleQueue
from threading import Event
from typing import Any, assert_never

from sqlmodel import Session

from inventory import devices, journal, loans
from inventory.devices import Device, DeviceKind, DeviceState
from inventory.importing import cells
from inventory.journal import Stamp
from kit.app import keys
from kit.app.compose import App
from kit.errors import BadInput, HostKeyChanged, WorkstationFailed, WorkstationUnreachable
from kit.workstations.events import TaskEvent
from kit.workstations.outcomes import (
    Cancelled,
    HostKeyMismatch,
    Outcome,
    TaskFailed,
    TimedOut,
    Unreachable,
)
from kit.workstations.runner import RunnerSettings, play
from kit.workstations.targets import Target

#: Not in our hands or out of use: not set apart because something answers in its place.
_NOT_HERE = frozenset({DeviceState.LOST, DeviceState.STOLEN, DeviceState.BROKEN, DeviceState.RETIRED})


@dataclass(frozen=True)
class Result:
    """What came of one laptop.

    Attributes:
        tag: asset tag.
        state: the one it is in now.
        kind: kind of the error, as exit codes know it; empty where all is well.
        said: what happened, and what state things are in.
        hint: what to do next.
        failed: names of the checks that did not pass.
    """

    tag: str
    state: DeviceState
    kind: str
    said: str
    hint: str = ""
    failed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Run:
    """A laptop, and what is played on it."""

    target: Target
    settings: RunnerSettings


#: What an operator's Ctrl-C asks of an unfinished run: `kind` of its result, which is no error of ours.
CANCELLED = "cancelled"


def runner(app: App, playbook: str, *, timeout: float | None = None) -> RunnerSettings:
    """How this station plays one playbook; `timeout` in seconds, else that of provisioning."""
    settings = app.settings.workstations
    return RunnerSettings(
        playbooks=settings.playbooks,
        sequence=(playbook,),
        user=settings.user,
        private_key=private_key(app),
        timeout=timeout or settings.timeout,
    )


def private_key(app: App) -> Path:
    """The station's SSH key, which the laptops' provisioning account lets in."""
    return app.settings.workstations.private_key or keys.ensure_ssh_key(app.home.keys)


def firmware_text(text: str) -> str | None:
    """A serial or a name as a laptop's firmware has it; None for what only stands in the place of one."""
    shown = "".join(character for character in text if character.isprintable())
    try:
        return cells.serial(shown)
    except ValueError:
        # No spreadsheet was between us and the firmware: what looks ruined is the maker's own.
        return shown


def named(session: Session, tags: Sequence[str]) -> list[Device]:
    """The laptops with these tags, each once.

    Raises:
        Unknown: no device has one of them. BadInput: one is no laptop.
    """
    found = {device.tag: device for device in (devices.get(session, tag) for tag in tags)}
    others = [device.tag for device in found.values() if device.kind is not DeviceKind.LAPTOP]
    if others:
        raise BadInput(_("{tags}: no laptop; nothing was done.").format(tags=", ".join(others)))
    return list(found.values())


def target_of(device: Device, *, host_name: str = "", variables: dict[str, Any] | None = None) -> Target:
    """What a run is told of a laptop of the pool."""
    return Target(device.tag, device.address or "", device.host_key or "", host_name, variables or {})


def side_by_side(
    runs: Sequence[Run],
    *,
    at_once: int,
    cancelled: Callable[[], bool],
    tell: Callable[[TaskEvent], None],
    done: Callable[[str, Outcome], None],
) -> None:
    """Play on several laptops; `tell` and `done` are called here, in this thread, as things happen.

    What they raise ends all of it, and is raised once no laptop is worked on any more.
    """
    news: SimpleQueue[TaskEvent | tuple[str, Future[Outcome]]] = SimpleQueue()
    given_up = Event()

    def stop() -> bool:
        return given_up.is_set() or cancelled()

    def start(pool: ThreadPoolExecutor, run: Run) -> None:
        future = pool.submit(play, run.target, settings=run.settings, sink=news.put, cancelled=stop)
        future.add_done_callback(lambda ended: news.put((run.target.tag, ended)))

    with ThreadPoolExecutor(at_once, thread_name_prefix="laptop") as pool:
        try:
            for run in runs:
                start(pool, run)
            waiting = len(runs)
            while waiting:
                match news.get():
                    case TaskEvent() as event:
                        tell(event)
                    case tag, ended:
                        waiting -= 1
                        done(tag, ended.result())
        finally:
            given_up.set()


def doubt_key(session: Session, by: Stamp, tag: str, fingerprint: str) -> Result:
    """Set a laptop apart that answered with another host key; what to tell of it.

    Where its state does not allow that, or it is not in our hands, the journal alone says it.
    """
    device = devices.get(session, tag)
    following = devices.next_states(device.kind, device.state)
    reason = f"host key changed: {fingerprint}"
    if DeviceState.QUARANTINED in following and device.state not in _NOT_HERE:
        # More than a reason: what was found on a device is no slip of a person that could be undone.
        loans.set_apart(session, by, tag, reason, data={"host_key": fingerprint})
    else:
        journal.append(session, by, "device.doubted", devices.subject(device.tag), {"reason": reason})
    said = _("{tag}: it answered with another host key ({fingerprint}), nothing was sent; it is {state}.")
    return Result(
        device.tag,
        device.state,
        HostKeyChanged.kind,
        said.format(tag=device.tag, fingerprint=fingerprint, state=device.state),
        _("Keep it apart and look: was it installed anew, or does something else answer in its place?"),
    )


def without_report(
    app: App, tag: str, outcome: HostKeyMismatch | Unreachable | TaskFailed | TimedOut | Cancelled
) -> Result:
    """What to tell of a laptop whose run came to no report; one with another host key is doubted."""
    if isinstance(outcome, HostKeyMismatch):
        with app.database.write() as session:
            return doubt_key(session, app.stamp(), tag, outcome.got)
    with app.database.read() as session:
        state = devices.get(session, tag).state
    kind, said, hint = unfinished(outcome)
    said = _("{tag}: {said}; it is {state}.").format(tag=tag, said=said, state=state)
    return Result(tag, state, kind, said, hint)


def unfinished(outcome: Unreachable | TaskFailed | TimedOut | Cancelled) -> tuple[str, str, str]:
    """Kind of error, what happened, and what to do."""
    again = _("Run again: what is done stays done. If it ends the same way, look at the laptop itself.")
    match outcome:
        case Unreachable(detail):
            hint = _("Check that it is switched on and on the preparation network, then run again.")
            return WorkstationUnreachable.kind, _("it cannot be reached: {why}").format(why=detail), hint
        case TaskFailed(task, message):
            said = _("task “{task}” failed: {message}").format(task=task, message=message)
            return WorkstationFailed.kind, said, again
        case TimedOut(seconds):
            return (
                WorkstationFailed.kind,
                _("it was not done after {seconds:.0f} s").format(seconds=seconds),
                again,
            )
        case Cancelled():
            return CANCELLED, _("stopped before its end"), _("Run again; it begins anew.")
        case _:
            assert_never(outcome)
