"""Owns what steps work with: this station's data base, tenant, laptops' runner and folders.

Workflows carry only names and numbers between steps; what cannot be checkpointed (connections, keys) is
looked up here, so a replay after a crash finds the present ones.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from gettext import gettext as _
from pathlib import Path
from typing import Any

from inventory import interventions
from inventory.activity import Event, Status
from inventory.database import Database
from inventory.errors import OperatorError
from inventory.interventions import Kind
from inventory.journal import Stamp
from kit.graph.client import Graph
from kit.graph.errors import Stopped
from kit.graph.exchanges import Exchange
from kit.graph.waits import Wait
from kit.plan.stages import Stage
from kit.workflows import engine, leaving_out
from kit.workflows.activity import ActivityLog
from kit.workflows.asking import Asking
from kit.workflows.outcome import Done, Failed, NotYet, Outcome, Skipped, again, asks
from kit.workstations.runner import RunnerSettings
from kit.workstations.targets import Secret

log = logging.getLogger("kit")


@dataclass(frozen=True)
class Lender:
    """The team as documents and laptops name it; `zone` is the one its documents print."""

    name: str
    contact: str
    phone: str
    zone: tzinfo


@dataclass(frozen=True)
class TenantRules:
    """What this site asks of a tenant before it puts anything there, and which cloud it is.

    `archives` tells whether mailboxes can be exported as restorable items, `passes` whether people can
    get in with a temporary access pass: Bleu has neither.
    """

    require_eu: bool = True
    require_closed_sharing: bool = True
    archives: bool = True
    passes: bool = True


@dataclass(frozen=True)
class Station:
    """Everything the steps of this station need; built by `kit.app`."""

    database: Database
    activity: ActivityLog
    stamp: Callable[[], Stamp]
    #: the tenant; connected at the first call
    graph: Callable[[], Graph]
    runner: RunnerSettings
    #: extra variables for the roles of every laptop
    variables: dict[str, Any]
    #: age public keys to which device secrets are encrypted
    recipients: tuple[str, ...]
    #: what opens encrypted disks until now, read when a laptop needs it; None where the site has none
    disk_unlock_key: Callable[[], Secret | None]
    lender: Lender
    documents: Path
    rules: TenantRules
    #: seconds during which an unreachable tenant is asked again
    patience: float
    #: seconds for what the tenant accepted to show
    settling: float
    #: set when the engine stops: waits for the tenant end
    stopping: threading.Event
    #: set when the operator cannot wait for running laptops either
    cancelled: threading.Event


_current: list[Station] = []
_cell: ContextVar["Cell"] = ContextVar("cell")
_asking: ContextVar[Asking | None] = ContextVar("asking", default=None)


def use(station: Station) -> None:
    """Make `station` the one the steps of this process work with."""
    _current[:] = [station]


def current() -> Station:
    """This process's station."""
    return _current[0]


@dataclass(frozen=True)
class Cell:
    """Where a step tells its progress: one stage of one seat or of the whole crisis, or of several seats."""

    crisis: str
    stage: Stage
    seats: Sequence[int | None] = (None,)

    def tell(self, status: Status, detail: str = "", **more: Any) -> None:
        """Note progress."""
        for event in self.events(status, detail, **more):
            current().activity.note(event)

    def events(self, status: Status, detail: str = "", **more: Any) -> list[Event]:
        """The events of that progress, one a seat."""
        at = current().stamp().at
        return [
            Event(self.crisis, self.stage, status, at, seat=seat, detail=detail, **more)
            for seat in self.seats
        ]


def tell_wait(wait: Wait) -> None:
    """Tell a wait for the tenant to the cell whose step waits."""
    _cell.get().tell(Status.WAITING, wait.reason, until=wait.until)


def tell_exchange(exchange: Exchange) -> None:
    """Count an answer of the tenant in the cell whose step asked; nowhere outside a step."""
    asking = _asking.get()
    if asking is not None:
        asking.count(exchange)


