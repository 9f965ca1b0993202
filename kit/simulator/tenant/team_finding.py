"""Owns when a Team is there: provisioned, and its group not deleted."""

from kit.simulator.tenant.answers import no_such_team
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.store import Document


def find_team(call: Call, key: str) -> Document:
    """The Team with that id.

    Raises:
        GraphError: 404, not there, not ready yet, or deleted with its group.
    """
    team = call.tenant.store.get("teams", key)
    if team is None or call.tenant.clock() < team["_readyAt"] or call.tenant.store.get("groups", key) is None:
        raise no_such_team(key)
    return team
