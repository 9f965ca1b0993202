"""Issues papers that belong to no crisis: the runbook of this team, the convention that a commune signs."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from gettext import gettext as _
from typing import Any

from sqlmodel import Session

from inventory import communes, contacts
from inventory.communes import Commune
from inventory.conventions import NoticeKind, records
from inventory.conventions.records import ConventionNotice, Standing
from inventory.conventions.template import PublicHolidays, Template, Window, read_folder, template_of
from inventory.errors import Unknown
from kit.app.compose import App
from kit.documents import issuing
from kit.documents.convention import Amendment, ConventionFacts, Support
from kit.documents.convention_prices import Price
from kit.documents.issuing import Issued
from kit.documents.runbook import CalledContact, RunbookFacts


def runbook(app: App) -> Issued:
    """Issue the runbook with this team's own contacts and settings; unchanged ones give the one there is."""
    by = app.stamp()
    with app.database.write() as session:
        facts = RunbookFacts(
            reference="RUNBOOK",
            lender=app.settings.team.name,
            issued_at=by.at.astimezone(app.zone),
            station=app.settings.station,
            contacts=tuple(_contacts(session)),
            settings=tuple(_settings(app)),
            folders=tuple(_folders(app)),
        )
        return issuing.issue(session, by, app.home.documents, facts)


def convention(app: App, commune: str, template: str = "") -> Issued:
    """Issue a commune's convention with its form on personal data, blanks left to fill in by hand.

    `template` is for a commune that has no convention yet, or several.

    Raises:
        Unknown: no such commune or template, or it is not clear which convention is meant.
    """
    by = app.stamp()
    today = by.at.astimezone(app.zone).date()
    with app.database.write() as session:
        found = communes.find(session, commune)
        chosen, standing = _meant(app, session, found, template, today)
        letters = records.letters(session, standing.number, NoticeKind.AMENDMENT) if standing else ()
        facts = convention_facts(app.settings.team.name, found, chosen, letters, by.at.astimezone(app.zone))
        if standing is not None and facts.readings:
            facts = replace(facts, readings=(standing.dates.reading.value,))
        return issuing.issue(session, by, app.home.documents, facts)


def convention_facts(
    lender: str, commune: Commune, template: Template, letters: Sequence[ConventionNotice], at: datetime
) -> ConventionFacts:
    """What a template says to a commune, and what amendments were asked for; what nobody said stays blank."""
    further, notice, away = template.further, template.notice, template.force_majeure
    gdpr: dict[str, Any] = further.get("gdpr") or {}
    return ConventionFacts(
        reference=f"CONV-{commune.code}-{template.key}",
        lender=lender,
        issued_at=at,
        commune_name=commune.name,
        commune_code=commune.code,
        siren=commune.siren,
        template=template.key,
        template_version=template.version,
        title=template.title,
        lends_kit=template.lends_kit,
        effect=template.effect.value,
        first_term=template.first_term.value,
        max_years=template.max_years,
        last_day=template.last_day,
        readings=tuple(reading.value for reading in template.readings),
        commune_notice_months=notice.commune_months,
        lender_notice_months=notice.lender_months,
        notice_start=notice.start.value,
        exit_at=notice.takes_effect.value,
        minimum_years=notice.minimum_years,
        breach_cure_months=template.breach_cure_months,
        force_majeure_months=away.threshold_months if away else None,
        force_majeure_end_months=away.months_after_sending if away else None,
        support=_support(template.support),
        intervention_hours=template.intervention_hours,
        free=True if further.get("pricing") == "free" else None,
        prices=tuple(_prices(further.get("pricing"))),
        amendments=tuple(
            Amendment(
                side=letter.side,
                sent_on=letter.sent_on,
                received_on=letter.received_on,
                settled_on=letter.settled_on,
                outcome=letter.reason,
            )
            for letter in letters
        ),
        amended_by=further.get("amendment") or "",
        lender_role=gdpr.get("lender_role") or "",
        commune_role=gdpr.get("commune_role") or "",
        breach_register=gdpr.get("breach_register") or "",
        authority_notice=gdpr.get("authority_notice") or "",
        objection=gdpr.get("subprocessor_objection"),
        non_eu_consent=gdpr.get("non_eu_requires_prior_written_consent"),
        end_of_service=tuple(gdpr.get("end_of_service") or ()),
        jurisdiction=further.get("jurisdiction") or "",
    )


def _prices(pricing: object) -> Iterator[Price]:
    """The parameters of a template's prices; free ones have none."""
    if isinstance(pricing, dict):
        for what, value in pricing.items():
            yield Price(what=what, value=tuple(map(str, value)) if isinstance(value, list) else value)


def _meant(
    app: App, session: Session, commune: Commune, key: str, today: date
) -> tuple[Template, Standing | None]:
    """The template of the commune's convention, with that; the named template where it has none."""
    try:
        standing = records.chosen(session, commune.code, key, today, to_sign=True)
        return standing.template, standing
    except Unknown:
        if not key:
            raise Unknown(
                _("It is not clear which convention of {commune} is meant; nothing was issued.").format(
                    commune=commune.name
                ),
                hint=_("Name its template, e.g. --template amp_cyber."),
            ) from None
    own = read_folder(app.settings.conventions.templates)
    return template_of(key, among={**records.catalogue(session), **own}), None


def _support(window: Window | None) -> Support | None:
    if window is None:
        return None
    return Support(
        hours=tuple(f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in window.hours),
        weekdays=window.weekdays,
        moselle=window.holidays is PublicHolidays.FR_57,
    )


def _contacts(session: Session) -> Iterator[CalledContact]:
    """The lender's own first, then commune by commune."""
    names = {commune.code: commune.name for commune in communes.listing(session)}
    known = [(names.get(each.commune_code or "", ""), each) for each in contacts.everyone(session)]
    for commune, each in sorted(known, key=lambda pair: (pair[0], pair[1].role, pair[1].deputy)):
        yield CalledContact(
            commune=commune,
            role=each.role,
            deputy=each.deputy,
            name=each.name,
            phone=each.phone,
            email=each.email,
        )


def _settings(app: App) -> Iterator[tuple[str, str]]:
    """What one asks for at night; never the data base's address, which may hold a password."""
    team, tenant, laptops = app.settings.team, app.settings.tenant, app.settings.workstations
    yield "team.contact", team.contact
    yield "team.phone", team.phone
    yield "team.timezone", team.timezone
    yield "tenant.tenant_id", tenant.tenant_id
    yield "tenant.client_id", tenant.client_id
    yield "tenant.cloud", tenant.cloud.value
    yield "tenant.domain", tenant.domain
    yield "tenant.sku", tenant.sku
    yield "workstations.user", laptops.user
    yield "workstations.forks", str(laptops.forks)
    yield "team.recipients", ", ".join(team.recipients)


def _folders(app: App) -> Iterator[tuple[str, str]]:
    home = app.home
    yield "kit.toml", str(home.settings_file)
    yield "kit.db", str(home.state)
    yield "keys", str(home.keys)
    yield "documents", str(home.documents)
    yield "exports", str(home.exports)
