"""Owns document libraries and the folders in them."""

from typing import Any
from urllib.parse import quote

from kit.simulator.tenant.answers import Answer, GraphError, no_such_item
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.odata import Collection, selected
from kit.simulator.tenant.permissions import FILES_READ, FILES_WRITE
from kit.simulator.tenant.routing import Route, Workload
from kit.simulator.tenant.site_provisioning import is_there, item, new_item_id, place
from kit.simulator.tenant.store import Document
from kit.simulator.tenant.tenant import Tenant, public

#: What one library may hold, in bytes: the 25 TB of a SharePoint site.
QUOTA = 25 * 1024**4
_NOT_IN_NAMES = set('"*:<>?/\\|')
_LONGEST_NAME = 400
_BEHAVIOUR = "@microsoft.graph.conflictBehavior"
_WRITABLE = {"name", "folder", "description", "fileSystemInfo", _BEHAVIOUR, "@odata.type"}


def read_drive(call: Call, key: str) -> Answer:
    """`GET /drives/{id}`."""
    shown = selected(shown_drive(call.tenant, _drive(call, key)), call.query.select)
    return Answer(200, {**call.context("drives/$entity"), **shown})


def read_root(call: Call, key: str) -> Answer:
    """`GET /drives/{id}/root`."""
    return _answer(call, _root(call, key))


def read_item(call: Call, key: str, identifier: str) -> Answer:
    """`GET /drives/{id}/items/{id}`."""
    return _answer(call, _item(call, key, identifier))


def read_path(call: Call, key: str, path: str) -> Answer:
    """`GET /drives/{id}/root:/{path}`."""
    return _answer(call, _at(call, key, path))


def list_root(call: Call, key: str) -> Answer:
    """`GET /drives/{id}/root/children`."""
    return _list(call, _root(call, key))


def list_item(call: Call, key: str, identifier: str) -> Answer:
    """`GET /drives/{id}/items/{id}/children`."""
    return _list(call, _item(call, key, identifier))


def list_path(call: Call, key: str, path: str) -> Answer:
    """`GET /drives/{id}/root:/{path}:/children`."""
    return _list(call, _at(call, key, path))


def create_in_root(call: Call, key: str) -> Answer:
    """`POST /drives/{id}/root/children`."""
    return _create(call, _root(call, key))


def create_in_item(call: Call, key: str, identifier: str) -> Answer:
    """`POST /drives/{id}/items/{id}/children`."""
    return _create(call, _item(call, key, identifier))


def shown_drive(tenant: Tenant, drive: Document) -> dict[str, Any]:
    """A library as a read answers it; its owner is the group whose site it belongs to."""
    shown = public(drive)
    shown["quota"] = {"deleted": 0, "remaining": QUOTA, "state": "normal", "total": QUOTA, "used": 0}
    site = tenant.store.get("sites", drive["_site"]) or {}
    if group := tenant.store.get("groups", site.get("_group") or ""):
        shown["owner"] = {"group": {name: group.get(name) for name in ("id", "displayName", "mail")}}
    return shown


def _drive(call: Call, key: str) -> Document:
    drive = call.tenant.store.get("drives", key)
    if drive is None or not is_there(call.tenant, call.tenant.store.get("sites", drive["_site"])):
        raise no_such_item(f"drive {key}")
    return drive


def _root(call: Call, key: str) -> Document:
    return _item(call, key, str(_drive(call, key)["_root"]))


def _item(call: Call, key: str, identifier: str) -> Document:
    drive = _drive(call, key)
    found = call.tenant.store.get("items", drive["_root"] if identifier.lower() == "root" else identifier)
    if found is None or found["_drive"] != key:
        raise no_such_item(identifier)
    return found


def _at(call: Call, key: str, path: str) -> Document:
    current = _root(call, key)
    for name in path.strip("/").split("/"):
        rows = call.tenant.store.find("items", "_place", place(current, name))
        if not rows:
            raise no_such_item(path)
        current = rows[0].document
    return current


