"""Owns the tenant's domains: added, proved by a DNS record, verified.

Nobody's DNS is asked here: the record counts as published from the moment it was read.
"""

import hashlib
from typing import Any

from kit.simulator.tenant.answers import Answer, bad_request, no_such_object
from kit.simulator.tenant.audit import audited
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.odata import Collection, selected
from kit.simulator.tenant.permissions import DOMAINS_READ, DOMAINS_WRITE
from kit.simulator.tenant.routing import Route
from kit.simulator.tenant.store import Document, Row
from kit.simulator.tenant.tenant import Tenant, public

_DOMAINS = "domains"


def add_domain(tenant: Tenant, name: str, *, initial: bool) -> Document:
    """Record a domain; the initial one is the default, and verified."""
    domain = {
        "id": name,
        "authenticationType": "Managed",
        "availabilityStatus": None,
        "isAdminManaged": True,
        "isDefault": initial,
        "isInitial": initial,
        "isRoot": True,
        "isVerified": initial,
        "supportedServices": ["Email", "OfficeCommunicationsOnline"] if initial else [],
        "passwordNotificationWindowInDays": None,
        "passwordValidityPeriodInDays": None,
        "state": None,
    }
    tenant.store.put(_DOMAINS, name.lower(), domain)
    return domain


def list_domains(call: Call) -> Answer:
    """`GET /domains`."""
    collection = Collection(_DOMAINS, {"id": str}, lambda domain: selected(public(domain), call.query.select))
    return call.answer_page(collection, call.tenant.store.rows(_DOMAINS))


def create_domain(call: Call) -> Answer:
    """`POST /domains`: not verified yet."""
    name = call.object_body().get("id")
    if not isinstance(name, str) or "." not in name or " " in name:
        raise bad_request("Invalid value specified for property 'id' of resource 'Domain'.")
    if call.tenant.store.get(_DOMAINS, name.lower()):
        raise bad_request(f"A domain with the name {name} already exists.")
    domain = add_domain(call.tenant, name.lower(), initial=False)
    shown = {**call.context("domains/$entity"), **public(domain)}
    return Answer(201, shown, {"Location": f"{call.base}/domains/{domain['id']}"})


def read_domain(call: Call, key: str) -> Answer:
    """`GET /domains/{name}`."""
    shown = selected(public(_find(call, key)), call.query.select)
    return Answer(200, {**call.context("domains/$entity"), **shown})


def list_records(call: Call, key: str) -> Answer:
    """`GET /domains/{name}/verificationDnsRecords`: either proves the domain."""
    domain = _find(call, key)
    proof = f"ms{int(hashlib.sha256(str(domain['id']).encode()).hexdigest(), 16) % 10**8:08d}"
    records: list[dict[str, Any]] = [
        {"recordType": "Txt", "text": f"MS={proof}"},
        {"recordType": "Mx", "mailExchange": f"{proof}.msv1.invalid", "preference": 32767},
    ]
    common = {"isOptional": False, "label": domain["id"], "supportedService": "Email", "ttl": 3600}
    rows = [
        Row(
            place,
            {
                "@odata.type": f"#microsoft.graph.domainDns{record['recordType']}Record",
                "id": f"{proof}-{place}",
                **common,
                **record,
            },
        )
        for place, record in enumerate(records, start=1)
    ]
    context = f"domains('{key}')/verificationDnsRecords"
    return call.answer_page(Collection(context, {}, lambda record: selected(record, call.query.select)), rows)


def verify_domain(call: Call, key: str) -> Answer:
    """`POST /domains/{name}/verify`."""
    domain = _find(call, key)
    if domain["isVerified"]:
        raise bad_request(f"The domain {domain['id']} is already verified.")
    verified = {**domain, "isVerified": True}
    call.tenant.store.put(_DOMAINS, key.lower(), verified)
    return Answer(200, {**call.context("domains/$entity"), **public(verified)})


def _find(call: Call, key: str) -> Document:
    domain = call.tenant.store.get(_DOMAINS, key.lower())
    if domain is None:
        raise no_such_object(key)
    return domain


_ONE = "/domains/{domain-id}"
_CATEGORY = "DirectoryManagement"
ROUTES = (
    Route("GET", "/domains", list_domains, DOMAINS_READ),
    Route("POST", "/domains", audited("Add unverified domain", _CATEGORY, create_domain), DOMAINS_WRITE),
    Route("GET", _ONE, read_domain, DOMAINS_READ),
    Route("GET", f"{_ONE}/verificationDnsRecords", list_records, DOMAINS_READ),
    Route("POST", f"{_ONE}/verify", audited("Verify domain", _CATEGORY, verify_domain), DOMAINS_WRITE),
)
