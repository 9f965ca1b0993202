"""Issues a hand-over sheet, or the clean-state report of one laptop, on demand, outside a run."""

from dataclasses import dataclass, replace
from datetime import datetime
from gettext import gettext as _
from pathlib import Path
from typing import Any

from sqlmodel import Session

from inventory import crises, devices, evidence, examinations, journal, loans
from inventory.communes import Commune
from inventory.crisis_records import Seat
from inventory.devices import Device
from inventory.errors import Unknown
from inventory.examinations import Examination
from kit.app import station as building
from kit.app.compose import App
from kit.documents import clean_state, report_reading
from kit.documents.clean_state import CleanStateFacts
from kit.documents.clean_state_wording import report_file
from kit.documents.issuing import LANGUAGE
from kit.documents.laptop_state import Laptop
from kit.documents.store import save
from kit.plan.stages import Stage
from kit.workflows import sheet
from kit.workflows.outcome import Skipped
from kit.workstations import probe


@dataclass(frozen=True)
class Issued:
    """The sheet as kept: its evidence, and its plain text."""

    record: dict[str, Any]
    text: str


def issue(app: App, text: str) -> Issued:
    """Issue the sheet of a crisis; unchanged facts give the sheet there is.

    Raises:
        Unknown: no such crisis, no plan yet, or nothing is ready to be handed over.
    """
    with app.database.read() as session:
        reference = crises.find(session, text).reference
    outcome = sheet.issue(building.station(app), reference)
    with app.database.read() as session:
        kept = evidence.find(session, reference, Stage.SHEET)
    if kept is None:
        reason = outcome.reason if isinstance(outcome, Skipped) else ""
        raise Unknown(
            _("There is no sheet for crisis {reference}: {reason}.").format(
                reference=reference, reason=reason
            ),
            hint=_("Run the crisis first: `kit crisis run {reference}`.").format(reference=reference),
        )
    plain = Path(kept.data["pdf"]).with_suffix(".txt").read_text(encoding="utf-8")
    return Issued({"reference": f"{reference}-R{kept.data['version']}", **kept.data}, plain)


@dataclass(frozen=True)
class LaptopReport:
    """A clean-state report as it was told: its record, and its page as plain text."""

    record: dict[str, Any]
    text: str


def laptop_report(app: App, tag: str, *, out: Path | None = None) -> LaptopReport:
    """The last clean-state report of a laptop; as PDF with its JSON beside it where `out` names a file.

    Raises:
        Unknown: no such device, or it has no report.
        MissingRequirement: a file could not be written.
        NotTypeset: no PDF could be made; its JSON is written.
    """
    with app.database.read() as session:
        device = devices.get(session, tag)
        at, report = _last_report(session, device)
        laptop = _laptop(session, device)
    state = report_reading.read(report, laptop, app.zone)
    reference = f"{device.tag}-{at.astimezone(app.zone):%Y%m%d-%H%M}"
    facts = CleanStateFacts(reference, app.settings.team.name, at.astimezone(app.zone), state)
    record = {
        "reference": reference,
        "tag": device.tag,
        "at": at,
        "clean": state.clean,
        "failed": [check.name for check in state.checks if not check.passed],
        "report_sha256": state.report_sha256,
    }
    if out is not None:
        kept = out.with_name(report_file(device.tag))
        save(journal.canonical(report), kept)
        save(clean_state.render(facts, LANGUAGE), out)
        record |= {"pdf": str(out), "json": str(kept)}
    return LaptopReport(record, clean_state.as_text(facts, LANGUAGE))


def _last_report(session: Session, device: Device) -> tuple[datetime, Any]:
    """When it was kept, and the report: of its preparation for whoever holds it, or of a look since."""
    found = [
        (finding.at, finding.data)
        for examination in (Examination.CLEAN_STATE, Examination.RECHECK)
        if (finding := examinations.latest(session, device.tag, examination)) is not None
    ]
    for loan in loans.open_loans(session, device=device.tag):
        proof = evidence.find(session, loan.crisis, Stage.LAPTOP, seat=loan.seat_number)
        if proof is not None and proof.data["tag"] == device.tag:
            found.append((proof.at, proof.data.get("report", {})))
    if not found:
        raise Unknown(
            _("There is no clean-state report of {tag}.").format(tag=device.tag),
            hint=_("A run of a crisis makes one, and so does `kit laptop recheck {tag}`.").format(
                tag=device.tag
            ),
        )
    return max(found, key=lambda each: each[0])


def _laptop(session: Session, device: Device) -> Laptop:
    """The device as the book has it, and whose it is now."""
    known = Laptop(
        tag=device.tag,
        model=device.model,
        serial=device.serial or "",
        host_key=probe.fingerprint(device.host_key) if device.host_key else "",
    )
    for loan in loans.open_loans(session, device=device.tag):
        seat = session.get_one(Seat, (loan.crisis, loan.seat_number))
        crisis = crises.get(session, loan.crisis)
        return replace(
            known,
            person=f"{seat.first_name} {seat.last_name}",
            service=seat.service,
            crisis=crisis.reference,
            commune=session.get_one(Commune, crisis.commune_code).name,
            drill=crisis.drill,
        )
    return known
