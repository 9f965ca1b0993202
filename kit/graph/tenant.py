"""Owns whether the tenant is ready for a crisis: what is missing is said before the night it is needed."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from gettext import gettext as _
from typing import Any

import jwt
from cryptography import x509

from kit.errors import TenantRefused
from kit.graph import licences
from kit.graph.client import Graph
from kit.graph.connection import Connection
from kit.graph.errors import GraphError, LicencesExhausted
from kit.graph.permissions import NEEDED_ROLES, reason

#: Member states of the European Union, ISO 3166 (requirements: data hosted in the EU).
EUROPEAN_UNION = frozenset(
    (
        *("AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE"),
        *("IT", "LV", "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE"),
    )
)
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


def check(graph: Graph, *, sku: str, domain: str, licences_needed: int = 1) -> Readiness:
    """See what the tenant lacks; a refusal is a finding, not an error.

    Raises:
        TenantUnreachable: the tenant does not answer.
        MissingRequirement, BadInput: the key or certificate file cannot be used.
    """
    findings = [_certificate(graph.connection, dt.datetime.now(dt.UTC))]
    try:
        token = graph.tokens.get()
    except TenantRefused as exc:
        refused = Finding("token", False, exc.message, exc.hint)
        return Readiness((*findings, *_clock(graph), refused))
    findings += [Finding("token", True, _("The tenant accepts the application and its certificate."))]
    findings += _permissions(token)
    findings += _answered("licences", lambda: _licences(graph, sku, licences_needed))
    findings += _answered("domain", lambda: _domain(graph, domain))
    findings += _answered("country", lambda: _country(graph))
    return Readiness((*findings, *_clock(graph)))


def roles(token: str) -> frozenset[str]:
    """The application permissions in a token; its signature is Graph's to check, not ours."""
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return frozenset(map(str, claims.get("roles", [])))


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


def _permissions(token: str) -> list[Finding]:
    granted = roles(token)
    missing = [role for role in NEEDED_ROLES if not role.granted(granted)]
    if not missing:
        return [Finding("permissions", True, _("The application has every permission it needs."))]
    return [
        Finding(
            "permissions",
            False,
            _("The permission {role} is missing; it is needed {reason}.").format(
                role=role.name, reason=reason(role)
            ),
            _("Have an administrator grant it to the application (application permission) and consent."),
        )
        for role in missing
    ]


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


def _country(graph: Graph) -> Finding:
    select = {"$select": "id,displayName,countryLetterCode"}
    organization = next(graph.pages("/organization", params=select), {})
    country = str(organization.get("countryLetterCode") or "")
    sentence = _("The tenant {name} is registered in {country}.").format(
        name=organization.get("displayName") or "–", country=country or "–"
    )
    if country in EUROPEAN_UNION:
        return Finding("country", True, sentence)
    return Finding(
        "country", False, sentence, _("Data must stay in the European Union: use a tenant that is there.")
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
