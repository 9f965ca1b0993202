"""Owns upload sessions: opened through Graph, fed in order at their own address, ended by the last byte.

A session is a document, so it outlives a restart; only whole fragments count.
"""

import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from kit.simulator.tenant.answers import Answer, GraphError, no_such_item
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.contents import Content
from kit.simulator.tenant.grants import TRANSFERS
from kit.simulator.tenant.items import (
    BEHAVIOUR,
    check_name,
    check_quota,
    find_item,
    make_folders,
    moments_of,
    put_file,
    settle_name,
)
from kit.simulator.tenant.permissions import FILES_WRITE
from kit.simulator.tenant.routing import Route, Workload
from kit.simulator.tenant.store import Document
from kit.simulator.tenant.tenant import Tenant

#: A fragment is a multiple of the step, but for the last, and below the largest.
STEP = 320 * 1024
LARGEST_FRAGMENT = 60 * 1024**2
#: Seconds after which a session that is not ended is forgotten.
LIFETIME = 7 * 24 * 3600
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


def open_by_path(call: Call, key: str, path: str) -> Answer:
    """`POST /drives/{id}/root:/{path}:/createUploadSession`: missing folders on the way are made."""
    parent, name = make_folders(call.tenant, key, path)
    return _open(call, parent, name)


def open_by_id(call: Call, key: str, identifier: str) -> Answer:
    """`POST /drives/{id}/items/{id}/createUploadSession`: another content for a file that is there."""
    document = find_item(call.tenant, key, identifier)
    if "file" not in document:
        raise _refused(400, "invalidRequest", "A folder has no content; name a file below it.")
    parent = call.tenant.store.get("items", document["_parent"]) or {}
    return _open(call, parent, str(document["name"]))


def find_session(tenant: Tenant, token: str) -> Document:
    """The session of an upload address; 404 if it ended, was cancelled or expired."""
    session = tenant.store.get("uploads", token)
    if session is None or tenant.clock() >= session["expires"]:
        raise no_such_item("upload session")
    return session


def shown_session(session: Document) -> dict[str, Any]:
    """What a client needs to go on."""
    expires = datetime.fromtimestamp(session["expires"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    end = "" if session["size"] is None else str(session["size"] - 1)
    return {"expirationDateTime": expires, "nextExpectedRanges": [f"{session['offset']}-{end}"]}


def check_fragment(session: Document, content_range: str, length: str) -> tuple[int, int, int]:
    """First byte, end (exclusive) and whole size that a fragment's headers tell.

    Raises:
        GraphError: 400 or 413, headers that make no sense; 416, not the range that comes next.
    """
    found = _RANGE.fullmatch(content_range)
    if not found or not length.isdecimal():
        raise _refused(400, "invalidRequest", "Content-Range and Content-Length are required.")
    first, end, size = int(found[1]), int(found[2]) + 1, int(found[3])
    if end - first != int(length) or not first < end <= size or session["size"] not in (None, size):
        raise _refused(400, "invalidRequest", "Content-Range does not fit Content-Length or the file.")
    if end - first >= LARGEST_FRAGMENT:
        raise _refused(413, "requestEntityTooLarge", "A fragment has to be smaller than 60 MiB.")
    if first != session["offset"]:
        what = "overlaps with data that was received" if first < session["offset"] else "leaves out data"
        raise _refused(416, "invalidRange", f"The uploaded fragment {what}; ask for nextExpectedRanges.")
    if end != size and (end - first) % STEP:
        raise _refused(400, "invalidRequest", f"A fragment has to be a multiple of {STEP} bytes.")
    return first, end, size


def advance(tenant: Tenant, session: Document, end: int, size: int) -> Document:
    """Note that the session has everything below `end`."""
    grown = {**session, "offset": end, "size": size, "expires": tenant.clock() + LIFETIME}
    tenant.store.put("uploads", str(session["id"]), grown)
    return grown


def finish(tenant: Tenant, session: Document, content: Content) -> tuple[Document, bool]:
    """Make the item of a session that has all bytes; gives it, and whether it is new.

    Raises:
        GraphError: 404, the folder is gone; 409, the name was taken meanwhile; 507, the library is full.
    """
    parent = find_item(tenant, str(session["drive"]), str(session["parent"]))
    name = settle_name(tenant, parent, str(session["name"]), str(session["behaviour"]))
    made = put_file(tenant, parent, name, content, info=session["info"])
    tenant.store.remove("uploads", str(session["id"]))
    return made


def cancel(tenant: Tenant, session: Document) -> None:
    """Forget a session and what it received."""
    tenant.store.remove("uploads", str(session["id"]))
    tenant.contents.remove(str(session["content"]))


def _open(call: Call, parent: Document, name: str) -> Answer:
    tenant, item = call.tenant, _item(call.body)
    behaviour = str(item.get(BEHAVIOUR, "replace"))
    name = check_name(tenant, parent, item.get("name") or name)
    settle_name(tenant, parent, name, behaviour)
    size = item.get("fileSize")
    check_quota(tenant, str(parent["_drive"]), size if isinstance(size, int) else 0)
    info = item.get("fileSystemInfo") if isinstance(item.get("fileSystemInfo"), dict) else None
    moments_of(info)
    token = secrets.token_urlsafe(32)
    session = {
        "id": token,
        "drive": parent["_drive"],
        "parent": parent["id"],
        "name": name,
        "behaviour": behaviour,
        "info": info,
        "content": tenant.contents.new(),
        "offset": 0,
        "size": None,
        "expires": tenant.clock() + LIFETIME,
    }
    tenant.store.put("uploads", token, session)
    address = f"{call.base.rpartition('/')[0]}{TRANSFERS}/uploads/{token}"
    context = call.context("microsoft.graph.uploadSession")
    return Answer(200, {**context, "uploadUrl": address, **shown_session(session)})


def _item(body: Any) -> Mapping[str, Any]:
    """What the client says of the file; a body may be left out."""
    item = (body or {}).get("item") if isinstance(body or {}, dict) else body
    if item is not None and not isinstance(item, dict):
        raise _refused(400, "invalidRequest", "The item has to be an object.")
    if isinstance(body, dict) and body.get("deferCommit"):
        raise _refused(501, "notSupported", "deferCommit is not supported.")
    return item or {}


def _refused(status: int, code: str, message: str) -> GraphError:
    return GraphError(status, code, message)


_DRIVE = "/drives/{drive-id}"
ROUTES = (
    Route(
        "POST",
        f"{_DRIVE}/root:/{{item-path}}:/createUploadSession",
        open_by_path,
        FILES_WRITE,
        Workload.SHAREPOINT,
        units=2,
    ),
    Route(
        "POST",
        f"{_DRIVE}/items/{{driveItem-id}}/createUploadSession",
        open_by_id,
        FILES_WRITE,
        Workload.SHAREPOINT,
        units=2,
    ),
)
