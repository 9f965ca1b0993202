"""Owns what a step can end as: values, so that one failing laptop stops that laptop and not the crisis."""

from dataclasses import dataclass

#: Kinds of error (`OperatorError.kind`) that may be gone in a minute: the world did not answer.
RETRYABLE = frozenset({"tenant-unreachable", "workstation-unreachable"})
#: Kinds that only a person clears: a licence to buy, a consent to give, a laptop to switch on or to replace.
HUMAN = frozenset({"tenant-refused", "host-key-changed", "workstation-unreachable"})


@dataclass(frozen=True)
class Done:
    """It holds, and was read back."""

    detail: str = ""


@dataclass(frozen=True)
class Skipped:
    """There was nothing to do, or somebody decided to go without it (`left_out`)."""

    reason: str
    left_out: bool = False


@dataclass(frozen=True)
class NotYet:
    """The world needs more time; `seats` are those that wait, the others hold."""

    reason: str
    seats: tuple[int, ...] = ()


@dataclass(frozen=True)
class Failed:
    """It does not hold; `kind` is the error's machine name, `hint` what to do next."""

    kind: str
    message: str
    hint: str = ""


Outcome = Done | Skipped | NotYet | Failed


def again(outcome: Outcome) -> bool:
    """Whether trying again in a moment makes sense."""
    return isinstance(outcome, NotYet) or (isinstance(outcome, Failed) and outcome.kind in RETRYABLE)


def asks(outcome: Outcome) -> bool:
    """Whether a person must act before it can hold."""
    return isinstance(outcome, Failed) and outcome.kind in HUMAN
