"""Owns what stands in a document library: how it is found, named, kept and shown.

Every change of a library gets the library's next number, which is what change tracking counts.
"""

import mimetypes
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from kit.simulator.tenant.answers import Answer, GraphError, no_such_item
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.contents import Content
from kit.simulator.tenant.grants import download_address
from kit.simulator.tenant.odata import selected
from kit.simulator.tenant.site_provisioning import is_there, item, new_item_id, place
from kit.simulator.tenant.store import Document
from kit.simulator.tenant.tenant import Tenant, public

#: What a client asks for when the name it writes is taken.
BEHAVIOUR = "@microsoft.graph.conflictBehavior"
_NOT_IN_NAMES = set('"*:<>?/\\|')
_RESERVED = {".lock", "con", "prn", "aux", "nul", "desktop.ini"} | {
    f"{device}{number}" for device in ("com", "lpt") for number in range(10)
}
_LONGEST_NAME = 255
_LONGEST_PATH = 400


def find_drive(tenant: Tenant, key: str) -> Document:
    """The library with that id; 404 while its site does not show."""
    drive = tenant.store.get("drives", key)
    if drive is None or not is_there(tenant, tenant.store.get("sites", drive["_site"])):
        raise no_such_item(f"drive {key}")
    return drive


def find_item(tenant: Tenant, key: str, identifier: str = "root") -> Document:
    """The item with that id in library `key`; `root` is the library's own folder."""
    drive = find_drive(tenant, key)
    found = tenant.store.get("items", drive["_root"] if identifier.lower() == "root" else identifier)
    if found is None or found["_drive"] != drive["id"]:
        raise no_such_item(identifier)
    return found


def find_path(tenant: Tenant, key: str, path: str) -> Document:
    """The item at a path below the library's root."""
    current: Document | None = find_item(tenant, key)
    for name in path.strip("/").split("/"):
        current = child(tenant, current, name) if current else None
    if current is None:
        raise no_such_item(path)
    return current


def child(tenant: Tenant, parent: Document, name: str) -> Document | None:
    """What stands under that name in a folder, letter case aside."""
    rows = tenant.store.find("items", "_place", place(parent, name))
    return rows[0].document if rows else None


def path_of(tenant: Tenant, document: Document) -> str:
    """The item's path below the library's root: empty for the root, else with a leading slash."""
    names: list[str] = []
    while "_parent" in document:
        names.append(str(document["name"]))
        document = tenant.store.get("items", document["_parent"]) or {}
    return "".join(f"/{name}" for name in reversed(names))


def check_name(tenant: Tenant, parent: Document, name: Any) -> str:
    """A name that may stand in `parent`; 400 with SharePoint's rules broken."""
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME or _NOT_IN_NAMES & set(name):
        raise _invalid("The name provided is missing or not allowed.")
    if name != name.strip() or name.endswith("."):
        raise _invalid("A name may not begin or end with a space, nor end with a dot.")
    low = name.casefold()
    if low.partition(".")[0] in _RESERVED or low in _RESERVED or low.startswith("~$") or "_vti_" in low:
        raise _invalid(f"The name '{name}' is reserved.")
    drive = tenant.store.get("drives", parent["_drive"]) or {}
    library = unquote(urlsplit(str(drive["webUrl"])).path)
    if len(f"{library}{path_of(tenant, parent)}/{name}") > _LONGEST_PATH:
        raise _invalid(f"The path is longer than {_LONGEST_PATH} characters.")
    return name


def free_name(tenant: Tenant, parent: Document, name: str) -> str:
    """The name, numbered before its ending if it is taken."""
    stem, dot, ending = name.rpartition(".")
    stem, ending = (stem, dot + ending) if stem else (name, "")
    free, number = name, 0
    while child(tenant, parent, free):
        number += 1
        free = f"{stem} {number}{ending}"
    return free


def settle_name(tenant: Tenant, parent: Document, name: str, behaviour: str) -> str:
    """The name that an item gets in `parent`, as the client wants conflicts settled.

    Raises:
        GraphError: 400, no such behaviour; 409, the name is taken, or by a folder that a file would replace.
    """
    if behaviour not in ("fail", "rename", "replace"):
        raise _invalid(f"conflictBehavior '{behaviour}' is not known.")
    taken = child(tenant, parent, name)
    if taken is None or (behaviour == "replace" and "file" in taken):
        return name
    if behaviour == "rename":
        return free_name(tenant, parent, name)
    raise GraphError(409, "nameAlreadyExists", "An item with the same name already exists under the parent.")


def add_folder(tenant: Tenant, parent: Document, name: str) -> Document:
    """Make a folder under a name that is free."""
    drive = tenant.store.get("drives", parent["_drive"]) or {}
    return save(tenant, item(tenant, drive, key=new_item_id(), name=name, parent=parent))


def make_folders(tenant: Tenant, key: str, path: str) -> tuple[Document, str]:
    """The folder that `path` leads to, made where it is missing, and the last name of the path."""
    *folders, name = path.strip("/").split("/")
    current = find_item(tenant, key)
    for each in folders:
        found = child(tenant, current, each)
        if found is not None and "folder" not in found:
            raise no_such_item(path)
        current = found or add_folder(tenant, current, check_name(tenant, current, each))
    return current, name


