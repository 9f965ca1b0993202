"""Owns Teams: made from a group or from a template, the latter as an operation that takes its time."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from kit.simulator.tenant.answers import Answer, GraphError, bad_request, no_such_team
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.channels import add_channel
from kit.simulator.tenant.groups import UNIFIED, add_group
from kit.simulator.tenant.links import linked
from kit.simulator.tenant.odata import Collection, selected
from kit.simulator.tenant.permissions import OPERATIONS_READ, TEAMS_ARCHIVE, TEAMS_CREATE, TEAMS_READ
from kit.simulator.tenant.routing import Route, Workload
from kit.simulator.tenant.store import Document, Row
from kit.simulator.tenant.team_finding import find_team
from kit.simulator.tenant.tenant import Tenant, new_id, public

_SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "memberSettings": {
        "allowCreateUpdateChannels": True,
        "allowDeleteChannels": True,
        "allowAddRemoveApps": True,
        "allowCreateUpdateRemoveTabs": True,
        "allowCreateUpdateRemoveConnectors": True,
    },
    "guestSettings": {"allowCreateUpdateChannels": False, "allowDeleteChannels": False},
    "messagingSettings": {
        "allowUserEditMessages": True,
        "allowUserDeleteMessages": True,
        "allowOwnerDeleteMessages": True,
        "allowTeamMentions": True,
        "allowChannelMentions": True,
    },
    "funSettings": {
        "allowGiphy": True,
        "giphyContentRating": "moderate",
        "allowStickersAndMemes": True,
        "allowCustomMemes": True,
    },
}
_WRITABLE = {
    "displayName", "description", "visibility", "classification", "specialization", "members", "channels",
    "firstChannelName", "template@odata.bind", "group@odata.bind", "@odata.type", *_SETTINGS,
}  # fmt: skip
_TEMPLATE = re.compile(r".*/teamsTemplates(\('[^']+'\)|/[^/]+)$")


def list_teams(call: Call) -> Answer:
    """`GET /teams`."""
    tenant = call.tenant
    rows = [row for row in tenant.store.rows("teams") if _is_there(tenant, row)]
    properties = dict.fromkeys(("id", "displayName", "description", "visibility"), str)
    collection = Collection(
        "teams", properties, lambda team: selected(public(team), call.query.select), directory=False
    )
    return call.answer_page(collection, rows)


def read_team(call: Call, key: str) -> Answer:
    """`GET /teams/{id}` and `GET /groups/{id}/team`."""
    return Answer(
        200, {**call.context("teams/$entity"), **selected(public(find_team(call, key)), call.query.select)}
    )


def make_from_group(call: Call, key: str) -> Answer:
    """`PUT /groups/{id}/team`: the group becomes a Team at once."""
    body = call.object_body()
    _check(body)
    group = _group_for_team(call.tenant, key)
    team = _add_team(call.tenant, group, body, ready_at=call.tenant.clock())
    return Answer(201, {**call.context("teams/$entity"), **public(team)})


def create_team(call: Call) -> Answer:
    """`POST /teams`: accepted, with an operation to poll in `Location`."""
    body, tenant = call.object_body(), call.tenant
    _check(body)
    if not _TEMPLATE.fullmatch(str(body.get("template@odata.bind", ""))):
        raise bad_request("A valid template@odata.bind is required.", code="BadRequest")
    group = _bound_group(tenant, body) or _new_group(tenant, body)
    ready_at = tenant.clock() + tenant.behaviour.team_delay
    team = _add_team(tenant, group, body, ready_at=ready_at)
    operation = _add_operation(tenant, team, ready_at)
    headers = {
        "Location": f"/teams('{team['id']}')/operations('{operation}')",
        "Content-Location": f"/teams('{team['id']}')",
    }
    return Answer(202, None, headers)


def archive(call: Call, key: str) -> Answer:
    """`POST /teams/{id}/archive`: accepted, with an operation to poll; done at once here."""
    team, tenant = find_team(call, key), call.tenant
    if call.body is not None:
        call.object_body()
    tenant.store.put("teams", key, {**team, "isArchived": True})
    operation = _add_operation(tenant, team, tenant.clock(), kind="archiveTeam")
    return Answer(202, None, {"Location": f"/teams('{key}')/operations('{operation}')"})


def list_operations(call: Call, key: str) -> Answer:
    """`GET /teams/{id}/operations`."""
    rows = [row for row in call.tenant.store.rows("operations") if row.document["targetResourceId"] == key]
    if not rows:
        find_team(call, key)
    collection = Collection(
        f"teams('{key}')/operations",
        {"id": str, "operationType": str},
        lambda operation: selected(_shown_operation(call.tenant, operation), call.query.select),
        directory=False,
    )
    return call.answer_page(collection, rows)


def read_operation(call: Call, key: str, identifier: str) -> Answer:
    """`GET /teams/{id}/operations/{id}`: in progress, then succeeded."""
    operation = call.tenant.store.get("operations", identifier)
    if operation is None or operation["targetResourceId"] != key:
        raise no_such_team(key)
    context = call.context(f"teams('{key}')/operations/$entity")
    return Answer(200, {**context, **_shown_operation(call.tenant, operation)})


def _shown_operation(tenant: Tenant, operation: Document) -> dict[str, Any]:
    done = tenant.clock() >= operation["_doneAt"]
    state = {"status": "succeeded" if done else "inProgress", "attemptsCount": 1, "error": None}
    return {**public(operation), **state}


def _check(body: Mapping[str, Any]) -> None:
    for name, value in body.items():
        if name not in _WRITABLE:
            raise bad_request(f"Invalid property name {name} in request.", code="BadRequest")
        if name in _SETTINGS and not isinstance(value, dict):
            raise bad_request(f"Invalid value for {name}.", code="BadRequest")


def _group_for_team(tenant: Tenant, key: str) -> Document:
    """The group, if a Team can be made from it now."""
    group = tenant.store.get("groups", key)
    if group is None or tenant.clock() < group["_createdAt"] + tenant.behaviour.group_age_for_team:
        raise GraphError(404, "NotFound", f"No group found with id {key}, or it is not ready yet.")
    if UNIFIED not in (group.get("groupTypes") or ()):
        raise bad_request("A Team can only be made from a Microsoft 365 group.", code="BadRequest")
    if not linked(tenant, "owners", key):
        raise bad_request("The group must have at least one owner to make a Team.", code="BadRequest")
    if tenant.store.get("teams", key) is not None:
        raise GraphError(409, "Conflict", "The group is already provisioned as a Team.")
    return group


def _bound_group(tenant: Tenant, body: Mapping[str, Any]) -> Document | None:
    reference = body.get("group@odata.bind")
    if reference is None:
        return None
    found = re.fullmatch(r".*/groups(?:\('([^']+)'\)|/([^/]+))", str(reference))
    if not found:
        raise bad_request("Invalid group@odata.bind.", code="BadRequest")
    return _group_for_team(tenant, found[1] or found[2])


def _new_group(tenant: Tenant, body: Mapping[str, Any]) -> Document:
    if not body.get("displayName"):
        raise bad_request("A Team needs a displayName.", code="BadRequest")
    owner = _owner(body)
    return add_group(
        tenant,
        {
            "displayName": body["displayName"],
            "description": body.get("description"),
            "mailNickname": _free_nickname(tenant, str(body["displayName"])),
            "mailEnabled": True,
            "securityEnabled": False,
            "groupTypes": [UNIFIED],
            "visibility": str(body.get("visibility", "private")).capitalize(),
            "owners@odata.bind": [owner],
            "members@odata.bind": [owner],
        },
    )


def _owner(body: Mapping[str, Any]) -> str:
    """The one member a new Team is created with: an application has to name an owner."""
    members = body.get("members")
    member = members[0] if isinstance(members, list) and len(members) == 1 else None
    if not isinstance(member, dict) or "owner" not in (member.get("roles") or ()):
        raise bad_request("Exactly one member, with the role owner, must be specified.", code="BadRequest")
    reference = str(member.get("user@odata.bind", ""))
    return re.sub(r"\('([^']+)'\)", r"/\1", reference)


def _free_nickname(tenant: Tenant, name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^A-Za-z0-9]", "", plain)[:56] or "team"
    nickname = stem
    while tenant.store.find("groups", "mailNickname", nickname):
        nickname = f"{stem}{tenant.chance.randrange(10_000)}"
    return nickname


def _add_team(tenant: Tenant, group: Document, body: Mapping[str, Any], *, ready_at: float) -> Document:
    key = str(group["id"])
    team = {
        "id": key,
        "createdDateTime": tenant.stamp(),
        "displayName": body.get("displayName") or group["displayName"],
        "description": body.get("description") or group.get("description"),
        "internalId": f"19:{key.replace('-', '')}@thread.tacv2",
        "classification": None,
        "specialization": body.get("specialization", "none"),
        "visibility": str(group["visibility"]).lower(),
        "webUrl": f"https://teams.{tenant.domain}/l/team/{key}?tenantId={tenant.tenant_id}",
        "isArchived": False,
        "tenantId": tenant.tenant_id,
        **{name: {**defaults, **body.get(name, {})} for name, defaults in _SETTINGS.items()},
        "_readyAt": ready_at,
    }
    tenant.store.put("teams", key, team)
    tenant.store.put("groups", key, {**group, "resourceProvisioningOptions": ["Team"]})
    add_channel(tenant, team, {"displayName": body.get("firstChannelName") or "General"})
    return team


def _add_operation(tenant: Tenant, team: Document, done_at: float, *, kind: str = "createTeam") -> str:
    key = new_id()
    operation = {
        "id": key,
        "operationType": kind,
        "createdDateTime": tenant.stamp(),
        "lastActionDateTime": tenant.stamp(),
        "targetResourceId": team["id"],
        "targetResourceLocation": f"/teams('{team['id']}')",
        "_doneAt": done_at,
    }
    tenant.store.put("operations", key, operation)
    return key


def _is_there(tenant: Tenant, row: Row) -> bool:
    return tenant.clock() >= row.document["_readyAt"] and bool(tenant.store.get("groups", row.document["id"]))


ROUTES = (
    Route("GET", "/teams", list_teams, TEAMS_READ, Workload.TEAMS),
    Route("POST", "/teams", create_team, TEAMS_CREATE, Workload.TEAMS),
    Route("GET", "/teams/{team-id}", read_team, TEAMS_READ, Workload.TEAMS),
    Route("POST", "/teams/{team-id}/archive", archive, TEAMS_ARCHIVE, Workload.TEAMS),
    Route("GET", "/teams/{team-id}/operations", list_operations, OPERATIONS_READ, Workload.TEAMS),
    Route("GET", "/groups/{group-id}/team", read_team, TEAMS_READ, Workload.TEAMS),
    Route("PUT", "/groups/{group-id}/team", make_from_group, TEAMS_CREATE, Workload.TEAMS),
    Route(
        "GET",
        "/teams/{team-id}/operations/{teamsAsyncOperation-id}",
        read_operation,
        OPERATIONS_READ,
        Workload.TEAMS,
    ),
)
