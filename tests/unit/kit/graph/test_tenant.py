"""What `kit tenant check` sees, in the simulated tenant and in one that lacks things."""

import datetime as dt
from pathlib import Path

import httpx
import jwt
import pytest

from kit.errors import TenantUnreachable
from kit.graph import tenant
from kit.graph.permissions import NEEDED_ROLES, reason
from kit.graph.tenant import Finding
from tests.unit.kit.graph.conftest import LiveTenant
from tests.unit.kit.graph.support import (
    CLIENT_ID,
    DOMAIN,
    ScriptedTenant,
    VirtualTime,
    connection,
    refusal,
    write_application,
)

Application = tuple[Path, Path]


def by_subject(found: tenant.Readiness) -> dict[str, Finding]:
    return {finding.subject: finding for finding in found.findings}


def scripted(answers: dict[str, httpx.Response], roles: list[str]) -> ScriptedTenant:
    """A tenant that answers these paths, and gives a token with these roles."""
    token = jwt.encode({"roles": roles}, "x" * 32, algorithm="HS256")
    made = ScriptedTenant(lambda request: answers[request.url.path.removeprefix("/v1.0")])
    made.token_troubles = [
        httpx.Response(200, json={"access_token": token, "token_type": "Bearer", "expires_in": 3600})
    ]
    return made


def test_a_tenant_that_lacks_nothing_is_ready(live: LiveTenant) -> None:
    found = tenant.check(live.graph, sku="SPE_E3", domain=DOMAIN, licences_needed=5)
    assert [finding for finding in found.findings if not finding.ok] == []
    assert found.ok
    assert set(by_subject(found)) == {
        "certificate",
        "token",
        "permissions",
        "licences",
        "domain",
        "country",
        "clock",
    }
    assert live.recorder.writes() == []


def test_each_missing_permission_is_named_with_its_reason(live: LiveTenant) -> None:
    live.server.register_app(
        CLIENT_ID,
        live.connection.certificate.read_text(),
        [role.name for role in NEEDED_ROLES if role.name not in ("Channel.Create", "Domain.Read.All")],
    )
    found = tenant.check(live.graph, sku="SPE_E3", domain=DOMAIN)
    missing = [finding.sentence for finding in found.findings if finding.subject == "permissions"]
    assert not found.ok
    assert len(missing) == 2
    assert any("Channel.Create" in sentence and "channels" in sentence for sentence in missing)
    assert not by_subject(found)["domain"].ok


def test_too_few_licences_and_a_foreign_domain_are_found(live: LiveTenant) -> None:
    found = by_subject(tenant.check(live.graph, sku="SPE_E3", domain="autre.example", licences_needed=6))
    assert not found["licences"].ok
    assert "5 of 5" in found["licences"].sentence
    assert not found["domain"].ok
    assert not by_subject(tenant.check(live.graph, sku="SPE_E9", domain=DOMAIN))["licences"].ok


def test_a_tenant_outside_the_union_with_an_unverified_domain_is_not_ready(
    application: Application, time: VirtualTime
) -> None:
    answers = {
        "/subscribedSkus": refusal(403, "Authorization_RequestDenied"),
        "/domains": httpx.Response(200, json={"value": [{"id": DOMAIN, "isVerified": False}]}),
        "/organization": httpx.Response(
            200,
            json={"value": [{"displayName": "X", "countryLetterCode": "US"}]},
            headers={"Date": "Thu, 01 Jan 2026 00:00:00 GMT"},
        ),
    }
    with scripted(answers, ["Directory.ReadWrite.All"]).graph(application, time) as graph:
        found = tenant.check(graph, sku="SPE_E3", domain=DOMAIN)
    wrong = {finding.subject for finding in found.findings if not finding.ok}
    assert wrong == {"permissions", "licences", "domain", "country", "clock"}
    assert "Organization.Read.All" in by_subject(found)["licences"].hint


def test_a_refused_token_is_a_finding_and_ends_the_check(application: Application, time: VirtualTime) -> None:
    made = ScriptedTenant(lambda _request: httpx.Response(500))
    made.token_troubles = [httpx.Response(401, json={"error": "invalid_client", "error_description": "No."})]
    with made.graph(application, time) as graph:
        found = tenant.check(graph, sku="SPE_E3", domain=DOMAIN)
    assert [(finding.subject, finding.ok) for finding in found.findings] == [
        ("certificate", True),
        ("token", False),
    ]


def test_a_tenant_that_does_not_answer_is_an_error(application: Application, time: VirtualTime) -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("x")

    roles = [role.name for role in NEEDED_ROLES]
    made = scripted({}, roles)
    made._answer = answer
    with made.graph(application, time, patience=0) as graph, pytest.raises(TenantUnreachable):
        tenant.check(graph, sku="SPE_E3", domain=DOMAIN)


@pytest.mark.parametrize(("days", "ok", "warned"), [(200, True, False), (29, True, True), (-1, False, True)])
def test_the_certificates_end_is_seen_in_time(tmp_path: Path, days: int, ok: bool, warned: bool) -> None:
    there = connection(write_application(tmp_path, days=days))
    found = tenant._certificate(there, dt.datetime.now(dt.UTC))
    assert found.ok is ok
    assert bool(found.hint) is warned


def test_a_wider_permission_serves(application: Application) -> None:
    assert all(role.granted(frozenset({wide})) for role in NEEDED_ROLES for wide in (role.name, *role.wider))
    assert not any(role.granted(frozenset({"Mail.Read"})) for role in NEEDED_ROLES)


def test_every_permission_has_its_reason() -> None:
    assert all(reason(role) for role in NEEDED_ROLES)
    assert not any("Mail.Read" in role.name for role in NEEDED_ROLES)
