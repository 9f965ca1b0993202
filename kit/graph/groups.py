"""Owns the Microsoft 365 group: created once per mail nickname, private, with its owners from the start."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from gettext import gettext as _
from typing import Any

from kit.graph.batching import Part, segment
from kit.graph.client import Graph
from kit.graph.ensure import ONE_READ, ensure
from kit.graph.errors import OwnedByOthers

#: Owners and members, together, that may be named when a group is created (Microsoft Learn, Create group).
LINKS_AT_CREATION = 20
#: Seconds for a group and its members to show.
DEADLINE = 300.0


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
        if not 0 < len(self.owners) <= LINKS_AT_CREATION:
            raise ValueError(f"a group needs 1 to {LINKS_AT_CREATION} owners, not {len(self.owners)}")

    @property
    def marked_description(self) -> str:
        """The description as written in the tenant."""
        return f"{self.description} [{self.mark}]".lstrip()


def ensure_group(graph: Graph, spec: GroupSpec, *, deadline_s: float = DEADLINE) -> str:
    """See to it that the group exists with at least these owners and members, and give its id.

    Raises:
        OwnedByOthers: a group of that nickname does not bear our mark; nothing was changed.
        GraphError: the tenant refused.
        NotYet: it was accepted and does not show within the deadline.
    """
    found = ensure(
        graph,
        [spec.nickname],
        look=lambda _names: _look(graph, spec),
        create=lambda _name: Part("POST", "/groups", json=_body(graph, spec)),
        deadline_s=deadline_s,
        what=_("the group to appear in the tenant"),
    )
    group_id = found[spec.nickname]
    _ensure_links(graph, group_id, "owners", spec.owners, deadline_s)
    _ensure_links(graph, group_id, "members", spec.members, deadline_s)
    return group_id


def _look(graph: Graph, spec: GroupSpec) -> Mapping[str, str]:
    nickname = spec.nickname.replace("'", "''")
    query = {"$filter": f"mailNickname eq '{nickname}'", "$select": "id,mailNickname,description"}
    found = list(graph.pages("/groups", params=query))
    for group in found:
        if not str(group.get("description") or "").endswith(f"[{spec.mark}]"):
            raise OwnedByOthers(
                _("A group with the address {nickname} exists and does not belong to this crisis.").format(
                    nickname=spec.nickname
                ),
                hint=_("Rename or remove that group in the tenant, then run the same command again."),
            )
    return {spec.nickname: str(found[0]["id"])} if found else {}


def _body(graph: Graph, spec: GroupSpec) -> dict[str, Any]:
    members = spec.members[: LINKS_AT_CREATION - len(spec.owners)]
    body: dict[str, Any] = {
        "displayName": spec.display_name,
        "mailNickname": spec.nickname,
        "description": spec.marked_description,
        "groupTypes": ["Unified"],
        "mailEnabled": True,
        "securityEnabled": False,
        "visibility": "Private",
        "owners@odata.bind": [graph.address(f"/users/{segment(user)}") for user in spec.owners],
    }
    if members:
        body["members@odata.bind"] = [graph.address(f"/users/{segment(user)}") for user in members]
    return body


def _ensure_links(graph: Graph, group_id: str, kind: str, users: Sequence[str], deadline_s: float) -> None:
    path = f"/groups/{segment(group_id)}/{kind}"

    def look(_users: Sequence[str]) -> Mapping[str, bool]:
        return {str(found["id"]): True for found in graph.pages(path, params={"$select": "id"})}

    def add(user: str) -> Part:
        reference = {"@odata.id": graph.address(f"/directoryObjects/{segment(user)}")}
        # A second reference to the same person is refused, hence harmless.
        return Part("POST", f"{path}/$ref", json=reference, repeatable=True)

    ensure(
        graph,
        users,
        look=look,
        create=add,
        deadline_s=deadline_s,
        what=_("owners and members to appear in the group"),
        reads=ONE_READ,
    )
