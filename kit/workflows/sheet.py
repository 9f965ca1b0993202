"""Issues the hand-over sheet of a crisis: only what was proven, as PDF and plain text, its hash as evidence.

The same facts give the same sheet: issuing again changes nothing. Other facts give a new version, R2, R3, …
beside the older ones.
"""

import hashlib
from datetime import datetime
from gettext import gettext as _
from pathlib import Path
from typing import Any

from sqlmodel import Session

from inventory import evidence
from kit.documents import handover
from kit.documents.handover import HandedLaptop, HandedPhone, HandedSim, HandoverFacts, HandoverSeat
from kit.documents.interface import canonical, fingerprint
from kit.documents.store import save
from kit.plan.model import Plan, SeatPlan
from kit.plan.stages import Stage
from kit.workflows import engine, planning
from kit.workflows.outcome import Done, Outcome, Skipped
from kit.workflows.station import Cell, Station, attempt, current

#: People of French communes sign it.
LANGUAGE = "fr"


@engine.step
def issue_sheet(reference: str) -> Outcome:
    """Render and keep the sheet of what is ready now."""
    return attempt(Cell(reference, Stage.SHEET), lambda: issue(current(), reference))


def issue(station: Station, reference: str) -> Outcome:
    """Issue the sheet, or say why there is no need to; its path is in the evidence of the stage."""
    with station.database.read() as session:
        plan = planning.kept(session, reference)
        seats = _seats(session, plan)
        before = evidence.find(session, reference, Stage.SHEET)
    if not seats:
        return Skipped(_("nothing is ready to be handed over"))
    if before is not None:
        same = _facts(station, plan, seats, version=before.data["version"], issued_at=before.at)
        if fingerprint(same) == before.data["facts_sha256"] and Path(before.data["pdf"]).exists():
            return Skipped(_("the sheet of these facts is issued already"))
    by = station.stamp()
    version = 1 if before is None else before.data["version"] + 1
    facts = _facts(station, plan, seats, version=version, issued_at=by.at)
    data = _write(facts, station.documents / reference) | {"version": version}
    with station.database.write() as session:
        evidence.keep(session, by, reference, Stage.SHEET, data)
    return Done(data["pdf"])


def _write(facts: HandoverFacts, folder: Path) -> dict[str, Any]:
    """Save hashed facts and plain text first: they help even where no PDF can be made."""
    base = folder / f"handover-{facts.reference}"
    save(canonical(facts), base.with_suffix(".json"))
    save(handover.as_text(facts, LANGUAGE).encode(), base.with_suffix(".txt"))
    pdf = handover.render(facts, LANGUAGE)
    save(pdf, base.with_suffix(".pdf"))
    return {
        "pdf": str(base.with_suffix(".pdf")),
        "pdf_sha256": hashlib.sha256(pdf).hexdigest(),
        "facts_sha256": fingerprint(facts),
    }


def _facts(
    station: Station, plan: Plan, seats: tuple[HandoverSeat, ...], *, version: int, issued_at: datetime
) -> HandoverFacts:
    lender = station.lender
    return HandoverFacts(
        reference=f"{plan.crisis.reference}-R{version}",
        crisis=plan.crisis.reference,
        commune_name=plan.crisis.commune_name,
        commune_code=plan.crisis.commune_code,
        lender=lender.name,
        contact=lender.contact,
        contact_phone=lender.phone,
        t0=plan.crisis.t0.astimezone(lender.zone),
        issued_at=issued_at.astimezone(lender.zone),
        drill=plan.crisis.drill,
        seats=seats,
    )


def _seats(session: Session, plan: Plan) -> tuple[HandoverSeat, ...]:
    """The seats that have something to hand over, each with what was proven."""
    proven: dict[int, set[str]] = {}
    for row in evidence.of(session, plan.crisis.reference):
        proven.setdefault(row.seat, set()).add(row.stage)
    given = ((seat, proven.get(seat.number, set())) for seat in plan.seats)
    return tuple(_seat(seat, stages) for seat, stages in given if stages & {Stage.LAPTOP, Stage.PHONE})


def _seat(seat: SeatPlan, proven: set[str]) -> HandoverSeat:
    laptop = seat.laptop if Stage.LAPTOP in proven else None
    phone = seat.phone if Stage.PHONE in proven else None
    return HandoverSeat(
        number=seat.number,
        person=f"{seat.first_name} {seat.last_name}",
        service=seat.service,
        principal_name=seat.account.principal_name if Stage.ACCOUNT in proven else "",
        laptop=HandedLaptop(laptop.tag, laptop.model, laptop.serial, laptop.host_name, laptop.local_account)
        if laptop
        else None,
        phone=HandedPhone(phone.tag, phone.model, phone.imei) if phone else None,
        sim=HandedSim(phone.sim_tag, phone.iccid, phone.number) if phone else None,
    )
