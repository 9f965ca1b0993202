"""Issues the papers of a loan from what changed hands: receipt, recall letter, return and swap sheets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from inventory import crises, devices, evidence, handings, interventions, returns
from inventory.communes import Commune
from inventory.crises import Crisis
from inventory.handings import Handing
from inventory.loans import Loan
from inventory.returns import Difference
from inventory.swaps import Swap
from kit.app.compose import App
from kit.documents import issuing
from kit.documents.giving_back import OutstandingItem, ReturnDiscrepancy, ReturnedItem, ReturnFacts
from kit.documents.interface import NotTypeset
from kit.documents.paper_facts import Item, PaperFacts
from kit.documents.recall import RecallFacts
from kit.documents.receipt import ReceiptFacts
from kit.documents.swap import SwapFacts
from kit.errors import MissingRequirement
from kit.plan.stages import Stage
from kit.workflows import leaving_out


@dataclass(frozen=True)
class Paper:
    """A paper to sign: its reference and its PDF; `fault` says why there is none."""

    reference: str
    pdf: str
    fault: str = ""


def receipt(app: App, session: Session, crisis: Crisis, rows: Sequence[Handing]) -> ReceiptFacts:
    """The receipt of what one person got or brought at one moment."""
    first = rows[0]
    out = first.direction == handings.Direction.OUT
    return ReceiptFacts(
        **seat_head(app, session, crisis, first.seat_number, reference=first.receipt, issued_at=first.at),
        at=first.at.astimezone(app.zone),
        identity=first.identity,
        agent=first.by,
        direction="out" if out else "in",
        account=_account(session, crisis, first.seat_number),
        undelivered=_undelivered(session, crisis, first.seat_number) if out else (),
        items=tuple(_item(session, r.device_tag, condition=r.condition, more=r.accessories) for r in rows),
    )


def recall(
    app: App,
    session: Session,
    crisis: Crisis,
    out: Sequence[Loan],
    at: datetime,
    *,
    until: date | None,
    place: str,
) -> RecallFacts:
    """The letter that calls back what one person has."""
    number = out[0].seat_number
    return RecallFacts(
        **seat_head(
            app, session, crisis, number, reference=f"{crisis.reference}-S{number}-RAPPEL", issued_at=at
        ),
        items=tuple(_item(session, loan.device_tag) for loan in out),
        return_by=until,
        place=place,
    )


def swapped(app: App, session: Session, crisis: Crisis, swap: Swap) -> SwapFacts:
    """The sheet of one device that gave way to another."""
    old = session.get_one(Loan, swap.faulty_loan)
    new = session.get_one(Loan, swap.replacement_loan)
    reference = f"{crisis.reference}-S{old.seat_number}-ECH-{new.device_tag}"
    return SwapFacts(
        **seat_head(app, session, crisis, old.seat_number, reference=reference, issued_at=swap.at),
        at=swap.at.astimezone(app.zone),
        reason=swap.reason,
        account=_account(session, crisis, old.seat_number),
        faulty=_item(session, old.device_tag, condition=swap.reason),
        replacement=_item(session, new.device_tag),
    )


def giving_back(app: App, session: Session, crisis: Crisis, at: datetime) -> ReturnFacts:
    """The sheet of a whole return as it stands."""
    standing = returns.look(session, crisis.reference)
    went_out = {
        row.device_tag: row.condition
        for row in handings.of(session, crisis.reference)
        if row.direction == handings.Direction.OUT
    }
    names = {
        seat.number: f"{seat.first_name} {seat.last_name}" for seat in crises.seats(session, crisis.reference)
    }
    return ReturnFacts(
        **_head(app, session, crisis, reference=f"{crisis.reference}-RETOUR", issued_at=at),
        as_of=at.astimezone(app.zone),
        returned=tuple(
            ReturnedItem(
                item=_item(session, row.device_tag, condition=row.condition, more=row.accessories),
                holder=names[row.seat_number],
                seat=row.seat_number,
                at=row.at.astimezone(app.zone),
                brought_by=row.person,
                taken_by=row.by,
                condition_out=went_out.get(row.device_tag, ""),
            )
            for row in standing.back
        ),
        discrepancies=tuple(_discrepancy(each) for each in standing.differences),
        outstanding=tuple(
            OutstandingItem(
                item=_item(session, loan.device_tag), holder=names[loan.seat_number], seat=loan.seat_number
            )
            for loan in standing.out
        ),
    )


def _discrepancy(each: Difference) -> ReturnDiscrepancy:
    variance = each.variance
    return ReturnDiscrepancy(
        tag=variance.subject,
        what=variance.discrepancy.value,
        detail=" → ".join(filter(None, (variance.expected, variance.found))),
        decision=each.choice,
        reason=each.reason,
        decided_by=each.decided_by,
    )


def _head(
    app: App, session: Session, crisis: Crisis, *, reference: str, issued_at: datetime
) -> dict[str, Any]:
    team = app.settings.team
    return {
        "reference": reference,
        "lender": team.name,
        "issued_at": issued_at.astimezone(app.zone),
        "drill": crisis.drill,
        "crisis": crisis.reference,
        "commune_name": session.get_one(Commune, crisis.commune_code).name,
        "commune_code": crisis.commune_code,
        "contact": team.contact,
        "contact_phone": team.phone,
    }


def seat_head(
    app: App, session: Session, crisis: Crisis, number: int, *, reference: str, issued_at: datetime
) -> dict[str, Any]:
    """What every paper about one person's seat states, as `SeatFacts` takes it."""
    seat = crises.seat_of(session, crisis.reference, number)
    named = {"seat": number, "person": f"{seat.first_name} {seat.last_name}", "service": seat.service}
    return _head(app, session, crisis, reference=reference, issued_at=issued_at) | named


def _account(session: Session, crisis: Crisis, number: int) -> str:
    """The account of a seat, once it exists."""
    proof = evidence.find(session, crisis.reference, Stage.ACCOUNT, seat=number)
    return str(proof.data["principal_name"]) if proof else ""


def _undelivered(session: Session, crisis: Crisis, number: int) -> tuple[str, ...]:
    """What the seat's person does not get yet, by decision."""
    missed = leaving_out.undelivered(
        number,
        wants_phone=crises.seat_of(session, crisis.reference, number).wants_phone,
        decisions=interventions.of(session, crisis.reference),
        proofs=evidence.of(session, crisis.reference),
    )
    return tuple(stage.value for stage in missed)


def _item(session: Session, tag: str, *, condition: str = "", more: Mapping[str, int] | None = None) -> Item:
    device = devices.get(session, tag)
    return Item(
        tag=device.tag,
        kind=device.kind.value,
        model=device.model,
        serial=device.serial or "",
        imei=device.imei or "",
        iccid=device.iccid or "",
        number=device.number or "",
        condition=condition,
        accessories=tuple(sorted((more or {}).items())),
    )


def issue(app: App, facts: PaperFacts) -> Paper:
    """Issue a paper; what it is about is in the book already and stays there, whatever becomes of it."""
    return issue_together(app, [facts])[0]


def issue_together(app: App, papers: Sequence[PaperFacts]) -> list[Paper]:
    """The same for several, in their order; one that cannot be made keeps no other back."""
    try:
        with app.database.write() as session:
            made = issuing.issue_together(session, app.stamp(), app.home.documents, papers)
    except (NotTypeset, MissingRequirement) as exc:
        if len(papers) > 1:
            return [issue(app, facts) for facts in papers]
        return [Paper(papers[0].reference, "", exc.message)]
    return [Paper(facts.reference, str(each.pdf)) for facts, each in zip(papers, made, strict=True)]
