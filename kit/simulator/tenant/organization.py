"""Owns the organisation, its domains and the applications known to the directory: read-only here."""

from collections.abc import Mapping
from typing import Any

from kit.simulator.tenant.answers import Answer, no_such_object
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.odata import Collection, selected
from kit.simulator.tenant.permissions import APPLICATIONS_READ, DOMAINS_READ, ORGANISATION_READ
from kit.simulator.tenant.routing import Route
from kit.simulator.tenant.store import Document
from kit.simulator.tenant.tenant import public


def list_organization(call: Call) -> Answer:
    """`GET /organization`: one entry."""
    return _list(call, "organization", {"id": str, "displayName": str})


def read_organization(call: Call, key: str) -> Answer:
    """`GET /organization/{tenant id}`."""
    return _read(call, "organization", key)


def list_domains(call: Call) -> Answer:
    """`GET /domains`."""
    return _list(call, "domains", {"id": str})


def read_domain(call: Call, key: str) -> Answer:
    """`GET /domains/{name}`."""
    return _read(call, "domains", key.lower())


def list_applications(call: Call) -> Answer:
    """`GET /servicePrincipals`: the registered applications."""
    return _list(call, "servicePrincipals", {"id": str, "appId": str, "displayName": str})


def read_application(call: Call, key: str) -> Answer:
    """`GET /servicePrincipals/{id}`."""
    return _read(call, "servicePrincipals", key)


def _list(call: Call, collection: str, properties: Mapping[str, type]) -> Answer:
    def shape(document: Document) -> Mapping[str, Any]:
        return selected(public(document), call.query.select)

    return call.answer_page(Collection(collection, properties, shape), call.tenant.store.rows(collection))


def _read(call: Call, collection: str, key: str) -> Answer:
    document = call.tenant.store.get(collection, key)
    if document is None:
        raise no_such_object(key)
    return Answer(
        200, {**call.context(f"{collection}/$entity"), **selected(public(document), call.query.select)}
    )


ROUTES = (
    Route("GET", "/organization", list_organization, ORGANISATION_READ),
    Route("GET", "/organization/{organization-id}", read_organization, ORGANISATION_READ),
    Route("GET", "/domains", list_domains, DOMAINS_READ),
    Route("GET", "/domains/{domain-id}", read_domain, DOMAINS_READ),
    Route("GET", "/servicePrincipals", list_applications, APPLICATIONS_READ),
    Route("GET", "/servicePrincipals/{servicePrincipal-id}", read_application, APPLICATIONS_READ),
)
