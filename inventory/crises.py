"""Owns the commands of a crisis: open it, add seats, keep its plan, note that a seat works, close it.

Each is one part of the caller's write transaction and writes its journal line.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from gettext import gettext as _
from typing import Any

from sqlmodel import Session, col, select

from inventory import (
    contacts,
    conventions,
    crisis_records,
    devices,
    dropped_seats,
    journal,
    loans,
    returns,
)
from inventory.communes import Commune
from inventory.crisis_records import Crisis, Seat, SeatEntry, find, get, listing, must_be_open, seat_of
from inventory.devices import DeviceState
from inventory.errors import BadValue, ConventionInactive, IllegalMove
from inventory.journal import Stamp
from inventory.text import named

__all__ = [
    "Crisis",
    "Seat",
    "SeatEntry",
    "add_seats",
    "close",
    "find",
    "get",
    "keep_plan",
    "listing",
    "must_be_open",
    "open_crisis",
    "seat_of",
    "seat_ready",
    "seats",
]


def subject(reference: str) -> str:
    """How the journal names a crisis."""
    return f"crisis:{reference}"


def seats(session: Session, reference: str) -> Sequence[Seat]:
    """The seats of a crisis that are needed, by number; `dropped_seats` has the others."""
    query = select(Seat).where(Seat.crisis == reference, dropped_seats.needed())
    return session.exec(query.order_by(col(Seat.number))).all()


def open_crisis(
    session: Session,
    by: Stamp,
    commune: Commune,
    *,
    t0: datetime,
    drill: bool,
    seats: Sequence[SeatEntry],
    today: date,
    forced_by: str = "",
    forced_reason: str = "",
    caller_verified_by: str = "",
    called_back_on: str = "",
) -> Crisis:
    """Open a crisis for a commune with an active convention, or forced by a named person with a reason.

    `called_back_on` is the number on which `caller_verified_by` called the correspondent back.

    Raises:
        ConventionInactive: there is no active convention and it is not forced (requirement 2).
        BadValue: nobody called back, or not on a number known at T0 (requirement 7).
    """
    forced = bool(forced_by.strip() and forced_reason.strip())
    try:
        convention = conventions.active(session, commune.code, today)
    except ConventionInactive:
        if not forced:
            raise
        convention = None
    number, whose = _called_back(session, commune, t0, caller_verified_by, called_back_on, forced=forced)
    excused = convention is None or bool(number and whose is None)
    crisis = Crisis(
        reference=_next_reference(session, commune.code, today.year),
        commune_code=commune.code,
        t0=t0,
        opened_at=by.at,
        drill=drill,
        forced_by=forced_by if excused else "",
        forced_reason=forced_reason if excused else "",
        caller_verified_by=caller_verified_by,
        called_back_on=number,
    )
    session.add(crisis)
    session.flush()
    session.add_all(_seat(crisis.reference, entry) for entry in seats)
    facts = {
        "commune": commune.code,
        "t0": t0.isoformat(),
        "drill": drill,
        "seats": len(seats),
        "convention": convention.id if convention else None,
        "forced_by": crisis.forced_by,
        "forced_reason": crisis.forced_reason,
        "caller_verified_by": caller_verified_by,
        # The contact's row, never the telephone number: nothing could take that out again.
        "called_back_contact": whose.id if whose else None,
    }
    journal.append(session, by, "crisis.opened", subject(crisis.reference), facts)
    session.flush()
    return crisis


def add_seats(
    session: Session, by: Stamp, crisis: Crisis, entries: Sequence[SeatEntry], *, validated_by: str
) -> Sequence[Seat]:
    """Add people to an open crisis; their numbers go on after the last, whatever the entries say.

    `validated_by` is the commune's representative, who validates every request (requirement 7).

    Raises:
        IllegalMove: the crisis is closed.
        BadValue: nobody validated it.
    """
    must_be_open(crisis)
    validator = named(validated_by)
    # Those that were dropped count too: their numbers are on papers.
    last = max((seat.number for seat in crisis_records.seats(session, crisis.reference)), default=0)
    added = [
        _seat(crisis.reference, replace(entry, number=number))
        for number, entry in enumerate(entries, start=last + 1)
    ]
    session.add_all(added)
    facts = {"first": last + 1, "last": last + len(added), "validated_by": validator}
    journal.append(session, by, "crisis.seats_added", subject(crisis.reference), facts)
    session.flush()
    return added


def keep_plan(session: Session, by: Stamp, crisis: Crisis, plan: Mapping[str, Any]) -> None:
    """Keep the plan that will run; the same plan again changes nothing. The journal has its SHA-256.

    Raises:
        IllegalMove: the crisis is closed.
    """
    must_be_open(crisis)
    if crisis.plan == dict(plan):
        return
    crisis.plan = dict(plan)
    session.add(crisis)
    digest = hashlib.sha256(journal.canonical(crisis.plan)).hexdigest()
    journal.append(session, by, "crisis.planned", subject(crisis.reference), {"plan_sha256": digest})


def seat_ready(session: Session, by: Stamp, crisis_reference: str, seat_number: int, at: datetime) -> None:
    """Note that a seat works; only the first time counts.

    Raises:
        Unknown: the crisis has no such seat.
    """
    seat = seat_of(session, crisis_reference, seat_number)
    if seat.ready_at is None:
        seat.ready_at = at
        session.add(seat)
        journal.append(
            session,
            by,
            "seat.ready",
            f"{subject(crisis_reference)}/seat:{seat_number}",
            {"at": at.isoformat()},
        )


def close(session: Session, by: Stamp, crisis: Crisis, at: datetime) -> None:
    """Close a crisis: what was never handed over is released, or set apart where it was prepared.

    Raises:
        IllegalMove: it is closed already, devices are still in people's hands (they are named), or something
            differs in its return that nobody decided about.
    """
    must_be_open(crisis)
    opened = loans.open_loans(session, crisis=crisis.reference)
    out = [
        loan.device_tag
        for loan in opened
        if devices.get(session, loan.device_tag).state is DeviceState.ON_LOAN
    ]
    if out:
        raise IllegalMove(
            _("Crisis {reference} cannot be closed: still on loan are {tags}.").format(
                reference=crisis.reference, tags=", ".join(sorted(out))
            ),
            hint=_("Take these devices back first: `kit return scan {reference} …`.").format(
                reference=crisis.reference
            ),
        )
    returns.must_be_settled(session, crisis.reference)
    for loan in opened:
        loans.end(session, by, loan, "crisis closed")
    crisis.closed_at = at
    session.add(crisis)
    journal.append(session, by, "crisis.closed", subject(crisis.reference), {"at": at.isoformat()})


def _called_back(
    session: Session, commune: Commune, t0: datetime, caller: str, text: str, *, forced: bool
) -> tuple[str, contacts.Contact | None]:
    """The number that was called, and whose it is; neither where no number is given."""
    if not text.strip():
        return "", None
    if not caller.strip():
        raise BadValue(
            _("Nobody says who called back on {number}; nothing was changed.").format(number=text.strip()),
            hint=_("Name that person: `--called-back-by NAME`."),
        )
    return contacts.called_back(session, commune.code, text, t0, forced=forced)


def _next_reference(session: Session, code: str, year: int) -> str:
    prefix = f"{code}-{year}-"
    query = select(Crisis.reference).where(col(Crisis.reference).startswith(prefix))
    numbers = [int(reference.removeprefix(prefix)) for reference in session.exec(query).all()]
    return f"{prefix}{max(numbers, default=0) + 1:02d}"


def _seat(reference: str, entry: SeatEntry) -> Seat:
    return Seat(
        crisis=reference,
        number=entry.number,
        first_name=entry.first_name,
        last_name=entry.last_name,
        service=entry.service,
        wants_phone=entry.wants_phone,
        contact=entry.contact,
    )
