"""Owns copies of items: accepted, with an address outside Graph that tells how far the copy is."""

import secrets
from typing import Any

from kit.simulator.tenant.answers import Answer, GraphError, no_such_item
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.contents import Content
from kit.simulator.tenant.grants import TRANSFERS
from kit.simulator.tenant.items import (
    BEHAVIOUR,
    add_folder,
    check_name,
    find_item,
    put_file,
    settle_name,
)
from kit.simulator.tenant.permissions import FILES_WRITE
from kit.simulator.tenant.recycle import subtree
from kit.simulator.tenant.routing import Route, Workload
from kit.simulator.tenant.store import Document
from kit.simulator.tenant.tenant import Tenant


def copy_item(call: Call, key: str, identifier: str) -> Answer:
    """`POST /drives/{id}/items/{id}/copy`: the address to ask is in `Location`."""
    body, tenant = call.object_body(), call.tenant
    original = find_item(tenant, key, identifier)
    target = body.get("parentReference") or {}
    if not isinstance(target, dict):
        raise GraphError(400, "invalidRequest", "parentReference has to be an object.")
    drive, parent_id = target.get("driveId", key), target.get("id", original.get("_parent", "root"))
    parent = find_item(tenant, str(drive), str(parent_id))
    if "file" in parent or parent in subtree(tenant, original):
        raise GraphError(400, "invalidRequest", "The target is no folder, or lies in what is copied.")
    name = check_name(tenant, parent, body.get("name") or original["name"])
    name = settle_name(tenant, parent, name, call.query.option(BEHAVIOUR) or "fail")
    made = _copy(tenant, original, parent, name)
    token = secrets.token_urlsafe(24)
    done_at = tenant.clock() + tenant.behaviour.replication
    tenant.store.put("copies", token, {"item": made["id"], "doneAt": done_at})
    return Answer(202, None, {"Location": f"{call.base.rpartition('/')[0]}{TRANSFERS}/copies/{token}"})


def read_progress(tenant: Tenant, token: str) -> dict[str, Any]:
    """What the address of an accepted copy answers; 404 if there is no such copy."""
    copy = tenant.store.get("copies", token)
    if copy is None:
        raise no_such_item("operation")
    if tenant.clock() < copy["doneAt"]:
        return {"operation": "ItemCopy", "percentageComplete": 50.0, "status": "inProgress"}
    return {"percentageComplete": 100.0, "resourceId": copy["item"], "status": "completed"}


def _copy(tenant: Tenant, original: Document, parent: Document, name: str) -> Document:
    if "file" in original:
        hashed = str(original["file"]["hashes"]["quickXorHash"])
        content = Content(tenant.contents.copy(original["_content"]), int(original["size"]), hashed)
        return put_file(tenant, parent, name, content)[0]
    folder = add_folder(tenant, parent, name)
    for row in tenant.store.find("items", "_parent", str(original["id"])):
        _copy(tenant, row.document, folder, str(row.document["name"]))
    return folder


ROUTES = (
    Route(
        "POST",
        "/drives/{drive-id}/items/{driveItem-id}/copy",
        copy_item,
        FILES_WRITE,
        Workload.SHAREPOINT,
        units=2,
    ),
)
