"""Owns the register of breaches of personal data and of devices lost or stolen.

Each entry has a clock of 72 calendar hours (GDPR art. 33).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from gettext import gettext as _
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, Session, SQLModel, col, select

from inventory import journal
from inventory.conventions.hours import authority_deadline
from inventory.conventions.records import standings
from inventory.crisis_records import Crisis
from inventory.errors import BadValue, IllegalMove, Unknown
from inventory.handings import must_have_happened
from inventory.journal import Stamp
from inventory.text import named
from inventory.times import UtcDateTime


class Breach(SQLModel, table=True):
    """One entry, opened the moment somebody became aware.

    Attributes:
        aware_at: when the 72 calendar hours began.
        notifier: who must tell the authority, by the convention's template.
        data: what data is concerned; measures: what was done. Both may be empty at first and are amended.
        notified_at: when the authority was told; reason_not_notified: why it needs not be, or why late.
    """

    __tablename__ = "breach"
    __table_args__ = (Index("breach_by_crisis", "crisis"),)

    id: int | None = Field(default=None, primary_key=True)
    crisis: str | None = Field(default=None, foreign_key="crisis.reference")
    device_tag: str | None = Field(default=None, foreign_key="device.tag")
    kind: str
    aware_at: datetime = Field(sa_type=UtcDateTime)
    told_by: str
    notifier: str
    description: str
    data: str = ""
    measures: str = ""
    notified_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason_not_notified: str = ""
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def reference(self) -> str:
        """Its public name, e.g. "V-3"."""
        return f"V-{self.id}"

    @property
    def deadline(self) -> datetime:
        """Until when the authority must know of it."""
        return authority_deadline(self.aware_at)


def enter(
    session: Session,
    by: Stamp,
    crisis: Crisis,
    *,
    tag: str | None,
    kind: str,
    aware_at: datetime,
    told_by: str,
    description: str,
) -> Breach:
    """Open the entry of a device that a crisis lost; while one is open for that device, it is the entry.

    Without a tag it is about personal data alone (requirement 13); the same told once more is one entry.

    Raises:
        BadValue: nobody told it. IllegalMove: before T0, or in the future; nothing was changed.
    """
    must_have_happened(crisis, by, aware_at)
    query = select(Breach).where(Breach.device_tag == tag, col(Breach.closed_at).is_(None))
    if tag is None:
        query = query.where(
            Breach.crisis == crisis.reference,
            Breach.aware_at == aware_at,
            Breach.description == named(description),
        )
    opened = session.exec(query).first()
    if opened is not None:
        return opened
    entry = Breach(
        crisis=crisis.reference,
        device_tag=tag,
        kind=kind,
        aware_at=aware_at,
        told_by=named(told_by),
        notifier=notifier(session, crisis),
        description=named(description),
    )
    session.add(entry)
    session.flush()
    line = {
        "crisis": crisis.reference,
        "device": tag,
        "kind": kind,
        "aware_at": aware_at.isoformat(),
        "told_by": entry.told_by,
        "notifier": entry.notifier,
    }
    journal.append(session, by, "breach.entered", _subject(entry), line)
    return entry


def notifier(session: Session, crisis: Crisis) -> str:
    """Who tells the authority by the commune's convention, "commune" or "lender"; empty where it is silent.

    Source: requirement 13, the template's `gdpr.authority_notice`.
    """
    said = [
        str((each.template.further.get("gdpr") or {}).get("authority_notice") or "")
        for each in standings(session, crisis.commune_code)
        if each.template.lends_kit
    ]
    return said[-1] if said else ""


def get(session: Session, reference: str) -> Breach:
    """The entry of that name, e.g. "V-3".

    Raises:
        Unknown: there is none.
    """
    number = reference.strip().upper().removeprefix("V-")
    entry = session.get(Breach, int(number)) if number.isascii() and number.isdigit() else None
    if entry is None:
        raise Unknown(
            _("The register of breaches has no entry {reference}.").format(reference=reference),
            hint=_("See them all with `kit breach list`."),
        )
    return entry


def listing(session: Session) -> Sequence[Breach]:
    """Every entry: those that nobody was notified of yet first, by deadline, then the closed ones."""
    entries = session.exec(select(Breach).order_by(col(Breach.id))).all()
    return sorted(entries, key=lambda each: (_rank(each), each.deadline))


def amend(session: Session, by: Stamp, entry: Breach, *, data: str, measures: str) -> Breach:
    """Say what data is concerned or what was done; what is empty stays as it is.

    Raises:
        BadValue: nothing is said. IllegalMove: the entry is closed.
    """
    _must_be_open(entry)
    changes = {"data": named(data, empty=True), "measures": named(measures, empty=True)}
    changes = {name: text for name, text in changes.items() if text and text != getattr(entry, name)}
    if not (data.strip() or measures.strip()):
        raise BadValue(_("Say what data is concerned or what was done; nothing was changed."))
    if changes:
        line = {name: {"from": getattr(entry, name), "to": text} for name, text in changes.items()}
        for name, text in changes.items():
            setattr(entry, name, text)
        _keep(session, by, entry, "breach.amended", line)
    return entry


def notified(session: Session, by: Stamp, entry: Breach, *, at: datetime, late_reason: str) -> Breach:
    """The authority was told; after the 72 hours only with the reason of the delay (GDPR art. 33(1)).

    Raises:
        BadValue: it was late and nobody says why.
        IllegalMove: the entry is closed or notified already, or the moment is impossible.
    """
    _must_be_open(entry)
    if entry.notified_at is not None:
        raise IllegalMove(
            _("{entry} was notified on {at:%Y-%m-%d %H:%M %Z} already; nothing was changed.").format(
                entry=entry.reference, at=entry.notified_at.astimezone(at.tzinfo)
            )
        )
    if not entry.aware_at <= at <= by.at:
        raise IllegalMove(
            _(
                "The authority was told after {aware:%Y-%m-%d %H:%M %Z} and before now; nothing was changed."
            ).format(aware=entry.aware_at.astimezone(at.tzinfo))
        )
    why = named(late_reason, empty=at <= entry.deadline)
    entry.notified_at, entry.reason_not_notified = at, why
    _keep(session, by, entry, "breach.notified", {"at": at.isoformat(), "late_reason": why})
    return entry


def close(session: Session, by: Stamp, entry: Breach, *, reason: str) -> Breach:
    """Nothing is left to be done; without notice to the authority only with the reason why none was needed.

    Raises:
        BadValue: neither notified nor a reason. IllegalMove: it is closed already.
    """
    _must_be_open(entry)
    if entry.notified_at is None:
        entry.reason_not_notified = named(reason)
    entry.closed_at = by.at
    _keep(session, by, entry, "breach.closed", {"reason": named(reason, empty=True)})
    return entry


def _rank(entry: Breach) -> int:
    if entry.closed_at is not None:
        return 2
    return 0 if entry.notified_at is None else 1


def _must_be_open(entry: Breach) -> None:
    if entry.closed_at is not None:
        raise IllegalMove(
            _("{entry} was closed on {date}; nothing was changed.").format(
                entry=entry.reference, date=entry.closed_at.date()
            )
        )


def _keep(session: Session, by: Stamp, entry: Breach, kind: str, line: Mapping[str, Any]) -> None:
    session.add(entry)
    journal.append(session, by, kind, _subject(entry), line)
    session.flush()


def _subject(entry: Breach) -> str:
    return f"breach:{entry.reference}"
