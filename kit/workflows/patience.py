"""Tries a step again while the world may still come round; the waits are durable."""

from collections.abc import Callable

from kit.workflows import engine
from kit.workflows.outcome import Outcome, again

_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 60.0


def patiently(step: Callable[[], Outcome], patience: float) -> Outcome:
    """Run `step` until it holds, fails for good, or `patience` seconds of waiting are used up.

    Call it from a workflow only: the number of tries is decided by checkpointed outcomes.
    """
    waited, pause = 0.0, _FIRST_PAUSE
    while again(outcome := step()) and waited < patience:
        pause = min(pause, patience - waited)
        engine.sleep(pause)
        waited, pause = waited + pause, min(pause * 1.5, _LONGEST_PAUSE)
    return outcome
