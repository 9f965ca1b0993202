"""Owns deleted items: users and Microsoft 365 groups wait here, to be restored or purged for good."""

from functools import partial

from kit.simulator.tenant.answers import Answer, conflict, no_such_object
from kit.simulator.tenant.assignments import regained, settle
from kit.simulator.tenant.audit import audited
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.kinds import GROUP, USER, Kind
from kit.simulator.tenant.links import forget
from kit.simulator.tenant.mail import forget_mail
from kit.simulator.tenant.odata import of_kind
from kit.simulator.tenant.passes import forget_passes
from kit.simulator.tenant.permissions import DELETED_READ, DELETED_WRITE, GROUPS_WRITE, USERS_RESTORE
from kit.simulator.tenant.recycle import forget_drives
from kit.simulator.tenant.routing import Route
from kit.simulator.tenant.settings import forget_settings
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
    """`DELETE /directory/deletedItems/{id}`: with its links, mail and files, and for a group its Team."""
    _find(call, key)
    call.tenant.store.remove("deleted", key)
    forget(call.tenant, key)
    forget_passes(call.tenant, key)
    forget_settings(call.tenant, key)
    _purge_team(call.tenant, key)
    forget_drives(call.tenant, key)
    forget_mail(call.tenant, key)
    return Answer(204)


def restore(call: Call, key: str, *, kind: str | None = None) -> Answer:
    """`POST /directory/deletedItems/{id}/restore`, or below `/users` or `/groups` for that kind only.

    Links come back, licences as far as the pool goes; a name that was taken meanwhile is a conflict.
    """
    document, tenant = _find(call, key), call.tenant
    if kind not in (None, document["_kind"]):
        raise no_such_object(key)
    kept = {name: value for name, value in document.items() if name not in ("deletedDateTime", "_kind")}
    if document["_kind"] == "user":
        restored = regained(tenant, {**kept, "userPrincipalName": _name_before(document)})
        _check_free(tenant, "users", "userPrincipalName", restored)
    else:
        restored = kept
        for name in ("mailNickname", "uniqueName"):
            _check_free(tenant, "groups", name, restored)
    tenant.store.remove("deleted", key)
    tenant.store.put(f"{document['_kind']}s", key, restored, visible_at=tenant.replicate())
    settle(tenant, key)
    found = _KINDS[document["_kind"]]
    shown = found.shape(tenant.store.get(f"{document['_kind']}s", key) or restored, ())
    return Answer(200, {**call.context("directoryObjects/$entity"), "@odata.type": found.odata_type, **shown})


def _name_before(document: Document) -> str:
    return str(document["userPrincipalName"]).removeprefix(str(document["id"]).replace("-", ""))


def _check_free(tenant: Tenant, collection: str, name: str, document: Document) -> None:
    if (value := document.get(name)) and tenant.store.find(collection, name, value):
        raise conflict(name)


def _find(call: Call, key: str) -> Document:
    document = call.tenant.store.get("deleted", key)
    if document is None:
        raise no_such_object(key)
    return document


def _purge_team(tenant: Tenant, key: str) -> None:
    tenant.store.remove("teams", key)
    for row in tenant.store.find("channels", "_team", key):
        tenant.store.remove("channels", str(row.document["id"]))


_BASE = "/directory/deletedItems"
_ONE = f"{_BASE}/{{directoryObject-id}}"
_HARD = audited("Hard Delete", "DirectoryManagement", purge)
ROUTES = (
    Route("GET", f"{_BASE}/graph.user", partial(list_deleted, kind="user"), DELETED_READ, units=2),
    Route("GET", f"{_BASE}/graph.group", partial(list_deleted, kind="group"), DELETED_READ, units=2),
    Route("GET", _ONE, read_deleted, DELETED_READ),
    Route("DELETE", _ONE, _HARD, DELETED_WRITE),
    Route("POST", f"{_ONE}/restore", audited("Restore", "DirectoryManagement", restore), DELETED_WRITE),
    Route(
        "POST",
        "/users/{user-id}/restore",
        audited("Restore user", "UserManagement", partial(restore, kind="user")),
        USERS_RESTORE,
    ),
    Route(
        "POST",
        "/groups/{group-id}/restore",
        audited("Restore Group", "GroupManagement", partial(restore, kind="group")),
        GROUPS_WRITE,
    ),
)
