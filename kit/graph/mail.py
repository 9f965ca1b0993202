"""Owns the export of a mailbox: every message as the MIME text that any mail program opens.

Included are all folders below the top of the mailbox: those of the people, Deleted Items, Drafts, and
hidden ones, because a hidden folder is where an intruder keeps mail. Left out are search folders, whose
messages stand elsewhere, and what people deleted for good (Recoverable Items): the mailbox's end erases it.
MIME loses Outlook's own properties (categories, flags), and calendar and contacts are no messages: where
the cloud has the export of items (`archives`), that keeps them.

Sources: Microsoft Learn, "Get MIME content of a message", "List mailFolders".
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.graph.batching import segment
from kit.graph.client import Graph
from kit.graph.errors import GraphNotFound
from kit.graph.filing import (
    UNFINISHED,
    discard_unfinished,
    in_order,
    index,
    make_private,
    segment_of,
    shortened,
    sibling_names,
    stamp,
    tag,
)
from kit.graph.limits import OUTLOOK_AT_ONCE

#: Messages under way: as many as Outlook takes at once, and others that are being written meanwhile.
AT_ONCE = OUTLOOK_AT_ONCE + 2
#: Messages and folders a page; Graph gives at most 1,000.
_PAGE = {"$top": "500"}
#: Bytes of UTF-8 of a folder's name, of a subject in a file name, and of the path of a folder: Windows
#: opens paths of up to 260 characters, and a mailbox may nest 300 folders.
_FOLDER, _SUBJECT, _PATH = 60, 60, 400
_COLUMNS = ("path", "folder", "internetMessageId", "received", "from", "subject", "bytes")

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class MailExport:
    """What is on disk: `messages` and their size in `bytes`.

    `vanished` messages were deleted between being listed and being read.
    """

    messages: int
    bytes: int
    vanished: int


@dataclass(frozen=True)
class _Folder:
    """A mail folder: its id, its path on disk and as people see it, and how many messages it says it has."""

    id: str
    path: Path
    shown: str
    messages: int


@dataclass(frozen=True)
class _Message:
    id: str
    path: Path
    row: tuple[str, ...]


def has_mailbox(graph: Graph, user_id: str) -> bool:
    """Whether the user has a mailbox to export; who never had a licence has none.

    Raises:
        GraphError: the tenant refused for another reason than that there is none.
    """
    try:
        graph.get(f"/users/{segment(user_id)}/mailFolders/inbox", params={"$select": "id"})
    except GraphNotFound:
        return False
    return True


def export_mail(graph: Graph, user_id: str, folder: Path, *, progress: Progress | None = None) -> MailExport:
    """Put every message of a mailbox below `folder/messages`, and `folder/messages.csv` that lists them.

    What is there already is not read again, so a repeated call goes on. People should be signed out
    before: a message that is moved or deleted meanwhile can escape the listing.

    Args:
        graph: the tenant.
        user_id: whose mailbox.
        folder: made where it is missing.
        progress: told (messages done, messages that the folders announced), in the calling thread.

    Raises:
        GraphNotFound: the user has no mailbox.
        GraphError: the tenant refused; what is on disk stays.
    """
    mailbox = f"/users/{segment(user_id)}"
    folders = list(_folders(graph, mailbox))
    announced = sum(found.messages for found in folders)
    messages = octets = vanished = 0

    def fetch(message: _Message) -> int | None:
        return _fetch(graph, f"{mailbox}/messages/{segment(message.id)}/$value", folder / message.path)

    with index(folder / "messages.csv", _COLUMNS) as write:
        for message, size in in_order(fetch, _messages(graph, mailbox, folders), at_once=AT_ONCE):
            if size is None:
                vanished += 1
            else:
                messages, octets = messages + 1, octets + size
                write((message.path.as_posix(), *message.row, size))
            if progress:
                progress(messages + vanished, max(announced, messages + vanished))
    return MailExport(messages, octets, vanished)


def _fetch(graph: Graph, address: str, path: Path) -> int | None:
    """Bytes of the message on disk; None where the mailbox no longer has it."""
    if path.exists():
        return path.stat().st_size
    make_private(path.parent)
    try:
        return graph.download(address, path)
    except GraphNotFound:
        discard_unfinished(path)
        return None


def _folders(graph: Graph, mailbox: str) -> Iterator[_Folder]:
    """The folders of the mailbox, each after the one it is in."""
    select = {"$select": "id,displayName,totalItemCount", "includeHiddenFolders": "true"}
    waiting = [(f"{mailbox}/mailFolders", Path("messages"), "")]
    while waiting:
        address, parent, shown = waiting.pop()
        siblings = {
            str(found["id"]): found
            for found in graph.pages(address, params=select | _PAGE)
            if not str(found.get("@odata.type", "")).endswith("mailSearchFolder")
        }
        called = {identity: str(found.get("displayName") or "") for identity, found in siblings.items()}
        # A folder must never stand where a message of its parent will be written.
        names = sibling_names(called, avoid=(".eml", *UNFINISHED), longest=_FOLDER)
        for identity, found in siblings.items():
            path = _within(parent / names[identity], identity)
            below = f"{shown}/{called[identity]}" if shown else called[identity]
            yield _Folder(identity, path, below, int(found.get("totalItemCount") or 0))
            # Asked of every folder: what is hidden need not be in its parent's count.
            waiting.append((f"{mailbox}/mailFolders/{segment(identity)}/childFolders", path, below))


def _within(path: Path, identity: str) -> Path:
    """Itself, or a place at the top for a folder that is too deep for a path."""
    return path if len(path.as_posix().encode()) <= _PATH else Path("messages", f"deep {tag(identity)}")


def _messages(graph: Graph, mailbox: str, folders: Sequence[_Folder]) -> Iterator[_Message]:
    params = {
        "$select": "id,internetMessageId,receivedDateTime,from,subject",
        # What arrives meanwhile comes last and moves nothing to another page.
        "$orderby": "receivedDateTime",
    }
    for folder in folders:
        address = f"{mailbox}/mailFolders/{segment(folder.id)}/messages"
        for found in graph.pages(address, params=params | _PAGE):
            yield _message(folder, found)


def _message(folder: _Folder, found: Mapping[str, Any]) -> _Message:
    identity, subject = str(found["id"]), str(found.get("subject") or "")
    received = str(found.get("receivedDateTime") or "")
    name = f"{stamp(received)} {shortened(segment_of(subject), _SUBJECT)} {tag(identity)}.eml"
    sender = ((found.get("from") or {}).get("emailAddress") or {}).get("address") or ""
    row = (folder.shown, str(found.get("internetMessageId") or ""), received, str(sender), subject)
    return _Message(identity, folder.path / name, row)
