"""Swaps a faulty device of a seat: book and plan in one transaction, then its replacement is prepared.

The person keeps account and mailbox. After a crash in between the same call goes on with the same one.
"""

from dataclasses import dataclass, replace
from gettext import gettext as _

from sqlmodel import Session

from inventory import crises, devices, handings, loans, swaps
from inventory.arbitration import in_order
from inventory.crises import Crisis
from inventory.devices import Device, DeviceKind, DeviceState
from inventory.errors import IllegalMove, Shortage
from inventory.handings import Direction, Told
from inventory.journal import Stamp
from inventory.loans import Loan
from inventory.readiness import Verdict
from kit.app import loan_papers, run, sharing
from kit.app.compose import App
from kit.app.handing import name_of
from kit.app.loan_papers import Paper
from kit.errors import RunIncomplete
from kit.plan.model import Plan, SeatPlan
from kit.workflows import order, planning
from kit.workflows.troubles import Trouble

#: What is not in our hands cannot be given back.
_NOT_AT_HAND = frozenset({DeviceState.LOST, DeviceState.STOLEN})


@dataclass(frozen=True)
class Begun:
    """A swap as the book has it; `new` says whether this call made it."""

    reference: str
    seat: int
    faulty: str
    replacement: str
    kind: str
    new: bool


def begin(app: App, text: str, seat: int, faulty_tag: str, replacement_tag: str, *, reason: str) -> Begun:
    """Set the faulty one apart and reserve another of its kind in book and plan; or find that this is done.

    Without a tag the replacement is the first deployable one of the shelf.

    Raises:
        Unknown: no such crisis, seat or device, or no plan. BadValue: there is no reason.
        IllegalMove: the crisis is closed or ended in the tenant, another seat holds the faulty one, or the
            two do not suit each other.
        Shortage: nothing of that kind is deployable, or the replacement is not free.
        Busy: another run of the crisis is unfinished. Nothing was changed then.
    """
    by = app.stamp()
    with app.database.write() as session:
        crisis = crises.find(session, text)
        crises.must_be_open(crisis)
        order.must_not_have_begun(session, crisis.reference)
        crises.seat_of(session, crisis.reference, seat)
        faulty = devices.get(session, faulty_tag)
        done = _done(session, crisis, seat, faulty)
        if done is not None:
            return _found(crisis, seat, faulty, done, replacement_tag)
        run.refuse_while_others_run(app, crisis.reference)
        old = _held(session, crisis, seat, faulty)
        device = devices.get(session, replacement_tag or best(app, session, faulty.kind))
        plan = planning.kept(session, crisis.reference)
        _give_back(session, by, old, faulty, reason)
        swaps.swap(session, by, faulty.tag, device.tag, reason=reason)
        planning.keep(session, by, crisis, replanned(plan, seat, device))
        return Begun(crisis.reference, seat, faulty.tag, device.tag, device.kind.value, new=True)


def replanned(plan: Plan, number: int, device: Device) -> Plan:
    """The plan in which one seat has another device of that kind; nothing else differs. Pure."""
    return replace(
        plan,
        seats=tuple(_with(seat, device) if seat.number == number else seat for seat in plan.seats),
    )


def sheet(app: App, begun: Begun) -> Paper:
    """Issue the field-swap sheet."""
    with app.database.read() as session:
        crisis = crises.get(session, begun.reference)
        (swap,) = (
            each
            for each, old, new in swaps.of_crisis(session, begun.reference)
            if (old.device_tag, new.device_tag) == (begun.faulty, begun.replacement)
        )
        facts = loan_papers.swapped(app, session, crisis, swap)
    return loan_papers.issue(app, facts)


