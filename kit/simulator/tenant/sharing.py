"""Owns who may read an item: what its library's owner gives, links, invitations.

Nobody from outside gets in while the tenant's sharing is disabled.
"""

import secrets
from collections.abc import Mapping
from typing import Any

from kit.simulator.tenant.answers import Answer, GraphError, no_such_item
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.items import find_item
from kit.simulator.tenant.odata import Collection, selected
from kit.simulator.tenant.permissions import FILES_READ, FILES_WRITE
from kit.simulator.tenant.routing import Handler, Route, Workload
from kit.simulator.tenant.store import Document, Row
from kit.simulator.tenant.tenant import Tenant, public

_ROLES = {"view": "read", "edit": "write", "embed": "read"}
_SCOPES = ("anonymous", "organization", "users")
_INHERITED = "inherited"


def list_permissions(call: Call, key: str, identifier: str = "root") -> Answer:
    """`GET …/permissions` of an item or of the root."""
    rows = _permissions(call.tenant, find_item(call.tenant, key, identifier))
    collection = Collection(
        f"drives('{key}')/items('{identifier}')/permissions",
        {"id": str},
        lambda permission: selected(public(permission), call.query.select),
        directory=False,
    )
    return call.answer_page(collection, rows)


def read_permission(call: Call, key: str, identifier: str, permission: str) -> Answer:
    """`GET …/permissions/{id}`."""
    found = _permission(call, key, identifier, permission)
    return Answer(200, {**call.context("permissions/$entity"), **public(found)})


def delete_permission(call: Call, key: str, identifier: str, permission: str) -> Answer:
    """`DELETE …/permissions/{id}`: a link or an invitation; what the library gives stays."""
    found = _permission(call, key, identifier, permission)
    if found["id"] == _INHERITED:
        raise GraphError(403, "accessDenied", "An inherited permission is removed where it was given.")
    call.tenant.store.remove("permissions", str(found["id"]))
    return Answer(204)


def create_link(call: Call, key: str, identifier: str = "root") -> Answer:
    """`POST …/createLink`."""
    body, tenant = call.object_body(), call.tenant
    document = find_item(tenant, key, identifier)
    kind, scope = str(body.get("type")), str(body.get("scope", "organization"))
    if kind not in _ROLES or scope not in _SCOPES:
        raise GraphError(400, "invalidRequest", "The type or the scope of the link is not known.")
    if scope == "anonymous" and not open_to_all(tenant):
        raise _disabled()
    key = secrets.token_urlsafe(16)
    link = {"type": kind, "scope": scope, "webUrl": f"https://{tenant.sharepoint_host}/:x:/g/{key}"}
    made = _add(tenant, document, key, {"roles": [_ROLES[kind]], "link": link, "hasPassword": False})
    return Answer(201, {**call.context("permission"), **public(made)})


def invite(call: Call, key: str, identifier: str) -> Answer:
    """`POST …/invite`: users of the tenant; others only while sharing with them is enabled."""
    body, tenant = call.object_body(), call.tenant
    document = find_item(tenant, key, identifier)
    recipients, roles = body.get("recipients"), body.get("roles")
    if not isinstance(recipients, list) or not recipients or roles not in (["read"], ["write"]):
        raise GraphError(400, "invalidRequest", "Recipients and one role, read or write, are needed.")
    people = [_identity(tenant, recipient) for recipient in recipients]
    made = [
        _add(tenant, document, secrets.token_urlsafe(16), {"roles": roles, "grantedToV2": {"user": person}})
        for person in people
    ]
    return Answer(200, {**call.context("Collection(permission)"), "value": [public(each) for each in made]})


def open_to_all(tenant: Tenant) -> bool:
    """Whether the tenant lets anybody with a link in."""
    return sharing_capability(tenant) == "externalUserAndGuestSharing"


def sharing_capability(tenant: Tenant) -> str:
    """How far the tenant shares; closed unless its settings say otherwise."""
    settings = tenant.store.get("sharepointSettings", "sharepoint") or {}
    return str(settings.get("sharingCapability", "disabled"))


def _identity(tenant: Tenant, recipient: Any) -> dict[str, Any]:
    address = str((recipient if isinstance(recipient, dict) else {}).get("email", ""))
    rows = tenant.store.find("users", "userPrincipalName", address)
    if rows:
        user = rows[0].document
        return {"id": user["id"], "displayName": user["displayName"]}
    if sharing_capability(tenant) in ("disabled", "existingExternalUserSharingOnly"):
        raise _disabled()
    return {"displayName": address}


def _permissions(tenant: Tenant, document: Document) -> list[Row]:
    given = [row for row in tenant.store.rows("permissions") if row.document["_item"] == document["id"]]
    return [Row(1, _inherited(tenant, document)), *given]


def _permission(call: Call, key: str, identifier: str, permission: str) -> Document:
    for row in _permissions(call.tenant, find_item(call.tenant, key, identifier)):
        if row.document["id"] == permission:
            return row.document
    raise no_such_item(f"permission {permission}")


def _inherited(tenant: Tenant, document: Document) -> Document:
    """What the owner of the library has by owning it."""
    drive = tenant.store.get("drives", document["_drive"]) or {}
    site = tenant.store.get("sites", drive["_site"]) or {}
    group = tenant.store.get("groups", site["_group"] or "")
    owner = group or tenant.store.get("users", site.get("_user") or "") or site
    person = {"id": owner["id"], "displayName": owner["displayName"]}
    return {"id": _INHERITED, "roles": ["owner"], "grantedToV2": {"group" if group else "user": person}}


def _add(tenant: Tenant, document: Document, key: str, given: Mapping[str, Any]) -> Document:
    permission = {"id": key, **given, "_item": document["id"]}
    tenant.store.put("permissions", key, permission)
    return permission


def _disabled() -> GraphError:
    return GraphError(403, "accessDenied", "Sharing with people outside is disabled for this tenant.")


def _route(method: str, template: str, handler: Handler) -> Route:
    roles = FILES_READ if method == "GET" else FILES_WRITE
    return Route(method, f"/drives/{{drive-id}}{template}", handler, roles, Workload.SHAREPOINT, units=5)


_ITEM = "/items/{driveItem-id}"
ROUTES = (
    _route("GET", "/root/permissions", list_permissions),
    _route("POST", "/root/createLink", create_link),
    _route("GET", f"{_ITEM}/permissions", list_permissions),
    _route("GET", f"{_ITEM}/permissions/{{permission-id}}", read_permission),
    _route("DELETE", f"{_ITEM}/permissions/{{permission-id}}", delete_permission),
    _route("POST", f"{_ITEM}/createLink", create_link),
    _route("POST", f"{_ITEM}/invite", invite),
)
