"""Issues what is told about a crisis as a whole: situation, technical report, entries of the registers."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from inventory import breaches, contacts, conventions, crises, evidence, journal, milestones
from inventory.communes import Commune
from inventory.contacts import Role
from inventory.crises import Crisis
from inventory.devices import Device, DeviceKind, DeviceState
from inventory.loans import Loan
from inventory.milestones import Milestone
from kit.app import situation as standing
from kit.app.compose import App
from kit.app.situation import Situation
from kit.documents import issuing
from kit.documents.issuing import Issued
from kit.documents.paper_facts import PaperFacts
from kit.documents.register import Party, RegisterFacts
from kit.documents.situation import KindCount, SituationFacts
from kit.documents.technical import HeldDevice, Proof, SeatLine, StageCount, TechnicalFacts, Trouble
from kit.plan.stages import CRISIS_STAGES, SEAT_STAGES, Stage
from kit.settings import Cloud

#: Whose data centres hold the data, by cloud.
_HOSTS = {Cloud.GLOBAL: "Microsoft 365 (Microsoft Ireland Operations Limited)", Cloud.BLEU: "Bleu"}
_GONE = frozenset({DeviceState.LOST, DeviceState.STOLEN})


def situation(app: App, text: str) -> Issued:
    """Issue the page for mayor and prefect: counts and moments only.

    Raises:
        Unknown: no such crisis.
    """
    return _issue(app, text, situation_facts)


def technical(app: App, text: str) -> Issued:
    """Issue the report for those who mend it; it names seats by their number.

    Raises:
        Unknown: no such crisis.
    """
    return _issue(app, text, technical_facts)


def register(app: App, text: str) -> Issued:
    """Issue the entries of both registers of processing.

    Raises:
        Unknown: no such crisis.
    """
    return _issue(app, text, register_facts)


def _issue(app: App, text: str, facts_of: Callable[[App, Session, Crisis, datetime], PaperFacts]) -> Issued:
    by = app.stamp()
    with app.database.write() as session:
        crisis = crises.find(session, text)
        return issuing.issue(session, by, app.home.documents, facts_of(app, session, crisis, by.at))


def situation_facts(app: App, session: Session, crisis: Crisis, at: datetime) -> SituationFacts:
    """Where the crisis stands, in numbers."""
    now = standing.read(session, crisis)
    failed = {failure.seat for failure in now.failures if failure.seat is not None}
    working = {seat.number for seat in now.seats if seat.ready_at is not None} - failed
    entries = [entry for entry in breaches.listing(session) if entry.crisis == crisis.reference]
    lines, head = journal.head(session)
    return SituationFacts(
        **_head(app, session, crisis, "SITUATION", at),
        t0=crisis.t0.astimezone(app.zone),
        as_of=at.astimezone(app.zone),
        seats=len(now.seats),
        working=len(working),
        waiting=len(set(now.waiting) - working - failed),
        failed=len(failed),
        first_seat_s=now.first_seat_s,
        last_seat_s=now.last_seat_s,
        devices=tuple(_counts(session, crisis)),
        workspace=Stage.SITE in now.proofs,
        breaches=len(entries),
        breaches_open=sum(entry.closed_at is None for entry in entries),
        forensic_ended_at=_told(app, session, crisis, Milestone.FORENSIC_ENDED),
        systems_restarted_at=_told(app, session, crisis, Milestone.SYSTEMS_RESTARTED),
        closed_at=crisis.closed_at.astimezone(app.zone) if crisis.closed_at else None,
        journal_lines=lines,
        journal_head=head,
    )


def technical_facts(app: App, session: Session, crisis: Crisis, at: datetime) -> TechnicalFacts:
    """Where the crisis stands for those who mend it."""
    now = standing.read(session, crisis)
    lines, head = journal.head(session)
    return TechnicalFacts(
        **_head(app, session, crisis, "TECHNICAL", at),
        contact=app.settings.team.contact,
        contact_phone=app.settings.team.phone,
        t0=crisis.t0.astimezone(app.zone),
        as_of=at.astimezone(app.zone),
        station=app.settings.station,
        called_back_by=crisis.caller_verified_by,
        called_back_on=crisis.called_back_on,
        stages=tuple(_stages(now)),
        troubles=tuple(
            Trouble(seat=each.seat, stage=each.stage, message=each.message, hint=each.hint)
            for each in now.failures
        ),
        lines=tuple(_seat_lines(app, session, now)),
        proofs=tuple(_proofs(now)),
        journal_lines=lines,
        journal_head=head,
    )


def register_facts(app: App, session: Session, crisis: Crisis, at: datetime) -> RegisterFacts:
    """What both registers say of the crisis; what nobody recorded is left blank."""
    gdpr: dict[str, Any] = next(
        (
            each.template.further.get("gdpr") or {}
            for each in reversed(conventions.standings(session, crisis.commune_code))
            if each.template.lends_kit
        ),
        {},
    )
    removed = evidence.find(session, crisis.reference, Stage.REMOVAL)
    accounts = [row for row in evidence.of(session, crisis.reference) if row.stage == Stage.ACCOUNT]
    head = _head(app, session, crisis, "REGISTER", at)
    return RegisterFacts(
        **head,
        commune=Party(
            name=head["commune_name"],
            role=gdpr.get("commune_role") or "",
            contact=_contact(session, crisis.commune_code, Role.CORRESPONDENT),
            dpo=_contact(session, crisis.commune_code, Role.DPO),
        ),
        owner=Party(
            name=app.settings.team.name,
            role=gdpr.get("lender_role") or "",
            contact=_contact(session, None, Role.CORRESPONDENT),
            dpo=_contact(session, None, Role.DPO),
        ),
        began=crisis.t0.astimezone(app.zone).date(),
        ended=removed.at.astimezone(app.zone).date() if removed else None,
        people=len(accounts),
        sub_processors=(_HOSTS[app.settings.tenant.cloud],),
        objection=bool(gdpr.get("subprocessor_objection")),
        non_eu_consent=bool(gdpr.get("non_eu_requires_prior_written_consent")),
        breaches=sum(entry.crisis == crisis.reference for entry in breaches.listing(session)),
    )


def _head(app: App, session: Session, crisis: Crisis, kind: str, at: datetime) -> dict[str, Any]:
    return {
        "reference": f"{crisis.reference}-{kind}",
        "lender": app.settings.team.name,
        "issued_at": at.astimezone(app.zone),
        "drill": crisis.drill,
        "crisis": crisis.reference,
        "commune_name": session.get_one(Commune, crisis.commune_code).name,
        "commune_code": crisis.commune_code,
    }


def _told(app: App, session: Session, crisis: Crisis, kind: Milestone) -> datetime | None:
    """When it happened, as it was told last."""
    told = milestones.of(session, crisis.reference, kind)
    return told[-1].happened_at.astimezone(app.zone) if told else None


def _contact(session: Session, code: str | None, role: Role) -> str:
    found = contacts.current(session, code, role)
    return "" if found is None else ", ".join(filter(None, (found.name, found.phone, found.email)))


def _counts(session: Session, crisis: Crisis) -> Iterator[KindCount]:
    """Devices by kind; each is counted once, where it is now."""
    people = crises.seats(session, crisis.reference)
    phones = sum(seat.wants_phone for seat in people)
    asked = {DeviceKind.LAPTOP: len(people), DeviceKind.PHONE: phones, DeviceKind.SIM: phones}
    where = defaultdict[DeviceKind, Counter[str]](Counter)
    for device, loans in _devices(session, crisis.reference):
        where[device.kind][_place(device, loans)] += 1
    for kind in DeviceKind:
        if kind in asked or where[kind]:
            counted = where[kind]
            yield KindCount(
                kind=kind.value,
                asked=asked.get(kind, 0),
                prepared=counted["prepared"],
                out=counted["out"],
                back=counted["back"],
                lost=counted["lost"],
            )


def _devices(session: Session, reference: str) -> list[tuple[Device, list[Loan]]]:
    """Every device that the crisis ever held, with its loans there."""
    query = (
        select(Device, Loan)
        .join(Loan, col(Loan.device_tag) == Device.tag)
        .where(Loan.crisis == reference)
        .order_by(col(Loan.id))
    )
    found: dict[str, tuple[Device, list[Loan]]] = {}
    for device, loan in session.exec(query).all():
        found.setdefault(device.tag, (device, []))[1].append(loan)
    return list(found.values())


def _place(device: Device, loans: Sequence[Loan]) -> str:
    """Where a device that the crisis held is now, for the count; empty where it was never anybody's."""
    if device.state in _GONE and any(loan.handed_over_at for loan in loans):
        return "lost"
    last = loans[-1]
    if last.ended_at is not None:
        return "back" if last.handed_over_at else ""
    return {DeviceState.READY: "prepared", DeviceState.ON_LOAN: "out"}.get(device.state, "")


