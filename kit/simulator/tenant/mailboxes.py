"""Owns mailboxes: there some time after the licence, with the folders a new one has."""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from kit.simulator.tenant.answers import Answer, GraphError
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.directory import find_user
from kit.simulator.tenant.odata import Collection, selected
from kit.simulator.tenant.permissions import MAIL_READ, MAILBOX_SETTINGS_READ
from kit.simulator.tenant.routing import Route, Workload
from kit.simulator.tenant.store import Document, Row

#: Well-known name → display name; the root holds the others.
_ROOT = "msgfolderroot"
_FOLDERS = {
    "archive": "Archive",
    "deleteditems": "Deleted Items",
    "drafts": "Drafts",
    "inbox": "Inbox",
    "junkemail": "Junk Email",
    "outbox": "Outbox",
    "sentitems": "Sent Items",
}
#: What a mailbox is set to before anybody changed it.
_SETTINGS = {
    "dateFormat": "dd/MM/yyyy",
    "delegateMeetingMessageDeliveryOptions": "sendToDelegateOnly",
    "language": {"locale": "fr-FR", "displayName": "French (France)"},
    "timeFormat": "HH:mm",
    "timeZone": "Romance Standard Time",
    "userPurpose": "user",
}


def read_settings(call: Call, key: str) -> Answer:
    """`GET /users/{id}/mailboxSettings`."""
    _with_mailbox(call, key)
    shown = selected(_SETTINGS, call.query.select)
    return Answer(200, {**call.context(f"users('{key}')/mailboxSettings"), **shown})


def list_folders(call: Call, key: str) -> Answer:
    """`GET /users/{id}/mailFolders`."""
    user = _with_mailbox(call, key)
    rows = [Row(place, _folder(user, name)) for place, name in enumerate(_FOLDERS, start=1)]
    return call.answer_page(
        Collection(
            f"users('{key}')/mailFolders",
            dict.fromkeys(("displayName", "id"), str),
            lambda folder: selected(folder, call.query.select),
            directory=False,
        ),
        rows,
    )


def read_folder(call: Call, key: str, folder: str) -> Answer:
    """`GET /users/{id}/mailFolders/{id or well-known name}`."""
    user = _with_mailbox(call, key)
    for name in (_ROOT, *_FOLDERS):
        if folder.lower() == name or folder == _folder_id(user, name):
            shown = selected(_folder(user, name), call.query.select)
            return Answer(200, {**call.context(f"users('{key}')/mailFolders/$entity"), **shown})
    raise GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def _with_mailbox(call: Call, key: str) -> Document:
    user = find_user(call, key)
    if call.tenant.clock() < user.get("_mailboxAt", float("inf")):
        message = "The mailbox is either inactive, soft-deleted, or is hosted on-premise."
        raise GraphError(404, "MailboxNotEnabledForRESTAPI", message)
    return user


def _folder(user: Document, name: str) -> Mapping[str, Any]:
    return {
        "id": _folder_id(user, name),
        "displayName": _FOLDERS.get(name, "Top of Information Store"),
        "parentFolderId": _folder_id(user, _ROOT),
        "childFolderCount": len(_FOLDERS) if name == _ROOT else 0,
        "unreadItemCount": 0,
        "totalItemCount": 0,
        "isHidden": False,
    }


def _folder_id(user: Document, name: str) -> str:
    digest = hashlib.sha256(f"{user['id']} {name}".encode()).digest()
    return "AAMk" + base64.urlsafe_b64encode(digest).decode()


ROUTES = (
    Route("GET", "/users/{user-id}/mailboxSettings", read_settings, MAILBOX_SETTINGS_READ, Workload.OUTLOOK),
    Route("GET", "/users/{user-id}/mailFolders", list_folders, MAIL_READ, Workload.OUTLOOK),
    Route("GET", "/users/{user-id}/mailFolders/{mailFolder-id}", read_folder, MAIL_READ, Workload.OUTLOOK),
)
