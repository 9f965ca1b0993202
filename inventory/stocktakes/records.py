"""Owns the tables of stocktakes, and how a session is looked up."""

from collections.abc import Sequence
from datetime import date, datetime
from gettext import gettext as _
from typing import Any

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, Session, SQLModel, col, select

from inventory.errors import IllegalMove, Unknown
from inventory.times import UtcDateTime


class Stocktake(SQLModel, table=True):
    """One session: a scope, and what it expects, frozen when it was opened.

    Attributes:
        reference: year and running number, e.g. "ST-2026-01".
        place: what is counted is recorded there; commune_code: or lent to that commune; one of the two.
        state: only devices in this state; empty for all that can be there.
        owner: who answers for its discrepancies, unless a decision names another.
        result: what it found, kept at its close; the journal has its SHA-256.
    """

    __tablename__ = "stocktake"

    reference: str = Field(primary_key=True)
    place: str = ""
    commune_code: str | None = Field(default=None, foreign_key="commune.code")
    state: str = ""
    owner: str
    opened_at: datetime = Field(sa_type=UtcDateTime)
    opened_by: str
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    result: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))


class ExpectedDevice(SQLModel, table=True):
    """A device that a session expects, by value: what the book said when it was opened."""

    __tablename__ = "stocktake_expected"
    __table_args__ = (Index("expected_by_tag", "tag"),)

    stocktake: str = Field(primary_key=True, foreign_key="stocktake.reference")
    tag: str = Field(primary_key=True)
    kind: str
    model: str
    state: str
    serial: str
    place: str
    holder: str
    seat: str
    sim: str


class Scan(SQLModel, table=True):
    """A sighting as it is kept; `id` is the SHA-256 of the session and of everything it says."""

    __tablename__ = "stocktake_scan"
    __table_args__ = (Index("scan_by_code", "stocktake", "code"),)

    id: str = Field(primary_key=True)
    stocktake: str = Field(foreign_key="stocktake.reference")
    at: datetime = Field(sa_type=UtcDateTime)
    station: str
    sequence: int
    code: str
    place: str
    condition: str
    holder: str
    sim: str
    serial: str
    host_key: str


class Decision(SQLModel, table=True):
    """What was decided about one discrepancy; the journal has the earlier ones.

    Attributes:
        subject: asset tag, or the unknown code.
        until: the last day of a search.
        facts_sha256: `Variance.fingerprint` of what was decided about.
    """

    __tablename__ = "stocktake_decision"

    stocktake: str = Field(primary_key=True, foreign_key="stocktake.reference")
    subject: str = Field(primary_key=True)
    discrepancy: str = Field(primary_key=True)
    choice: str
    reason: str
    until: date | None = None
    owner: str
    facts_sha256: str
    at: datetime = Field(sa_type=UtcDateTime)
    by: str


class Attachment(SQLModel, table=True):
    """A file of a closed session, e.g. the signed report: its name and SHA-256, not its content."""

    __tablename__ = "stocktake_attachment"

    stocktake: str = Field(primary_key=True, foreign_key="stocktake.reference")
    sha256: str = Field(primary_key=True)
    name: str
    at: datetime = Field(sa_type=UtcDateTime)
    by: str


def subject(reference: str) -> str:
    """How the journal names a session."""
    return f"stocktake:{reference}"


def get(session: Session, reference: str) -> Stocktake:
    """The session with that reference, in any case.

    Raises:
        Unknown: there is none.
    """
    found = session.get(Stocktake, reference.strip().upper())
    if found is None:
        raise Unknown(
            _("There is no stocktake {reference}.").format(reference=reference),
            hint=_("See them all with `kit stocktake list`."),
        )
    return found


def get_open(session: Session, reference: str) -> Stocktake:
    """The open session with that reference.

    Raises:
        Unknown: there is none.
        IllegalMove: it is closed.
    """
    found = get(session, reference)
    if found.closed_at is not None:
        raise IllegalMove(
            _("Stocktake {reference} was closed on {date}; nothing was changed.").format(
                reference=found.reference, date=found.closed_at.date()
            ),
            hint=_("Open another with `kit stocktake open`."),
        )
    return found


def listing(session: Session) -> Sequence[Stocktake]:
    """Every session, the newest first."""
    return session.exec(select(Stocktake).order_by(col(Stocktake.opened_at).desc())).all()


def attachments(session: Session, reference: str) -> Sequence[Attachment]:
    """The files that belong to a session, in the order in which they came."""
    query = select(Attachment).where(Attachment.stocktake == reference)
    return session.exec(query.order_by(col(Attachment.at), col(Attachment.sha256))).all()
