"""Owns durable execution: the only module that knows DBOS. The rest sees the few names below.

A workflow is code whose steps are checkpointed: after a crash it is replayed, finished steps answer from
their checkpoint and the step that was in doubt runs again, hence every step looks before it acts.

Stopping is crash-only: `Engine.stop` closes a gate that no new step passes, lets the running ones finish, and
the process ends. Nothing is recorded as cancelled; the next engine simply goes on.
"""

import fcntl
import os
import threading
from collections.abc import Callable
from functools import wraps
from gettext import gettext as _
from pathlib import Path
from typing import Generic, NoReturn, ParamSpec, Protocol, TypeVar

from dbos import DBOS, DBOSClient, DBOSConfig, EnqueueOptions, WorkflowHandle

from kit.errors import Busy

P = ParamSpec("P")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)

#: Names the order and meaning of the workflows' steps; a change to either needs another version, because an
#: unfinished workflow of the old one cannot be replayed by the new code.
VERSION = "5"
_SUPERSEDED = "SUPERSEDED"
_UNFINISHED = ["PENDING", "ENQUEUED", "DELAYED"]
_QUEUE_POLL_SECONDS = 0.1


class Handle(Protocol[R_co]):
    """A workflow on its way."""

    def get_result(self) -> R_co:
        """Wait for its end and give what it returned, or raise what it raised."""


class _Gate:
    """Lets steps pass until a stop is asked; counts those inside."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside = 0
        self._closed = False

    def run(self, step: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        with self._changed:
            if self._closed:
                self._rest()
            self._inside += 1
        try:
            return step(*args, **kwargs)
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._closed = True

    def reopen(self) -> None:
        with self._changed:
            self._closed = False

    def abandon(self) -> NoReturn:
        with self._changed:
            self._inside -= 1
            self._changed.notify_all()
            self._rest()

    def wait_empty(self, timeout: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self._inside == 0, timeout)

    def _rest(self) -> NoReturn:
        while True:
            self._changed.wait()


_gate = _Gate()


def abandon() -> NoReturn:
    """Leave the step that calls it in doubt: it was cut short, what it saw says nothing of the world.

    The thread never returns; the process is about to end.
    """
    _gate.abandon()


def workflow(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a durable procedure: deterministic apart from its steps, its arguments and results picklable."""
    # A run may be taken up again as often as it takes; nobody waits for a dead letter at 3 a.m.
    return DBOS.workflow(max_recovery_attempts=None)(function)


