"""Creates the crisis's groups and what belongs to them: Team, site, shared mailboxes, administrative unit."""

from collections.abc import Callable
from typing import Any

from inventory import evidence
from kit.graph import groups, sharing, sites, teams, units
from kit.graph.client import Graph
from kit.graph.groups import GroupSpec
from kit.graph.units import UnitSpec
from kit.plan.model import Plan, ServiceGroupPlan, WorkspacePlan
from kit.plan.stages import Stage
from kit.workflows import accounts, engine, planning
from kit.workflows.outcome import Done, Outcome
from kit.workflows.station import Cell, attempt, current


@engine.step
def create_group(reference: str) -> Outcome:
    """The Microsoft 365 group, with its owners from the first moment."""

    def act(graph: Graph, plan: Plan) -> dict[str, Any]:
        return {"id": _closed_group(graph, plan, plan.workspace), "nickname": plan.workspace.nickname}

    return _prove(reference, Stage.GROUP, act)


@engine.step
def create_service_groups(reference: str) -> Outcome:
    """The mailboxes that services share: a group each, its people members of it."""

    def act(graph: Graph, plan: Plan) -> dict[str, Any]:
        ids = {group.nickname: _closed_group(graph, plan, group) for group in plan.service_groups}
        return {"groups": ids}

    return _prove(reference, Stage.SERVICES, act)


@engine.step
def place_in_unit(reference: str) -> Outcome:
    """The commune's administrative unit, with the accounts and groups of this crisis in it."""

    def act(graph: Graph, plan: Plan) -> dict[str, Any]:
        spec = UnitSpec(plan.unit.display_name, plan.unit.description, plan.unit.mark)
        unit = units.ensure_unit(graph, spec, deadline_s=current().settling)
        units.ensure_unit_members(
            graph,
            unit,
            [*_account_ids(plan).values(), *ids_by_nickname(plan).values()],
            deadline_s=current().settling,
        )
        return {"id": unit}

    return _prove(reference, Stage.UNIT, act)


@engine.step
def create_team(reference: str) -> Outcome:
    """The group's Team and its channels."""

    def act(graph: Graph, plan: Plan) -> dict[str, Any]:
        team = teams.ensure_team(graph, _group_id(plan), deadline_s=current().settling)
        teams.ensure_channels(graph, team, plan.workspace.channels)
        return {"id": team}

    return _prove(reference, Stage.TEAM, act)


@engine.step
def fill_site(reference: str) -> Outcome:
    """The crisis folders in the group's site."""

    def act(graph: Graph, plan: Plan) -> dict[str, Any]:
        site = sites.wait_site(graph, _group_id(plan), deadline_s=current().settling)
        sites.ensure_folders(graph, site.drive_id, plan.workspace.folders)
        return {"id": site.id, "url": site.web_url, "drive": site.drive_id}

    return _prove(reference, Stage.SITE, act)


def _prove(reference: str, stage: Stage, act: Callable[[Graph, Plan], dict[str, Any]]) -> Outcome:
    """Attempt `act` and keep what it returns as the stage's evidence."""
    station = current()
    cell = Cell(reference, stage)

    def proven() -> Outcome:
        with station.database.read() as session:
            plan = planning.kept(session, reference)
        data = act(station.graph(), plan)
        with station.database.write() as session:
            evidence.keep(session, station.stamp(), reference, stage, data)
        return Done()

    return attempt(cell, proven)


def _closed_group(graph: Graph, plan: Plan, wanted: WorkspacePlan | ServiceGroupPlan) -> str:
    """A private group that no guest can be added to; its id."""
    ids = _account_ids(plan)
    spec = GroupSpec(
        display_name=wanted.display_name,
        nickname=wanted.nickname,
        description=wanted.description,
        owners=tuple(ids[name] for name in wanted.owners),
        members=tuple(ids[name] for name in wanted.members),
        mark=wanted.mark,
    )
    group = groups.ensure_group(graph, spec, deadline_s=current().settling)
    sharing.close_to_guests(graph, group)
    return group


def ids_by_nickname(plan: Plan) -> dict[str, str]:
    """Object ids of the crisis's groups, from their evidence: the workspace's first, then the services'."""
    with current().database.read() as session:
        own = evidence.find(session, plan.crisis.reference, Stage.GROUP)
        services = evidence.find(session, plan.crisis.reference, Stage.SERVICES)
    found = {plan.workspace.nickname: str(own.data["id"])} if own else {}
    return found | (services.data["groups"] if services else {})


def unit_id(plan: Plan) -> str | None:
    """Object id of the administrative unit; None where none was made."""
    with current().database.read() as session:
        row = evidence.find(session, plan.crisis.reference, Stage.UNIT)
    return str(row.data["id"]) if row else None


def _account_ids(plan: Plan) -> dict[str, str]:
    """Object ids by principal name, from the accounts' evidence."""
    ids = accounts.ids_of(plan)
    return {seat.account.principal_name: ids[seat.number] for seat in plan.seats}


def _group_id(plan: Plan) -> str:
    with current().database.read() as session:
        row = evidence.find(session, plan.crisis.reference, Stage.GROUP)
        if row is None:
            raise RuntimeError("the group's step keeps its evidence before this one starts")
        return str(row.data["id"])
