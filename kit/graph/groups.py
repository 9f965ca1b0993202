"""Owns Microsoft 365 groups: created once per mail nickname, private, with their owners from the start.

A crisis's workspace is one, and so is each mailbox that a municipal service shares: v1.0 creates no shared
mailbox, and a group has a mailbox of its own without having a Team.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from gettext import gettext as _
from http import HTTPStatus
from itertools import islice
from typing import Any

from kit.graph.batching import Part, segment
from kit.graph.client import Graph
from kit.graph.ensure import ONE_READ, ensure, look_many
from kit.graph.errors import GraphRefused, OwnedByOthers
from kit.graph.marks import described, is_described

#: Owners and members, together, that one request may name (Microsoft Learn, Create group, Add members).
LINKS_AT_ONCE = 20
#: Seconds for a group and its members to show.
DEADLINE = 300.0

#: How users can be linked to a group: the relations' names.
_KINDS = ("owners", "members")
#: Who is linked to a group how: the relation's name, and users' ids.
_Links = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class GroupSpec:
    """A group as it must be; `owners` and `members` are user ids, and at least one must own it.

    `mark` says whose it is, e.g. "kit:13005-2026-01"; it ends the description, in brackets.
    """

    display_name: str
    nickname: str
    description: str
    owners: tuple[str, ...]
    members: tuple[str, ...]
    mark: str

    def __post_init__(self) -> None:
        # Without an owner the group may never get its site.
        if not 0 < len(self.owners) <= LINKS_AT_ONCE:
            raise ValueError(f"a group needs 1 to {LINKS_AT_ONCE} owners, not {len(self.owners)}")


@dataclass(frozen=True)
class _Group:
    """A group as a look found it; without its links where the look did not know its id beforehand."""

    id: str
    private: bool
    linked: Mapping[str, set[str]] | None


def ensure_group(graph: Graph, spec: GroupSpec, *, deadline_s: float = DEADLINE) -> str:
    """See to it that the group exists, private, with at least these owners and members; gives its id.

    Raises:
        OwnedByOthers: a group of that nickname does not bear our mark; nothing was changed.
        GraphError: the tenant refused.
        NotYet: it was accepted and does not show within the deadline.
    """
    known: _Group | None = None

    def look(_names: Sequence[str]) -> Mapping[str, _Group]:
        nonlocal known
        found = _look(graph, spec, known)
        known = found or known
        return {spec.nickname: found} if found else {}

    group = ensure(
        graph,
        [spec.nickname],
        look=look,
        create=lambda _name: Part("POST", "/groups", json=_body(graph, spec)),
        deadline_s=deadline_s,
        what=_("the group to appear in the tenant"),
    )[spec.nickname]
    if not group.private:
        _make_private(graph, group.id, deadline_s)
    _ensure_links(graph, group, {"owners": spec.owners, "members": spec.members}, deadline_s)
    return group.id


def _look(graph: Graph, spec: GroupSpec, known: _Group | None) -> _Group | None:
    """The group where it shows, to the reads of its links too if an earlier look has told its id."""
    nickname = spec.nickname.replace("'", "''")
    query = {"$filter": f"mailNickname eq '{nickname}'", "$select": "id,mailNickname,description,visibility"}
    links = _link_parts(known.id) if known else {}
    pages = look_many(graph, {"groups": Part("GET", "/groups", query), **links})
    found = list(_items(graph, pages.pop("groups")))
    for group in found:
        if not is_described(group, spec.mark):
            raise OwnedByOthers(
                _("A group with the address {nickname} exists and does not belong to this crisis.").format(
                    nickname=spec.nickname
                ),
                hint=_("Rename or remove that group in the tenant, then run the same command again."),
            )
    if not found or len(pages) < len(links):
        return None
    return _Group(str(found[0]["id"]), _is_private(found[0]), _ids(graph, pages) if links else None)


def _body(graph: Graph, spec: GroupSpec) -> dict[str, Any]:
    members = spec.members[: LINKS_AT_ONCE - len(spec.owners)]
    body: dict[str, Any] = {
        "displayName": spec.display_name,
        "mailNickname": spec.nickname,
        "description": described(spec.description, spec.mark),
        "groupTypes": ["Unified"],
        "mailEnabled": True,
        "securityEnabled": False,
        "visibility": "Private",
        "owners@odata.bind": [graph.address(f"/users/{segment(user)}") for user in spec.owners],
    }
    if members:
        body["members@odata.bind"] = [graph.address(f"/users/{segment(user)}") for user in members]
    return body


def _is_private(group: Mapping[str, Any]) -> bool:
    return group.get("visibility") == "Private"


def _make_private(graph: Graph, group_id: str, deadline_s: float) -> None:
    path = f"/groups/{segment(group_id)}"

    def look(_groups: Sequence[str]) -> Mapping[str, Any]:
        found = look_many(graph, {group_id: Part("GET", path, {"$select": "id,visibility"})})
        return {key: group for key, group in found.items() if _is_private(group)}

    ensure(
        graph,
        [group_id],
        look=look,
        create=lambda _group: Part("PATCH", path, json={"visibility": "Private"}),
        deadline_s=deadline_s,
        what=_("the group to be private again"),
        reads=ONE_READ,
    )


def _ensure_links(
    graph: Graph, group: _Group, wanted: Mapping[str, Sequence[str]], deadline_s: float
) -> None:
    """See to it that these users are linked, up to 20 a request.

    One link that is there already makes the tenant refuse its whole request, which a stale read can cause:
    everybody missing is then added alone.
    """
    try:
        _add(graph, group, [*_cut(wanted, LINKS_AT_ONCE)], deadline_s)
    except GraphRefused as exc:
        if exc.problem.status != HTTPStatus.BAD_REQUEST:
            raise
        _add(graph, replace(group, linked=None), [*_cut(wanted, 1)], deadline_s)


def _cut(wanted: Mapping[str, Sequence[str]], size: int) -> Iterator[_Links]:
    for kind, users in wanted.items():
        rest = iter(users)
        while some := tuple(islice(rest, size)):
            yield kind, some


def _add(graph: Graph, group: _Group, wanted: Sequence[_Links], deadline_s: float) -> None:
    known, linked = group.linked, dict[str, set[str]]()

    def look(_wanted: Sequence[_Links]) -> Mapping[_Links, bool]:
        nonlocal known
        linked.update(known or _ids(graph, look_many(graph, _link_parts(group.id))))
        known = None
        return {(kind, users): True for kind, users in wanted if linked[kind].issuperset(users)}

    def add(links: _Links) -> Part:
        kind, users = links
        missing = [user for user in users if user not in linked[kind]]
        # Once a group is there, Microsoft documents references to directory objects only.
        addresses = [graph.address(f"/directoryObjects/{segment(user)}") for user in missing]
        return Part("PATCH", f"/groups/{segment(group.id)}", json={f"{kind}@odata.bind": addresses})

    ensure(
        graph,
        wanted,
        look=look,
        create=add,
        deadline_s=deadline_s,
        what=_("owners and members to appear in the group"),
        reads=ONE_READ,
    )


def _link_parts(group_id: str) -> dict[str, Part]:
    """The reads of the group's owners and of its members."""
    query = {"$select": "id", "$top": "999"}
    return {kind: Part("GET", f"/groups/{segment(group_id)}/{kind}", query) for kind in _KINDS}


def _ids(graph: Graph, pages: Mapping[str, Mapping[str, Any]]) -> dict[str, set[str]]:
    """Who is linked how, from the first pages of these reads; nobody where the group did not show."""
    return {kind: {str(user["id"]) for user in _items(graph, pages.get(kind, {}))} for kind in _KINDS}


def _items(graph: Graph, page: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The items of a collection from its first page on."""
    yield from page.get("value", ())
    if more := page.get("@odata.nextLink"):
        yield from graph.pages(more)
