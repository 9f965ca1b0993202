"""Knows what a plan may have created in the tenant, whether its evidence was kept or a crash came between."""

from collections.abc import Sequence

from kit.graph.belongings import Target, find
from kit.graph.client import Graph
from kit.plan.model import Plan
from kit.workflows import accounts as people
from kit.workflows import workspace


def targets(plan: Plan) -> list[Target]:
    """Everything: accounts, groups and the unit, each with its id where that was kept."""
    unit = Target("unit", plan.unit.display_name, plan.unit.mark, workspace.unit_id(plan))
    return [*accounts(plan), *groups(plan), unit]


def accounts(plan: Plan) -> list[Target]:
    """One a seat, in the order of the seats."""
    kept = people.ids_of(plan)
    return [
        Target("user", seat.account.principal_name, seat.account.mark, kept.get(seat.number))
        for seat in plan.seats
    ]


def groups(plan: Plan) -> list[Target]:
    """The workspace's, then the services'."""
    kept = workspace.ids_by_nickname(plan)
    return [Target("group", group.nickname, group.mark, kept.get(group.nickname)) for group in plan.groups]


def ids(graph: Graph, wanted: Sequence[Target]) -> dict[str, str]:
    """The object ids, by name, of those that are there.

    Raises:
        OwnedByOthers: something of that name does not bear our mark.
        GraphError: the tenant refused.
    """
    return {target.name: target.id for target in find(graph, wanted) if target.id}
