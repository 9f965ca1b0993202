"""Owns running the playbooks on one laptop: a call that blocks until that laptop is done.

Calls that come in together share an Ansible run (`waves`), and still no laptop disturbs another: each call
reads its own laptop's events, ends with it, and keeps its own limit of time.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import Empty

from kit.workstations.events import Summary, TaskEvent, TaskStatus, fold, task_event
from kit.workstations.outcomes import (
    Cancelled,
    ChecksFailed,
    HostKeyMismatch,
    Outcome,
    Passed,
    TaskFailed,
    TimedOut,
    Unreachable,
)
from kit.workstations.probe import KeyChanged, check_host_key, fingerprint
from kit.workstations.targets import Target
from kit.workstations.wave import Recipe, carry_out
from kit.workstations.waves import Place, Waves

#: Seconds between two looks at `cancelled` and at the time limit.
LOOK_EVERY = 0.5


@dataclass(frozen=True)
class RunnerSettings:
    """What is played on laptops, and how.

    Attributes:
        playbooks: folder of the Ansible content.
        sequence: playbooks in it, played in this order.
        user: the account that `private_key` opens.
        private_key: file of the station's SSH key.
        timeout: seconds that one laptop may take.
        waves: Ansible runs at once.
    """

    playbooks: Path
    sequence: tuple[str, ...]
    user: str
    private_key: Path
    timeout: float
    waves: int = 4


@dataclass(frozen=True)
class _Call:
    """What the caller asked for."""

    target: Target
    sink: Callable[[TaskEvent], None]
    cancelled: Callable[[], bool]
    timeout: float
    started: float


_waves: dict[tuple[Recipe, int], Waves] = {}
_guard = threading.Lock()


def play(
    target: Target,
    *,
    settings: RunnerSettings,
    sink: Callable[[TaskEvent], None],
    cancelled: Callable[[], bool],
) -> Outcome:
    """Run the playbooks on one laptop, telling `sink` each task as it happens.

    Blocks in the calling thread until the laptop is done, the call is cancelled or its time is over; calls of
    other threads share the work. Nothing is run on a laptop whose host key is not the pinned one. What `sink`
    and `cancelled` raise ends the laptop's part of the run and is raised.
    """
    call = _Call(target, sink, cancelled, settings.timeout, time.monotonic())
    summary, changed = Summary(), 0
    for playbook in settings.sequence:
        end = _one_playbook(call, _waves_of(settings, playbook))
        if not isinstance(end, Summary):
            return end
        summary, changed = end, changed + len(end.changed)
        if summary.failure or not summary.over or _failed_checks(summary):
            break
    return _outcome(target, summary, changed, time.monotonic() - call.started)


def _waves_of(settings: RunnerSettings, playbook: str) -> Waves:
    """The waves of one playbook: all calls of this process share them."""
    recipe = Recipe(settings.playbooks, playbook, settings.user, settings.private_key)
    with _guard:
        if (recipe, settings.waves) not in _waves:
            _waves[recipe, settings.waves] = Waves(partial(carry_out, recipe), most=settings.waves)
        return _waves[recipe, settings.waves]


def _one_playbook(call: _Call, waves: Waves) -> Summary | Cancelled | TimedOut:
    """Run one playbook on the laptop."""
    place = Place(call.target)
    waves.take(place)
    done = False
    try:
        end = _follow(call, place)
        done = isinstance(end, Summary)
        return end
    finally:
        place.leave(cut=not done)


def _follow(call: _Call, place: Place) -> Summary | Cancelled | TimedOut:
    """Read the laptop's events until nothing more can come."""
    summary = Summary()
    while not summary.over:
        if call.cancelled():
            return Cancelled()
        if time.monotonic() - call.started > call.timeout:
            return TimedOut(call.timeout)
        try:
            event = place.next(LOOK_EVERY)
        except Empty:
            continue
        if event is None:
            return summary
        summary = fold(summary, event)
        told = task_event(event)
        if told is not None:
            call.sink(told)
    return summary


def _failed_checks(summary: Summary) -> tuple[str, ...]:
    """Names of the report's checks that did not pass; none where there is no report."""
    checks = (summary.report or {}).get("checks", ())
    return tuple(check["name"] for check in checks if not check["passed"])


def _outcome(target: Target, summary: Summary, changed: int, seconds: float) -> Outcome:
    """Judge what a laptop's run came to."""
    report, failure = summary.report, summary.failure
    if report is not None:
        failed = _failed_checks(summary)
        return ChecksFailed(report, failed) if failed else Passed(report, changed, seconds)
    if failure is None and summary.begun and not summary.complete:
        return Unreachable("Ansible was ended in the middle of the run")
    if failure is None:
        return TaskFailed("", " ".join(summary.lines) or "no report")
    if failure.status is TaskStatus.UNREACHABLE:
        verdict = check_host_key(target.address, target.host_key)
        if isinstance(verdict, KeyChanged):
            return HostKeyMismatch(fingerprint(target.host_key), verdict.fingerprint)
        return Unreachable(failure.message)
    return TaskFailed(failure.task, failure.message)
