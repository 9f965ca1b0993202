"""Owns administrative units: one holds the accounts and groups of one crisis, its members seen by no other.

The requests are documented in the Graph v1.0 reference (pages "Create administrativeUnit", "List
administrativeUnits", "Add a member", "List members"). A member is added by a request of its own: the
reference knows no `members@odata.bind` here. Members that are hidden read as none to an application without
the permission Member.Read.Hidden.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from gettext import gettext as _

from kit.graph.batching import Part, segment
from kit.graph.client import Graph
from kit.graph.ensure import ONE_READ, ensure
from kit.graph.errors import OwnedByOthers
from kit.graph.marks import described, is_described

UNITS = "/directory/administrativeUnits"


@dataclass(frozen=True)
class UnitSpec:
    """A unit as it must be; `mark` says whose it is (`marks`)."""

    display_name: str
    description: str
    mark: str


def ensure_unit(graph: Graph, spec: UnitSpec, *, deadline_s: float) -> str:
    """See to it that the unit exists, and give its id; who is not in it cannot list who is.

    Raises:
        OwnedByOthers: a unit of that name does not bear our mark; nothing was changed.
        GraphError: the tenant refused.
        NotYet: it was accepted and does not show within the deadline.
    """
    body = {
        "displayName": spec.display_name,
        "description": described(spec.description, spec.mark),
        "visibility": "HiddenMembership",
    }
    units = ensure(
        graph,
        [spec.display_name],
        look=lambda _names: _look(graph, spec),
        create=lambda _name: Part("POST", UNITS, json=body),
        deadline_s=deadline_s,
        what=_("the administrative unit to appear in the tenant"),
    )
    return units[spec.display_name]


def ensure_unit_members(graph: Graph, unit_id: str, ids: Sequence[str], *, deadline_s: float) -> None:
    """See to it that these users and groups are in the unit; nobody is taken out.

    Raises:
        GraphError: the tenant refused one; the others are in.
        NotYet: one was accepted and does not show within the deadline.
    """
    path = f"{UNITS}/{segment(unit_id)}/members"

    def look(_ids: Sequence[str]) -> Mapping[str, bool]:
        return {
            str(found["id"]): True for found in graph.pages(path, params={"$select": "id", "$top": "999"})
        }

    def add(member: str) -> Part:
        reference = {"@odata.id": graph.address(f"/directoryObjects/{segment(member)}")}
        # A second reference to the same object is refused, hence harmless.
        return Part("POST", f"{path}/$ref", json=reference, repeatable=True)

    ensure(
        graph,
        ids,
        look=look,
        create=add,
        deadline_s=deadline_s,
        what=_("accounts and groups to appear in the administrative unit"),
        reads=ONE_READ,
    )


def _look(graph: Graph, spec: UnitSpec) -> Mapping[str, str]:
    name = spec.display_name.replace("'", "''")
    query = {"$filter": f"displayName eq '{name}'", "$select": "id,displayName,description"}
    found = list(graph.pages(UNITS, params=query))
    for unit in found:
        if not is_described(unit, spec.mark):
            raise OwnedByOthers(
                _("An administrative unit called {name} exists and does not belong to this crisis.").format(
                    name=spec.display_name
                ),
                hint=_("Rename or remove that unit in the tenant, then run the same command again."),
            )
    return {spec.display_name: str(found[0]["id"])} if found else {}
