"""Owns whether the tenant is ready for a crisis: what is missing is said before the night it is needed."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from gettext import gettext as _
from typing import Any

import jwt
from cryptography import x509

from kit.errors import TenantRefused
from kit.graph import licences, phones
from kit.graph.client import Graph
from kit.graph.connection import Connection
from kit.graph.errors import GraphError, LicencesExhausted
from kit.graph.permissions import Role, needed, reason
from kit.graph.sharing import CLOSED, sharing
from kit.settings import Cloud, SignIn

#: Member states of the European Union, ISO 3166 (requirements: data hosted in the EU).
EUROPEAN_UNION = frozenset(
    (
        *("AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE"),
        *("IT", "LV", "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE"),
    )
)
#: Where a tenant of several regions keeps its data by default (Microsoft Learn, Multi-Geo): all of Europe,
#: or a member state's code of three letters.
EUROPEAN_REGIONS = frozenset(("EUR", "AUT", "DEU", "ESP", "FRA", "ITA", "POL", "SWE"))
#: Seconds by which clocks may differ before the token service refuses our assertions.
SKEW_ALLOWED = 300.0
#: Days before its end from which the certificate is worth a warning: a convention's notice period.
CERTIFICATE_NOTICE = 30


@dataclass(frozen=True)
class Finding:
    """One thing checked: its machine name, whether it holds, what was seen, and what to do."""

    subject: str
    ok: bool
    sentence: str
    hint: str = ""


@dataclass(frozen=True)
class Readiness:
    """Everything checked, in the order in which one would repair it."""

    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Nothing is missing."""
        return all(finding.ok for finding in self.findings)


def check(
    graph: Graph,
    *,
    sku: str,
    domain: str,
    licences_needed: int = 1,
    cloud: Cloud = Cloud.GLOBAL,
    managed_phones: bool = True,
    require_eu: bool = True,
    require_closed_sharing: bool = True,
) -> Readiness:
    """See what the tenant lacks; a refusal is a finding, not an error.

    Raises:
        TenantUnreachable: the tenant does not answer.
        MissingRequirement, BadInput: the key or certificate file cannot be used, or nobody can sign in.
    """
    by_certificate = graph.connection.sign_in is SignIn.CERTIFICATE
    findings = [_certificate(graph.connection, dt.datetime.now(dt.UTC))] if by_certificate else []
    try:
        token = graph.tokens.get()
    except TenantRefused as exc:
        refused = Finding("token", False, exc.message, exc.hint)
        return Readiness((*findings, *_clock(graph), refused))
    accepted = (
        _("The tenant accepts the application and its certificate.")
        if by_certificate
        else _("The tenant accepts the person who signed in.")
    )
    findings += [Finding("token", True, accepted)]
    findings += _permissions(token, needed(cloud, phones=managed_phones))
    findings += _answered("licences", lambda: _licences(graph, sku, licences_needed))
    findings += _answered("domain", lambda: _domain(graph, domain))
    findings += _answered("country", lambda: _country(graph, required=require_eu))
    findings += _answered("sharing", lambda: _sharing(graph, required=require_closed_sharing))
    if managed_phones:
        findings += _answered("phones", lambda: _phones(graph))
    return Readiness((*findings, *_clock(graph)))


def preconditions(
    graph: Graph, *, sku: str, licences_needed: int, require_eu: bool, require_closed_sharing: bool
) -> tuple[Finding, ...]:
    """What forbids to create anything for this crisis: those findings that do not hold.

    Raises:
        TenantUnreachable: the tenant does not answer.
    """
    findings = _answered("licences", lambda: _licences(graph, sku, licences_needed))
    if require_eu:
        findings += _answered("country", lambda: _country(graph, required=True))
    if require_closed_sharing:
        findings += _answered("sharing", lambda: _sharing(graph, required=True))
    return tuple(finding for finding in findings if not finding.ok)


def roles(token: str) -> frozenset[str]:
    """The permissions in a token, the application's or those of the person it acts for.

    Its signature is Graph's to check, not ours.
    """
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return frozenset((*map(str, claims.get("roles", [])), *str(claims.get("scp", "")).split()))


def _certificate(connection: Connection, now: dt.datetime) -> Finding:
    end = x509.load_pem_x509_certificate(connection.certificate.read_bytes()).not_valid_after_utc
    days = (end - now).days
    renew = _("Make a new certificate and register it at the application.")
    if end <= now:
        sentence = _("The application's certificate ended on {date:%Y-%m-%d}.").format(date=end)
        return Finding("certificate", False, sentence, renew)
    sentence = _("The application's certificate ends on {date:%Y-%m-%d}, in {days} days.").format(
        date=end, days=days
    )
    return Finding("certificate", True, sentence, renew if days < CERTIFICATE_NOTICE else "")


