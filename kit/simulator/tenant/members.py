"""Owns the requests on a group's members and owners, and the form of a collection of mixed kinds."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from kit.simulator.tenant.answers import Answer
from kit.simulator.tenant.audit import audited
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.directory import find_group, kind_of
from kit.simulator.tenant.kinds import GROUP, USER
from kit.simulator.tenant.links import (
    MOST_AT_ONCE,
    SORTS,
    check_new,
    check_owner_stays,
    link,
    linked,
    referenced,
    unlink,
)
from kit.simulator.tenant.odata import Collection
from kit.simulator.tenant.permissions import MEMBERS_READ, MEMBERS_WRITE
from kit.simulator.tenant.routing import Route
from kit.simulator.tenant.store import Document


def list_linked(call: Call, group: str, *, sort: str) -> Answer:
    """`GET /groups/{id}/members` or `/owners`."""
    find_group(call, group)
    rows = sorted(linked(call.tenant, sort, group), key=lambda row: row.sequence)
    return call.answer_page(mixed(call), rows)


def add_linked(call: Call, group: str, *, sort: str) -> Answer:
    """`POST /groups/{id}/members/$ref` or `/owners/$ref`."""
    find_group(call, group)
    wanted = {sort: [referenced(call.object_body().get("@odata.id"))]}
    check_new(call.tenant, group, wanted)
    link(call.tenant, group, wanted)
    return Answer(204)


def remove_linked(call: Call, group: str, key: str, *, sort: str) -> Answer:
    """`DELETE /groups/{id}/members/{id}/$ref` or `/owners/{id}/$ref`."""
    find_group(call, group)
    unlink(call.tenant, sort, group, key)
    if sort == "owners":
        check_owner_stays(call.tenant, group)
    return Answer(204)


def expanded(call: Call, group: str) -> dict[str, list[dict[str, Any]]]:
    """What `$expand` asks of a group's links; the service gives at most 20 of each sort."""
    return {
        sort: [_shape(row.document, select) for row in linked(call.tenant, sort, group)[:MOST_AT_ONCE]]
        for sort, select in call.query.expand.items()
    }


def mixed(call: Call) -> Collection:
    """A collection of users and groups, each saying which it is."""
    return Collection(
        "directoryObjects",
        {**GROUP.properties, **USER.properties},
        lambda document: _shape(document, call.query.select),
        sortable=GROUP.sortable,
        searchable=("displayName",),
    )


def _shape(document: Document, select: Sequence[str]) -> dict[str, Any]:
    kind = kind_of(document)
    # A mixed collection leaves out what a kind does not have, where a single kind would refuse.
    names = [name for name in select if name in kind.properties]
    return {"@odata.type": kind.odata_type, **kind.shape(document, names)}


def _routes(sort: str) -> tuple[Route, ...]:
    path, one = f"/groups/{{group-id}}/{sort}", sort.removesuffix("s")
    add = audited(f"Add {one} to group", "GroupManagement", partial(add_linked, sort=sort))
    remove = audited(f"Remove {one} from group", "GroupManagement", partial(remove_linked, sort=sort))
    return (
        Route("GET", path, partial(list_linked, sort=sort), MEMBERS_READ, units=3),
        Route("POST", f"{path}/$ref", add, MEMBERS_WRITE),
        Route("DELETE", f"{path}/{{directoryObject-id}}/$ref", remove, MEMBERS_WRITE),
    )


ROUTES = tuple(route for sort in SORTS for route in _routes(sort))