def attempt(cell: Cell, act: Callable[[], Outcome]) -> Outcome:
    """Run one step's act, tell its beginning and its end, and turn errors into values.

    A stage that somebody decided to go without is not begun.
    """
    return attempt_seats(cell, lambda _seats: act())


def attempt_seats(cell: Cell, act: Callable[[Sequence[int | None]], Outcome]) -> Outcome:
    """As `attempt`, for an act that is told which seats are left: a decision may leave out some of them."""
    without = _left_out(cell)
    for seat, reason in without.items():
        current().activity.conclude(*replace(cell, seats=(seat,)).events(Status.LEFT_OUT, reason))
    going = replace(cell, seats=tuple(seat for seat in cell.seats if seat not in without))
    if without and not going.seats:
        return Skipped("; ".join(dict.fromkeys(without.values())), left_out=True)
    _cell.set(going)
    asking = Asking(lambda told, counts: going.tell(Status.RUNNING, told, data={"requests": counts}))
    _asking.set(asking)
    going.tell(Status.RUNNING)
    outcome = _in_values(going, lambda: act(going.seats))
    asking.end()
    current().activity.conclude(*conclusion(going, outcome))
    return outcome


def conclusion(cell: Cell, outcome: Outcome, *, until: datetime | None = None) -> list[Event]:
    """How a try's outcome is told; `until` is when what waits is tried again, or is waited for no longer."""
    match outcome:
        case Done(detail):
            return cell.events(Status.DONE, detail)
        case NotYet(reason, seats):
            here = [seat for seat in cell.seats if seat not in seats]
            waiting = replace(cell, seats=seats or cell.seats).events(Status.WAITING, reason, until=until)
            return waiting + (replace(cell, seats=here).events(Status.DONE) if seats else [])
        case Skipped(reason, left_out):
            return cell.events(Status.LEFT_OUT if left_out else Status.SKIPPED, reason)
        case Failed() if asks(outcome) and leaving_out.answerable(cell.stage):
            return [event for seat in cell.seats for event in _question(cell, seat, outcome, until)]
        case Failed(kind, message, hint) if again(outcome):
            # It is tried again in a moment; `equip` says so where the run ends without it.
            return cell.events(Status.WAITING, message, hint=hint, until=until, data={"kind": kind})
        case Failed(kind, message, hint):
            return cell.events(Status.FAILED, message, hint=hint, data={"kind": kind})


def _in_values(cell: Cell, act: Callable[[], Outcome]) -> Outcome:
    try:
        return act()
    except Stopped:
        engine.abandon()
    except OperatorError as exc:
        return Failed(exc.kind, exc.message, exc.hint)
    except Exception as exc:  # a fault of ours in one cell must not take the crisis down
        log.exception("step failed", extra={"action": f"{cell.stage}.failed", "crisis": cell.crisis})
        return Failed(
            "error",
            _("{fault}: {text}").format(fault=type(exc).__name__, text=exc),
            _("This is a fault of the program: please report it with the station's log."),
        )


def _left_out(cell: Cell) -> dict[int | None, str]:
    """The seats of the cell that go without its stage by decision, with who decided and why."""
    with current().database.read() as session:
        decisions = interventions.of(session, cell.crisis, stage=cell.stage)
        counting = {seat: interventions.counting(decisions, seat=seat) for seat in cell.seats}
        return {
            seat: leaving_out.told(decision.decided_by, decision.reason)
            for seat, decision in counting.items()
            if decision is not None and decision.kind == Kind.SKIP
        }


def _question(cell: Cell, seat: int | None, failed: Failed, until: datetime | None) -> list[Event]:
    where = f"{cell.crisis} {cell.stage}" + (f" --seat {seat}" if seat and len(cell.seats) == 1 else "")
    answer = _("Once it is done: `kit crisis retry {where}`.").format(where=where)
    return replace(cell, seats=(seat,)).events(
        Status.NEEDS_HUMAN,
        failed.message,
        hint=f"{failed.hint} {answer}".strip(),
        until=until,
        data={"kind": failed.kind},
    )
