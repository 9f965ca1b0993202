"""Owns how provisioning one laptop can end: a union of frozen values, told apart with `match`."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Passed:
    """Everything was applied and every check of the clean-state report passed.

    Attributes:
        report: the clean-state report as JSON values.
        changed: how many tasks changed something; 0 on a second run.
        seconds: wall time of the run.
    """

    report: dict[str, Any]
    changed: int
    seconds: float


@dataclass(frozen=True)
class ChecksFailed:
    """Everything was applied, but the report's checks named in `failed` did not pass: quarantine."""

    report: dict[str, Any]
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
