"""Owns the other view of a library: a list of its site; and who may use a site."""

import secrets
from typing import Any
from urllib.parse import quote

from kit.simulator.tenant.answers import Answer, GraphError, no_such_item
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.items import path_of
from kit.simulator.tenant.odata import Collection, selected
from kit.simulator.tenant.permissions import SITES_CONTROL, SITES_READ
from kit.simulator.tenant.routing import Handler, Route, Workload
from kit.simulator.tenant.site_provisioning import is_there
from kit.simulator.tenant.store import Document, Row
from kit.simulator.tenant.tenant import public

_ROLES = ("read", "write", "manage", "fullcontrol", "owner")


def list_lists(call: Call, key: str) -> Answer:
    """`GET /sites/{id}/lists`: the document library."""
    drives = call.tenant.store.find("drives", "_site", str(_site(call, key)["id"]))
    rows = [Row(row.sequence, _shown(row.document)) for row in drives]
    return _page(call, f"sites('{key}')/lists", rows)


def read_list(call: Call, key: str, identifier: str) -> Answer:
    """`GET /sites/{id}/lists/{id}`."""
    shown = selected(_shown(_drive(call, key, identifier)), call.query.select)
    return Answer(200, {**call.context(f"sites('{key}')/lists/$entity"), **shown})


def list_items(call: Call, key: str, identifier: str) -> Answer:
    """`GET /sites/{id}/lists/{id}/items`: files and folders at any depth."""
    drive = _drive(call, key, identifier)
    rows = call.tenant.store.find("items", "_drive", str(drive["id"]))
    shown = [Row(row.sequence, _shown_item(call, drive, row)) for row in rows if "_parent" in row.document]
    return _page(call, f"sites('{key}')/lists('{identifier}')/items", shown)


def list_permissions(call: Call, key: str) -> Answer:
    """`GET /sites/{id}/permissions`: applications that were let in one by one."""
    site = _site(call, key)
    rows = [row for row in call.tenant.store.rows("sitePermissions") if row.document["_site"] == site["id"]]
    return _page(
        call, f"sites('{key}')/permissions", [Row(row.sequence, public(row.document)) for row in rows]
    )


def add_permission(call: Call, key: str) -> Answer:
    """`POST /sites/{id}/permissions`: let an application in."""
    body, site = call.object_body(), _site(call, key)
    roles, granted = body.get("roles"), body.get("grantedToIdentities")
    if not isinstance(roles, list) or not roles or not all(role in _ROLES for role in roles):
        raise GraphError(400, "invalidRequest", "Roles are needed, of those a site has.")
    identities = [each for each in granted if isinstance(each, dict)] if isinstance(granted, list) else []
    applications = [each.get("application") for each in identities]
    if len(applications) != 1 or not isinstance(applications[0], dict) or "id" not in applications[0]:
        raise GraphError(400, "invalidRequest", "One application is let in at a time.")
    permission = {
        "id": secrets.token_urlsafe(24),
        "roles": roles,
        "grantedToIdentitiesV2": [{"application": applications[0]}],
        "_site": site["id"],
    }
    call.tenant.store.put("sitePermissions", str(permission["id"]), permission)
    return Answer(201, {**call.context(f"sites('{key}')/permissions/$entity"), **public(permission)})


def read_permission(call: Call, key: str, identifier: str) -> Answer:
    """`GET /sites/{id}/permissions/{id}`."""
    found = public(_permission(call, key, identifier))
    return Answer(200, {**call.context(f"sites('{key}')/permissions/$entity"), **found})


def delete_permission(call: Call, key: str, identifier: str) -> Answer:
    """`DELETE /sites/{id}/permissions/{id}`."""
    call.tenant.store.remove("sitePermissions", str(_permission(call, key, identifier)["id"]))
    return Answer(204)


def _site(call: Call, key: str) -> Document:
    site = call.tenant.store.get("sites", key)
    if site is None or not is_there(call.tenant, site):
        raise no_such_item(key)
    return site


def _drive(call: Call, key: str, identifier: str) -> Document:
    for row in call.tenant.store.find("drives", "_site", str(_site(call, key)["id"])):
        if identifier in (row.document["_list"], row.document["name"]):
            return row.document
    raise no_such_item(f"list {identifier}")


def _permission(call: Call, key: str, identifier: str) -> Document:
    found = call.tenant.store.get("sitePermissions", identifier)
    if found is None or found["_site"] != _site(call, key)["id"]:
        raise no_such_item(f"permission {identifier}")
    return found


def _shown(drive: Document) -> dict[str, Any]:
    return {
        "id": drive["_list"],
        "name": "Shared Documents",
        "displayName": drive["name"],
        "description": "",
        "webUrl": drive["webUrl"],
        "createdDateTime": drive["createdDateTime"],
        "lastModifiedDateTime": drive["lastModifiedDateTime"],
        "parentReference": {"siteId": drive["_site"]},
        "list": {"contentTypesEnabled": False, "hidden": False, "template": "documentLibrary"},
    }


def _shown_item(call: Call, drive: Document, row: Row) -> dict[str, Any]:
    document = row.document
    return {
        "id": str(row.sequence),
        "createdDateTime": document["createdDateTime"],
        "lastModifiedDateTime": document["lastModifiedDateTime"],
        "webUrl": f"{drive['webUrl']}{quote(path_of(call.tenant, document))}",
        "contentType": {"id": "0x0101" if "file" in document else "0x0120"},
        "parentReference": {"siteId": drive["_site"]},
    }


def _page(call: Call, context: str, rows: list[Row]) -> Answer:
    collection = Collection(
        context,
        {"id": str, "displayName": str},
        lambda document: selected(document, call.query.select),
        directory=False,
    )
    return call.answer_page(collection, rows)


def _route(method: str, template: str, handler: Handler, *, units: int = 2) -> Route:
    roles = SITES_READ if units < 5 else SITES_CONTROL  # noqa: PLR2004 what permission requests cost
    return Route(method, f"/sites/{{site-id}}{template}", handler, roles, Workload.SHAREPOINT, units=units)


_LIST = "/lists/{list-id}"
_PERMISSION = "/permissions/{permission-id}"
ROUTES = (
    _route("GET", "/lists", list_lists),
    _route("GET", _LIST, read_list, units=1),
    _route("GET", f"{_LIST}/items", list_items),
    _route("GET", "/permissions", list_permissions, units=5),
    _route("POST", "/permissions", add_permission, units=5),
    _route("GET", _PERMISSION, read_permission, units=5),
    _route("DELETE", _PERMISSION, delete_permission, units=5),
)
