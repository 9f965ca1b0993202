"""Opens a crisis whose people, size and plan were looked at before anything was written.

What a step would bring is found out by doing it in a transaction that is taken back: the same code decides,
and refuses, as when it counts.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from gettext import gettext as _

from sqlmodel import Session

from inventory.crises import Crisis, SeatEntry
from inventory.errors import Shortage
from kit.app import crises, sharing, sizing
from kit.app.compose import App
from kit.app.crises import Opening
from kit.app.sizing_facts import Decision, Size
from kit.app.terms import terms
from kit.plan.model import Plan
from kit.workflows import planning


@dataclass(frozen=True)
class Declaration:
    """Everything that is said to open a crisis; `commune` is its INSEE code.

    `due` names services whose time has come. It is no decision: their seats say it once the crisis is open.
    """

    commune: str
    opening: Opening
    seats: tuple[SeatEntry, ...] = ()
    decisions: tuple[Decision, ...] = ()
    due: frozenset[str] = frozenset()


def check(app: App, declaration: Declaration) -> None:
    """Make sure that the crisis could be opened so.

    Raises:
        ConventionInactive: no active convention, and not forced.
        BadValue: the number called back, a decision or its author cannot be used.
    """
    with _trial(app, declaration):
        pass


def size(app: App, declaration: Declaration) -> Size:
    """The size that its kit would have.

    Raises:
        BadInput: the rules cannot be used. Unknown: a service that is said to be due waits for no time.
        ConventionInactive, BadValue: as `check`.
    """
    with _trial(app, declaration) as (session, crisis):
        return sizing.of_crisis(app, session, crisis, due=declaration.due)


def plan(app: App, declaration: Declaration) -> Plan:
    """The plan that it would get.

    Raises:
        Shortage: the pool does not hold what the seats need, or it is granted to others.
        ConventionInactive, BadValue: as `check`.
    """
    with _trial(app, declaration) as (session, crisis):
        return _planned(app, session, crisis)


def declare(app: App, declaration: Declaration, foreseen: Plan | None) -> str:
    """Open the crisis with the plan that was foreseen, all of it or nothing; gives its reference.

    A declaration without T0 has another one each time, hence another plan.

    Without a plan, for want of devices, the crisis is open: whoever shares the pool out must see it.

    Raises:
        Shortage: the plan would be another one now. ConventionInactive, BadValue: as `check`.
    """
    with app.database.write() as session:
        crisis = _opened(app, session, declaration)
        if foreseen is not None:
            made = _planned(app, session, crisis)
            if made != foreseen:
                raise Shortage(
                    _("The pool has changed since the plan was shown; nothing was written."),
                    hint=_("Go back to the plan, and read it again."),
                )
            planning.keep(session, app.stamp(), crisis, made)
        return crisis.reference


@contextmanager
def _trial(app: App, declaration: Declaration) -> Iterator[tuple[Session, Crisis]]:
    """The crisis as it would be; nothing of it stays."""
    with app.database.write() as session:
        yield session, _opened(app, session, declaration)
        session.rollback()


def _opened(app: App, session: Session, declaration: Declaration) -> Crisis:
    crisis = crises.opened(app, session, declaration.commune, declaration.seats, declaration.opening)
    for each in declaration.decisions:
        sizing.decide(app, session, crisis, each.service, each.wanted, author=each.author, reason=each.reason)
    return crisis


def _planned(app: App, session: Session, crisis: Crisis) -> Plan:
    return planning.make(session, crisis, terms(app.settings), sharing.on_shelf(app, session))
