"""Owns the reading of ansible-runner's events: one event in, our frozen values out. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

#: Longest message kept of one task; a failed module may carry the whole output of a command.
MESSAGE_LENGTH = 600
#: How many lines outside tasks are kept: what Ansible says when it cannot even start.
LINES_KEPT = 10


class TaskStatus(StrEnum):
    """What became of one task on one laptop."""

    STARTED = "started"
    OK = "ok"
    SKIPPED = "skipped"
    FAILED = "failed"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True)
class TaskEvent:
    """One step of a task.

    Attributes:
        task: its name with its role, e.g. "firewall : Load the rules and look at what is loaded".
        status: what became of it.
        host: the laptop's asset tag.
        changed: whether it changed something there; not told of tasks with a secret.
        message: why it failed; empty otherwise.
    """

    task: str
    status: TaskStatus
    host: str
    changed: bool = False
    message: str = ""


@dataclass(frozen=True)
class Summary:
    """What a run has come to so far, for one laptop.

    Attributes:
        changed: how many tasks changed something; known once the run has ended.
        failure: the task that ended the run, where one did.
        report: the clean-state report, once it is gathered.
        lines: the last lines said outside of tasks.
    """

    changed: int = 0
    failure: TaskEvent | None = None
    report: dict[str, Any] | None = None
    lines: tuple[str, ...] = ()


_STATUS = {
    "runner_on_start": TaskStatus.STARTED,
    "runner_on_ok": TaskStatus.OK,
    "runner_on_skipped": TaskStatus.SKIPPED,
    "runner_on_failed": TaskStatus.FAILED,
    "runner_on_unreachable": TaskStatus.UNREACHABLE,
}


def task_event(event: Mapping[str, Any]) -> TaskEvent | None:
    """The task event that an ansible-runner event stands for; None for all others."""
    status = _STATUS.get(event.get("event", ""))
    if status is None:
        return None
    data = event["event_data"]
    result = data.get("res") or {}
    role = data.get("role")
    return TaskEvent(
        task=f"{role} : {data['task']}" if role else data["task"],
        status=status,
        host=data["host"],
        changed=status is TaskStatus.OK and bool(result.get("changed")),
        message=_MESSAGE[status](result) if status in _MESSAGE else "",
    )


def fold(summary: Summary, event: Mapping[str, Any]) -> Summary:
    """The summary after one more event."""
    if event.get("event") in {"verbose", "error"}:
        line = event.get("stdout", "").strip()
        return replace(summary, lines=(*summary.lines, line)[-LINES_KEPT:]) if line else summary
    data = event.get("event_data", {})
    if event.get("event") == "playbook_on_stats":
        # Counted by Ansible, because a task under `no_log` does not show whether it changed something.
        return replace(summary, changed=sum(data["changed"].values()))
    told = task_event(event)
    if told is None:
        return summary
    if told.status in {TaskStatus.FAILED, TaskStatus.UNREACHABLE} and not data.get("ignore_errors"):
        return replace(summary, failure=told)
    if told.status is TaskStatus.OK and data.get("task_action", "").endswith("clean_state"):
        return replace(summary, report=data["res"]["report"])
    return summary


def _failure(result: Mapping[str, Any]) -> str:
    """What a person needs of a failed result; a module that crashed tells it in `module_stderr`."""
    parts = (str(result.get(key) or "").strip() for key in ("msg", "stderr", "module_stderr"))
    return " — ".join(part for part in dict.fromkeys(parts) if part)[:MESSAGE_LENGTH]


def _lost(result: Mapping[str, Any]) -> str:
    """What ssh said last; the lines before it are about Ansible's own inside."""
    last = str(result.get("msg", "")).strip().rpartition("\n")[2]
    return last.removeprefix("Task failed: ")[:MESSAGE_LENGTH]


_MESSAGE = {TaskStatus.FAILED: _failure, TaskStatus.UNREACHABLE: _lost}
