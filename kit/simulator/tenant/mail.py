"""Owns the requests on messages: lists, one, its MIME, its attachments, drafts, deletion, changes."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from kit.simulator.tenant.answers import Answer, GraphError
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.mail_filters import condition, ordering
from kit.simulator.tenant.mailboxes import (
    DELETED,
    DRAFTS,
    RECOVERABLE,
    find_folder,
    find_mailbox,
    folder_id,
)
from kit.simulator.tenant.messages import Letter, Message
from kit.simulator.tenant.mime import attachments, compose, content, decode, facts, parse
from kit.simulator.tenant.odata import selected
from kit.simulator.tenant.outlook_changes import answer_changes, changes_since
from kit.simulator.tenant.permissions import MAIL_CONTENT_READ, MAIL_READ, MAIL_WRITE
from kit.simulator.tenant.routing import Handler, Route, Takes, Workload
from kit.simulator.tenant.store import Document
from kit.simulator.tenant.tenant import Tenant

_PAGE = 10
_FOLDER_ONLY = "folder = ?"
#: What can be recovered is in no list of the whole mailbox.
_NOT_RECOVERABLE = "folder <> ?"
#: Derived from the MIME itself, so not read for a list that does not ask.
_FROM_BODY = {"body", "uniqueBody", "internetMessageHeaders"}


def list_messages(call: Call, key: str, folder: str | None = None) -> Answer:
    """`GET /users/{id}/messages` or `…/mailFolders/{id}/messages`: the newest first, ten at a time."""
    owner = str(find_mailbox(call, key)["id"])
    where, values = _where(call, owner, folder)
    wanted, more_values = condition(call.query.filter)
    where, values = f"{where} AND {wanted}", [*values, *more_values]
    top, skip = call.query.top or _PAGE, call.query.skip
    order = ordering(call.query.order)
    found = call.tenant.mail.listed(owner, where, values, order=order, top=top + 1, skip=skip)
    body: dict[str, Any] = {**call.context(f"users('{key}')/messages")}
    if call.query.count:
        body["@odata.count"] = call.tenant.mail.count(owner, where, values)
    if len(found) > top:
        address = call.base + quote(call.path, safe="/:!,@$()'=")
        body["@odata.nextLink"] = f"{address}?{call.query.with_token('$skip', str(skip + top))}"
    body["value"] = [_shown(call, message) for message in found[:top]]
    return Answer(200, body)


def read_message(call: Call, key: str, *path: str) -> Answer:
    """`GET …/messages/{id}`, below the user or one of the folders."""
    message = _find(call, key, path)
    return Answer(200, {**call.context(f"users('{key}')/messages/$entity"), **_shown(call, message)})


def read_mime(call: Call, key: str, *path: str) -> Answer:
    """`GET …/messages/{id}/$value`: the message as it travels."""
    return Answer(200, call.tenant.mail.mime(_find(call, key, path).id))


def list_attachments(call: Call, key: str, identifier: str) -> Answer:
    """`GET /users/{id}/messages/{id}/attachments`: with their content."""
    message = _find(call, key, (identifier,))
    found = attachments(parse(call.tenant.mail.mime(message.id)), message.id, message.received)
    context = call.context(f"users('{key}')/messages('{identifier}')/attachments")
    return Answer(200, {**context, "value": [selected(each, call.query.select) for each in found]})


def create_message(call: Call, key: str, folder: str = DRAFTS) -> Answer:
    """`POST …/messages`: a draft, from JSON or from MIME."""
    user, tenant = find_mailbox(call, key), call.tenant
    owner = str(user["id"])
    place = find_folder(tenant, owner, folder)
    mime = written(call, user, call.body)
    known = {**facts(mime), "isDraft": True}
    (identifier,) = tenant.mail.add([Letter(owner, place.id, tenant.stamp(), known, mime, is_read=True)])
    message = _find(call, key, (identifier,))
    return Answer(201, {**call.context(f"users('{key}')/messages/$entity"), **_shown(call, message)})


def delete_message(call: Call, key: str, *path: str) -> Answer:
    """`DELETE …/messages/{id}`: into Deleted Items, from there to where it can be recovered."""
    message = _find(call, key, path)
    deleted = folder_id(message.owner, DELETED)
    target = folder_id(message.owner, RECOVERABLE) if message.folder == deleted else deleted
    call.tenant.mail.move(message, target)
    return Answer(204)


def delete_for_good(call: Call, key: str, identifier: str) -> Answer:
    """`POST /users/{id}/messages/{id}/permanentDelete`."""
    call.tenant.mail.remove(_find(call, key, (identifier,)))
    return Answer(204)


def track_messages(call: Call, key: str, folder: str | None = None) -> Answer:
    """`GET …/messages/delta`: of a folder, or of the whole mailbox."""
    tenant, owner = call.tenant, str(find_mailbox(call, key)["id"])
    where, values = _where(call, owner, folder)
    scope = f"{owner} messages {values if folder else ''}"
    after = changes_since(call, scope)
    top = call.query.top or _PAGE
    found = tenant.mail.listed(
        owner, f"{where} AND changed > ?", [*values, after], order="changed", top=top + 1
    )
    place = values[0] if folder else None
    return answer_changes(
        call,
        "Collection(message)",
        scope,
        [(message.changed, _shown(call, message)) for message in found[:top]],
        more=len(found) > top,
        gone=lambda upto: tenant.mail.gone(owner, place, after, upto) if after else [],
    )


def written(call: Call, user: Document, body: Any) -> bytes:
    """MIME of what a client wrote, from JSON or as text/plain; the user is its sender.

    Raises:
        GraphError: 400, it is neither, or something in it is wrong.
    """
    if isinstance(body, str):
        return decode(body)
    if not isinstance(body, Mapping):
        raise GraphError(400, "RequestBodyRead", "The body has to be a message.")
    sender = (str(user["displayName"]), str(user.get("mail") or user["userPrincipalName"]))
    return compose(body, sender=sender, now=call.tenant.clock(), domain=call.tenant.domain)


def forget_mail(tenant: Tenant, owner_id: str) -> None:
    """Purge the mail of a user or a group: messages, folders, threads."""
    tenant.mail.forget(owner_id)


def _where(call: Call, owner: str, folder: str | None) -> tuple[str, list[Any]]:
    if folder is None:
        return _NOT_RECOVERABLE, [folder_id(owner, RECOVERABLE)]
    return _FOLDER_ONLY, [find_folder(call.tenant, owner, folder).id]


def _find(call: Call, key: str, path: tuple[str, ...]) -> Message:
    """The message whose id ends the path; the path may name its folder too."""
    owner = str(find_mailbox(call, key)["id"])
    found = call.tenant.mail.message(owner, path[-1])
    if found and (len(path) == 1 or find_folder(call.tenant, owner, path[0]).id == found.folder):
        return found
    raise GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def _shown(call: Call, message: Message) -> dict[str, Any]:
    known, select = message.facts, call.query.select
    shown = {
        "@odata.etag": f'W/"{message.changed}"',
        "id": message.id,
        "createdDateTime": message.received,
        "lastModifiedDateTime": message.received,
        "changeKey": str(message.changed),
        "categories": [],
        "receivedDateTime": message.received,
        "hasAttachments": False,
        **{name: known[name] for name in known if name != "conversation"},
        "sender": known["from"],
        "parentFolderId": message.folder,
        "conversationId": f"AAQk{message.conversation}",
        "isDeliveryReceiptRequested": False,
        "isReadReceiptRequested": False,
        "isRead": message.is_read,
        "isDraft": known.get("isDraft", False),
        "webLink": f"https://outlook.{call.tenant.domain}/owa/?ItemID={quote(message.id, safe='')}",
        "inferenceClassification": "focused",
        "flag": {"flagStatus": "notFlagged"},
    }
    if not select or _FROM_BODY & set(select):
        parsed = parse(call.tenant.mail.mime(message.id))
        shown["body"] = content(parsed)
        if "internetMessageHeaders" in select:
            shown["internetMessageHeaders"] = [
                {"name": name, "value": str(value)} for name, value in parsed.items()
            ]
    # The id comes whether it is selected or not.
    return selected(shown, (*select, "id") if select else ())


def _route(method: str, template: str, handler: Handler, roles: frozenset[str], takes: Takes) -> Route:
    return Route(method, f"/users/{{user-id}}{template}", handler, roles, Workload.OUTLOOK, takes=takes)


def _get(template: str, handler: Handler, roles: frozenset[str] = MAIL_READ) -> Route:
    return _route("GET", template, handler, roles, Takes.JSON)


def _write(method: str, template: str, handler: Handler, takes: Takes = Takes.JSON) -> Route:
    return _route(method, template, handler, MAIL_WRITE, takes)


_FOLDER = "/mailFolders/{mailFolder-id}/messages"
_ALL = "/messages"
_ONE = "/{message-id}"
ROUTES = (
    _get(_ALL, list_messages),
    _get(_FOLDER, list_messages),
    _get(f"{_ALL}/delta()", track_messages),
    _get(f"{_FOLDER}/delta()", track_messages),
    _get(f"{_ALL}{_ONE}", read_message),
    _get(f"{_FOLDER}{_ONE}", read_message),
    _get(f"{_ALL}{_ONE}/$value", read_mime, MAIL_CONTENT_READ),
    _get(f"{_FOLDER}{_ONE}/$value", read_mime, MAIL_CONTENT_READ),
    _get(f"{_ALL}{_ONE}/attachments", list_attachments, MAIL_CONTENT_READ),
    _write("POST", _ALL, create_message, Takes.MIME),
    _write("POST", _FOLDER, create_message, Takes.MIME),
    _write("DELETE", f"{_ALL}{_ONE}", delete_message),
    _write("DELETE", f"{_FOLDER}{_ONE}", delete_message),
    _write("POST", f"{_ALL}{_ONE}/permanentDelete", delete_for_good),
)
