"""Owns the export of mailbox items as Exchange keeps them: whole, opaque, to be put back by its import.

Unlike MIME it has calendar, contacts, tasks and every property, and nobody can read it without Exchange.
Only the global cloud has it; the caller leaves it out elsewhere.

Sources: Microsoft Learn, "mailbox: exportItems", "mailbox: List folders", "mailboxFolder: List items".
"""

import base64
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.graph.batching import segment
from kit.graph.client import Graph
from kit.graph.filing import in_order, index, tag, write_whole

#: Most items that Graph exports in one call.
CALL_SIZE = 20
#: Calls under way: some at Outlook while the items of others are written.
AT_ONCE = 4
#: Bytes of items asked for in one call, for the answer is held in memory; one item may have more.
_CALL_BYTES = 4 * 2**20
_PAGE = {"$top": "200"}
_COLUMNS = ("path", "itemId", "folder", "type", "size", "bytes", "error")


@dataclass(frozen=True)
class ItemExport:
    """What is on disk: `items` and their size in `bytes`; `failed` ones were refused, see the index."""

    items: int
    bytes: int
    failed: int


@dataclass(frozen=True)
class _Item:
    """An item: its id, folder and type in words, and the size that the mailbox says it has."""

    id: str
    folder: str
    type: str
    size: int

    @property
    def path(self) -> Path:
        return Path("items", f"{tag(self.id)}.bin")


def export_items(graph: Graph, user_id: str, folder: Path) -> ItemExport:
    """Put every item of a mailbox into `folder/items`, and `folder/items.csv` that lists them with ids.

    What is there already is not read again, so a repeated call goes on.

    Raises:
        GraphNotFound: the user has no mailbox.
        GraphError: the tenant refused; what is on disk stays.
    """
    settings = graph.get(f"/users/{segment(user_id)}/settings/exchange")
    mailbox = f"/admin/exchange/mailboxes/{segment(str(settings['primaryMailboxId']))}"
    items = octets = failed = 0
    one_big = threading.Lock()

    def fetch(call: Sequence[_Item]) -> dict[str, str]:
        wanted = [item for item in call if not (folder / item.path).exists()]
        is_big = sum(item.size for item in wanted) > _CALL_BYTES
        with one_big if is_big else nullcontext():
            return _fetch(graph, mailbox, wanted, folder)

    with index(folder / "items.csv", _COLUMNS) as write:
        for call, errors in in_order(fetch, _calls(_items(graph, mailbox)), at_once=AT_ONCE):
            for item in call:
                error = errors.get(item.id, "")
                size = 0 if error else (folder / item.path).stat().st_size
                place = "" if error else item.path.as_posix()
                write((place, item.id, item.folder, item.type, item.size, size, error))
                items, octets, failed = items + (not error), octets + size, failed + bool(error)
    return ItemExport(items, octets, failed)


def _fetch(graph: Graph, mailbox: str, items: Sequence[_Item], folder: Path) -> dict[str, str]:
    """Export the items, and give the error code of each that was refused."""
    if not items:
        return {}
    asked = {"itemIds": [item.id for item in items]}
    answer = graph.post(f"{mailbox}/exportItems", asked, repeatable=True)
    given = {str(found.get("itemId")): found for found in answer.get("value", [])}
    errors = {}
    for item in items:
        found = given.get(item.id, {})
        if stream := _decoded(str(found.get("data") or "")):
            write_whole(folder / item.path, stream)
        else:
            errors[item.id] = str((found.get("error") or {}).get("code") or "noData")
    return errors


def _decoded(data: str) -> bytes:
    """The stream; empty where the service gave none that can be read."""
    # The description says base64url, the examples show base64: both are taken, padded or not.
    padded = data.replace("-", "+").replace("_", "/").rstrip("=") + "=" * (-len(data.rstrip("=")) % 4)
    try:
        return base64.b64decode(padded, validate=True)
    except ValueError:
        return b""


def _calls(items: Iterator[_Item]) -> Iterator[list[_Item]]:
    """The items in groups that one call and our memory can take."""
    group: list[_Item] = []
    for item in items:
        if group and (len(group) == CALL_SIZE or sum(one.size for one in group) + item.size > _CALL_BYTES):
            yield group
            group = []
        group.append(item)
    if group:
        yield group


def _items(graph: Graph, mailbox: str) -> Iterator[_Item]:
    """Every item once: search folders are folders here, and show what is in others."""
    seen: set[str] = set()
    for identity, found in _folders(graph, mailbox).items():
        address = f"{mailbox}/folders/{segment(identity)}/items"
        shown = str(found.get("displayName") or "")
        for each in graph.pages(address, params={"$select": "id,type,size"} | _PAGE):
            item = _Item(str(each["id"]), shown, str(each.get("type") or ""), int(each.get("size") or 0))
            if tag(item.id) not in seen:
                seen.add(tag(item.id))
                yield item


def _folders(graph: Graph, mailbox: str) -> dict[str, dict[str, Any]]:
    """Every folder by id; the list may have all of them or, read by the letter, the top ones only."""
    params = {"$select": "id,displayName,parentFolderId,childFolderCount"} | _PAGE
    found = {str(one["id"]): one for one in graph.pages(f"{mailbox}/folders", params=params)}
    waiting = list(found)
    while waiting:
        known = Counter(one.get("parentFolderId") for one in found.values())
        identity = waiting.pop()
        if known[identity] < int(found[identity].get("childFolderCount") or 0):
            address = f"{mailbox}/folders/{segment(identity)}/childFolders"
            below = {str(one["id"]): one for one in graph.pages(address, params=params)}
            waiting += [other for other in below if other not in found]
            found |= below
    return found
