"""Issues the hand-over sheet of a crisis: only what was proven, as PDF and plain text, its hash as evidence.

The same facts give the same sheet: issuing again writes only what was lost. Other facts give a new version,
R2, R3, … beside the older ones. Each laptop's report is an annex; its JSON is kept beside the sheet, so that
`sha256sum` gives the hash that the annex prints.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from gettext import gettext as _
from pathlib import Path
from typing import Any

from sqlmodel import Session

from inventory import evidence, interventions, journal
from kit.documents import issuing, report_reading
from kit.documents.clean_state_wording import report_file
from kit.documents.handover import HandedLaptop, HandedPhone, HandedSim, HandoverFacts, HandoverSeat
from kit.documents.laptop_state import Laptop
from kit.documents.store import save
from kit.plan.model import Plan, SeatPlan
from kit.plan.stages import Stage
from kit.workflows import engine, leaving_out, planning
from kit.workflows.outcome import Done, Outcome, Skipped
from kit.workflows.station import Cell, Station, attempt, current
from kit.workstations import probe

#: By seat and stage: what the stage left behind.
_Proofs = dict[int, dict[str, Mapping[str, Any]]]
#: By seat: the stages that it goes without by decision.
_Without = Mapping[int, tuple[Stage, ...]]


@engine.step
def issue_sheet(reference: str) -> Outcome:
    """Render and keep the sheet of what is ready now."""
    return attempt(Cell(reference, Stage.SHEET), lambda: issue(current(), reference))


def issue(station: Station, reference: str) -> Outcome:
    """Issue the sheet, or say why there is no need to; its path is in the evidence of the stage."""
    with station.database.read() as session:
        plan = planning.kept(session, reference)
        proofs = _proofs(session, plan)
        without = _without(session, plan)
        before = evidence.find(session, reference, Stage.SHEET)
    if not proofs:
        return Skipped(_("nothing is ready to be handed over"))
    by = station.stamp()
    reports = _save_reports(station.documents / reference, plan, proofs)
    facts = _facts(station, plan, proofs, without, issued_at=by.at)
    with station.database.write() as session:
        # A sheet of before documents were recorded keeps its number.
        first = before.data["version"] + 1 if before else 1
        made = issuing.issue(session, by, station.documents, facts, first=first)
        document = made.document
        data = {
            "pdf": str(made.pdf),
            "pdf_sha256": document.pdf_sha256,
            "facts_sha256": document.facts_sha256,
            "version": document.version,
        }
        evidence.keep(session, by, reference, Stage.SHEET, data)
    if not (made.new or reports):
        return Skipped(_("the sheet of these facts is issued already"))
    return Done(str(made.pdf))


def _save_reports(folder: Path, plan: Plan, proofs: _Proofs) -> bool:
    """Keep each laptop's report beside the sheet; whether one was not there yet, or was another."""
    written = False
    for number in _laptops(proofs):
        file = folder / report_file(plan.seat(number).laptop.tag)
        report = journal.canonical(_report(proofs[number]))
        if not file.exists() or file.read_bytes() != report:
            save(report, file)
            written = True
    return written


def _facts(
    station: Station, plan: Plan, proofs: _Proofs, without: _Without, *, issued_at: datetime
) -> HandoverFacts:
    lender = station.lender
    return HandoverFacts(
        reference=f"{plan.crisis.reference}-R",
        crisis=plan.crisis.reference,
        commune_name=plan.crisis.commune_name,
        commune_code=plan.crisis.commune_code,
        lender=lender.name,
        contact=lender.contact,
        contact_phone=lender.phone,
        t0=plan.crisis.t0.astimezone(lender.zone),
        issued_at=issued_at.astimezone(lender.zone),
        drill=plan.crisis.drill,
        seats=tuple(_seat(plan.seat(number), proofs[number], without[number]) for number in proofs),
        annexes=tuple(
            report_reading.read(_report(proofs[number]), _laptop(plan, plan.seat(number)), lender.zone)
            for number in _laptops(proofs)
        ),
    )


def _proofs(session: Session, plan: Plan) -> _Proofs:
    """The seats that have something to hand over, in their order, each with what proves it.

    A report about a laptop that the seat had before is none about the one it has.
    """
    found: _Proofs = {seat.number: {} for seat in plan.seats}
    for row in evidence.of(session, plan.crisis.reference):
        if row.seat in found and (
            row.stage != Stage.LAPTOP or row.data["tag"] == plan.seat(row.seat).laptop.tag
        ):
            found[row.seat][row.stage] = row.data
    return {number: stages for number, stages in found.items() if stages.keys() & {Stage.LAPTOP, Stage.PHONE}}


def _without(session: Session, plan: Plan) -> _Without:
    """What each seat goes without by decision."""
    decisions = interventions.of(session, plan.crisis.reference)
    proofs = evidence.of(session, plan.crisis.reference)
    return {
        seat.number: leaving_out.undelivered(
            seat.number, wants_phone=seat.phone is not None, decisions=decisions, proofs=proofs
        )
        for seat in plan.seats
    }


def _laptops(proofs: _Proofs) -> list[int]:
    """The seats whose laptop is handed over."""
    return [number for number, stages in proofs.items() if Stage.LAPTOP in stages]


def _report(stages: Mapping[str, Mapping[str, Any]]) -> Any:
    """The clean-state report as the laptop gave it; a page about an empty one says that nothing is proven."""
    return stages[Stage.LAPTOP].get("report", {})


def _laptop(plan: Plan, seat: SeatPlan) -> Laptop:
    return Laptop(
        tag=seat.laptop.tag,
        model=seat.laptop.model,
        serial=seat.laptop.serial,
        host_key=probe.fingerprint(seat.laptop.host_key),
        person=f"{seat.first_name} {seat.last_name}",
        service=seat.service,
        crisis=plan.crisis.reference,
        commune=plan.crisis.commune_name,
        drill=plan.crisis.drill,
    )


def _seat(seat: SeatPlan, proven: Collection[str], without: tuple[Stage, ...]) -> HandoverSeat:
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
        undelivered=tuple(stage.value for stage in without),
    )
