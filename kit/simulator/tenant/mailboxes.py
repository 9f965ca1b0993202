"""Owns mailboxes: there some time after the licence, with the folders a new one has and those made later."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kit.simulator.tenant.answers import Answer, GraphError
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.directory import find_user
from kit.simulator.tenant.messages import FOLDERS, Folder
from kit.simulator.tenant.odata import Collection, selected
from kit.simulator.tenant.outlook_changes import answer_changes, changes_since
from kit.simulator.tenant.permissions import MAIL_READ, MAIL_WRITE, MAILBOX_SETTINGS_READ
from kit.simulator.tenant.routing import Handler, Route, Workload
from kit.simulator.tenant.store import Document, Row
from kit.simulator.tenant.tenant import Tenant

#: Well-known name → display name; the root holds the others, but for what can be recovered.
ROOT = "msgfolderroot"
INBOX, SENT, DRAFTS, DELETED = "inbox", "sentitems", "drafts", "deleteditems"
#: Where messages go from Deleted Items; no listing shows it.
RECOVERABLE = "recoverableitemsdeletions"
_SHOWN = {
    "archive": "Archive",
    DELETED: "Deleted Items",
    DRAFTS: "Drafts",
    INBOX: "Inbox",
    "junkemail": "Junk Email",
    "outbox": "Outbox",
    SENT: "Sent Items",
}
_FOLDERS = {**_SHOWN, ROOT: "Top of Information Store", RECOVERABLE: "Deletions"}
_LONGEST_NAME = 255
#: What a mailbox is set to before anybody changed it.
_SETTINGS = {
    "dateFormat": "dd/MM/yyyy",
    "delegateMeetingMessageDeliveryOptions": "sendToDelegateOnly",
    "language": {"locale": "fr-FR", "displayName": "French (France)"},
    "timeFormat": "HH:mm",
    "timeZone": "Romance Standard Time",
    "userPurpose": "user",
}


@dataclass(frozen=True)
class Place:
    """A folder of a mailbox, made with it or by somebody; `changed` numbers its last change."""

    id: str
    name: str
    parent: str
    hidden: bool = False
    changed: int = 1


def read_settings(call: Call, key: str) -> Answer:
    """`GET /users/{id}/mailboxSettings`."""
    find_mailbox(call, key)
    shown = selected(_SETTINGS, call.query.select)
    return Answer(200, {**call.context(f"users('{key}')/mailboxSettings"), **shown})


def list_folders(call: Call, key: str) -> Answer:
    """`GET /users/{id}/mailFolders`: those directly below the root."""
    owner = str(find_mailbox(call, key)["id"])
    return _list(call, f"users('{key}')/mailFolders", owner, folder_id(owner, ROOT))


def list_children(call: Call, key: str, folder: str) -> Answer:
    """`GET /users/{id}/mailFolders/{id}/childFolders`."""
    owner = str(find_mailbox(call, key)["id"])
    parent = find_folder(call.tenant, owner, folder)
    return _list(call, f"users('{key}')/mailFolders('{folder}')/childFolders", owner, parent.id)


def read_folder(call: Call, key: str, folder: str) -> Answer:
    """`GET /users/{id}/mailFolders/{id or well-known name}`."""
    owner = str(find_mailbox(call, key)["id"])
    shown = _Shape(call.tenant, owner)(find_folder(call.tenant, owner, folder))
    context = call.context(f"users('{key}')/mailFolders/$entity")
    return Answer(200, {**context, **selected(shown, call.query.select)})


def create_folder(call: Call, key: str, folder: str = ROOT) -> Answer:
    """`POST /users/{id}/mailFolders` or `…/{id}/childFolders`: a name is free among its siblings."""
    body, tenant = call.object_body(), call.tenant
    owner = str(find_mailbox(call, key)["id"])
    parent = find_folder(tenant, owner, folder)
    name, hidden = body.get("displayName"), body.get("isHidden", False)
    for each in body.keys() - {"displayName", "isHidden", "@odata.type"}:
        raise GraphError(400, "RequestBodyRead", f"The property '{each}' cannot be set on a new folder.")
    if (
        not isinstance(name, str)
        or not 0 < len(name.strip()) <= _LONGEST_NAME
        or not isinstance(hidden, bool)
    ):
        raise GraphError(400, "ErrorInvalidRequest", "A folder needs a displayName.")
    siblings = [place for place in places(tenant, owner) if place.parent == parent.id]
    if name.casefold() in (place.name.casefold() for place in siblings):
        raise GraphError(409, "ErrorFolderExists", "A folder with the specified name already exists.")
    made = _place(tenant.mail.add_folder(owner, parent.id, name, hidden=hidden))
    context = call.context(f"users('{key}')/mailFolders/$entity")
    return Answer(201, {**context, **_Shape(tenant, owner)(made)})


def delete_folder(call: Call, key: str, folder: str) -> Answer:
    """`DELETE /users/{id}/mailFolders/{id}` and `…/permanentDelete`: with all below; only made ones."""
    tenant, owner = call.tenant, str(find_mailbox(call, key)["id"])
    found = find_folder(tenant, owner, folder)
    if found.id in (folder_id(owner, name) for name in _FOLDERS):
        raise GraphError(400, "ErrorDeleteDistinguishedFolder", "Distinguished folders cannot be deleted.")
    leaving, every = [found.id], places(tenant, owner)
    for each in leaving:
        leaving += [place.id for place in every if place.parent == each]
    tenant.mail.remove_folders(owner, leaving)
    return Answer(204)


def track_folders(call: Call, key: str) -> Answer:
    """`GET /users/{id}/mailFolders/delta`: every folder at first, then made and deleted ones."""
    owner = str(find_mailbox(call, key)["id"])
    after = changes_since(call, f"{owner} folders")
    shape = _Shape(call.tenant, owner)
    rows = [(place.changed, place) for place in places(call.tenant, owner) if place.changed > after]
    return answer_changes(
        call,
        "Collection(mailFolder)",
        f"{owner} folders",
        [(number, selected(shape(place), call.query.select)) for number, place in rows],
        more=False,
        gone=lambda upto: call.tenant.mail.gone(owner, FOLDERS, after, upto) if after else [],
    )


def find_mailbox(call: Call, key: str) -> Document:
    """The user, whose mailbox is there; 404 before."""
    user = find_user(call, key)
    if not has_mailbox(call.tenant, user):
        message = "The mailbox is either inactive, soft-deleted, or is hosted on-premise."
        raise GraphError(404, "MailboxNotEnabledForRESTAPI", message)
    return user


def has_mailbox(tenant: Tenant, user: Document) -> bool:
    """Whether the user's mailbox is there."""
    return tenant.clock() >= float(user.get("_mailboxAt", "inf"))