def _create(call: Call, parent: Document) -> Answer:
    body, tenant = call.object_body(), call.tenant
    _check(body)
    name, behaviour = body["name"], body.get(_BEHAVIOUR, "fail")
    if behaviour not in ("fail", "rename"):
        raise GraphError(501, "notSupported", f"conflictBehavior '{behaviour}' is not supported for folders.")
    if behaviour == "rename":
        name = _free_name(tenant, parent, name)
    elif tenant.store.find("items", "_place", place(parent, name)):
        raise GraphError(
            409, "nameAlreadyExists", "An item with the same name already exists under the parent."
        )
    drive = _drive(call, str(parent["_drive"]))
    created = item(tenant, drive, key=new_item_id(), name=name, parent=parent)
    tenant.store.put("items", created["id"], created)
    context = call.context(f"drives('{drive['id']}')/items('{parent['id']}')/children/$entity")
    location = f"{call.base}/drives/{drive['id']}/items/{created['id']}"
    return Answer(201, {**context, **_shown(tenant, created)}, {"Location": location})


def _check(body: Any) -> None:
    for name in body:
        if name not in _WRITABLE:
            raise GraphError(400, "invalidRequest", f"The property '{name}' cannot be set.")
    name = body.get("name")
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME or _NOT_IN_NAMES & set(name):
        raise GraphError(400, "invalidRequest", "The name provided is missing or not allowed.")
    if name != name.strip() or name.endswith("."):
        raise GraphError(
            400, "invalidRequest", "A name may not begin or end with a space, nor end with a dot."
        )
    if not isinstance(body.get("folder"), dict):
        raise GraphError(400, "invalidRequest", "Only folders are created this way; 'folder' is required.")


def _free_name(tenant: Tenant, parent: Document, name: str) -> str:
    free, number = name, 0
    while tenant.store.find("items", "_place", place(parent, free)):
        number += 1
        free = f"{name} {number}"
    return free


def _shown(tenant: Tenant, document: Document) -> dict[str, Any]:
    drive = tenant.store.get("drives", document["_drive"]) or {}
    shown = public(document)
    shown["folder"] = {"childCount": tenant.store.count("items", "_parent", str(document["id"]))}
    shown["webUrl"] = f"{drive['webUrl']}{quote(document['_path'])}"
    shown["parentReference"] = {
        "driveId": drive["id"],
        "driveType": drive["driveType"],
        "siteId": drive["_site"],
    }
    if parent := tenant.store.get("items", document.get("_parent", "")):
        shown["parentReference"] |= {
            "id": parent["id"],
            "name": parent["name"],
            "path": f"/drives/{drive['id']}/root:{quote(parent['_path'])}",
        }
    return shown


def _answer(call: Call, document: Document) -> Answer:
    context = call.context(f"drives('{document['_drive']}')/items/$entity")
    return Answer(200, {**context, **selected(_shown(call.tenant, document), call.query.select)})


def _list(call: Call, parent: Document) -> Answer:
    collection = Collection(
        f"drives('{parent['_drive']}')/items('{parent['id']}')/children",
        {"name": str, "id": str},
        lambda document: selected(_shown(call.tenant, document), call.query.select),
        directory=False,
    )
    return call.answer_page(collection, call.tenant.store.find("items", "_parent", str(parent["id"])))


ROUTES = (
    Route("GET", "/drives/{drive-id}", read_drive, FILES_READ, Workload.SHAREPOINT),
    Route("GET", "/drives/{drive-id}/root", read_root, FILES_READ, Workload.SHAREPOINT),
    Route("GET", "/drives/{drive-id}/root/children", list_root, FILES_READ, Workload.SHAREPOINT, units=2),
    Route(
        "POST", "/drives/{drive-id}/root/children", create_in_root, FILES_WRITE, Workload.SHAREPOINT, units=2
    ),
    Route("GET", "/drives/{drive-id}/root:/{item-path}", read_path, FILES_READ, Workload.SHAREPOINT),
    Route(
        "GET",
        "/drives/{drive-id}/root:/{item-path}:/children",
        list_path,
        FILES_READ,
        Workload.SHAREPOINT,
        units=2,
    ),
    Route("GET", "/drives/{drive-id}/items/{driveItem-id}", read_item, FILES_READ, Workload.SHAREPOINT),
    Route(
        "GET",
        "/drives/{drive-id}/items/{driveItem-id}/children",
        list_item,
        FILES_READ,
        Workload.SHAREPOINT,
        units=2,
    ),
    Route(
        "POST",
        "/drives/{drive-id}/items/{driveItem-id}/children",
        create_in_item,
        FILES_WRITE,
        Workload.SHAREPOINT,
        units=2,
    ),
)
