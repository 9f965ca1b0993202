"""Owns how items leave a library: into the recycle bin, or for good; and the purge of a whole site.

What left keeps a line with the number of the change, so that change tracking can tell it.
"""

from kit.simulator.tenant.answers import Answer, GraphError
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.items import find_item, next_change, octets_of, recount
from kit.simulator.tenant.permissions import FILES_WRITE
from kit.simulator.tenant.routing import Route, Workload
from kit.simulator.tenant.site_provisioning import site_of
from kit.simulator.tenant.store import Document
from kit.simulator.tenant.tenant import Tenant


def delete_item(call: Call, key: str, identifier: str) -> Answer:
    """`DELETE /drives/{id}/items/{id}`: with all below it, into the recycle bin."""
    for document in _leaving(call.tenant, key, identifier):
        octets = octets_of(document)
        recount(call.tenant, key, used=-octets, recycled=octets)
        _leave(call.tenant, document)
    return Answer(204)


def delete_for_good(call: Call, key: str, identifier: str) -> Answer:
    """`POST /drives/{id}/items/{id}/permanentDelete`: with all below it, content and versions."""
    for document in _leaving(call.tenant, key, identifier):
        recount(call.tenant, key, used=-octets_of(document))
        _leave(call.tenant, {name: document[name] for name in ("id", "name", "_drive", "_parent")})
        _erase(call.tenant, document)
    return Answer(204)


def subtree(tenant: Tenant, document: Document) -> list[Document]:
    """An item and all below it, parents first."""
    found = [document]
    for each in found:
        found += [row.document for row in tenant.store.find("items", "_parent", str(each["id"]))]
    return found


def forget_drives(tenant: Tenant, owner_id: str) -> None:
    """Purge the site of a group or the OneDrive of a user: libraries, items, contents, upload sessions."""
    site = site_of(tenant, owner_id)
    if site is None:
        return
    for row in tenant.store.find("drives", "_site", str(site["id"])):
        _forget_drive(tenant, str(row.document["id"]))
    tenant.store.remove("sites", str(site["id"]))


def _forget_drive(tenant: Tenant, key: str) -> None:
    for collection in ("items", "recycled"):
        for row in tenant.store.find(collection, "_drive", key):
            _erase(tenant, row.document)
            tenant.store.remove(collection, str(row.document["id"]))
    for row in tenant.store.rows("uploads"):
        if row.document["drive"] == key:
            tenant.contents.remove(str(row.document["content"]))
            tenant.store.remove("uploads", str(row.document["id"]))
    tenant.store.remove("drives", key)


def _leaving(tenant: Tenant, key: str, identifier: str) -> list[Document]:
    document = find_item(tenant, key, identifier)
    if "_parent" not in document:
        raise GraphError(400, "invalidRequest", "The root of a library cannot be deleted.")
    return subtree(tenant, document)


def _leave(tenant: Tenant, document: Document) -> None:
    tenant.store.remove("items", str(document["id"]))
    changed = next_change(tenant, str(document["_drive"]))
    tenant.store.put("recycled", str(document["id"]), {**document, "_changed": changed})


def _erase(tenant: Tenant, document: Document) -> None:
    for each in (document, *document.get("_versions", ())):
        if "_content" in each:
            tenant.contents.remove(str(each["_content"]))


_ITEM = "/drives/{drive-id}/items/{driveItem-id}"
ROUTES = (
    Route("DELETE", _ITEM, delete_item, FILES_WRITE, Workload.SHAREPOINT, units=2),
    Route("POST", f"{_ITEM}/permanentDelete", delete_for_good, FILES_WRITE, Workload.SHAREPOINT, units=2),
)
