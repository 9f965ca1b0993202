"""Owns the worker that carries out what an operator does on screen, as the command line does.

One act after the other, in a thread of its own: a write that waits for its turn must not stop the reading.
What waits for the tenant has hands of its own, so that nothing else waits with it. On a screen that is only
looked at, nothing is carried out.
"""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass

from textual.message import Message

from inventory.errors import OperatorError


@dataclass(frozen=True)
class Outcome:
    """What came of an act: a sentence on what is done, and one for each thing that was refused."""

    done: str = ""
    refused: tuple[str, ...] = ()


#: Something to carry out; it may raise `OperatorError`.
Act = Callable[[], Outcome]


class Acted(Message):
    """An act has ended."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


class Hands:
    """Carries acts out in their order; `read_only` hands carry out none.

    `farewell` is how many seconds who leaves waits for what was begun; None as long as it takes.
    """

    def __init__(
        self, post: Callable[[Message], object], *, read_only: bool, farewell: float | None = None
    ) -> None:
        self._post = post
        self._farewell = farewell
        self.read_only = read_only
        self._acts: queue.SimpleQueue[Act | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="hands", daemon=True)

    def start(self) -> None:
        """Begin to wait for acts."""
        self._thread.start()

    def stop(self) -> None:
        """End, once what was begun is ended: half an act is none, each is one transaction or several."""
        self._acts.put(None)
        self._thread.join(self._farewell)

    def carry_out(self, act: Act) -> None:
        """Carry it out when its turn comes; `Acted` says what came of it.

        Raises:
            PermissionError: these hands are for looking only.
        """
        if self.read_only:
            raise PermissionError("a screen that is only looked at changes nothing")
        self._acts.put(act)

    def _work(self) -> None:
        while (act := self._acts.get()) is not None:
            try:
                outcome = act()
            except OperatorError as exc:
                outcome = Outcome(refused=(in_words(exc),))
            # A fault of the program or of the data base (a full disk): its name is all that may be shown.
            except Exception as exc:
                outcome = Outcome(refused=(_fault(exc),))
            self._post(Acted(outcome))


def in_words(error: OperatorError) -> str:
    """What was refused and what to do about it."""
    return f"{error.message} → {error.hint}" if error.hint else error.message


def _fault(error: Exception) -> str:
    # SQLAlchemy wraps the driver's error, whose text has no values in it ("database or disk is full").
    cause = getattr(error, "orig", None)
    return f"{type(error).__name__}: {cause}" if cause is not None else type(error).__name__
