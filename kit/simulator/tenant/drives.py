"""Owns the requests on document libraries: folders, files, their content and versions."""

from collections.abc import Callable
from functools import partial
from typing import Any

from kit.simulator.tenant.answers import Answer, GraphError, no_such_item
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.grants import download_address
from kit.simulator.tenant.items import (
    BEHAVIOUR,
    add_folder,
    answer_item,
    check_name,
    content_of,
    find_drive,
    find_item,
    find_path,
    make_folders,
    put_file,
    settle_name,
    shown_item,
    version_of,
)
from kit.simulator.tenant.odata import Collection, selected
from kit.simulator.tenant.permissions import FILES_READ, FILES_WRITE
from kit.simulator.tenant.routing import Handler, Route, Takes, Workload
from kit.simulator.tenant.store import Document, Row
from kit.simulator.tenant.tenant import Tenant, public

_WRITABLE = {"name", "folder", "description", "fileSystemInfo", BEHAVIOUR, "@odata.type"}
#: Ways to name an item, each a function of the tenant and the path's keys.
_Finder = Callable[..., Document]


def read_drive(call: Call, key: str) -> Answer:
    """`GET /drives/{id}`."""
    shown = selected(shown_drive(call.tenant, find_drive(call.tenant, key)), call.query.select)
    return Answer(200, {**call.context("drives/$entity"), **shown})


def read(call: Call, *keys: str, find: _Finder) -> Answer:
    """`GET` of an item: `…/root`, `…/root:/{path}`, `…/items/{id}`."""
    return answer_item(call, find(call.tenant, *keys))


def list_children(call: Call, *keys: str, find: _Finder) -> Answer:
    """`GET …/children`."""
    parent = find(call.tenant, *keys)
    collection = Collection(
        f"drives('{parent['_drive']}')/items('{parent['id']}')/children",
        {"name": str, "id": str},
        lambda document: selected(shown_item(call.tenant, call.base, document), call.query.select),
        directory=False,
        sortable=("name", "lastModifiedDateTime"),
    )
    return call.answer_page(collection, call.tenant.store.find("items", "_parent", str(parent["id"])))


def create(call: Call, *keys: str, find: _Finder) -> Answer:
    """`POST …/children`: a folder."""
    body, tenant = call.object_body(), call.tenant
    parent = find(tenant, *keys)
    for name in body:
        if name not in _WRITABLE:
            raise GraphError(400, "invalidRequest", f"The property '{name}' cannot be set.")
    name, behaviour = check_name(tenant, parent, body.get("name")), body.get(BEHAVIOUR, "fail")
    if not isinstance(body.get("folder"), dict):
        raise GraphError(400, "invalidRequest", "Only folders are created this way; 'folder' is required.")
    if behaviour not in ("fail", "rename"):
        raise GraphError(501, "notSupported", f"conflictBehavior '{behaviour}' is not supported for folders.")
    created = add_folder(tenant, parent, settle_name(tenant, parent, name, behaviour))
    context = call.context(f"drives('{parent['_drive']}')/items('{parent['id']}')/children/$entity")
    location = f"{call.base}/drives/{parent['_drive']}/items/{created['id']}"
    return Answer(201, {**context, **shown_item(tenant, call.base, created)}, {"Location": location})


def read_content(call: Call, *keys: str, find: _Finder) -> Answer:
    """`GET …/content`: a redirection to an address that needs no token."""
    document = find(call.tenant, *keys)
    _check_file(document)
    return Answer(302, None, {"Location": download_address(call.tenant, call.base, document)})


def write_path(call: Call, key: str, path: str) -> Answer:
    """`PUT /drives/{id}/root:/{path}:/content`: a new file, or another version of one that is there."""
    content, tenant = content_of(call), call.tenant
    parent, name = make_folders(tenant, key, path)
    behaviour = call.query.option(BEHAVIOUR) or "replace"
    name = settle_name(tenant, parent, check_name(tenant, parent, name), behaviour)
    document, new = put_file(tenant, parent, name, content)
    return answer_item(call, document, 201 if new else 200)


