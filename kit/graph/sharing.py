"""Owns that what is inside stays inside: no guests in a group, no files shared outside the tenant."""

from collections.abc import Mapping, Sequence
from gettext import gettext as _
from typing import Any

from kit.graph.batching import Part, segment
from kit.graph.client import Graph
from kit.graph.ensure import ONE_READ, ensure, look_many

#: The template of what can be set for one group, Group.Unified.Guest (Microsoft Learn, Create settings).
GUEST_TEMPLATE = "08d542b9-071f-4e16-94b0-74abb372e3d9"
#: What `sharing` gives where nothing can be shared with anybody outside.
CLOSED = "disabled"
#: Seconds for a setting to show.
DEADLINE = 300.0

_OPEN_TO_GUESTS = "AllowToAddGuests"


def close_to_guests(graph: Graph, group_id: str, *, deadline_s: float = DEADLINE) -> None:
    """See to it that nobody can add guests to the group, whatever the tenant allows elsewhere.

    Raises:
        GraphError: the tenant refused.
        NotYet: it was accepted and does not show within the deadline.
    """
    path = f"/groups/{segment(group_id)}/settings"
    theirs: dict[str, Any] = {}

    def look(_groups: Sequence[str]) -> Mapping[str, bool]:
        found = look_many(graph, {group_id: Part("GET", path)}).get(group_id, {})
        for setting in found.get("value", []):
            if setting.get("templateId") == GUEST_TEMPLATE:
                theirs.update(setting)
        return {group_id: True} if _values(theirs).get(_OPEN_TO_GUESTS, "").lower() == "false" else {}

    def close(_group: str) -> Part:
        values = _values(theirs) | {_OPEN_TO_GUESTS: "false"}
        written = [{"name": name, "value": value} for name, value in values.items()]
        if theirs:
            return Part("PATCH", f"{path}/{segment(str(theirs['id']))}", json={"values": written})
        return Part("POST", path, json={"templateId": GUEST_TEMPLATE, "values": written})

    ensure(
        graph,
        [group_id],
        look=look,
        create=close,
        deadline_s=deadline_s,
        what=_("the group to be closed to guests"),
        reads=ONE_READ,
    )


def sharing(graph: Graph) -> str:
    """With whom files can be shared, `CLOSED` being nobody outside; empty where the tenant says nothing.

    Raises:
        GraphError: the tenant refused.
    """
    found = graph.get("/admin/sharepoint/settings")
    # The reference's example has the settings inside `value`; its metadata says they are the answer itself.
    settings = found.get("value", found)
    return str(settings.get("sharingCapability") or "")


def _values(setting: Mapping[str, Any]) -> dict[str, str]:
    return {str(pair["name"]): str(pair["value"]) for pair in setting.get("values", [])}
