"""Owns the export of a group's conversations, each post as a mail and as what the service said of it.

Graph has no MIME for posts. The `.eml` is therefore composed here from sender, date, topic, body and
attached files; the `.json` beside it has everything that Graph told, attached files excepted.
By the book, an application may read threads and posts and not what is attached to them: a refusal of
attachments is counted, and the post kept without them.

Sources: Microsoft Learn, "List threads", "List posts", "post: List attachments".
"""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from pathlib import Path
from typing import Any

from kit.graph.batching import segment
from kit.graph.client import Graph
from kit.graph.errors import GraphRefused
from kit.graph.filing import index, moment, segment_of, shortened, stamp, tag, write_whole

Json = Mapping[str, Any]

#: Bytes of UTF-8 of a topic in the name of its folder.
_TOPIC = 60
_COLUMNS = ("path", "topic", "received", "from", "files", "complete", "bytes")
_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*/[A-Za-z0-9][A-Za-z0-9.+-]*")
#: Exchange also has addresses that no mail can bear (X.500, other alphabets); RFC 2606 keeps this one free.
_PLAIN_ADDRESS = re.compile(
    r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*@[\w-]+(\.[\w-]+)*", re.ASCII
)
_NO_ADDRESS = "unknown@sender.invalid"
#: As parts of these kinds files would be opened or rewritten by the composing; as plain bytes they stay.
_COMPOSITE = ("message", "multipart", "text")


@dataclass(frozen=True)
class ThreadExport:
    """What is on disk: `posts` and the size of their mails in `bytes`.

    `incomplete` posts have attachments that the tenant would not give, or that are no files.
    """

    posts: int
    bytes: int
    incomplete: int


def export_threads(graph: Graph, group_id: str, folder: Path) -> ThreadExport:
    """Put every post of a group below `folder/threads`, and `folder/posts.csv` that lists them.

    A repeated call writes the same files again: a post's text comes with the list of posts.

    Raises:
        GraphNotFound: there is no such group, or it has no mailbox.
        GraphError: the tenant refused; what is on disk stays.
    """
    threads = f"/groups/{segment(group_id)}/threads"
    posts = octets = incomplete = 0
    with index(folder / "posts.csv", _COLUMNS) as write:
        for thread in graph.pages(threads, params={"$select": "id,topic"}):
            topic = str(thread.get("topic") or "")
            place = Path("threads", f"{shortened(segment_of(topic), _TOPIC)} {tag(str(thread['id']))}")
            address = f"{threads}/{segment(str(thread['id']))}/posts"
            for post in graph.pages(address):
                path = place / f"{stamp(post.get('receivedDateTime'))} {tag(str(post['id']))}.eml"
                attached = _attachments(graph, address, post)
                files = [one for one in attached or () if one.get("contentBytes") is not None]
                whole = attached is not None and len(files) == len(attached)
                mail = composed(topic, post, files)
                write_whole(folder / path, mail)
                write_whole(folder / path.with_suffix(".json"), _told(thread, post, attached))
                received, sender = post.get("receivedDateTime") or "", _address(post)["address"]
                write(
                    (
                        path.as_posix(),
                        topic,
                        received,
                        sender,
                        len(files),
                        "yes" if whole else "no",
                        len(mail),
                    )
                )
                posts, octets, incomplete = posts + 1, octets + len(mail), incomplete + (not whole)
    return ThreadExport(posts, octets, incomplete)


def composed(topic: str, post: Json, files: Sequence[Json]) -> bytes:
    """A mail made of a post and its attached files, whatever is written in them."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = _sender(post)
    mail["Subject"] = _line(topic)
    if received := moment(post.get("receivedDateTime")):
        mail["Date"] = format_datetime(received)
    body = post.get("body") or {}
    kind = "html" if str(body.get("contentType")).lower() == "html" else "plain"
    mail.set_content(_text(body.get("content")), subtype=kind, cte="base64")
    for file in files:
        maintype, _, subtype = _media_type(file).partition("/")
        content = base64.b64decode(str(file["contentBytes"]))
        name = segment_of(str(file.get("name") or ""))
        mail.add_attachment(content, maintype=maintype, subtype=subtype, filename=name)
    return mail.as_bytes()


def _attachments(graph: Graph, posts: str, post: Json) -> list[Json] | None:
    """What is attached to a post; None where the tenant does not give it."""
    if not post.get("hasAttachments"):
        return []
    try:
        return list(graph.pages(f"{posts}/{segment(str(post['id']))}/attachments"))
    except GraphRefused:
        return None


def _told(thread: Json, post: Json, attached: Sequence[Json] | None) -> bytes:
    """What the service said, for machines; the files themselves are in the mail."""
    named = (
        None
        if attached is None
        else [{k: v for k, v in one.items() if k != "contentBytes"} for one in attached]
    )
    told = {"thread": thread, "post": post, "attachments": named}
    return json.dumps(told, indent=1, sort_keys=True).encode()


def _sender(post: Json) -> str:
    """Who wrote it, as a header can have it; an address of another form is shown as part of the name."""
    given = _address(post)
    if _PLAIN_ADDRESS.fullmatch(given["address"]):
        return formataddr((given["name"], given["address"]))
    return formataddr((" ".join(given.values()).strip(), _NO_ADDRESS))


def _address(post: Json) -> dict[str, str]:
    given = (post.get("from") or {}).get("emailAddress") or {}
    return {key: _line(given.get(key)) for key in ("name", "address")}


def _line(text: object) -> str:
    """On one line, for a header must not begin another one."""
    return " ".join(_text(text).split())


def _text(text: object) -> str:
    """As text that can be written: the service's JSON may hold halves of characters."""
    return str(text or "").encode("utf-8", "replace").decode()


def _media_type(file: Json) -> str:
    """What the file says it is, where a mail may say so too: parts that are mails themselves may not."""
    said = str(file.get("contentType") or "").lower()
    if not _TYPE.fullmatch(said) or said.partition("/")[0] in _COMPOSITE:
        return "application/octet-stream"
    return said
