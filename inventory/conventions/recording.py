"""Owns how conventions are recorded, completed, and asked for the right to a kit."""

from datetime import date
from gettext import gettext as _

from sqlmodel import Session

from inventory import journal
from inventory.communes import Commune
from inventory.conventions.facts import ConventionDates, Reading
from inventory.conventions.records import (
    Convention,
    KeptTemplate,
    Standing,
    catalogue,
    dates_of,
    for_commune,
    standings,
)
from inventory.conventions.standing import ConventionStatus, last_day, status
from inventory.conventions.template import Act, Template, Versions, published, template_of
from inventory.conventions.terms import effect
from inventory.errors import BadValue, ConventionInactive, IllegalMove
from inventory.journal import Stamp

_DATES = ("signed_on", "notified_on", "ended_on")


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
    own: Versions | None = None,
) -> Convention:
    """Record a convention, or complete one that is recorded; the same facts twice change nothing.

    One of the same template is completed where it has no date but those given now, or is a draft of which no
    date is given another value; it keeps its template version and reading. `own` are the team's templates.

    Raises:
        Unknown: no such template.
        BadValue: the template has no such reading, or its file was changed without a new version.
        IllegalMove: the dates cannot follow each other so.
    """
    given = {"signed_on": signed_on, "notified_on": notified_on, "ended_on": ended_on}
    known = catalogue(session)
    for convention in for_commune(session, commune.code):
        if convention.template == template and _completes(known, convention, given):
            return _complete(session, by, known, convention, given)
    chosen = template_of(template, among={**known, **(own or {})})
    if ended_on is not None and signed_on is None and notified_on is None:
        raise IllegalMove(
            _("A convention that was neither signed nor notified cannot end; nothing was changed."),
            hint=_("To end one that is recorded, give its known dates again beside --ended."),
        )
    made = Convention(
        commune_code=commune.code,
        template=chosen.key,
        template_version=chosen.version,
        reading=_reading(chosen, reading),
        signed_on=signed_on,
        notified_on=notified_on,
        ended_on=ended_on,
    )
    _must_be_in_order(chosen, dates_of(made))
    _keep_template(session, by, chosen)
    session.add(made)
    session.flush()
    facts = made.model_dump(mode="json", exclude={"id", "commune_code"})
    journal.append(session, by, "convention.added", _subject(made), {"convention": made.id} | facts)
    return made


def active(session: Session, code: str, today: date) -> Convention:
    """The convention that opens the right to a kit today; of several, the one recorded last.

    Raises:
        ConventionInactive: says which conventions the commune has and why none opens the right.
    """
    refusals = [(each, refusal(each, today)) for each in standings(session, code)]
    in_force = [each.convention for each, why in refusals if not why]
    if in_force:
        return in_force[-1]
    commune = session.get_one(Commune, code).name
    hint = _("Record one with `kit convention add`, or force the opening with a name and a written reason.")
    if not refusals:
        raise ConventionInactive(_("{commune} has no convention.").format(commune=commune), hint=hint)
    reasons = "; ".join(f"{each.template.key}: {why}" for each, why in refusals)
    raise ConventionInactive(
        _("{commune} has no active convention ({reasons}).").format(commune=commune, reasons=reasons),
        hint=hint,
    )


def refusal(standing: Standing, today: date) -> str:
    """Why a convention opens no right to a kit today; empty where it does."""
    template, dates = standing.template, standing.dates
    if not template.lends_kit:
        return _("lends no crisis kit")
    begins, ends = effect(template, dates), last_day(template, dates)
    match status(template, dates, today):
        case ConventionStatus.ACTIVE:
            return ""
        case ConventionStatus.ENDED:
            return _("ended on {date}").format(date=ends)
        case ConventionStatus.DRAFT if begins is not None:
            return _("in force only from {date}").format(date=begins)
        case ConventionStatus.DRAFT if template.effect is Act.SIGNATURE:
            return _("not signed yet")
        case ConventionStatus.DRAFT:
            return _("not notified yet")


def _completes(known: Versions, convention: Convention, given: dict[str, date | None]) -> bool:
    """Whether what is given now is about that convention, and contradicts nothing of it."""
    there = {name: getattr(convention, name) for name in _DATES if getattr(convention, name) is not None}
    template = template_of(convention.template, convention.template_version, among=known)
    if effect(template, dates_of(convention)) is None:
        return all(given[name] in {None, value} for name, value in there.items())
    return all(given[name] == value for name, value in there.items())


def _complete(
    session: Session, by: Stamp, known: Versions, convention: Convention, given: dict[str, date | None]
) -> Convention:
    new = {name: day for name, day in given.items() if day is not None and getattr(convention, name) is None}
    if not new:
        return convention
    for name, day in new.items():
        setattr(convention, name, day)
    template = template_of(convention.template, convention.template_version, among=known)
    _must_be_in_order(template, dates_of(convention))
    session.add(convention)
    facts = {"convention": convention.id} | {name: day.isoformat() for name, day in new.items()}
    journal.append(session, by, "convention.completed", _subject(convention), facts)
    session.flush()
    return convention


def _reading(template: Template, wanted: Reading | None) -> Reading:
    if wanted is not None and template.readings and wanted not in template.readings:
        raise BadValue(
            _("{template} has no reading “{reading}”; nothing was changed.").format(
                template=template.key, reading=wanted.value
            )
        )
    return wanted or next(iter(template.readings), Reading.ANNIVERSARY)


def _must_be_in_order(template: Template, dates: ConventionDates) -> None:
    begins = effect(template, dates)
    if dates.ended_on is not None and begins is not None and dates.ended_on < begins:
        raise IllegalMove(
            _(
                "A convention that takes effect on {begins} cannot end on {ended}; nothing was changed."
            ).format(begins=begins, ended=dates.ended_on)
        )
    signed, notified = dates.signed_on, dates.notified_on
    if template.effect is Act.NOTIFICATION and signed and notified and notified < signed:
        raise IllegalMove(
            _(
                "A convention signed on {signed} cannot be notified on {notified}; nothing was changed."
            ).format(signed=signed, notified=notified)
        )


def _keep_template(session: Session, by: Stamp, template: Template) -> None:
    """Keep a team's own template with the first convention made under it."""
    if template.key in published():
        return
    parameters = template.model_dump(mode="json")
    kept = session.get(KeptTemplate, (template.key, template.version))
    if kept is None:
        session.add(KeptTemplate(key=template.key, version=template.version, parameters=parameters))
        subject = f"template:{template.key}"
        journal.append(session, by, "template.kept", subject, {"version": template.version})
    elif Template.model_validate(kept.parameters) != template:
        raise BadValue(
            _("Version {version} of {key} is no longer what conventions were made under.").format(
                version=template.version, key=template.key
            ),
            hint=_("Put it back as it was, and add the change as a new version."),
        )


def _subject(convention: Convention) -> str:
    return f"commune:{convention.commune_code}"
