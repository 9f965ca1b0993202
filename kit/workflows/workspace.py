"""Creates the crisis's workspace: group with owners and members, Team with channels, site with folders."""

from collections.abc import Callable

from inventory import evidence
from kit.graph import groups, sites, teams
from kit.graph.client import Graph
from kit.graph.groups import GroupSpec
from kit.plan.model import Plan
from kit.plan.stages import Stage
from kit.workflows import engine, planning
from kit.workflows.outcome import Done, Outcome
from kit.workflows.station import Cell, attempt, current


@engine.step
def create_group(reference: str) -> Outcome:
    """The Microsoft 365 group, with its owners from the first moment."""

    def act(graph: Graph, plan: Plan) -> dict[str, str]:
        ids = _account_ids(plan)
        space = plan.workspace
        spec = GroupSpec(
            display_name=space.display_name,
            nickname=space.nickname,
            description=space.description,
            owners=tuple(ids[name] for name in space.owners),
            members=tuple(ids[name] for name in space.members),
            mark=space.mark,
        )
        return {
            "id": groups.ensure_group(graph, spec, deadline_s=current().settling),
            "nickname": space.nickname,
        }

    return _prove(reference, Stage.GROUP, act)


@engine.step
def create_team(reference: str) -> Outcome:
    """The group's Team and its channels."""

    def act(graph: Graph, plan: Plan) -> dict[str, str]:
        team = teams.ensure_team(graph, _group_id(plan), deadline_s=current().settling)
        teams.ensure_channels(graph, team, plan.workspace.channels)
        return {"id": team}

    return _prove(reference, Stage.TEAM, act)


@engine.step
def fill_site(reference: str) -> Outcome:
    """The crisis folders in the group's site."""

    def act(graph: Graph, plan: Plan) -> dict[str, str]:
        site = sites.wait_site(graph, _group_id(plan), deadline_s=current().settling)
        sites.ensure_folders(graph, site.drive_id, plan.workspace.folders)
        return {"id": site.id, "url": site.web_url, "drive": site.drive_id}

    return _prove(reference, Stage.SITE, act)


def _prove(reference: str, stage: Stage, act: Callable[[Graph, Plan], dict[str, str]]) -> Outcome:
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


def _account_ids(plan: Plan) -> dict[str, str]:
    """Object ids by principal name, from the accounts' evidence."""
    with current().database.read() as session:
        rows = evidence.of(session, plan.crisis.reference)
        return {row.data["principal_name"]: row.data["id"] for row in rows if row.stage == Stage.ACCOUNT}


def _group_id(plan: Plan) -> str:
    with current().database.read() as session:
        row = evidence.find(session, plan.crisis.reference, Stage.GROUP)
        if row is None:
            raise RuntimeError("the group's step keeps its evidence before this one starts")
        return str(row.data["id"])
