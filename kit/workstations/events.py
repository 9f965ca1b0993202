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
        changed: whether it changed something there.
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
        changed: names of the tasks that changed something.
        failure: the task that ended the laptop's run, where one did.
        report: what the playbook had to say, e.g. the clean-state report, once it is gathered.
        lines: the last lines said outside of tasks, to all laptops of the run.
        begun: whether a task was started on the laptop.
        complete: whether Ansible came to its own end.
    """

    changed: frozenset[str] = frozenset()
    failure: TaskEvent | None = None
    report: dict[str, Any] | None = None
    lines: tuple[str, ...] = ()
    begun: bool = False
    complete: bool = False

    @property
    def over(self) -> bool:
        """Whether nothing more can come: playbooks rescue no failure, and a report is their last word."""
        return self.complete or self.failure is not None or self.report is not None


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
    return TaskEvent(
        task=_name(data),
        status=status,
        host=data["host"],
        changed=status is TaskStatus.OK and _has_changed(event),
        message=_MESSAGE[status](data.get("res") or {}) if status in _MESSAGE else "",
    )


def host_of(event: Mapping[str, Any]) -> str | None:
    """The asset tag of the laptop an event is about; None for those about the whole run."""
    host: str | None = event.get("event_data", {}).get("host")
    return host


def fold(summary: Summary, event: Mapping[str, Any]) -> Summary:
    """The summary of one laptop after one more event about it or about the whole run."""
    match event.get("event"):
        case "verbose" | "error":
            line = event.get("stdout", "").strip()
            return replace(summary, lines=(*summary.lines, line)[-LINES_KEPT:]) if line else summary
        case "playbook_on_stats":
            return replace(summary, complete=True)
        case "runner_on_start":
            return replace(summary, begun=True)
        case "runner_on_ok" | "runner_item_on_ok":
            return _after_success(summary, event)
        case "runner_on_failed" | "runner_on_unreachable":
            ignored = event["event_data"].get("ignore_errors")
            return summary if ignored else replace(summary, failure=task_event(event))
        case _:
            return summary


def _after_success(summary: Summary, event: Mapping[str, Any]) -> Summary:
    data = event["event_data"]
    report = (data.get("res") or {}).get("report")
    if isinstance(report, dict):
        summary = replace(summary, report=report)
    if _has_changed(event):
        summary = replace(summary, changed=summary.changed | {_name(data)})
    return summary


def _name(data: Mapping[str, Any]) -> str:
    role, task = data.get("role"), str(data["task"])
    return f"{role} : {task}" if role else task


def _has_changed(event: Mapping[str, Any]) -> bool:
    """Whether a task or one item of its loop changed something.

    Under `no_log` the result is hidden, but Ansible still prints the word ("changed: [LT-0001]").
    """
    result = event["event_data"].get("res") or {}
    printed = event.get("stdout", "").splitlines()
    return bool(result.get("changed")) or any(line.startswith("changed: [") for line in printed)


def _failure(result: Mapping[str, Any]) -> str:
    """What a person needs of a failed result; a module that crashed tells it in `module_stderr`."""
    parts = (str(result.get(key) or "").strip() for key in ("msg", "stderr", "module_stderr"))
    return " — ".join(part for part in dict.fromkeys(parts) if part)[:MESSAGE_LENGTH]


def _lost(result: Mapping[str, Any]) -> str:
    """What ssh said last; the lines before it are about Ansible's own inside."""
    last = str(result.get("msg", "")).strip().rpartition("\n")[2]
    return last.removeprefix("Task failed: ")[:MESSAGE_LENGTH]


_MESSAGE = {TaskStatus.FAILED: _failure, TaskStatus.UNREACHABLE: _lost}
