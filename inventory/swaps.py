"""Owns swaps: a device of a seat gives way to another of its kind, and each is linked to the other for ever.

The links are between loans: a loan ends in one swap at most, and begins in one at most.
"""

from collections.abc import Sequence
from datetime import datetime
from gettext import gettext as _

from sqlalchemy import CheckConstraint, or_
from sqlmodel import Field, Session, SQLModel, col, select

from inventory import devices, journal, loans, pairings
from inventory.devices import Device, DeviceKind, DeviceState
from inventory.errors import IllegalMove
from inventory.journal import Stamp
from inventory.loans import Loan
from inventory.text import named
from inventory.times import UtcDateTime

#: What is gone stays gone: only what is at hand goes to quarantine.
_NOT_AT_HAND = frozenset({DeviceState.LOST, DeviceState.STOLEN})


class Swap(SQLModel, table=True):
    """Two loans of one seat: the one that ended, and the one that took its place."""

    __tablename__ = "swap"
    __table_args__ = (CheckConstraint("faulty_loan <> replacement_loan", name="swap_of_two"),)

    faulty_loan: int = Field(
        primary_key=True, foreign_key="loan.id", sa_column_kwargs={"autoincrement": False}
    )
    replacement_loan: int = Field(foreign_key="loan.id", unique=True)
    at: datetime = Field(sa_type=UtcDateTime)
    reason: str


def swap(session: Session, by: Stamp, faulty_tag: str, replacement_tag: str, *, reason: str) -> Swap:
    """End the faulty device's loan and hold another of its kind for the same seat, with its SIMs.

    The faulty one goes to quarantine, unless it is lost or stolen. The replacement is reserved: it is
    prepared and handed over as any other.

    Raises:
        Unknown: there is no such device.
        BadValue: there is no reason.
        IllegalMove: no seat holds the faulty one, the two are of different kinds, or one seat has both.
        Shortage: the replacement is not free.
    """
    why = named(reason)
    faulty, replacement = devices.get(session, faulty_tag), devices.get(session, replacement_tag)
    old = _held(session, faulty)
    _must_suit(session, old, faulty, replacement)
    new = loans.reserve(session, by, old.crisis, old.seat_number, replacement.tag, instead_of=old)
    _set_apart(session, by, faulty, old, why)
    _hand_on_sims(session, by, faulty, replacement)
    return _link(session, by, old, new, why)


def of(session: Session, tag: str) -> Sequence[tuple[Swap, str, str]]:
    """The swaps of a device, the oldest first, with the tags of the faulty one and its replacement."""
    loan_ids = select(Loan.id).where(Loan.device_tag == tag)
    query = select(Swap).where(
        or_(col(Swap.faulty_loan).in_(loan_ids), col(Swap.replacement_loan).in_(loan_ids))
    )
    swaps = session.exec(query.order_by(col(Swap.at), col(Swap.faulty_loan))).all()
    return [(each, _tag(session, each.faulty_loan), _tag(session, each.replacement_loan)) for each in swaps]


def of_crisis(session: Session, reference: str) -> Sequence[tuple[Swap, Loan, Loan]]:
    """The swaps of a crisis, the oldest first, with the loan that ended and the one that took its place."""
    query = select(Swap).join(Loan, col(Loan.id) == Swap.faulty_loan).where(Loan.crisis == reference)
    swaps = session.exec(query.order_by(col(Swap.at), col(Swap.faulty_loan))).all()
    return [
        (each, session.get_one(Loan, each.faulty_loan), session.get_one(Loan, each.replacement_loan))
        for each in swaps
    ]


def _held(session: Session, faulty: Device) -> Loan:
    for loan in loans.open_loans(session, device=faulty.tag):
        return loan
    raise IllegalMove(
        _("No seat holds {tag}: there is nothing to swap.").format(tag=faulty.tag),
        hint=_("Set it apart: `kit pool quarantine {tag}`.").format(tag=faulty.tag),
    )


def _must_suit(session: Session, old: Loan, faulty: Device, replacement: Device) -> None:
    if faulty.kind is not replacement.kind:
        raise IllegalMove(
            _("{tag} is a {kind}, {other} a {other_kind}; nothing was changed.").format(
                tag=faulty.tag, kind=faulty.kind, other=replacement.tag, other_kind=replacement.kind
            )
        )
    # To reserve it once more for its seat would change nothing, and link its loan to a second one.
    if loans.open_loans(session, crisis=old.crisis, seat=old.seat_number, device=replacement.tag):
        raise IllegalMove(
            _("{tag} is with that seat already; nothing was changed.").format(tag=replacement.tag),
            hint=_("Take one that is in stock: `kit pool list --state in_stock`."),
        )


def _set_apart(session: Session, by: Stamp, faulty: Device, loan: Loan, reason: str) -> None:
    loans.end(session, by, loan, reason)
    if faulty.state not in _NOT_AT_HAND | {DeviceState.QUARANTINED}:
        devices.move(session, by, faulty, DeviceState.QUARANTINED, reason=reason)


def _hand_on_sims(session: Session, by: Stamp, faulty: Device, replacement: Device) -> None:
    """The replacement gets the SIMs of the faulty phone, or the slot of the faulty SIM."""
    for pairing in pairings.current(session, faulty.tag):
        if devices.get(session, pairing.host_tag).state in _NOT_AT_HAND:
            # The SIM went with the phone.
            continue
        pairings.remove(session, by, pairing.sim_tag)
        sim, host = pairing.sim_tag, pairing.host_tag
        if faulty.kind is DeviceKind.SIM:
            sim = replacement.tag
        else:
            host = replacement.tag
        pairings.insert(session, by, sim, host, slot=pairing.slot)


def _link(session: Session, by: Stamp, old: Loan, new: Loan, reason: str) -> Swap:
    # Both were flushed when they began, so both have their number.
    link = Swap.model_validate(
        {"faulty_loan": old.id, "replacement_loan": new.id, "at": by.at, "reason": reason}
    )
    session.add(link)
    for tag, word, other in (
        (old.device_tag, "replaced_by", new.device_tag),
        (new.device_tag, "replaces", old.device_tag),
    ):
        line = {word: other, "reason": reason, "crisis": old.crisis, "seat": old.seat_number}
        journal.append(session, by, "device.swapped", devices.subject(tag), line)
    session.flush()
    return link


def _tag(session: Session, loan_id: int) -> str:
    return session.exec(select(Loan.device_tag).where(Loan.id == loan_id)).one()