def _stages(now: Situation) -> Iterator[StageCount]:
    for stage in SEAT_STAGES:
        counted = Counter(seat.stages[stage.value] for seat in now.seats)
        done, failed = counted["done"], counted["failed"]
        yield StageCount(
            stage=stage.value,
            done=done,
            failed=failed,
            other=counted.total() - done - failed,
            seconds=now.stage_seconds.get(stage.value),
        )
    for stage in CRISIS_STAGES:
        status = now.stages[stage.value]
        yield StageCount(
            stage=stage.value,
            done=int(status == "done"),
            failed=int(status == "failed"),
            other=int(status not in {"done", "failed"}),
            seconds=now.stage_seconds.get(stage.value),
        )


def _seat_lines(app: App, session: Session, now: Situation) -> Iterator[SeatLine]:
    held = defaultdict[int, list[HeldDevice]](list)
    for device, loans in _devices(session, now.reference):
        if loans[-1].ended_at is None:
            known = HeldDevice(tag=device.tag, kind=device.kind.value, state=device.state.value)
            held[loans[-1].seat_number].append(known)
    for seat in now.seats:
        ready = seat.ready_at.astimezone(app.zone) if seat.ready_at else None
        yield SeatLine(seat=seat.number, devices=tuple(held[seat.number]), ready_at=ready)


def _proofs(now: Situation) -> Iterator[Proof]:
    """What the crisis-wide stages left behind, as far as it is a text or a number."""
    for stage, data in now.proofs.items():
        for name, value in data.items():
            if isinstance(value, str | int):
                yield Proof(stage=stage, what=name, value=str(value))
