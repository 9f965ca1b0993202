"""Owns the way from the book of record to a Plan and back: what is free, the plan kept with its crisis."""

from collections.abc import Iterator, Sequence
from gettext import gettext as _
from typing import Any

from pydantic import TypeAdapter
from sqlmodel import Session, col, select

from inventory import crises, devices, evidence, loans
from inventory.arbitration import in_order
from inventory.communes import Commune
from inventory.crises import Crisis
from inventory.devices import Device, DeviceKind, DeviceState
from inventory.errors import Shortage, Unknown
from inventory.journal import JournalLine, Stamp
from inventory.readiness import Readiness
from kit.plan.build import Lacking, LeftOut, build
from kit.plan.model import (
    CrisisFacts,
    Grants,
    LaptopStock,
    PhoneStock,
    Plan,
    Pool,
    SeatRequest,
    SimStock,
    Terms,
)
from kit.plan.stages import Stage

_PLANS = TypeAdapter(Plan)
_FREE = DeviceState.IN_STOCK


def to_json(plan: Plan) -> dict[str, Any]:
    """The plan as plain JSON values."""
    data: dict[str, Any] = _PLANS.dump_python(plan, mode="json")
    return data


def from_json(data: dict[str, Any]) -> Plan:
    """The plan that `to_json` wrote."""
    return _PLANS.validate_python(data)


def make(session: Session, crisis: Crisis, terms: Terms, shelf: Sequence[Readiness]) -> Plan:
    """Compute the plan of a crisis from what it may take now; changes nothing.

    `shelf` is the readiness of what is in stock, as this session reads it: what is deployable comes first.

    Raises:
        Shortage: the pool does not hold what the seats need, or is granted to others (says how many are
            missing), or a decision leaves out seats for which something was made already.
    """
    begun = {proof.seat for proof in evidence.of(session, crisis.reference)}
    requests = tuple(
        SeatRequest(
            s.number, s.first_name, s.last_name, s.service, s.wants_phone, s.contact, s.number in begun
        )
        for s in crises.seats(session, crisis.reference)
    )
    plan = build(_facts(session, crisis), requests, _pool(session, crisis.reference, shelf), terms)
    match plan:
        case Plan():
            return plan
        case Lacking():
            raise Shortage(
                _(
                    "The pool lacks {laptops} laptops, {phones} phones and {sims} SIMs for this crisis; "
                    "nothing was reserved."
                ).format(laptops=plan.laptops, phones=plan.phones, sims=plan.sims),
                hint=_(
                    "See who asks for how many, and what could be used, with `kit pool share`; decide who "
                    "gets them with `kit pool grant`, or open the crisis with fewer seats."
                ),
            )
        case LeftOut():
            raise Shortage(
                _(
                    "The decision in force leaves seats {seats} without a laptop, and something was made for "
                    "them already; nothing was reserved."
                ).format(seats=", ".join(map(str, plan.seats))),
                hint=_("Grant {count} laptops more: `kit pool grant {reference} …`.").format(
                    count=len(plan.seats), reference=crisis.reference
                ),
            )


def keep(session: Session, by: Stamp, crisis: Crisis, plan: Plan) -> None:
    """Store the plan with its crisis, as the one that will run."""
    crises.keep_plan(session, by, crisis, to_json(plan))


def kept(session: Session, reference: str) -> Plan:
    """The stored plan of a crisis.

    Raises:
        Unknown: no plan was made yet.
    """
    crisis = crises.get(session, reference)
    if crisis.plan is None:
        raise Unknown(
            _("Crisis {reference} has no plan yet.").format(reference=reference),
            hint=_("Make one with `kit crisis plan {reference}`.").format(reference=reference),
        )
    return from_json(crisis.plan)


def _facts(session: Session, crisis: Crisis) -> CrisisFacts:
    commune = session.get_one(Commune, crisis.commune_code)
    apart = _apart(session, crisis)
    return CrisisFacts(crisis.reference, commune.code, commune.name, crisis.t0, crisis.drill, apart)


def _apart(session: Session, crisis: Crisis) -> str:
    """What its addresses bear so that they are no other crisis's; decided with the first plan, for good.

    An exercise's are told from a crisis's by their prefix already.
    """
    if crisis.plan is not None:
        return from_json(crisis.plan).crisis.apart
    query = select(Crisis).where(
        Crisis.commune_code == crisis.commune_code,
        Crisis.reference != crisis.reference,
        Crisis.drill == crisis.drill,
        col(Crisis.plan).is_not(None),
    )
    for other in session.exec(query):
        if other.plan and not from_json(other.plan).crisis.apart and not _is_over(session, other):
            return crisis.reference.removeprefix(f"{crisis.commune_code}-")
    return ""


def _is_over(session: Session, crisis: Crisis) -> bool:
    """Whether nothing of it is in the tenant, nor ever will be again."""
    if evidence.find(session, crisis.reference, Stage.REMOVAL) is not None:
        return True
    begun = select(JournalLine).where(
        JournalLine.kind == "run.started", JournalLine.subject == crises.subject(crisis.reference)
    )
    return crisis.closed_at is not None and session.exec(begun).first() is None


def _pool(session: Session, reference: str, shelf: Sequence[Readiness]) -> Pool:
    held = {loan.device_tag: loan.seat_number for loan in loans.open_loans(session, crisis=reference)}
    laptops, phones, sims = (
        loans.claim(session, reference, kind)
        for kind in (DeviceKind.LAPTOP, DeviceKind.PHONE, DeviceKind.SIM)
    )

    def usable(kind: DeviceKind, room: int) -> Iterator[Device]:
        yield from (device for tag in held if (device := devices.get(session, tag)).kind is kind)
        free = {device.tag: device for device in devices.listing(session, kind=kind, state=_FREE)}
        ranked = in_order([each for each in shelf if each.device.kind is kind])
        yield from (free[each.device.tag] for each in ranked[:room])

    return Pool(
        laptops=tuple(
            LaptopStock(d.tag, d.serial or "", d.model, d.address or "", d.host_key or "", held.get(d.tag))
            for d in usable(DeviceKind.LAPTOP, laptops.room)
        ),
        phones=tuple(
            PhoneStock(d.tag, d.model, d.imei or "", d.serial or "", held.get(d.tag))
            for d in usable(DeviceKind.PHONE, phones.room)
        ),
        sims=tuple(
            SimStock(d.tag, d.iccid or "", d.number or "", held.get(d.tag))
            for d in usable(DeviceKind.SIM, sims.room)
        ),
        granted=Grants(laptops.granted, phones.granted, sims.granted),
    )