def write_item(call: Call, key: str, identifier: str) -> Answer:
    """`PUT /drives/{id}/items/{id}/content`: another version of a file."""
    content, tenant = content_of(call), call.tenant
    before = find_item(tenant, key, identifier)
    _check_file(before)
    parent = find_item(tenant, key, str(before["_parent"]))
    return answer_item(call, put_file(tenant, parent, str(before["name"]), content)[0])


def list_versions(call: Call, key: str, identifier: str) -> Answer:
    """`GET /drives/{id}/items/{id}/versions`: the newest first."""
    document = find_item(call.tenant, key, identifier)
    _check_file(document)
    rows = [Row(number, version) for number, version in enumerate(_versions(document), start=1)]
    context = f"drives('{key}')/items('{identifier}')/versions"
    collection = Collection(
        context, {"id": str}, lambda version: selected(public(version), call.query.select), directory=False
    )
    return call.answer_page(collection, rows)


def read_version(call: Call, key: str, identifier: str, version: str) -> Answer:
    """`GET /drives/{id}/items/{id}/versions/{id}/content`: a redirection, as for the newest."""
    document = find_item(call.tenant, key, identifier)
    _check_file(document)
    for each in _versions(document):
        if each["id"] == version:
            address = download_address(call.tenant, call.base, document, content=each["_content"])
            return Answer(302, None, {"Location": address})
    raise no_such_item(f"version {version}")


def shown_drive(tenant: Tenant, drive: Document) -> dict[str, Any]:
    """A library as a read answers it; its owner is the group or user whose site it belongs to."""
    shown, total = public(drive), tenant.behaviour.drive_quota
    held = drive["_used"] + drive["_recycled"]
    shown["quota"] = {
        "deleted": drive["_recycled"],
        "remaining": max(0, total - held),
        "state": "normal" if held < total else "exceeded",
        "total": total,
        "used": drive["_used"],
    }
    site = tenant.store.get("sites", drive["_site"]) or {}
    if group := tenant.store.get("groups", site.get("_group") or ""):
        shown["owner"] = {"group": {name: group.get(name) for name in ("id", "displayName", "mail")}}
    if user := tenant.store.get("users", site.get("_user") or ""):
        shown["owner"] = {"user": {"id": user["id"], "displayName": user["displayName"]}}
    return shown


def _versions(document: Document) -> list[Any]:
    return [version_of(document), *document["_versions"]]


def _check_file(document: Document) -> None:
    if "file" not in document:
        raise GraphError(400, "invalidRequest", "The item is a folder and has no content.")


def _reading(template: str, handler: Handler, *, units: int = 1) -> Route:
    return Route("GET", template, handler, FILES_READ, Workload.SHAREPOINT, units=units)


def _writing(method: str, template: str, handler: Handler, takes: Takes = Takes.JSON) -> Route:
    return Route(method, template, handler, FILES_WRITE, Workload.SHAREPOINT, units=2, takes=takes)


_DRIVE = "/drives/{drive-id}"
_ITEM = f"{_DRIVE}/items/{{driveItem-id}}"
_PATH = f"{_DRIVE}/root:/{{item-path}}"
ROUTES = (
    _reading(_DRIVE, read_drive),
    _reading(f"{_DRIVE}/root", partial(read, find=find_item)),
    _reading(_PATH, partial(read, find=find_path)),
    _reading(_ITEM, partial(read, find=find_item)),
    _reading(f"{_DRIVE}/root/children", partial(list_children, find=find_item), units=2),
    _reading(f"{_PATH}:/children", partial(list_children, find=find_path), units=2),
    _reading(f"{_ITEM}/children", partial(list_children, find=find_item), units=2),
    _writing("POST", f"{_DRIVE}/root/children", partial(create, find=find_item)),
    _writing("POST", f"{_ITEM}/children", partial(create, find=find_item)),
    _reading(f"{_PATH}:/content", partial(read_content, find=find_path)),
    _reading(f"{_ITEM}/content", partial(read_content, find=find_item)),
    _writing("PUT", f"{_PATH}:/content", write_path, Takes.CONTENT),
    _writing("PUT", f"{_ITEM}/content", write_item, Takes.CONTENT),
    _reading(f"{_ITEM}/versions", list_versions, units=2),
    _reading(f"{_ITEM}/versions/{{driveItemVersion-id}}/content", read_version),
)
