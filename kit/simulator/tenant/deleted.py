"""Owns deleted items: users and Microsoft 365 groups wait here, and `DELETE` purges them for good."""

from functools import partial

from kit.simulator.tenant.answers import Answer, no_such_object
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.kinds import GROUP, USER, Kind
from kit.simulator.tenant.links import forget
from kit.simulator.tenant.odata import of_kind
from kit.simulator.tenant.permissions import DELETED_READ, DELETED_WRITE
from kit.simulator.tenant.routing import Route
from kit.simulator.tenant.store import Document
from kit.simulator.tenant.tenant import Tenant

_KINDS = {"user": USER, "group": GROUP}


def list_deleted(call: Call, *, kind: str) -> Answer:
    """`GET /directory/deletedItems/microsoft.graph.user` or `.group`."""
    rows = [row for row in call.tenant.store.rows("deleted") if row.document["_kind"] == kind]
    return call.answer_page(of_kind(_KINDS[kind], f"{kind}s", call.query), rows)


def read_deleted(call: Call, key: str) -> Answer:
    """`GET /directory/deletedItems/{id}`."""
    document = _find(call, key)
    kind: Kind = _KINDS[document["_kind"]]
    shown = kind.shape(document, call.query.select or ("deletedDateTime", *kind.default))
    return Answer(200, {**call.context("directoryObjects/$entity"), "@odata.type": kind.odata_type, **shown})


def purge(call: Call, key: str) -> Answer:
    """`DELETE /directory/deletedItems/{id}`: with its links and, for a group, its site and Team."""
    _find(call, key)
    call.tenant.store.remove("deleted", key)
    forget(call.tenant, key)
    _purge_team(call.tenant, key)
    for row in call.tenant.store.rows("sites"):
        if row.document["_group"] == key:
            _purge_site(call.tenant, row.document)
    return Answer(204)


def _find(call: Call, key: str) -> Document:
    document = call.tenant.store.get("deleted", key)
    if document is None:
        raise no_such_object(key)
    return document


def _purge_team(tenant: Tenant, key: str) -> None:
    tenant.store.remove("teams", key)
    for row in tenant.store.find("channels", "_team", key):
        tenant.store.remove("channels", str(row.document["id"]))


def _purge_site(tenant: Tenant, site: Document) -> None:
    tenant.store.remove("sites", str(site["id"]))
    drives = {str(row.document["id"]) for row in tenant.store.find("drives", "_site", str(site["id"]))}
    for row in tenant.store.rows("items"):
        if row.document["_drive"] in drives:
            tenant.store.remove("items", str(row.document["id"]))
    for drive in drives:
        tenant.store.remove("drives", drive)


_BASE = "/directory/deletedItems"
ROUTES = (
    Route("GET", f"{_BASE}/graph.user", partial(list_deleted, kind="user"), DELETED_READ, units=2),
    Route("GET", f"{_BASE}/graph.group", partial(list_deleted, kind="group"), DELETED_READ, units=2),
    Route("GET", f"{_BASE}/{{directoryObject-id}}", read_deleted, DELETED_READ),
    Route("DELETE", f"{_BASE}/{{directoryObject-id}}", purge, DELETED_WRITE),
)