def _permissions(token: str, wanted: Sequence[Role]) -> list[Finding]:
    granted = roles(token)
    missing = [role for role in wanted if not role.granted(granted)]
    findings = [_missing(role) for role in missing]
    if all(finding.ok for finding in findings):
        findings.insert(
            0, Finding("permissions", True, _("Every permission that a crisis needs is granted."))
        )
    return findings


def _missing(role: Role) -> Finding:
    if role.closing:
        sentence = _("The permission {role} is not granted; only the end of a crisis needs it, {reason}.")
        hint = _("Grant it when a crisis ends, and take it away afterwards.")
    else:
        sentence = _("The permission {role} is missing; it is needed {reason}.")
        hint = _("Have an administrator grant it to the application (application permission) and consent.")
    return Finding("permissions", role.closing, sentence.format(role=role.name, reason=reason(role)), hint)


def _licences(graph: Graph, sku: str, needed: int) -> Finding:
    try:
        found = licences.left(graph, sku)
    except LicencesExhausted as exc:
        return Finding("licences", False, exc.message, exc.hint)
    sentence = _("{left} of {enabled} {sku} licences are left.").format(
        left=found.left, enabled=found.enabled, sku=sku
    )
    enough = found.left >= needed
    return Finding(
        "licences", enough, sentence, "" if enough else _("Order licences or free those of closed crises.")
    )


def _domain(graph: Graph, domain: str) -> Finding:
    found = {str(d["id"]).casefold(): d for d in graph.pages("/domains", params={"$select": "id,isVerified"})}
    hint = _("Add the domain to the tenant and verify it, or correct `domain` under [tenant] in kit.toml.")
    if domain.casefold() not in found:
        return Finding(
            "domain", False, _("The tenant does not know the domain {domain}.").format(domain=domain), hint
        )
    if not found[domain.casefold()].get("isVerified"):
        return Finding("domain", False, _("The domain {domain} is not verified.").format(domain=domain), hint)
    return Finding("domain", True, _("The domain {domain} is verified.").format(domain=domain))


def _country(graph: Graph, *, required: bool) -> Finding:
    # Not selected: v1.0 describes no `preferredDataLocation`, and only tenants of several regions have it.
    organization = next(graph.pages("/organization"), {})
    country = str(organization.get("countryLetterCode") or "")
    region = str(organization.get("preferredDataLocation") or "")
    sentence = _("The tenant {name} is registered in {country}.").format(
        name=organization.get("displayName") or "–", country=country or "–"
    )
    if region:
        sentence += " " + _("Its data are in the region {region}.").format(region=region)
    inside = country in EUROPEAN_UNION and (not region or region in EUROPEAN_REGIONS | EUROPEAN_UNION)
    hint = "" if inside else _("Data must stay in the European Union: use a tenant that is there.")
    return Finding("country", inside or not required, sentence, hint)


def _sharing(graph: Graph, *, required: bool) -> Finding:
    found = sharing(graph)
    if found == CLOSED:
        return Finding("sharing", True, _("Files cannot be shared with people outside the tenant."))
    sentence = _("Files can be shared with people outside the tenant (its setting: {setting}).").format(
        setting=found or _("none")
    )
    hint = _("In the SharePoint admin centre, under sharing, allow only people in your organisation.")
    return Finding("sharing", not required, sentence, hint)


def _phones(graph: Graph) -> Finding:
    graph.get(phones.PHONES, params={"$select": "id", "$top": "1"})
    return Finding(
        "phones", True, _("The tenant's device management answers: phones can be locked and wiped.")
    )


def _clock(graph: Graph) -> list[Finding]:
    if graph.skew is None:
        return []
    sentence = _("This machine's clock differs from the tenant's by {seconds:.0f} seconds.").format(
        seconds=abs(graph.skew)
    )
    ok = abs(graph.skew) <= SKEW_ALLOWED
    return [
        Finding("clock", ok, sentence, "" if ok else _("Set this machine's clock: signatures depend on it."))
    ]


def _answered(subject: str, read: Callable[[], Finding]) -> list[Finding]:
    try:
        return [read()]
    except GraphError as exc:
        if isinstance(exc, TenantRefused):
            return [Finding(subject, False, exc.message, exc.hint)]
        raise
