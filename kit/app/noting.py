"""Notes what people told us about a crisis, and asks for consent before a lent laptop is touched."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from gettext import gettext as _
from typing import Any

from sqlmodel import Session

from inventory import crises, devices, loans, milestones
from inventory.crises import Crisis
from inventory.devices import Device
from inventory.errors import BadValue, IllegalMove
from inventory.journal import Stamp
from inventory.loans import Loan
from inventory.milestones import Milestone
from inventory.text import named
from kit.app.compose import App
from kit.app.handing import moment


class Fact(StrEnum):
    """What can be noted, as it is typed."""

    CALLED_BACK = "called-back"
    FORENSIC_ENDED = "forensic-ended"
    SYSTEMS_RESTARTED = "systems-restarted"
    REMOTE_CONSENT = "remote-consent"
    MAINTENANCE = "maintenance"

    @property
    def milestone(self) -> Milestone:
        """As the book names it."""
        return Milestone(self.value.replace("-", "_"))


@dataclass(frozen=True)
class More:
    """What some facts need besides: words, the tag of a device, the day of a maintenance."""

    text: str = ""
    tag: str = ""
    on: date | None = None


@dataclass(frozen=True)
class Noted:
    """What was noted; `return_due_since` says since when the equipment is due back, if it is."""

    reference: str
    fact: str
    at: datetime
    said_by: str
    detail: dict[str, Any]
    return_due_since: datetime | None


def note(
    app: App,
    text: str,
    fact: Fact,
    *,
    said_by: str,
    at: datetime | None = None,
    more: More,
) -> Noted:
    """Note a fact: a consent with its device, a maintenance with its day and nature.

    Raises:
        Unknown: no such crisis or device. BadValue: something is not said that this fact needs.
        IllegalMove: the crisis is closed, the moment is impossible, or nobody of the crisis has the device.
    """
    by = app.stamp()
    with app.database.write() as session:
        crisis = crises.find(session, text)
        crises.must_be_open(crisis)
        kept = milestones.note(
            session,
            by,
            crisis,
            fact.milestone,
            said_by=said_by,
            happened_at=moment(app, by, at),
            detail=_detail(session, crisis, fact, more),
        )
        return Noted(
            reference=crisis.reference,
            fact=fact.value,
            at=kept.happened_at,
            said_by=kept.said_by,
            detail=kept.detail,
            return_due_since=milestones.return_due_since(session, crisis.reference),
        )


def must_be_agreed(app: App, session: Session, by: Stamp, lent: Sequence[Device], *, consent_by: str) -> None:
    """Let nobody touch a lent device from afar without its person's consent (requirement 18).

    `consent_by` is who agrees now; it is noted for each of these devices.

    Raises:
        IllegalMove: no consent was noted for one within `workstations.consent_hours`; nothing was touched.
    """
    for device in lent if consent_by else ():
        for loan in _in_hands(session, device.tag):
            milestones.note(
                session,
                by,
                crises.get(session, loan.crisis),
                Milestone.REMOTE_CONSENT,
                said_by=consent_by,
                happened_at=by.at,
                detail={"device": device.tag},
            )
    if missing := without_consent(app, session, by.at, lent):
        raise IllegalMove(
            _("{tags}: no consent of the person within {hours} hours; nothing was touched.").format(
                tags=", ".join(missing), hours=app.settings.workstations.consent_hours
            ),
            hint=_("Ask them, then say who agreed: `--consent-by NAME`."),
        )


def without_consent(app: App, session: Session, at: datetime, found: Sequence[Device]) -> dict[str, str]:
    """Which of these a person has without having agreed of late: by tag, the crisis.

    A consent counts for `workstations.consent_hours`.
    """
    since = at - timedelta(hours=app.settings.workstations.consent_hours)
    tags = {device.tag for device in found}
    # One question, however many laptops are looked at.
    held = [loan for loan in loans.open_loans(session) if loan.device_tag in tags]
    return {
        loan.device_tag: loan.crisis
        for loan in held
        if loan.handed_over_at is not None
        and milestones.consent(session, loan.crisis, loan.device_tag, since=since) is None
    }


def _detail(session: Session, crisis: Crisis, fact: Fact, more: More) -> dict[str, Any]:
    said: dict[str, Any] = {"text": named(more.text)} if more.text.strip() else {}
    if more.tag or fact is Fact.REMOTE_CONSENT:
        said["device"] = _lent_tag(session, crisis, more.tag)
    if fact is Fact.MAINTENANCE:
        if more.on is None or "text" not in said:
            raise BadValue(
                _("A maintenance is announced with its day and its nature; nothing was changed."),
                hint=_("Say both: `--on 2026-11-23 --detail 'disk replaced'`."),
            )
        said["on"] = more.on.isoformat()
    return said


def _lent_tag(session: Session, crisis: Crisis, tag: str) -> str:
    if not tag:
        raise BadValue(
            _("Nobody says for which device; nothing was changed."), hint=_("Name it: `--device TAG`.")
        )
    device = devices.get(session, tag)
    if not any(loan.crisis == crisis.reference for loan in _in_hands(session, device.tag)):
        raise IllegalMove(
            _("Nobody of crisis {crisis} has {tag}; nothing was changed.").format(
                crisis=crisis.reference, tag=device.tag
            )
        )
    return device.tag


def _in_hands(session: Session, tag: str) -> list[Loan]:
    return [loan for loan in loans.open_loans(session, device=tag) if loan.handed_over_at is not None]
