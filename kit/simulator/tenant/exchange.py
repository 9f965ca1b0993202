"""Owns mailboxes as their administrator sees them: items of any kind, exported as opaque streams."""

import base64
import zlib
from typing import Any

from kit.simulator.tenant.answers import Answer, GraphError, no_such_object
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.mailboxes import ROOT, Place, find_folder, find_mailbox, folder_id, places
from kit.simulator.tenant.messages import Message
from kit.simulator.tenant.odata import Collection, selected
from kit.simulator.tenant.permissions import MAILBOX_FOLDERS_READ, MAILBOX_ITEMS_EXPORT, MAILBOX_ITEMS_READ
from kit.simulator.tenant.routing import Handler, Route, Workload
from kit.simulator.tenant.store import Row

MOST_EXPORTED = 20
_ITEMS = 10
#: Begins a stream of the simulator; what follows is for nobody to read.
_MAGIC = b"\x00\x01FTS\x00"


def read_settings(call: Call, key: str) -> Answer:
    """`GET /users/{id}/settings/exchange`: where the user's mail is."""
    user = find_mailbox(call, key)
    body = {"primaryMailboxId": _mailbox_id(call, str(user["id"]))}
    return Answer(200, {**call.context("exchangeSettings"), **body})


def list_folders(call: Call, mailbox: str) -> Answer:
    """`GET /admin/exchange/mailboxes/{id}/folders`: those directly below the root."""
    owner = _owner(call, mailbox)
    return _list_below(call, f"mailboxes('{mailbox}')/folders", owner, folder_id(owner, ROOT))


def list_children(call: Call, mailbox: str, folder: str) -> Answer:
    """`GET …/folders/{id}/childFolders`."""
    owner = _owner(call, mailbox)
    parent = find_folder(call.tenant, owner, folder).id
    return _list_below(call, f"mailboxes('{mailbox}')/folders('{folder}')/childFolders", owner, parent)


def list_items(call: Call, mailbox: str, folder: str) -> Answer:
    """`GET …/folders/{id}/items`: ten at a time."""
    owner = _owner(call, mailbox)
    place = find_folder(call.tenant, owner, folder)
    top, skip = call.query.top or _ITEMS, call.query.skip
    found = call.tenant.mail.listed(owner, "folder = ?", [place.id], order="changed", top=top + 1, skip=skip)
    body: dict[str, Any] = call.context(f"mailboxes('{mailbox}')/folders('{folder}')/items")
    if len(found) > top:
        address = f"{call.base}/admin/exchange/mailboxes/{mailbox}/folders/{folder}/items"
        body["@odata.nextLink"] = f"{address}?{call.query.with_token('$skip', str(skip + top))}"
    body["value"] = [selected(_shown(message), call.query.select) for message in found[:top]]
    return Answer(200, body)


def read_item(call: Call, mailbox: str, folder: str, identifier: str) -> Answer:
    """`GET …/items/{id}`."""
    owner = _owner(call, mailbox)
    message = call.tenant.mail.message(owner, identifier)
    if message is None or message.folder != find_folder(call.tenant, owner, folder).id:
        raise GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")
    return Answer(200, {**call.context("mailboxItem"), **selected(_shown(message), call.query.select)})


def export_items(call: Call, mailbox: str) -> Answer:
    """`POST …/exportItems`: a stream or an error for each of at most 20 ids."""
    owner, keys = _owner(call, mailbox), call.object_body().get("itemIds")
    if not isinstance(keys, list) or not 1 <= len(keys) <= MOST_EXPORTED:
        raise GraphError(400, "ErrorInvalidRequest", f"Between 1 and {MOST_EXPORTED} itemIds are needed.")
    exported = [_exported(call, owner, str(key)) for key in keys]
    return Answer(200, {**call.context("Collection(exportItemResponse)"), "value": exported})


def _list_below(call: Call, context: str, owner: str, parent: str) -> Answer:
    totals, every = call.tenant.mail.totals(owner), places(call.tenant, owner)

    def shown(place: Place) -> dict[str, Any]:
        return {
            "id": place.id,
            "displayName": place.name,
            "parentFolderId": place.parent,
            "childFolderCount": sum(other.parent == place.id for other in every),
            "totalItemCount": totals.get(place.id, (0, 0))[0],
            "type": "IPF.Note",
        }

    rows = [Row(number, shown(place)) for number, place in enumerate(every, 1) if place.parent == parent]
    return _page(call, context, rows)


def _exported(call: Call, owner: str, key: str) -> dict[str, Any]:
    message = call.tenant.mail.message(owner, key)
    if message is None:
        error = {"code": "ErrorItemNotFound", "message": "The specified object was not found in the store."}
        return {"itemId": key, "changeKey": None, "data": None, "error": error}
    stream = _MAGIC + zlib.compress(call.tenant.mail.mime(key), 1)
    return {
        "itemId": key,
        "changeKey": str(message.changed),
        "data": base64.b64encode(stream).decode(),
    }


def _shown(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "createdDateTime": message.received,
        "lastModifiedDateTime": message.received,
        "changeKey": str(message.changed),
        "categories": [],
        "type": "IPM.Note",
        "size": message.size,
    }


def _mailbox_id(call: Call, owner: str) -> str:
    return f"MBX:{owner}@{call.tenant.tenant_id}"


def _owner(call: Call, mailbox: str) -> str:
    owner = mailbox.removeprefix("MBX:").partition("@")[0]
    if mailbox != _mailbox_id(call, owner):
        raise no_such_object(mailbox)
    return str(find_mailbox(call, owner)["id"])


def _page(call: Call, context: str, rows: list[Row]) -> Answer:
    collection = Collection(
        context,
        dict.fromkeys(("displayName", "id"), str),
        lambda document: selected(document, call.query.select),
        directory=False,
    )
    return call.answer_page(collection, rows)


def _route(method: str, template: str, handler: Handler, roles: frozenset[str]) -> Route:
    return Route(
        method, f"/admin/exchange/mailboxes/{{mailbox-id}}{template}", handler, roles, Workload.OUTLOOK
    )


_FOLDER = "/folders/{mailboxFolder-id}"
ROUTES = (
    Route(
        "GET",
        "/users/{user-id}/settings/exchange",
        read_settings,
        MAILBOX_FOLDERS_READ | MAILBOX_ITEMS_READ,
        Workload.OUTLOOK,
    ),
    _route("GET", "/folders", list_folders, MAILBOX_FOLDERS_READ),
    _route("GET", f"{_FOLDER}/childFolders", list_children, MAILBOX_FOLDERS_READ),
    _route("GET", f"{_FOLDER}/items", list_items, MAILBOX_ITEMS_READ),
    _route("GET", f"{_FOLDER}/items/{{mailboxItem-id}}", read_item, MAILBOX_ITEMS_READ),
    _route("POST", "/exportItems", export_items, MAILBOX_ITEMS_EXPORT),
)