def step(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a checkpointed act: looks first, acts, reads back; may run again after a crash."""
    checkpointed = DBOS.step()(function)

    @wraps(function)
    def gated(*args: P.args, **kwargs: P.kwargs) -> R:
        # The gate stands around the checkpoint: a step has ended when its outcome is stored.
        return _gate.run(checkpointed, *args, **kwargs)

    return gated


def start(procedure: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Handle[R]:
    """Start a child workflow beside the caller."""
    handle: WorkflowHandle[R] = DBOS.start_workflow(procedure, *args, **kwargs)
    return handle


def enqueue(queue: str, procedure: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Handle[R]:
    """Start a child workflow when the queue has a place for it."""
    handle: WorkflowHandle[R] = DBOS.enqueue_workflow(queue, procedure, *args, **kwargs)
    return handle


def sleep(seconds: float) -> None:
    """Wait durably: a crash does not start the wait anew."""
    DBOS.sleep(seconds)


class Engine:
    """The station's engine: one per station, guarded by a lock that a crash releases."""

    def __init__(self, *, database_url: str, lock: Path, station: str, queues: dict[str, int]) -> None:
        file = database_url.removeprefix("sqlite:///")
        self._file = Path(file) if file != database_url else None
        self._lock = lock
        self._queues = queues
        self._config: DBOSConfig = {
            "name": "kit",
            "system_database_url": database_url,
            "application_version": VERSION,
            "executor_id": station,
            "log_level": "ERROR",
            "notification_listener_polling_interval_sec": _QUEUE_POLL_SECONDS,
            # Every child workflow holds a thread while it waits for its own steps.
            "max_executor_threads": 2 * sum(queues.values()) + 32,
        }
        self._descriptor: int | None = None

    def prepare(self) -> None:
        """Make the data base and declare the queues, so that the first run finds them at once."""
        self.launch()
        self.close()

    def launch(self) -> None:
        """Take the lock, recover what was unfinished, and go on with it.

        Raises:
            Busy: another engine of this station runs.
        """
        self._lock.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            os.close(descriptor)
            raise Busy(
                _("Another engine already runs on this station."),
                hint=_("Follow it with `kit crisis status --watch`, or stop that worker first."),
            ) from exc
        self._descriptor = descriptor
        _gate.reopen()
        if self._file is not None:
            # SQLite gives its side files the mode of this one.
            self._file.touch(mode=0o600)
        DBOS(config=self._config)
        DBOS.launch()
        for name, places in self._queues.items():
            DBOS.register_queue(
                name,
                worker_concurrency=places,
                polling_interval_sec=_QUEUE_POLL_SECONDS,
                on_conflict="always_update",
            )

    def free(self) -> bool:
        """Whether no engine of this station runs; one may have begun since."""
        descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        else:
            return True
        finally:
            os.close(descriptor)

    def ask_stop(self) -> None:
        """No new step starts from now on."""
        _gate.close()

    def wait_quiet(self, timeout: float) -> bool:
        """Whether every running step ended within `timeout` seconds."""
        return _gate.wait_empty(timeout)

    def close(self) -> None:
        """End an engine that has nothing left to do."""
        DBOS.destroy(workflow_completion_timeout_sec=0)
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def submit(
    database_url: str,
    queue: str,
    procedure: Callable[P, R],
    workflow_id: str,
    *args: P.args,
    **kwargs: P.kwargs,
) -> None:
    """Leave a workflow on a queue for the station's engine, from any process."""
    client = DBOSClient(system_database_url=database_url)
    try:
        options: EnqueueOptions = {
            "queue_name": queue,
            "workflow_name": procedure.__qualname__,
            "workflow_id": workflow_id,
            "app_version": VERSION,
        }
        client.enqueue(options, *args, **kwargs)
    finally:
        client.destroy()


def statuses(database_url: str, prefix: str) -> dict[str, str]:
    """The workflows whose id is `prefix` and a number, by id, with the engine's word for where they are."""
    client = DBOSClient(system_database_url=database_url)
    try:
        listed = client.list_workflows(workflow_id_prefix=prefix, load_input=False, load_output=False)
        return {
            # An older version's run cannot be replayed by this code; a new run looks first and goes on.
            found.workflow_id: str(found.status) if found.app_version == VERSION else _SUPERSEDED
            for found in listed
            if found.workflow_id.removeprefix(prefix).isdigit()
        }
    finally:
        client.destroy()


def finished(status: str) -> bool:
    """Whether a workflow with that status will not go on by itself."""
    return status not in _UNFINISHED


def idle(database_url: str) -> bool:
    """Whether nothing is left for an engine to do."""
    client = DBOSClient(system_database_url=database_url)
    try:
        left = client.list_workflows(
            status=_UNFINISHED, app_version=VERSION, limit=1, load_input=False, load_output=False
        )
        return not left
    finally:
        client.destroy()


class Watcher(Generic[R]):
    """Follows one workflow from any process."""

    def __init__(self, database_url: str, workflow_id: str) -> None:
        self._client = DBOSClient(system_database_url=database_url)
        self._handle: WorkflowHandle[R] = self._client.retrieve_workflow(workflow_id)

    def ended(self) -> bool:
        """Whether it came to its end."""
        return finished(self._handle.get_status().status)

    def result(self) -> R:
        """What it returned; raises what it raised."""
        return self._handle.get_result()
