"""Owns how playing playbooks on one laptop can end: a union of frozen values, told apart with `match`."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Passed:
    """Every playbook came to its end, and every check of the last report passed.

    Attributes:
        report: what the last playbook had to say, as JSON values; one that only tells facts has no checks.
        changed: how many tasks changed something; 0 on a second run.
        seconds: wall time of the run.
    """

    report: dict[str, Any] = field(repr=False)
    changed: int
    seconds: float


@dataclass(frozen=True)
class ChecksFailed:
    """The report came, and its checks named in `failed` did not pass; no later playbook was played."""

    report: dict[str, Any] = field(repr=False)
    failed: tuple[str, ...]


@dataclass(frozen=True)
class Unreachable:
    """No SSH connection, or it was lost; `detail` is what ssh said."""

    detail: str


@dataclass(frozen=True)
class TaskFailed:
    """A task failed, or the playbook could not start (`task` is empty then)."""

    task: str
    message: str


@dataclass(frozen=True)
class HostKeyMismatch:
    """The laptop answers with another host key, and nothing was run; both as "SHA256:…" fingerprints."""

    expected: str
    got: str


@dataclass(frozen=True)
class Cancelled:
    """The caller asked to stop; what was done on the laptop stays done, and a new run goes on from there."""


@dataclass(frozen=True)
class TimedOut:
    """The laptop took longer than it may; `seconds` is the limit."""

    seconds: float


Outcome = Passed | ChecksFailed | Unreachable | TaskFailed | HostKeyMismatch | Cancelled | TimedOut
