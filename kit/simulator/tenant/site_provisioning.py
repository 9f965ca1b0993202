"""Owns what exists in SharePoint from the moment a site is made: the site, its library, the root folder."""

import base64
import uuid
from typing import Any

from kit.simulator.tenant.store import Document
from kit.simulator.tenant.tenant import Tenant, new_id

LIBRARY = "Documents"


def provision_site(tenant: Tenant, group: Document) -> str:
    """Make the site of a Microsoft 365 group, to appear after the delay; returns the site's id."""
    return add_site(
        tenant,
        name=str(group["mailNickname"]),
        title=str(group["displayName"]),
        path=f"/sites/{group['mailNickname']}",
        group=str(group["id"]),
        ready_at=tenant.clock() + tenant.behaviour.site_delay,
    )


def add_site(tenant: Tenant, *, name: str, title: str, path: str, group: str | None, ready_at: float) -> str:
    """Make a site with one document library; returns the site's id (`host,collection,web`)."""
    key = f"{tenant.sharepoint_host},{new_id()},{new_id()}"
    address = f"https://{tenant.sharepoint_host}{path}"
    drive = "b!" + base64.urlsafe_b64encode(uuid.uuid4().bytes + uuid.uuid4().bytes).decode().rstrip("=")
    site = {
        "id": key,
        "name": name,
        "displayName": title,
        "webUrl": address,
        "createdDateTime": tenant.stamp(),
        "lastModifiedDateTime": tenant.stamp(),
        "root": {},
        "siteCollection": {"hostname": tenant.sharepoint_host},
        "_group": group,
        "_path": path.strip("/").casefold(),
        "_readyAt": ready_at,
    }
    tenant.store.put("sites", key, site)
    library = {
        "id": drive,
        "name": LIBRARY,
        "description": "",
        "driveType": "documentLibrary",
        "webUrl": f"{address}/Shared%20Documents",
        "createdDateTime": tenant.stamp(),
        "lastModifiedDateTime": tenant.stamp(),
        "_site": key,
        "_root": new_item_id(),
    }
    tenant.store.put("drives", drive, library)
    root = item(tenant, library, key=library["_root"], name="root", parent=None)
    tenant.store.put("items", library["_root"], {**root, "root": {}})
    return key


def is_there(tenant: Tenant, site: Document | None) -> bool:
    """Whether the site shows: made long enough ago, and its group, if it has one, not deleted."""
    if site is None or tenant.clock() < site["_readyAt"]:
        return False
    return site["_group"] is None or tenant.store.get("groups", site["_group"]) is not None


def item(tenant: Tenant, drive: Document, *, key: str, name: str, parent: Document | None) -> dict[str, Any]:
    """A folder as it is stored; `_place` makes names unique in a folder, letter case aside."""
    now = tenant.stamp()
    path = "" if parent is None else f"{parent['_path']}/{name}"
    document = {
        "id": key,
        "name": name,
        "size": 0,
        "createdDateTime": now,
        "lastModifiedDateTime": now,
        "fileSystemInfo": {"createdDateTime": now, "lastModifiedDateTime": now},
        "eTag": f'"{{{str(uuid.uuid4()).upper()}}},1"',
        "cTag": f'"c:{{{str(uuid.uuid4()).upper()}}},0"',
        "folder": {},
        "_drive": drive["id"],
        "_path": path,
    }
    if parent is not None:
        document |= {"_parent": parent["id"], "_place": place(parent, name)}
    return document


def place(parent: Document, name: str) -> str:
    """Where a name stands: one item only can be there."""
    return f"{parent['id']}/{name.casefold()}"


def new_item_id() -> str:
    """An item id, of the form SharePoint gives them."""
    return "01" + base64.b32encode(uuid.uuid4().bytes + uuid.uuid4().bytes[:4]).decode()
