"""Owns finding what a crisis has in the tenant, among deleted items too, and that it is ours by its mark."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from gettext import gettext as _
from typing import Any, Literal

from kit.graph import marks
from kit.graph.batching import Part, segment
from kit.graph.client import Graph
from kit.graph.ensure import look_many
from kit.graph.errors import OwnedByOthers
from kit.graph.units import UNITS

Kind = Literal["user", "group", "unit"]

DELETED = "/directory/deletedItems"
#: Where objects of a kind are.
SETS: Mapping[Kind, str] = {"user": "/users", "group": "/groups", "unit": UNITS}
#: Where deleted ones of a kind are listed; units are not looked for there, as they cannot be purged.
BINS: Mapping[Kind, str] = {"user": f"{DELETED}/graph.user", "group": f"{DELETED}/graph.group"}
#: Each kind's natural key.
_NAMES: Mapping[Kind, str] = {"user": "userPrincipalName", "group": "mailNickname", "unit": "displayName"}


@dataclass(frozen=True)
class Target:
    """Something of ours: `name` is its principal name, mail nickname or display name; `id` where known."""

    kind: Kind
    name: str
    mark: str
    id: str | None = None


def find(graph: Graph, targets: Sequence[Target]) -> list[Target]:
    """What is there of each target, deleted or not, with its id; the target itself where nothing is.

    One with an id is found by that alone, one without by its name. Deleted items that bear its mark, left by
    a run that broke, are found either way.

    Raises:
        OwnedByOthers: something is there and does not bear the mark.
        GraphError: the tenant refused.
    """
    live = look_many(graph, {target: _by_id(target) or by_name(target) for target in targets})
    kinds = {target.kind for target in targets}
    deleted = {kind: list(_bin(graph, kind)) for kind in BINS if kind in kinds}
    found = []
    for target in targets:
        things = bodies(live.get(target, {}))
        for thing in things:
            _check_mark(target, thing)
        things += [thing for thing in deleted.get(target.kind, ()) if _is_left_of(target, thing)]
        ids = dict.fromkeys(str(thing["id"]) for thing in things)
        found += [replace(target, id=key) for key in ids] or [target]
    return found


def by_name(target: Target) -> Part:
    """The read of whatever bears the target's name; of groups and units it gives a list."""
    if target.kind == "user":
        return Part("GET", f"/users/{segment(target.name)}", {"$select": _select("user")})
    name = target.name.replace("'", "''")
    query = {"$filter": f"{_NAMES[target.kind]} eq '{name}'", "$select": _select(target.kind)}
    return Part("GET", SETS[target.kind], query)


def bodies(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The objects in what a read by id or by name answered; none where it answered 404."""
    if "value" in answer:
        return list(answer["value"])
    return [answer] if answer else []


def _by_id(target: Target) -> Part | None:
    if target.id is None:
        return None
    return Part("GET", f"{SETS[target.kind]}/{segment(target.id)}", {"$select": _select(target.kind)})


def _bin(graph: Graph, kind: Kind) -> Iterator[dict[str, Any]]:
    return graph.pages(BINS[kind], params={"$select": _select(kind)})


def _select(kind: Kind) -> str:
    return f"id,{_NAMES[kind]},{marks.ON_USERS if kind == 'user' else marks.ON_DESCRIBED}"


def _bears_mark(target: Target, thing: Mapping[str, Any]) -> bool:
    if target.kind == "user":
        return marks.of_user(thing) == target.mark
    return marks.is_described(thing, target.mark)


def _is_left_of(target: Target, deleted: Mapping[str, Any]) -> bool:
    """Whether a deleted item is this target's; all groups of a crisis bear one mark and differ by name."""
    if deleted["id"] == target.id:
        _check_mark(target, deleted)
        return True
    # A deleted account has its id before its principal name; its mark is its own anyway.
    same_name = target.kind == "user" or str(deleted.get(_NAMES[target.kind])) == target.name
    return same_name and _bears_mark(target, deleted)


def _check_mark(target: Target, thing: Mapping[str, Any]) -> None:
    if not _bears_mark(target, thing):
        raise OwnedByOthers(
            _("{name} exists and does not belong to this crisis; nothing was deleted.").format(
                name=target.name
            ),
            hint=_("Look at it in the tenant: rename it if it is somebody else's, then run again."),
        )
