"""Owns a group's shared mailbox: mail sent to the group's address, as threads of posts.

Documented under group, conversationThread and post in the Graph v1.0 reference.
"""

from typing import Any

from kit.simulator.tenant.answers import Answer, GraphError, bad_request
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.directory import find_group
from kit.simulator.tenant.groups import UNIFIED
from kit.simulator.tenant.messages import Message, Thread
from kit.simulator.tenant.mime import attachments, content, parse
from kit.simulator.tenant.odata import Collection, selected
from kit.simulator.tenant.permissions import CONVERSATIONS_READ
from kit.simulator.tenant.routing import Handler, Route, Workload
from kit.simulator.tenant.store import Row

#: A thread of more is cut; nobody writes so much to one in a crisis.
_MOST_POSTS = 10_000


def list_threads(call: Call, key: str) -> Answer:
    """`GET /groups/{id}/threads`: the latest first."""
    group = _group(call, key)
    rows = [
        Row(number, _shown_thread(call, group, thread))
        for number, thread in enumerate(call.tenant.mail.threads(group), start=1)
    ]
    return _page(call, f"groups('{key}')/threads", rows)


def read_thread(call: Call, key: str, identifier: str) -> Answer:
    """`GET /groups/{id}/threads/{id}`."""
    group = _group(call, key)
    for thread in call.tenant.mail.threads(group):
        if thread.id == identifier:
            shown = _shown_thread(call, group, thread)
            context = call.context(f"groups('{key}')/threads/$entity")
            return Answer(200, {**context, **selected(shown, call.query.select)})
    raise _not_found()


def list_posts(call: Call, key: str, thread: str) -> Answer:
    """`GET /groups/{id}/threads/{id}/posts`: the oldest first."""
    messages = _posts(call, _group(call, key), thread)
    rows = [Row(number, _shown_post(call, message)) for number, message in enumerate(messages, start=1)]
    return _page(call, f"groups('{key}')/threads('{thread}')/posts", rows)


def read_post(call: Call, key: str, thread: str, identifier: str) -> Answer:
    """`GET /groups/{id}/threads/{id}/posts/{id}`."""
    shown = _shown_post(call, _post(call, key, thread, identifier))
    context = call.context(f"groups('{key}')/threads('{thread}')/posts/$entity")
    return Answer(200, {**context, **selected(shown, call.query.select)})


def list_attachments(call: Call, key: str, thread: str, identifier: str) -> Answer:
    """`GET …/posts/{id}/attachments`: with their content."""
    message = _post(call, key, thread, identifier)
    found = attachments(parse(call.tenant.mail.mime(message.id)), message.id, message.received)
    rows = [Row(number, each) for number, each in enumerate(found, start=1)]
    return _page(call, f"groups('{key}')/threads('{thread}')/posts('{identifier}')/attachments", rows)


def _group(call: Call, key: str) -> str:
    group = find_group(call, key)
    if UNIFIED not in (group.get("groupTypes") or ()):
        raise bad_request("Conversations are only of Microsoft 365 groups.", code="ErrorGroupsAccessDenied")
    return str(group["id"])


def _posts(call: Call, group: str, thread: str) -> list[Message]:
    found = call.tenant.mail.listed(group, "conversation = ?", [thread], order="received", top=_MOST_POSTS)
    if not found:
        raise _not_found()
    return found


def _post(call: Call, key: str, thread: str, identifier: str) -> Message:
    for message in _posts(call, _group(call, key), thread):
        if message.id == identifier:
            return message
    raise _not_found()


def _shown_thread(call: Call, group: str, thread: Thread) -> dict[str, Any]:
    posts = _posts(call, group, thread.id)
    people = [_sender(post)["emailAddress"] for post in posts]
    senders = {person["address"]: person["name"] for person in people}
    return {
        "id": thread.id,
        "topic": posts[0].facts["subject"],
        "hasAttachments": thread.has_attachments,
        "lastDeliveredDateTime": thread.last,
        "uniqueSenders": list(senders.values()),
        "preview": posts[-1].facts["bodyPreview"],
        "isLocked": False,
        "toRecipients": posts[0].facts["toRecipients"],
        "ccRecipients": posts[0].facts["ccRecipients"],
    }


def _shown_post(call: Call, message: Message) -> dict[str, Any]:
    return {
        "@odata.etag": f'W/"{message.changed}"',
        "id": message.id,
        "createdDateTime": message.received,
        "lastModifiedDateTime": message.received,
        "changeKey": str(message.changed),
        "categories": [],
        "receivedDateTime": message.received,
        "hasAttachments": message.facts["hasAttachments"],
        "conversationThreadId": message.conversation,
        "conversationId": f"AAQk{message.conversation}",
        "body": content(parse(call.tenant.mail.mime(message.id))),
        "from": _sender(message),
        "sender": _sender(message),
        "newParticipants": [],
    }


def _sender(message: Message) -> dict[str, Any]:
    sender: dict[str, Any] | None = message.facts["from"]
    return sender or {"emailAddress": {"name": "", "address": ""}}


def _page(call: Call, context: str, rows: list[Row]) -> Answer:
    collection = Collection(
        context, {"id": str}, lambda document: selected(document, call.query.select), directory=False
    )
    return call.answer_page(collection, rows)


def _not_found() -> GraphError:
    return GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def _route(template: str, handler: Handler) -> Route:
    return Route(
        "GET", f"/groups/{{group-id}}/threads{template}", handler, CONVERSATIONS_READ, Workload.OUTLOOK
    )


_THREAD = "/{conversationThread-id}"
_POST = f"{_THREAD}/posts/{{post-id}}"
ROUTES = (
    _route("", list_threads),
    _route(_THREAD, read_thread),
    _route(f"{_THREAD}/posts", list_posts),
    _route(_POST, read_post),
    _route(f"{_POST}/attachments", list_attachments),
)
