"""Owns the export of a document library or a OneDrive: its tree of folders, each file in its last version.

The whole tree is read with `delta`, which costs one resource unit a page whatever the depth. Earlier
versions, the recycle bin and sharing links stay behind. Notebooks are no files to Graph, files in which it
found malware it does not give: both are listed in the index with the reason, and left out.

Sources: Microsoft Learn, "driveItem: delta", "Download driveItem content".
"""

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from kit.graph import checksums
from kit.graph.batching import segment
from kit.graph.client import Graph
from kit.graph.errors import GraphNotFound, GraphRefused
from kit.graph.filing import discard_unfinished, in_order, index, make_private, moment, sibling_names, tag

#: Files on their way at the same time.
AT_ONCE = 4
_SELECT = (
    "id,name,size,file,folder,package,remoteItem,root,deleted,parentReference,lastModifiedDateTime,webUrl"
)
_COLUMNS = ("path", "id", "size", "lastModified", "webUrl", "state")


@dataclass(frozen=True)
class FileExport:
    """What is on disk: `files`, their size in `bytes`, and `folders`.

    `differing` files are on disk and not of the size or checksum that the service says; `left_out` are
    not on disk: deleted meanwhile, refused, or no files. The index names them.
    """

    files: int
    folders: int
    bytes: int
    differing: int
    left_out: int


class State(StrEnum):
    """What became of a file; the index has the value."""

    WHOLE = "whole"
    DIFFERS = "differs"
    GONE = "gone"
    REFUSED = "refused"
    NO_FILE = "no file"


@dataclass(frozen=True)
class _Item:
    """An entry of the drive: a folder, a file, or neither (a notebook, a link to another drive)."""

    id: str
    name: str
    parent: str
    is_folder: bool
    is_file: bool
    size: int
    modified: str
    web_url: str
    hashes: Mapping[str, Any] = field(default_factory=dict)


def user_drive(graph: Graph, user_id: str) -> str | None:
    """The id of a user's OneDrive; None where there is none: it comes with the first use.

    Raises:
        GraphError: the tenant refused.
    """
    return _drive(graph, f"/users/{segment(user_id)}/drive")


def group_drive(graph: Graph, group_id: str) -> str | None:
    """The id of the library of a group's site; None where the site was never made. Raises as `user_drive`."""
    return _drive(graph, f"/groups/{segment(group_id)}/drive")


def export_files(graph: Graph, drive_id: str, folder: Path) -> FileExport:
    """Put the tree of a drive below `folder/files`, and `folder/files.csv` that lists it.

    Files keep the time of their last change; one that is there with that time and size is not read
    again, so a repeated call goes on. Empty folders are kept.

    Raises:
        GraphNotFound: there is no such drive.
        GraphError: the tenant refused the tree; what is on disk stays.
    """
    drive = f"/drives/{segment(drive_id)}"
    # Its pages, and not `Graph.delta`: each is let go once read.
    found = _items(graph.pages(f"{drive}/root/delta()", params={"$select": _SELECT}))
    paths = _paths(found)

    def fetch(item: _Item) -> State:
        return _fetch(graph, f"{drive}/items/{segment(item.id)}", item, folder / paths[item.id])

    files = [item for item in found.values() if not item.is_folder]
    states: defaultdict[State, int] = defaultdict(int)
    octets = 0
    with index(folder / "files.csv", _COLUMNS) as write:
        for identity in found.keys() - {item.id for item in files}:
            make_private(folder / paths[identity])
        for item, state in in_order(fetch, files, at_once=AT_ONCE):
            states[state] += 1
            path = paths[item.id].as_posix()
            write((path, item.id, item.size, item.modified, item.web_url, state))
            octets += (folder / path).stat().st_size if state in {State.WHOLE, State.DIFFERS} else 0
    kept = states[State.WHOLE] + states[State.DIFFERS]
    folders = len(found) - len(files)
    return FileExport(kept, folders, octets, states[State.DIFFERS], len(files) - kept)


def _drive(graph: Graph, path: str) -> str | None:
    try:
        return str(graph.get(path, params={"$select": "id"})["id"])
    except GraphNotFound:
        return None


def _fetch(graph: Graph, address: str, item: _Item, path: Path) -> State:
    if not item.is_file:
        return State.NO_FILE
    if _is_there(path, item):
        return State.WHOLE
    make_private(path.parent)
    try:
        graph.download(f"{address}/content", path)
        if not _is(path, item):
            # It may have been changed since the tree was read; what it is now decides.
            item = _item(graph.get(address, params={"$select": _SELECT}))
    except GraphRefused as exc:
        discard_unfinished(path)
        return State.GONE if isinstance(exc, GraphNotFound) else State.REFUSED
    if not _is(path, item):
        return State.DIFFERS
    if changed := moment(item.modified):
        os.utime(path, (changed.timestamp(), changed.timestamp()))
    return State.WHOLE


def _is_there(path: Path, item: _Item) -> bool:
    """Whether that version of the file is on disk; it gets its time once it was found whole."""
    changed = moment(item.modified)
    if changed is None or not path.is_file():
        return False
    there = path.stat()
    return there.st_size == item.size and int(there.st_mtime) == int(changed.timestamp())


def _is(path: Path, item: _Item) -> bool:
    return path.stat().st_size == item.size and checksums.hold(path, item.hashes)


def _items(listed: Iterable[Mapping[str, Any]]) -> dict[str, _Item]:
    """What the drive has, by id; where the list has an item twice the later one stands."""
    found: dict[str, _Item] = {}
    for each in listed:
        identity = str(each["id"])
        found.pop(identity, None)
        if each.get("root") is None and each.get("deleted") is None:
            found[identity] = _item(each)
    return found


def _item(found: Mapping[str, Any]) -> _Item:
    about = found.get("file") or {}
    return _Item(
        id=str(found["id"]),
        name=str(found.get("name") or ""),
        parent=str((found.get("parentReference") or {}).get("id") or ""),
        is_folder=found.get("folder") is not None,
        is_file=found.get("file") is not None and found.get("remoteItem") is None,
        size=int(found.get("size") or 0),
        modified=str(found.get("lastModifiedDateTime") or ""),
        web_url=str(found.get("webUrl") or ""),
        hashes=about.get("hashes") or {},
    )


def _paths(found: Mapping[str, _Item]) -> dict[str, Path]:
    """Where each item goes; one whose parent is not listed, or is a file, goes to the top."""
    children: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for item in found.values():
        known = found.get(item.parent)
        children[item.parent if known and not known.is_file else ""][item.id] = item.name
    paths: dict[str, Path] = {}
    waiting = [("", Path("files"))]
    while waiting:
        parent, place = waiting.pop()
        for identity, name in sibling_names(children.pop(parent, {})).items():
            paths[identity] = place / name
            waiting.append((identity, place / name))
        if not waiting and children:
            # Folders that the list puts into each other would otherwise be lost.
            loose = next(iter(children))
            waiting.append((loose, Path("loose", tag(loose))))
    return paths
