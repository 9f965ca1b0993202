"""Shares out what is scarce: where every open crisis stands, and what was decided about it."""

from collections.abc import Iterator, Sequence
from gettext import ngettext

from sqlmodel import Session

from inventory import allocations, crises, shelf
from inventory.allocations import Allocation
from inventory.arbitration import Sharing, share
from inventory.devices import DeviceKind
from inventory.readiness import Limits, Readiness
from kit.app.compose import App


def on_shelf(app: App, session: Session) -> Sequence[Readiness]:
    """What is in stock, judged by this station's limits."""
    limits = Limits(**app.settings.pool.model_dump())
    return shelf.readiness(session, app.stamp().at.astimezone(app.zone), limits)


def look(app: App, kind: DeviceKind | None = None) -> list[Sharing]:
    """How each kind that an open crisis asks for stands; only one where it is given."""
    with app.database.read() as session:
        asked = allocations.demands(session)
        there = on_shelf(app, session)
    kinds = sorted({demand.kind for demand in asked}, key=list(DeviceKind).index)
    return [share(each, asked, there) for each in kinds if kind in {None, each}]


def decided(app: App) -> dict[tuple[str, str], Allocation]:
    """The decisions in force, by crisis and kind."""
    with app.database.read() as session:
        return {(each.crisis, each.kind): each for each in allocations.in_force(session)}


def grant(app: App, text: str, kind: DeviceKind, count: int, *, author: str, reason: str) -> Allocation:
    """Decide how many devices of a kind a crisis may hold in all.

    Raises:
        Unknown: no such crisis. IllegalMove: it is closed, or holds more. Shortage: not so many are left.
        BadValue: there is no author or reason.
    """
    with app.database.write() as session:
        crisis = crises.find(session, text)
        return allocations.decide(session, app.stamp(), crisis, kind, count, author=author, reason=reason)


def waits_in_words(waiting: Sequence[int], without_phone: Sequence[int]) -> Iterator[str]:
    """Which seats a decision leaves without anything, or without a phone; a sentence each."""
    if waiting:
        yield ngettext(
            "Seat {seats} waits by decision.", "Seats {seats} wait by decision.", len(waiting)
        ).format(seats=", ".join(map(str, waiting)))
    if without_phone:
        yield ngettext(
            "Seat {seats} gets no phone by decision.",
            "Seats {seats} get no phone by decision.",
            len(without_phone),
        ).format(seats=", ".join(map(str, without_phone)))
