"""Waiting for a condition in tests of what runs beside them."""

import time
from collections.abc import Callable


def wait_for(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Whether it came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
