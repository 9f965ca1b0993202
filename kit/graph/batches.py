"""Owns sending batches: each part until it has an answer that stands, and no part for another's failure."""

import base64
import contextvars
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from gettext import gettext as _
from http import HTTPStatus
from typing import Any

from kit.graph.batching import Answer, Part
from kit.graph.errors import GraphRefused
from kit.graph.packing import split
from kit.graph.retry import Retry
from kit.graph.sender import Sender
from kit.graph.waits import Waits
from kit.graph.wire import lower

#: Batches under way at the same time: those of 200 people, and what is asked beside them.
AT_ONCE = 12


class Batches:
    """Sends any number of requests over one sender."""

    def __init__(self, sender: Sender, waits: Waits) -> None:
        self._sender = sender
        self._waits = waits

    def send(self, parts: Sequence[Part]) -> list[Answer]:
        """The answers, in the order of the parts; refusals are answers.

        Raises:
            GraphRefused: a batch as a whole was refused.
        """
        groups = [{number: parts[number] for number in group} for group in split(parts)]
        if len(groups) == 1:
            found = [self._settle(groups[0])]
        else:
            with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="graph-batch") as pool:
                # A context can be entered by one thread at a time, hence a copy for each.
                running = [pool.submit(contextvars.copy_context().run, self._settle, g) for g in groups]
                found = [future.result() for future in running]
        answers = {number: answer for group in found for number, answer in group.items()}
        return [answers[number] for number in range(len(parts))]

    def _settle(self, parts: dict[int, Part]) -> dict[int, Answer]:
        """Send the parts of one batch until each has an answer that stands."""
        if len(parts) == 1:
            return {number: self._sender.send(part) for number, part in parts.items()}
        ledger = _Ledger(self._sender, self._waits, parts)
        while ledger.due:
            first, when = min(ledger.due.items(), key=lambda item: item[1])
            now = self._wait_for(max(when, self._sender.budgets.held_until(parts[first])))
            for number, answer in self._round(ledger.ready(now)).items():
                ledger.answered(number, answer)
        return ledger.final

    def _round(self, parts: dict[int, Part]) -> dict[int, Answer]:
        """One batch request, answers in the order of `parts`; one that is left out counts as unanswered."""
        steps = [part.step(n, [on for on in part.depends_on if on in parts]) for n, part in parts.items()]
        harmless = all(part.may_repeat for part in parts.values())
        whole = Part("POST", "/$batch", json={"requests": steps}, repeatable=harmless)
        outer = self._sender.send(whole, carries=list(parts.values()))
        if not outer.ok:
            if isinstance(outer.error, GraphRefused):
                raise outer.error
            # Busy or in doubt as a whole: each part is judged by that, its delay included.
            return {number: replace(outer, attempted=part.attempted) for number, part in parts.items()}
        given = {str(found.get("id")): found for found in outer.body.get("responses", [])}
        return {number: _inner(part, given.get(str(number), {})) for number, part in parts.items()}

    def _wait_for(self, when: float) -> float:
        while (now := self._waits.now()) < when:
            self._waits.wait(when - now, _("the tenant asks to slow down"))
        return now


class _Ledger:
    """What is known of each part of one batch: when it is due again, or its answer that stands."""

    def __init__(self, sender: Sender, waits: Waits, parts: Mapping[int, Part]) -> None:
        self._sender = sender
        self._waits = waits
        self._parts = parts
        self._started = waits.now()
        self._attempts: Counter[int] = Counter()
        self._renewed: set[int] = set()
        self.due = dict.fromkeys(parts, self._started)
        self.final: dict[int, Answer] = {}

    def ready(self, now: float) -> dict[int, Part]:
        return {number: self._parts[number] for number, when in self.due.items() if when <= now}

    def answered(self, number: int, answer: Answer) -> None:
        again = self._again(number, answer)
        if again is None:
            self.final[number] = answer
            del self.due[number]
        else:
            self.due[number] = again

    def _again(self, number: int, answer: Answer) -> float | None:
        """When to send the part again; None where its answer stands."""
        if answer.ok:
            return None
        part = self._parts[number]
        held_up = [self.due[other] for other in part.depends_on if other in self.due]
        if answer.status == HTTPStatus.FAILED_DEPENDENCY and held_up:
            return max(held_up)
        if answer.status == HTTPStatus.UNAUTHORIZED and number not in self._renewed:
            self._renewed.add(number)  # the sender has seen to another token; nothing was carried out
            return self._waits.now()
        verdict = self._sender.judge(part, answer, attempt=self._attempts[number], started=self._started)
        if not isinstance(verdict, Retry):
            return None
        self._attempts[number] += 1
        return self._waits.now() + verdict.wait


def _inner(part: Part, found: Mapping[str, Any]) -> Answer:
    body = found.get("body")
    return Answer(
        part.attempted,
        int(found.get("status", 0)),
        lower(found.get("headers") or {}),
        body if isinstance(body, dict) else {},
        _content(body) if isinstance(body, str) else b"",
    )


def _content(text: str) -> bytes:
    """What is not JSON travels as base64; what is no base64 can only be the text itself."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return text.encode()