def verdict(app: App, begun: Begun, troubles: tuple[Trouble, ...]) -> RunIncomplete | None:
    """What the end of the run means; None where the replacement can be handed over."""
    with app.database.read() as session:
        state = devices.get(session, begun.replacement).state
    own = [each for each in troubles if each.seat in {None, begun.seat}]
    if state in {DeviceState.READY, DeviceState.ON_LOAN} and not own:
        return None
    again = _("Mend it, then run the same command again.")
    if own:
        return RunIncomplete(own[0].message, kind=own[0].kind, hint=own[0].hint or again)
    return RunIncomplete(
        _("{tag} is {state}, not ready to be handed over.").format(tag=begun.replacement, state=state),
        hint=again,
    )


def _done(session: Session, crisis: Crisis, seat: int, faulty: Device) -> Loan | None:
    """The replacement's loan where that very swap was made and still counts."""
    for _swap, old, new in swaps.of_crisis(session, crisis.reference):
        if (old.seat_number, old.device_tag) == (seat, faulty.tag) and new.ended_at is None:
            return new
    return None


def _found(crisis: Crisis, seat: int, faulty: Device, done: Loan, wanted: str) -> Begun:
    if wanted and wanted.strip().upper() != done.device_tag:
        raise IllegalMove(
            _("{tag} was replaced by {other} already; nothing was changed.").format(
                tag=faulty.tag, other=done.device_tag
            ),
            hint=_("Leave the new tag out to go on with it, or swap {other}.").format(other=done.device_tag),
        )
    return Begun(crisis.reference, seat, faulty.tag, done.device_tag, faulty.kind.value, new=False)


def _held(session: Session, crisis: Crisis, seat: int, faulty: Device) -> Loan:
    for loan in loans.open_loans(session, device=faulty.tag):
        if (loan.crisis, loan.seat_number) == (crisis.reference, seat):
            return loan
        raise IllegalMove(
            _("{tag} is with seat {seat} of crisis {crisis}; nothing was changed.").format(
                tag=faulty.tag, seat=loan.seat_number, crisis=loan.crisis
            )
        )
    raise IllegalMove(
        _("No seat holds {tag}: there is nothing to swap.").format(tag=faulty.tag),
        hint=_("See what the seat has: `kit crisis status {crisis}`.").format(crisis=crisis.reference),
    )


def best(app: App, session: Session, kind: DeviceKind) -> str:
    """The tag of the first deployable device of a kind.

    Raises:
        Shortage: there is none.
    """
    shelf = [each for each in sharing.on_shelf(app, session) if each.device.kind is kind]
    for each in in_order(shelf):
        if each.verdict is Verdict.DEPLOYABLE:
            return each.device.tag
    raise Shortage(
        _("Nothing of kind {kind} is deployable; nothing was changed.").format(kind=kind),
        hint=_("See why with `kit pool readiness`, and name one: `kit swap … NEW_TAG`."),
    )


def _give_back(session: Session, by: Stamp, old: Loan, faulty: Device, reason: str) -> None:
    """What its person had in hand came back with its fault, unless it is gone."""
    if old.handed_over_at is None or faulty.state in _NOT_AT_HAND:
        return
    person = name_of(crises.seat_of(session, old.crisis, old.seat_number))
    told = Told(person, _("in the field, by who swapped it"), by.at, {faulty.tag: reason})
    handings.keep(session, by, [old], Direction.IN, told)


def _with(seat: SeatPlan, device: Device) -> SeatPlan:
    serial = device.serial or ""
    if device.kind is DeviceKind.LAPTOP:
        laptop = replace(
            seat.laptop,
            tag=device.tag,
            serial=serial,
            model=device.model,
            address=device.address or "",
            host_key=device.host_key or "",
        )
        return replace(seat, laptop=laptop)
    if seat.phone is None:
        return seat
    if device.kind is DeviceKind.SIM:
        sim = {"sim_tag": device.tag, "iccid": device.iccid or "", "number": device.number or ""}
        return replace(seat, phone=replace(seat.phone, **sim))
    phone = {"tag": device.tag, "model": device.model, "imei": device.imei or "", "serial": serial}
    return replace(seat, phone=replace(seat.phone, **phone))
