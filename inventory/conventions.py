"""Owns conventions: templates as versioned data, and whether one is in force on a day, by pure functions.

Rules are parameters of a template (`inventory/data/convention-templates.json`), never constants here; the
lifecycle table of the requirements is their source. Every "last day" is a day on which it is in force.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from gettext import gettext as _
from importlib import resources
from typing import Any

from sqlmodel import Field, Session, SQLModel, col, select

from inventory import journal
from inventory.communes import Commune
from inventory.errors import ConventionInactive, IllegalMove, Unknown
from inventory.journal import Stamp


class ConventionStatus(StrEnum):
    """Whether a convention opens a right today."""

    #: not in force yet: not notified (or signed, where that counts), or only from a later day
    DRAFT = "draft"
    #: in force
    ACTIVE = "active"
    #: over: terminated, or its longest duration has passed
    ENDED = "ended"


class Reading(StrEnum):
    """How "at most N years" is read, which the conventions leave open."""

    #: to the Nth anniversary of its effect
    ANNIVERSARY = "anniversary"
    #: to the end of the Nth civil year, the year of its effect being the first
    NTH_CIVIL_YEAR = "nth_civil_year"


@dataclass(frozen=True)
class Template:
    """What a kind of convention fixes.

    Attributes:
        key: its name, e.g. "amp_cyber". version: grows whenever a parameter changes.
        lends_kit: whether it opens the right to a crisis kit.
        effect: "notification" or "signature", the act from which it is in force.
        max_years: its longest duration. last_day: a day after which it is over in any case.
        readings: the possible readings of `max_years`, the default first.
    """

    key: str
    version: int
    title: str
    lends_kit: bool
    effect: str
    max_years: int | None
    last_day: date | None
    readings: tuple[Reading, ...]


@dataclass(frozen=True)
class ConventionDates:
    """The dates of one convention; `ended_on` is its last day after a termination."""

    signed_on: date | None = None
    notified_on: date | None = None
    ended_on: date | None = None
    reading: Reading = Reading.ANNIVERSARY


class Convention(SQLModel, table=True):
    """A convention with a commune; it keeps the template version it was made under."""

    __tablename__ = "convention"

    id: int | None = Field(default=None, primary_key=True)
    commune_code: str = Field(foreign_key="commune.code", index=True)
    template: str
    template_version: int
    reading: str
    signed_on: date | None = None
    notified_on: date | None = None
    ended_on: date | None = None

    @property
    def dates(self) -> ConventionDates:
        """Its dates, as the pure functions take them."""
        return ConventionDates(self.signed_on, self.notified_on, self.ended_on, Reading(self.reading))


def effect(template: Template, dates: ConventionDates) -> date | None:
    """The first day in force; None as long as the act that counts has not happened."""
    return dates.signed_on if template.effect == "signature" else dates.notified_on


def last_day(template: Template, dates: ConventionDates) -> date | None:
    """The last day on which it can be in force; None where nothing bounds it yet."""
    begins = effect(template, dates)
    bounds = [day for day in (template.last_day, dates.ended_on) if day is not None]
    if begins is not None and template.max_years is not None:
        bounds.append(_longest(begins, template.max_years, dates.reading))
    return min(bounds, default=None)


def status(template: Template, dates: ConventionDates, today: date) -> ConventionStatus:
    """Whether the convention is in force on that day."""
    begins, ends = effect(template, dates), last_day(template, dates)
    if ends is not None and today > ends:
        return ConventionStatus.ENDED
    if begins is None or today < begins:
        return ConventionStatus.DRAFT
    return ConventionStatus.ACTIVE


def templates() -> dict[str, Template]:
    """Every template by key, in the newest version."""
    return {key: _template(key, parameters) for key, parameters in _published().items()}


def template_of(key: str) -> Template:
    """The template with that key.

    Raises:
        Unknown: there is none; names those that exist.
    """
    known = templates()
    if key not in known:
        raise Unknown(
            _("No convention template is called “{key}”.").format(key=key),
            hint=_("Use one of {keys}.").format(keys=", ".join(known)),
        )
    return known[key]


def add(
    session: Session,
    by: Stamp,
    commune: Commune,
    *,
    template: str,
    signed_on: date | None,
    notified_on: date | None,
    ended_on: date | None = None,
    reading: Reading | None = None,
) -> Convention:
    """Record a convention; one with the same facts is not recorded twice but given back.

    Raises:
        Unknown: no such template.
        IllegalMove: it would have ended before it took effect.
    """
    chosen = template_of(template)
    convention = Convention(
        commune_code=commune.code,
        template=chosen.key,
        template_version=chosen.version,
        reading=reading or next(iter(chosen.readings), Reading.ANNIVERSARY),
        signed_on=signed_on,
        notified_on=notified_on,
        ended_on=ended_on,
    )
    begins = effect(chosen, convention.dates)
    if ended_on is not None and begins is not None and ended_on < begins:
        raise IllegalMove(
            _("A convention that takes effect on {begins} cannot end on {ended}.").format(
                begins=begins, ended=ended_on
            )
        )
    for known in for_commune(session, commune.code):
        if known.model_dump(exclude={"id"}) == convention.model_dump(exclude={"id"}):
            return known
    session.add(convention)
    session.flush()
    facts = convention.model_dump(mode="json", exclude={"id", "commune_code"})
    journal.append(
        session, by, "convention.added", f"commune:{commune.code}", {"convention": convention.id} | facts
    )
    return convention


def listing(session: Session) -> Sequence[Convention]:
    """Every convention, in the order in which they were recorded."""
    return session.exec(select(Convention).order_by(col(Convention.id))).all()


def for_commune(session: Session, code: str) -> Sequence[Convention]:
    """The conventions of one commune, in the order in which they were recorded."""
    query = select(Convention).where(Convention.commune_code == code)
    return session.exec(query.order_by(col(Convention.id))).all()


def active(session: Session, code: str, today: date) -> Convention:
    """The convention that opens the right to a kit today; of several, the one recorded last.

    Raises:
        ConventionInactive: says which conventions the commune has and why none opens the right.
    """
    found = for_commune(session, code)
    refusals = [(convention, _refusal(convention, today)) for convention in found]
    in_force = [convention for convention, why in refusals if not why]
    if in_force:
        return in_force[-1]
    commune = session.get_one(Commune, code).name
    hint = _("Record one with `kit convention add`, or force the opening with a name and a written reason.")
    if not refusals:
        raise ConventionInactive(_("{commune} has no convention.").format(commune=commune), hint=hint)
    reasons = "; ".join(f"{convention.template}: {why}" for convention, why in refusals)
    raise ConventionInactive(
        _("{commune} has no active convention ({reasons}).").format(commune=commune, reasons=reasons),
        hint=hint,
    )


def _refusal(convention: Convention, today: date) -> str:
    """Why a convention opens no right to a kit today; empty where it does."""
    template = template_of(convention.template)
    if not template.lends_kit:
        return _("lends no crisis kit")
    begins, ends = effect(template, convention.dates), last_day(template, convention.dates)
    match status(template, convention.dates, today):
        case ConventionStatus.ACTIVE:
            return ""
        case ConventionStatus.ENDED:
            return _("ended on {date}").format(date=ends)
        case ConventionStatus.DRAFT if begins is not None:
            return _("in force only from {date}").format(date=begins)
        case ConventionStatus.DRAFT if template.effect == "signature":
            return _("not signed yet")
        case ConventionStatus.DRAFT:
            return _("not notified yet")


def _longest(begins: date, years: int, reading: Reading) -> date:
    if reading is Reading.NTH_CIVIL_YEAR:
        return date(begins.year + years - 1, 12, 31)
    try:
        return begins.replace(year=begins.year + years)
    except ValueError:
        # 29 February has no anniversary in most years: the month's last day stands in for it.
        return date(begins.year + years, 2, 28)


def _template(key: str, parameters: dict[str, Any]) -> Template:
    bound = parameters["last_day"]
    return Template(
        key=key,
        version=parameters["version"],
        title=parameters["title"],
        lends_kit=parameters["lends_kit"],
        effect=parameters["effect"],
        max_years=parameters["max_years"],
        last_day=date.fromisoformat(bound) if bound else None,
        readings=tuple(Reading(name) for name in parameters["readings"]),
    )


@cache
def _published() -> dict[str, dict[str, Any]]:
    text = resources.files("inventory").joinpath("data/convention-templates.json").read_text("utf-8")
    published: dict[str, dict[str, Any]] = json.loads(text)["templates"]
    return published
