"""Owns the way from the book of record to a Plan and back: what is free, the plan kept with its crisis."""

from collections.abc import Sequence
from gettext import gettext as _
from typing import Any

from pydantic import TypeAdapter
from sqlmodel import Session

from inventory import crises, devices, loans
from inventory.communes import Commune
from inventory.crises import Crisis
from inventory.devices import Device, DeviceKind, DeviceState
from inventory.errors import Shortage, Unknown
from inventory.journal import Stamp
from kit.plan.build import Lacking, build
from kit.plan.model import (
    CrisisFacts,
    LaptopStock,
    PhoneStock,
    Plan,
    Pool,
    SeatRequest,
    SimStock,
    Terms,
)

_PLANS = TypeAdapter(Plan)


def to_json(plan: Plan) -> dict[str, Any]:
    """The plan as plain JSON values."""
    data: dict[str, Any] = _PLANS.dump_python(plan, mode="json")
    return data


def from_json(data: dict[str, Any]) -> Plan:
    """The plan that `to_json` wrote."""
    return _PLANS.validate_python(data)


def make(session: Session, crisis: Crisis, terms: Terms) -> Plan:
    """Compute the plan of a crisis from what is free now; changes nothing.

    Raises:
        Shortage: the pool does not hold what the seats need; says how many are missing.
    """
    requests = tuple(
        SeatRequest(s.number, s.first_name, s.last_name, s.service, s.wants_phone, s.contact)
        for s in crises.seats(session, crisis.reference)
    )
    plan = build(_facts(session, crisis), requests, _pool(session, crisis.reference), terms)
    if isinstance(plan, Lacking):
        raise Shortage(
            _(
                "The pool lacks {laptops} laptops, {phones} phones and {sims} SIMs for this crisis; "
                "nothing was reserved."
            ).format(laptops=plan.laptops, phones=plan.phones, sims=plan.sims),
            hint=_(
                "See what is free with `kit pool list --state in_stock`, or open the crisis with fewer seats."
            ),
        )
    return plan


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
    return CrisisFacts(crisis.reference, commune.code, commune.name, crisis.t0, crisis.drill)


def _pool(session: Session, reference: str) -> Pool:
    held = {loan.device_tag: loan.seat_number for loan in loans.open_loans(session, crisis=reference)}

    def usable(kind: DeviceKind) -> Sequence[Device]:
        listed = devices.listing(session, kind=kind)
        return [d for d in listed if d.tag in held or d.state is DeviceState.IN_STOCK]

    return Pool(
        laptops=tuple(
            LaptopStock(d.tag, d.serial or "", d.model, d.address or "", d.host_key or "", held.get(d.tag))
            for d in usable(DeviceKind.LAPTOP)
        ),
        phones=tuple(
            PhoneStock(d.tag, d.model, d.imei or "", d.serial or "", held.get(d.tag))
            for d in usable(DeviceKind.PHONE)
        ),
        sims=tuple(
            SimStock(d.tag, d.iccid or "", d.number or "", held.get(d.tag)) for d in usable(DeviceKind.SIM)
        ),
    )
