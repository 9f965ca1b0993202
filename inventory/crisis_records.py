"""Owns the tables of crises and their seats, and how one is looked up. The commands are in `crises`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from gettext import gettext as _
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, Session, SQLModel, col, select

from inventory import communes
from inventory.errors import IllegalMove, Unknown
from inventory.times import UtcDateTime

_REFERENCE = re.compile(r"\d[\dAB]\d{3}-\d{4}-\d+")


class Crisis(SQLModel, table=True):
    """One activation for one commune.

    Attributes:
        reference: INSEE code, year and running number, e.g. "13005-2026-01".
        t0: the declaration, from which time is measured (requirement 5).
        drill: an exercise.
        forced_by: who opened it without an active convention, and
        forced_reason: why (requirement 2); both empty otherwise.
        caller_verified_by: who called the correspondent back (requirement 7), and
        called_back_on: on which of the numbers known beforehand, in E.164; empty where it was not said.
        plan: the plan that runs, as JSON; None until one is made.
    """

    __tablename__ = "crisis"

    reference: str = Field(primary_key=True)
    commune_code: str = Field(foreign_key="commune.code", index=True)
    t0: datetime = Field(sa_type=UtcDateTime)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    drill: bool
    forced_by: str = ""
    forced_reason: str = ""
    caller_verified_by: str = ""
    called_back_on: str = ""
    plan: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))


class Seat(SQLModel, table=True):
    """One person to equip; `ready_at` is the first moment at which everything worked."""

    __tablename__ = "seat"

    crisis: str = Field(primary_key=True, foreign_key="crisis.reference")
    number: int = Field(primary_key=True)
    first_name: str
    last_name: str
    service: str
    wants_phone: bool
    contact: str = ""
    ready_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


@dataclass(frozen=True)
class SeatEntry:
    """One line of a seats file; `number` counts from 1, `contact` is E.164 or empty."""

    number: int
    first_name: str
    last_name: str
    service: str
    wants_phone: bool
    contact: str = ""


def get(session: Session, reference: str) -> Crisis:
    """The crisis with that reference.

    Raises:
        Unknown: there is none.
    """
    crisis = session.get(Crisis, reference.strip())
    if crisis is None:
        raise Unknown(
            _("There is no crisis {reference}.").format(reference=reference),
            hint=_("See them all with `kit crisis list`."),
        )
    return crisis


def find(session: Session, text: str) -> Crisis:
    """The crisis an operator means: its reference, or a commune with exactly one open crisis.

    Raises:
        Unknown: none answers to it, or the commune has several open ones (they are listed).
    """
    if _REFERENCE.fullmatch(text.strip()):
        return get(session, text)
    commune = communes.find(session, text)
    query = select(Crisis).where(Crisis.commune_code == commune.code, col(Crisis.closed_at).is_(None))
    opened = session.exec(query.order_by(col(Crisis.reference))).all()
    if len(opened) == 1:
        return opened[0]
    if opened:
        references = ", ".join(crisis.reference for crisis in opened)
        raise Unknown(
            _("{commune} has several open crises: {references}.").format(
                commune=commune.name, references=references
            ),
            hint=_("Name one by its reference."),
        )
    raise Unknown(
        _("{commune} has no open crisis.").format(commune=commune.name),
        hint=_("Open one with `kit crisis open`, or name a closed one by its reference."),
    )


def listing(session: Session) -> Sequence[Crisis]:
    """Every crisis, the newest first."""
    return session.exec(select(Crisis).order_by(col(Crisis.opened_at).desc(), col(Crisis.reference))).all()


def seats(session: Session, reference: str) -> Sequence[Seat]:
    """The seats of a crisis, by number."""
    return session.exec(select(Seat).where(Seat.crisis == reference).order_by(col(Seat.number))).all()


def seat_of(session: Session, reference: str, number: int) -> Seat:
    """One seat of a crisis.

    Raises:
        Unknown: it has none of that number.
    """
    seat = session.get(Seat, (reference, number))
    if seat is None:
        raise Unknown(
            _("Crisis {reference} has no seat {number}.").format(reference=reference, number=number)
        )
    return seat


def must_be_open(crisis: Crisis) -> None:
    """Let nothing be done to a closed crisis.

    Raises:
        IllegalMove: it is closed.
    """
    if crisis.closed_at is not None:
        raise IllegalMove(
            _("Crisis {reference} was closed on {date}.").format(
                reference=crisis.reference, date=crisis.closed_at.date()
            ),
            hint=_("Open a new crisis with `kit crisis open`."),
        )