def check_quota(tenant: Tenant, key: str, more: int) -> None:
    """507 if the library cannot take that many octets more."""
    drive = tenant.store.get("drives", key) or {}
    if drive["_used"] + drive["_recycled"] + more > tenant.behaviour.drive_quota:
        raise GraphError(507, "quotaLimitReached", "The library has reached its quota.")


def put_file(
    tenant: Tenant, parent: Document, name: str, content: Content, *, info: Mapping[str, Any] | None = None
) -> tuple[Document, bool]:
    """Keep a content under a name in `parent`, as a new version of a file that is there.

    Returns the item and whether it is a new one.

    Raises:
        GraphError: 507, the library is full; nothing was changed.
    """
    check_quota(tenant, str(parent["_drive"]), content.size)
    before = child(tenant, parent, name)
    drive = tenant.store.get("drives", parent["_drive"]) or {}
    document = dict(before or item(tenant, drive, key=new_item_id(), name=name, parent=parent))
    document.pop("folder", None)
    older = [version_of(document), *document.get("_versions", ())] if before else []
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    document |= {
        "size": content.size,
        "file": {"mimeType": kind, "hashes": {"quickXorHash": content.quick_xor_hash}},
        "lastModifiedDateTime": tenant.stamp(),
        "fileSystemInfo": {
            **document["fileSystemInfo"],
            "lastModifiedDateTime": tenant.stamp(),
            **moments_of(info),
        },
        "cTag": f'"c:{{{str(uuid.uuid4()).upper()}}},{len(older) + 1}"',
        "_content": content.key,
        "_versions": older,
    }
    recount(tenant, str(parent["_drive"]), used=content.size)
    return save(tenant, document), before is None


def version_of(document: Document) -> dict[str, Any]:
    """What is kept of a file's present content when another takes its place."""
    return {
        "id": f"{len(document.get('_versions', ())) + 1}.0",
        "size": document["size"],
        "lastModifiedDateTime": document["lastModifiedDateTime"],
        "_content": document["_content"],
    }


def save(tenant: Tenant, document: Document) -> Document:
    """Put an item with the library's next number of change."""
    saved = {**document, "_changed": next_change(tenant, str(document["_drive"]))}
    tenant.store.put("items", str(saved["id"]), saved)
    return saved


def next_change(tenant: Tenant, key: str) -> int:
    """The number of the change that is being made in a library."""
    drive = tenant.store.get("drives", key) or {}
    changed = {**drive, "_changes": drive["_changes"] + 1, "lastModifiedDateTime": tenant.stamp()}
    tenant.store.put("drives", key, changed)
    return int(changed["_changes"])


def octets_of(document: Document) -> int:
    """What an item takes of its library's quota, older versions included."""
    return sum(int(each["size"]) for each in (document, *document.get("_versions", ())))


def recount(tenant: Tenant, key: str, *, used: int = 0, recycled: int = 0) -> None:
    """Add to what the library and its recycle bin hold, in octets."""
    drive = tenant.store.get("drives", key) or {}
    counts = {"_used": drive["_used"] + used, "_recycled": drive["_recycled"] + recycled}
    tenant.store.put("drives", key, {**drive, **counts})


def answer_item(call: Call, document: Document, status: int = 200) -> Answer:
    """One item as an answer."""
    context = call.context(f"drives('{document['_drive']}')/items/$entity")
    return Answer(
        status, {**context, **selected(shown_item(call.tenant, call.base, document), call.query.select)}
    )


def shown_item(tenant: Tenant, base: str, document: Document) -> dict[str, Any]:
    """The item as a read gives it; a file with a pre-authenticated address of its content."""
    drive = tenant.store.get("drives", document["_drive"]) or {}
    shown = public(document)
    if "file" in document:
        shown["@microsoft.graph.downloadUrl"] = download_address(tenant, base, document)
    else:
        shown["folder"] = {"childCount": tenant.store.count("items", "_parent", str(document["id"]))}
    parent = tenant.store.get("items", document.get("_parent", ""))
    above = "" if parent is None else path_of(tenant, parent)
    name = f"/{document['name']}" if parent else ""
    shown["webUrl"] = f"{drive['webUrl']}{quote(above + name)}"
    shown["parentReference"] = {
        "driveId": drive["id"],
        "driveType": drive["driveType"],
        "siteId": drive["_site"],
    }
    if parent:
        shown["parentReference"] |= {
            "id": parent["id"],
            "name": parent["name"],
            "path": f"/drives/{drive['id']}/root:{quote(above)}",
        }
    return shown


def content_of(call: Call) -> Content:
    """The content that came as the body; 400 in a batch, where none can come."""
    if not isinstance(call.body, Content):
        raise _invalid("The content of a file is not taken in a batch.")
    return call.body


def moments_of(info: Mapping[str, Any] | None) -> dict[str, str]:
    """The moments that a client writes of a file; 400 for what is none."""
    found = {name: (info or {}).get(name) for name in ("createdDateTime", "lastModifiedDateTime")}
    for name, value in found.items():
        try:
            if value is not None:
                datetime.fromisoformat(value)
        except (TypeError, ValueError) as exc:
            raise _invalid(f"The value of '{name}' is no moment.") from exc
    return {name: str(value) for name, value in found.items() if value is not None}


def _invalid(message: str) -> GraphError:
    return GraphError(400, "invalidRequest", message)
