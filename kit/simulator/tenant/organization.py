"""Owns the organisation, the applications known to the directory, and reading any directory object by id."""

from collections.abc import Mapping
from typing import Any

from kit.simulator.tenant.answers import Answer, bad_request, no_such_object
from kit.simulator.tenant.audit import audited
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.directory import find_object, kind_of
from kit.simulator.tenant.odata import Collection, check_select, selected
from kit.simulator.tenant.permissions import (
    APPLICATIONS_READ,
    OBJECTS_READ,
    ORGANISATION_READ,
    ORGANISATION_WRITE,
)
from kit.simulator.tenant.routing import Route
from kit.simulator.tenant.store import Document
from kit.simulator.tenant.tenant import public

#: What an administrator may change of the organisation; the rest follows from the contract with Microsoft.
_WRITABLE: Mapping[str, type] = {
    "marketingNotificationEmails": list,
    "privacyProfile": dict,
    "securityComplianceNotificationMails": list,
    "securityComplianceNotificationPhones": list,
    "technicalNotificationMails": list,
}


def list_organization(call: Call) -> Answer:
    """`GET /organization`: one entry."""
    return _list(call, "organization", {"id": str, "displayName": str})


def read_organization(call: Call, key: str) -> Answer:
    """`GET /organization/{tenant id}`."""
    return _read(call, "organization", key)


def change_organization(call: Call, key: str) -> Answer:
    """`PATCH /organization/{tenant id}`: whom Microsoft writes to, and nothing else."""
    organization = _find(call, "organization", key)
    body = {name: value for name, value in call.object_body().items() if not name.startswith("@")}
    for name, value in body.items():
        if not isinstance(value, _WRITABLE.get(name, type(None))):
            raise bad_request(f"Property '{name}' is read-only and cannot be set.")
    call.tenant.store.put("organization", key, {**organization, **body})
    return Answer(204)


def list_applications(call: Call) -> Answer:
    """`GET /servicePrincipals`: the registered applications."""
    return _list(call, "servicePrincipals", {"id": str, "appId": str, "displayName": str})


def read_application(call: Call, key: str) -> Answer:
    """`GET /servicePrincipals/{id}`."""
    return _read(call, "servicePrincipals", key)


def read_object(call: Call, key: str) -> Answer:
    """`GET /directoryObjects/{id}`: a user, group or unit, saying which it is."""
    document = find_object(call, key)
    kind = kind_of(document)
    check_select(kind, call.query)
    shown = {"@odata.type": kind.odata_type, **kind.shape(document, call.query.select)}
    return Answer(200, {**call.context("directoryObjects/$entity"), **shown})


def _list(call: Call, collection: str, properties: Mapping[str, type]) -> Answer:
    def shape(document: Document) -> Mapping[str, Any]:
        return selected(public(document), call.query.select)

    return call.answer_page(Collection(collection, properties, shape), call.tenant.store.rows(collection))


def _read(call: Call, collection: str, key: str) -> Answer:
    shown = selected(public(_find(call, collection, key)), call.query.select)
    return Answer(200, {**call.context(f"{collection}/$entity"), **shown})


def _find(call: Call, collection: str, key: str) -> Document:
    document = call.tenant.store.get(collection, key)
    if document is None:
        raise no_such_object(key)
    return document


_ONE = "/organization/{organization-id}"
_CHANGE = audited("Set Company Information", "DirectoryManagement", change_organization)
ROUTES = (
    Route("GET", "/organization", list_organization, ORGANISATION_READ),
    Route("GET", _ONE, read_organization, ORGANISATION_READ),
    Route("PATCH", _ONE, _CHANGE, ORGANISATION_WRITE),
    Route("GET", "/servicePrincipals", list_applications, APPLICATIONS_READ),
    Route("GET", "/servicePrincipals/{servicePrincipal-id}", read_application, APPLICATIONS_READ),
    Route("GET", "/directoryObjects/{directoryObject-id}", read_object, OBJECTS_READ),
)
