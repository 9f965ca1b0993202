"""What `kit tenant check` sees, in the simulated tenant and in one that lacks things."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from kit.errors import TenantUnreachable
from kit.graph import tenant
from kit.graph.connection import Connection
from kit.graph.permissions import NEEDED_ROLES
from kit.graph.tenant import Finding
from kit.settings import SignIn
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
        "sharing",
        "phones",
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
        "/admin/sharepoint/settings": httpx.Response(200, json={"sharingCapability": "disabled"}),
        "/deviceManagement/managedDevices": httpx.Response(200, json={"value": []}),
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


ORGANIZATION = {"displayName": "Secours", "countryLetterCode": "FR"}
SKU = {"skuId": "s", "skuPartNumber": "SPE_E3", "prepaidUnits": {"enabled": 5}, "consumedUnits": 2}


def furnished(
    *,
    organization: dict[str, str] | None = None,
    sharing: str = "disabled",
    phones: httpx.Response | None = None,
    roles: list[str] | None = None,
) -> ScriptedTenant:
    """A tenant that lacks nothing but what is said."""
    answers = {
        "/subscribedSkus": httpx.Response(200, json={"value": [SKU]}),
        "/domains": httpx.Response(200, json={"value": [{"id": DOMAIN, "isVerified": True}]}),
        "/organization": httpx.Response(200, json={"value": [ORGANIZATION | (organization or {})]}),
        "/admin/sharepoint/settings": httpx.Response(200, json={"sharingCapability": sharing}),
        "/deviceManagement/managedDevices": phones or httpx.Response(200, json={"value": []}),
    }
    return scripted(answers, [role.name for role in NEEDED_ROLES] if roles is None else roles)


@pytest.mark.parametrize(
    ("organization", "inside"),
    [
        ({}, True),
        ({"preferredDataLocation": "EUR"}, True),
        ({"preferredDataLocation": "FRA"}, True),
        ({"preferredDataLocation": "NAM"}, False),
        ({"preferredDataLocation": "GBR"}, False),
        ({"countryLetterCode": "CH", "preferredDataLocation": "EUR"}, False),
        ({"countryLetterCode": ""}, False),
    ],
)
def test_where_the_data_are_counts_where_the_tenant_says_it(
    application: Application, time: VirtualTime, organization: dict[str, str], inside: bool
) -> None:
    with furnished(organization=organization).graph(application, time) as graph:
        found = by_subject(tenant.check(graph, sku="SPE_E3", domain=DOMAIN))["country"]
        accepted = by_subject(tenant.check(graph, sku="SPE_E3", domain=DOMAIN, require_eu=False))["country"]
    assert (found.ok, bool(found.hint), accepted.ok) == (inside, not inside, True)


def test_open_sharing_is_found_and_may_be_accepted(application: Application, time: VirtualTime) -> None:
    with furnished(sharing="externalUserAndGuestSharing").graph(application, time) as graph:
        found = by_subject(tenant.check(graph, sku="SPE_E3", domain=DOMAIN))["sharing"]
        told = tenant.check(graph, sku="SPE_E3", domain=DOMAIN, require_closed_sharing=False)
    assert not found.ok
    assert "externalUserAndGuestSharing" in found.sentence
    assert by_subject(told)["sharing"].ok
    assert by_subject(told)["sharing"].hint


def test_a_tenant_without_device_management_is_found_where_phones_are_managed(
    application: Application, time: VirtualTime
) -> None:
    absent = refusal(400, "BadRequest")
    with furnished(phones=absent).graph(application, time) as graph:
        found = tenant.check(graph, sku="SPE_E3", domain=DOMAIN)
        unmanaged = tenant.check(graph, sku="SPE_E3", domain=DOMAIN, managed_phones=False)
    assert not by_subject(found)["phones"].ok
    assert unmanaged.ok
    assert "phones" not in by_subject(unmanaged)


def test_permissions_for_the_end_of_a_crisis_are_told_and_not_demanded(
    application: Application, time: VirtualTime
) -> None:
    granted = [role.name for role in NEEDED_ROLES if not role.closing]
    with furnished(roles=granted).graph(application, time) as graph:
        found = tenant.check(graph, sku="SPE_E3", domain=DOMAIN)
    told = [finding for finding in found.findings if finding.subject == "permissions"]
    assert found.ok
    assert len(told) == 1 + sum(role.closing for role in NEEDED_ROLES)
    assert any("Mail.Read " in finding.sentence and "take it away" in finding.hint for finding in told)


def test_a_persons_permissions_are_in_their_token_too() -> None:
    token = jwt.encode({"scp": "User.ReadWrite.All Mail.Read"}, "x" * 32, algorithm="HS256")
    assert tenant.roles(token) == {"User.ReadWrite.All", "Mail.Read"}


def test_where_a_person_signs_in_no_certificate_is_looked_at(
    application: Application, time: VirtualTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.unit.kit.graph.support.connection", signing_in)
    with furnished().graph(application, time) as graph:
        token = jwt.encode({"scp": " ".join(r.name for r in NEEDED_ROLES)}, "x" * 32, algorithm="HS256")
        monkeypatch.setattr(graph.tokens, "get", lambda: token)
        found = tenant.check(graph, sku="SPE_E3", domain=DOMAIN)
    assert "certificate" not in by_subject(found)
    assert "person" in by_subject(found)["token"].sentence


def signing_in(files: Application) -> Connection:
    return replace(connection(files), sign_in=SignIn.DEVICE_CODE)


@pytest.mark.parametrize(
    ("asked", "missing"),
    [
        ({}, ["country", "sharing"]),
        ({"licences_needed": 4}, ["licences", "country", "sharing"]),
        ({"require_eu": False}, ["sharing"]),
        ({"require_eu": False, "require_closed_sharing": False}, []),
    ],
)
def test_what_forbids_to_create_anything_is_given_before(
    application: Application, time: VirtualTime, asked: dict[str, Any], missing: list[str]
) -> None:
    made = furnished(organization={"countryLetterCode": "US"}, sharing="externalUserSharingOnly")
    every: dict[str, Any] = {"licences_needed": 3, "require_eu": True, "require_closed_sharing": True}
    with made.graph(application, time) as graph:
        found = tenant.preconditions(graph, sku="SPE_E3", **(every | asked))
    assert [finding.subject for finding in found] == missing
    assert all(finding.sentence and finding.hint for finding in found)


def test_the_simulated_tenant_meets_the_conditions(live: LiveTenant) -> None:
    missing = tenant.preconditions(
        live.graph, sku="SPE_E3", licences_needed=5, require_eu=True, require_closed_sharing=True
    )
    assert missing == ()
    assert live.recorder.writes() == []
