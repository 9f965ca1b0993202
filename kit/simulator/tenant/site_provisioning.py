"""Owns what exists in SharePoint from the moment a site is made: the site, its library, the root folder."""

import base64
import uuid
from typing import Any

from kit.simulator.tenant.store import Document
from kit.simulator.tenant.tenant import Tenant, new_id

LIBRARY = "Documents"
#: The plan of a licence that brings a OneDrive.
_SERVICE = "SharePoint"


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


def personal_site(tenant: Tenant, user: Document | None) -> Document | None:
    """A user's OneDrive, made when it is first asked for; None without a licence for it."""
    if user is None or all(plan["service"] != _SERVICE for plan in user["assignedPlans"]):
        return None
    if (site := site_of(tenant, str(user["id"]))) is not None:
        return site
    name = "".join(letter if letter.isalnum() else "_" for letter in str(user["userPrincipalName"]).lower())
    key = add_site(
        tenant,
        name=name,
        title=str(user["displayName"]),
        path=f"/personal/{name}",
        user=str(user["id"]),
        ready_at=tenant.clock(),
    )
    return tenant.store.get("sites", key)


def add_site(
    tenant: Tenant,
    *,
    name: str,
    title: str,
    path: str,
    group: str | None = None,
    user: str | None = None,
    ready_at: float,
) -> str:
    """Make a site with one document library; returns the site's id (`host,collection,web`)."""
    key = f"{tenant.sharepoint_host},{new_id()},{new_id()}"
    address = f"https://{tenant.sharepoint_host}{path}"
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
        "_user": user,
        "_path": path.strip("/").casefold(),
        "_readyAt": ready_at,
    }
    tenant.store.put("sites", key, site)
    _add_library(tenant, site, personal=user is not None)
    return key


def is_there(tenant: Tenant, site: Document | None) -> bool:
    """Whether the site shows: made long enough ago, and its group or user, if it has one, not deleted."""
    if site is None or tenant.clock() < site["_readyAt"]:
        return False
    owners = (("groups", site["_group"]), ("users", site.get("_user")))
    return all(key is None or tenant.store.get(kind, key) is not None for kind, key in owners)


def site_of(tenant: Tenant, owner: str) -> Document | None:
    """The site of a group, or the OneDrive of a user, whether it shows or not."""
    for row in tenant.store.rows("sites"):
        if owner in (row.document["_group"], row.document.get("_user")):
            return row.document
    return None


def item(tenant: Tenant, drive: Document, *, key: str, name: str, parent: Document | None) -> dict[str, Any]:
    """A folder as it is stored; `_place` makes names unique in a folder, letter case aside."""
    now = tenant.stamp()
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
        "_changed": 1,
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


def _add_library(tenant: Tenant, site: Document, *, personal: bool) -> None:
    drive = "b!" + base64.urlsafe_b64encode(uuid.uuid4().bytes + uuid.uuid4().bytes).decode().rstrip("=")
    library = {
        "id": drive,
        "name": "OneDrive" if personal else LIBRARY,
        "description": "",
        "driveType": "business" if personal else "documentLibrary",
        "webUrl": f"{site['webUrl']}/{'Documents' if personal else 'Shared%20Documents'}",
        "createdDateTime": tenant.stamp(),
        "lastModifiedDateTime": tenant.stamp(),
        "_site": site["id"],
        "_root": new_item_id(),
        "_list": new_id(),
        "_changes": 1,
        "_used": 0,
        "_recycled": 0,
    }
    tenant.store.put("drives", drive, library)
    root = item(tenant, library, key=str(library["_root"]), name="root", parent=None)
    tenant.store.put("items", str(library["_root"]), {**root, "root": {}})
