"""Hands over what a crisis prepared: one seat by scan, or those of a service one after the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from gettext import gettext as _

from sqlmodel import Session

from inventory import crises, handings, issued, loans
from inventory.crises import Seat
from inventory.errors import OperatorError, Unknown
from inventory.handings import Handing, Told
from inventory.journal import Stamp
from inventory.text import fold
from kit.app import loan_papers
from kit.app.compose import App
from kit.app.loan_papers import Paper
from kit.errors import BadInput


@dataclass(frozen=True)
class Words:
    """What the operator says of a hand-over or return; empty strings were not said.

    Attributes:
        person: who takes or brings it. identity: how this was verified.
        at: on the clocks of the team's zone; None for now.
        conditions: "TAG=what is wrong". accessories: "item=count". place: where these are taken from or put.
    """

    identity: str
    person: str = ""
    at: datetime | None = None
    conditions: tuple[str, ...] = ()
    accessories: tuple[str, ...] = ()
    place: str = ""


@dataclass(frozen=True)
class Receipt:
    """What changed hands at one moment, and the paper to be signed about it."""

    reference: str
    crisis: str
    seat: int
    person: str
    at: datetime
    devices: Mapping[str, str]
    accessories: Mapping[str, int]
    paper: Paper


@dataclass(frozen=True)
class Refused:
    """A seat to which nothing was handed over, and why."""

    seat: int
    person: str
    kind: str
    message: str
    hint: str


def hand_over_seat(app: App, text: str, seat: int, *, scanned: Sequence[str], words: Words) -> Receipt:
    """Hand a seat what was scanned, or all that it does not have yet.

    Raises:
        Unknown, BadValue, IllegalMove, Shortage: as `handings.hand_over`; nothing was changed.
        BadInput: a condition or an accessory is not written as it must be.
    """
    return receipts_of(app, [_hand_over(app, text, seat, scanned=scanned, words=words)])[0]


def hand_over_service(app: App, text: str, service: str, words: Words) -> list[Receipt | Refused]:
    """Hand every seat of a service what it does not have yet, each by itself; who has all is left out.

    Raises:
        Unknown: no such crisis or service. BadInput: as `hand_over_seat`.
    """
    with app.database.read() as session:
        reference = crises.find(session, text).reference
        people = _of_service(session, reference, service)
        waiting = [seat for seat in people if not _has_all(session, seat)]
    given: list[list[Handing]] = []
    refused: list[Refused] = []
    for seat in waiting:
        try:
            given.append(_hand_over(app, reference, seat.number, scanned=(), words=words))
        except BadInput:
            raise
        except OperatorError as exc:
            refused.append(Refused(seat.number, name_of(seat), exc.kind, exc.message, exc.hint))
    return sorted([*receipts_of(app, given), *refused], key=lambda each: each.seat)


def missing_receipts(app: App, text: str) -> list[Receipt]:
    """Issue the receipts of a crisis that have no paper, as after a crash between hand-over and paper.

    Raises:
        Unknown: no such crisis.
    """
    with app.database.read() as session:
        crisis = crises.find(session, text)
        receipts: dict[str, list[Handing]] = {}
        for row in handings.of(session, crisis.reference):
            receipts.setdefault(row.receipt, []).append(row)
        without = [rows for name, rows in receipts.items() if issued.newest(session, name) is None]
    return receipts_of(app, without)


def told_of(app: App, by: Stamp, words: Words, *, person: str) -> Told:
    """What was typed, as the book takes it.

    Raises:
        BadInput: a condition or an accessory is not written as it must be.
    """
    return Told(
        person=person,
        identity=words.identity,
        at=moment(app, by, words.at),
        conditions=_pairs(words.conditions, "TAG=…"),
        accessories={item: _number(count) for item, count in _pairs(words.accessories, "ITEM=N").items()},
        place=words.place,
    )


def moment(app: App, by: Stamp, at: datetime | None) -> datetime:
    """A moment as it was typed, on the clocks of the team's zone; else now."""
    return by.at.astimezone(app.zone) if at is None else at.replace(tzinfo=app.zone)


def receipts_of(app: App, receipts: Sequence[Sequence[Handing]]) -> list[Receipt]:
    """Receipts as they are told; their papers are issued once the book has what they say."""
    with app.database.read() as session:
        facts = [
            loan_papers.receipt(app, session, crises.get(session, rows[0].crisis), rows) for rows in receipts
        ]
    return [
        Receipt(
            reference=rows[0].receipt,
            crisis=rows[0].crisis,
            seat=rows[0].seat_number,
            person=rows[0].person,
            at=rows[0].at,
            devices={row.device_tag: row.condition for row in rows},
            accessories=rows[0].accessories,
            paper=paper,
        )
        for rows, paper in zip(receipts, loan_papers.issue_together(app, facts), strict=True)
    ]


def name_of(seat: Seat) -> str:
    """The person of a seat."""
    return f"{seat.first_name} {seat.last_name}"


def _hand_over(app: App, text: str, seat: int, *, scanned: Sequence[str], words: Words) -> list[Handing]:
    by = app.stamp()
    with app.database.write() as session:
        crisis = crises.find(session, text)
        person = crises.seat_of(session, crisis.reference, seat)
        told = told_of(app, by, words, person=words.person or name_of(person))
        return handings.hand_over(session, by, crisis, told, seat=seat, scanned=scanned)


def _of_service(session: Session, reference: str, service: str) -> list[Seat]:
    everyone = crises.seats(session, reference)
    found = [seat for seat in everyone if fold(seat.service) == fold(service)]
    if not found:
        raise Unknown(
            _("Crisis {reference} has nobody of the service “{service}”; nothing was changed.").format(
                reference=reference, service=service
            ),
            hint=_("Its services: {services}.").format(
                services=", ".join(sorted({seat.service for seat in everyone}))
            ),
        )
    return found


def _has_all(session: Session, seat: Seat) -> bool:
    held = loans.open_loans(session, crisis=seat.crisis, seat=seat.number)
    return bool(held) and all(loan.handed_over_at is not None for loan in held)


def _pairs(texts: Sequence[str], shape: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in texts:
        name, sign, value = (part.strip() for part in text.partition("="))
        if not (sign and name and value) or name in pairs:
            raise BadInput(
                _("“{text}” is not {shape}, or is said twice; nothing was changed.").format(
                    text=text, shape=shape
                )
            )
        pairs[name] = value
    return pairs


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise BadInput(_("“{text}” is no quantity; nothing was changed.").format(text=text))
    return int(text)
