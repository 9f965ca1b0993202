"""Owns the Team of a group and its channels."""

from collections.abc import Mapping, Sequence
from gettext import gettext as _

from kit.graph.batching import Part, segment
from kit.graph.client import Graph
from kit.graph.ensure import ONE_READ, ensure, look_many

#: Seconds between tries, growing from the first to the second: a group younger than 15 minutes may not be
#: ready to become a Team. Microsoft recommends three tries ten seconds apart (Microsoft Learn, Create team
#: from group); to begin sooner is harmless, for a refused try changes nothing and the limits count it too.
PAUSES = (2.0, 30.0)
#: Seconds for channels to show.
DEADLINE = 300.0


def ensure_team(
    graph: Graph, group_id: str, *, deadline_s: float, pauses: tuple[float, float] = PAUSES
) -> str:
    """See to it that the group has its Team, and give the Team's id, which is the group's.

    Raises:
        GraphNotFound: the group did not become ready for it within `deadline_s` seconds.
        GraphError: the tenant refused.
    """
    path = f"/groups/{segment(group_id)}/team"

    def look(_groups: Sequence[str]) -> Mapping[str, str]:
        found = look_many(graph, {group_id: Part("GET", path, {"$select": "id"})})
        return {group: str(team["id"]) for group, team in found.items()}

    teams = ensure(
        graph,
        [group_id],
        look=look,
        create=lambda _group: Part("PUT", path, json={"memberSettings": {"allowCreateUpdateChannels": True}}),
        deadline_s=deadline_s,
        what=_("the Team to be made of the group"),
        reads=ONE_READ,
        pauses=pauses,
    )
    return teams[group_id]


def ensure_channels(
    graph: Graph, team_id: str, names: Sequence[str], *, deadline_s: float = DEADLINE
) -> dict[str, str]:
    """See to it that the Team has these channels beside its general one, and give their ids by name.

    Raises:
        GraphError: the tenant refused one; the others are created.
        NotYet: a channel was accepted and does not show within the deadline.
    """
    path = f"/teams/{segment(team_id)}/channels"

    def look(_names: Sequence[str]) -> Mapping[str, str]:
        # Teams compares channel names without regard to case.
        found = {
            str(channel["displayName"]).casefold(): str(channel["id"])
            for channel in graph.pages(path, params={"$select": "id,displayName"})
        }
        return {name: found[name.casefold()] for name in names if name.casefold() in found}

    return ensure(
        graph,
        names,
        look=look,
        create=lambda name: Part("POST", path, json={"displayName": name, "membershipType": "standard"}),
        deadline_s=deadline_s,
        what=_("channels to appear in the Team"),
        reads=ONE_READ,
    )
