"""Owns the SharePoint site that comes with a group, and the folders of its library."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from gettext import gettext as _

from kit.graph.batching import Part, segment
from kit.graph.client import Graph
from kit.graph.ensure import ONE_READ, ensure, look_many

#: Seconds between looks, growing from the first to the second: sites come after seconds or after hours.
PAUSES = (0.1, 60.0)
#: Seconds for folders to show.
DEADLINE = 300.0


@dataclass(frozen=True)
class Site:
    """A group's site: its id, its address for people, and the id of its document library."""

    id: str
    web_url: str
    drive_id: str


def wait_site(graph: Graph, group_id: str, *, deadline_s: float) -> Site:
    """Wait for the group's site and library; the tenant makes them by itself once the group has owners.

    Raises:
        NotYet: they are not there within `deadline_s` seconds.
        GraphError: the tenant refused.
    """
    group = f"/groups/{segment(group_id)}"
    parts = {
        "site": Part("GET", f"{group}/sites/root", {"$select": "id,webUrl"}),
        "drive": Part("GET", f"{group}/drive", {"$select": "id"}),
    }

    def read() -> Site | None:
        found = look_many(graph, parts)
        if len(found) < len(parts):
            return None
        return Site(str(found["site"]["id"]), str(found["site"]["webUrl"]), str(found["drive"]["id"]))

    return graph.until_stable(
        read, reads=1, deadline_s=deadline_s, what=_("the site of the group to be made"), pauses=PAUSES
    )


def ensure_folders(
    graph: Graph, drive_id: str, names: Sequence[str], *, deadline_s: float = DEADLINE
) -> None:
    """See to it that the library has these folders at its top.

    Raises:
        GraphError: the tenant refused one; the others are created.
        NotYet: a folder was accepted and does not show within the deadline.
    """

    def look(_names: Sequence[str]) -> Mapping[str, bool]:
        # SharePoint compares names without regard to case.
        there = {name.casefold() for name in folders(graph, drive_id)}
        return {name: True for name in names if name.casefold() in there}

    ensure(
        graph,
        names,
        look=look,
        create=lambda name: Part(
            "POST",
            _children(drive_id),
            json={"name": name, "folder": {}, "@microsoft.graph.conflictBehavior": "fail"},
            # A second one of that name is refused, hence harmless.
            repeatable=True,
        ),
        deadline_s=deadline_s,
        what=_("folders to appear in the library"),
        reads=ONE_READ,
    )


def folders(graph: Graph, drive_id: str) -> list[str]:
    """The names of the folders at the top of the library."""
    items = graph.pages(_children(drive_id), params={"$select": "id,name,folder"})
    return [str(item["name"]) for item in items if item.get("folder") is not None]


def _children(drive_id: str) -> str:
    return f"/drives/{segment(drive_id)}/root/children"