def find_folder(tenant: Tenant, owner: str, key: str) -> Place:
    """The folder with that id or well-known name; 404 if there is none."""
    for name, shown in _FOLDERS.items():
        identifier = folder_id(owner, name)
        if key.lower() == name or key == identifier:
            return Place(identifier, shown, folder_id(owner, ROOT), hidden=name == RECOVERABLE)
    for folder in tenant.mail.folders(owner):
        if folder.id == key:
            return _place(folder)
    raise GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def places(tenant: Tenant, owner: str) -> list[Place]:
    """All folders that listings show, hidden ones among them."""
    root = folder_id(owner, ROOT)
    known = [Place(folder_id(owner, name), shown, root) for name, shown in _SHOWN.items()]
    return known + [_place(folder) for folder in tenant.mail.folders(owner)]


def folder_id(owner: str, name: str) -> str:
    """The id of a well-known folder."""
    digest = hashlib.sha256(f"{owner} {name}".encode()).digest()
    return "AAMk" + base64.urlsafe_b64encode(digest).decode()


def _place(folder: Folder) -> Place:
    return Place(folder.id, folder.name, folder.parent, folder.hidden, folder.changed)


class _Shape:
    """Shows folders of one mailbox with their counts, which are read once."""

    def __init__(self, tenant: Tenant, owner: str) -> None:
        self._totals = tenant.mail.totals(owner)
        self._parents = [place.parent for place in places(tenant, owner)]

    def __call__(self, place: Place) -> Mapping[str, Any]:
        total, unread = self._totals.get(place.id, (0, 0))
        return {
            "id": place.id,
            "displayName": place.name,
            "parentFolderId": place.parent,
            "childFolderCount": self._parents.count(place.id),
            "unreadItemCount": unread,
            "totalItemCount": total,
            "isHidden": place.hidden,
        }


def _list(call: Call, context: str, owner: str, parent: str) -> Answer:
    with_hidden = (call.query.option("includeHiddenFolders") or "").lower() == "true"
    shape = _Shape(call.tenant, owner)
    found = [place for place in places(call.tenant, owner) if place.parent == parent]
    rows = [
        Row(number, shape(place))
        for number, place in enumerate(found, start=1)
        if with_hidden or not place.hidden
    ]
    collection = Collection(
        context,
        dict.fromkeys(("displayName", "id"), str),
        lambda folder: selected(folder, call.query.select),
        directory=False,
    )
    return call.answer_page(collection, rows)


def _route(method: str, template: str, handler: Handler) -> Route:
    roles = MAIL_READ if method == "GET" else MAIL_WRITE
    return Route(method, f"/users/{{user-id}}{template}", handler, roles, Workload.OUTLOOK)


_FOLDER = "/mailFolders/{mailFolder-id}"
ROUTES = (
    Route("GET", "/users/{user-id}/mailboxSettings", read_settings, MAILBOX_SETTINGS_READ, Workload.OUTLOOK),
    _route("GET", "/mailFolders", list_folders),
    _route("POST", "/mailFolders", create_folder),
    _route("GET", "/mailFolders/delta()", track_folders),
    _route("GET", _FOLDER, read_folder),
    _route("DELETE", _FOLDER, delete_folder),
    _route("POST", f"{_FOLDER}/permanentDelete", delete_folder),
    _route("GET", f"{_FOLDER}/childFolders", list_children),
    _route("POST", f"{_FOLDER}/childFolders", create_folder),
)
