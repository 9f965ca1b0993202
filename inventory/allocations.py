"""Owns deciding how many devices of a kind a crisis may take while the pool is scarce (requirement 8)."""

from collections import Counter
from gettext import gettext as _

from sqlalchemy import case
from sqlmodel import Session, col, func, select

from inventory import crises, dropped_seats, journal, loans
from inventory.allocation_records import Allocation, in_force
from inventory.arbitration import Claim, Demand
from inventory.communes import Commune
from inventory.crises import Crisis, Seat
from inventory.devices import DeviceKind
from inventory.errors import BadValue, IllegalMove, Shortage
from inventory.journal import Stamp
from inventory.text import named

__all__ = ["Allocation", "decide", "demands", "in_force"]

#: What seats ask for: the first everybody, the others who wants a phone.
_FOR_EVERYBODY = DeviceKind.LAPTOP
_FOR_PHONES = frozenset({DeviceKind.PHONE, DeviceKind.SIM})


def decide(
    session: Session, by: Stamp, crisis: Crisis, kind: DeviceKind, granted: int, *, author: str, reason: str
) -> Allocation:
    """Grant a crisis so many devices of a kind in all; the decision in force, repeated, changes nothing.

    A grant that is lowered is never refused for what other crises were granted: devices may have been
    lost since.

    Raises:
        BadValue: the number is negative, or there is no author or reason.
        IllegalMove: the crisis is closed, or holds more already.
        Shortage: with it, more would be granted and not yet taken than is free; says who has how many.
    """
    crises.must_be_open(crisis)
    who, why = named(author), named(reason)
    if granted < 0:
        raise BadValue(_("A crisis cannot be granted {count} devices.").format(count=granted))
    for before in in_force(session, crisis=crisis.reference, kind=kind):
        if (before.granted, before.author, before.reason) == (granted, who, why):
            return before
    claim = loans.claim(session, crisis.reference, kind)
    _must_cover(crisis, kind, granted, claim)
    _must_be_there(crisis, kind, granted, claim)
    made = Allocation(
        crisis=crisis.reference, kind=kind.value, granted=granted, reason=why, author=who, decided_at=by.at
    )
    session.add(made)
    facts = {"kind": kind.value, "granted": granted, "held": claim.held, "free": claim.free}
    line = facts | {"author": who, "reason": why}
    journal.append(session, by, "allocation.decided", crises.subject(crisis.reference), line)
    session.flush()
    return made


def demands(session: Session) -> list[Demand]:
    """What each open crisis asks, holds and was granted, kind by kind, where it is anything."""
    query = (
        select(Crisis, Commune.name)
        .join(Commune, col(Commune.code) == Crisis.commune_code)
        .where(col(Crisis.closed_at).is_(None))
        .order_by(col(Crisis.reference))
    )
    asked = _asked(session)
    granted = {(each.crisis, each.kind): each.granted for each in in_force(session)}
    opened = session.exec(query).all()
    found = []
    for kind in DeviceKind:
        held = loans.held(session, kind)
        for crisis, commune in opened:
            demand = Demand(
                crisis=crisis.reference,
                commune=commune,
                t0=crisis.t0,
                drill=crisis.drill,
                kind=kind,
                asked=asked[crisis.reference, kind],
                held=held[crisis.reference],
                granted=granted.get((crisis.reference, kind.value)),
            )
            if demand.asked or demand.held or demand.granted is not None:
                found.append(demand)
    return found


def _asked(session: Session) -> Counter[tuple[str, DeviceKind]]:
    phones = func.sum(case((col(Seat.wants_phone), 1), else_=0))
    counted: Counter[tuple[str, DeviceKind]] = Counter()
    query = select(Seat.crisis, func.count(), phones).where(dropped_seats.needed()).group_by(col(Seat.crisis))
    for reference, people, with_phone in session.exec(query).all():
        counted[reference, _FOR_EVERYBODY] = people
        for kind in _FOR_PHONES:
            counted[reference, kind] = with_phone
    return counted


def _must_cover(crisis: Crisis, kind: DeviceKind, granted: int, claim: Claim) -> None:
    if granted < claim.held:
        raise IllegalMove(
            _(
                "Crisis {reference} holds {held} of kind {kind}: it cannot be granted {granted}; "
                "nothing was decided."
            ).format(reference=crisis.reference, held=claim.held, kind=kind, granted=granted),
            hint=_("Take some back first, or grant at least {held}.").format(held=claim.held),
        )


def _must_be_there(crisis: Crisis, kind: DeviceKind, granted: int, claim: Claim) -> None:
    more = granted - claim.held
    lowered = claim.granted is not None and granted <= claim.granted
    if more + sum(claim.promised.values()) <= claim.free or lowered:
        return
    raise Shortage(
        _(
            "{free} of kind {kind} are free: {more} more for {reference} do not fit beside what others were "
            "granted and have not taken ({others}); nothing was decided."
        ).format(
            free=claim.free,
            kind=kind,
            more=more,
            reference=crisis.reference,
            others=loans.listed(claim.promised),
        ),
        hint=_("Grant less, or lower another's grant first: `kit pool share` shows them all."),
    )
