"""Owns the channels of a Team."""

import uuid
from collections.abc import Mapping
from typing import Any

from kit.simulator.tenant.answers import Answer, GraphError, bad_request
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.odata import Collection, selected
from kit.simulator.tenant.permissions import CHANNELS_CREATE, CHANNELS_DELETE, CHANNELS_READ
from kit.simulator.tenant.routing import Route, Workload
from kit.simulator.tenant.store import Document
from kit.simulator.tenant.team_finding import find_team
from kit.simulator.tenant.tenant import Tenant, public

_WRITABLE = {"displayName", "description", "membershipType", "isFavoriteByDefault", "@odata.type"}
_LONGEST_NAME = 50
_NOT_IN_NAMES = set("~#%&*{}+/\\:<>?|'\"")


def list_channels(call: Call, team: str) -> Answer:
    """`GET /teams/{id}/channels`."""
    find_team(call, team)
    properties = dict.fromkeys(("id", "displayName", "description", "membershipType"), str)
    collection = Collection(
        f"teams('{team}')/channels",
        properties,
        lambda channel: selected(public(channel), call.query.select),
        directory=False,
    )
    return call.answer_page(collection, call.tenant.store.find("channels", "_team", team))


def create_channel(call: Call, team: str) -> Answer:
    """`POST /teams/{id}/channels`: standard channels; the others need members and their own site."""
    body, found = call.object_body(), find_team(call, team)
    _check(body)
    channel = add_channel(call.tenant, found, body)
    context = call.context(f"teams('{team}')/channels/$entity")
    location = f"{call.base}/teams/{team}/channels/{channel['id']}"
    return Answer(201, {**context, **public(channel)}, {"Location": location})


def read_channel(call: Call, team: str, key: str) -> Answer:
    """`GET /teams/{id}/channels/{id}`."""
    context = call.context(f"teams('{team}')/channels/$entity")
    return Answer(200, {**context, **selected(public(_channel(call, team, key)), call.query.select)})


def delete_channel(call: Call, team: str, key: str) -> Answer:
    """`DELETE /teams/{id}/channels/{id}`: not the first, which a Team always has."""
    channel = _channel(call, team, key)
    if channel == call.tenant.store.find("channels", "_team", team)[0].document:
        raise bad_request("The General channel cannot be deleted.", code="BadRequest")
    call.tenant.store.remove("channels", key)
    return Answer(204)


def add_channel(tenant: Tenant, team: Document, body: Mapping[str, Any]) -> Document:
    """Add a channel; its name is free in the Team or the request is refused with 400."""
    name = str(body["displayName"])
    for row in tenant.store.find("channels", "_team", str(team["id"])):
        if row.document["displayName"].casefold() == name.casefold():
            raise bad_request("Channel name already existed, please use other name.", code="BadRequest")
    key = f"19:{uuid.uuid4().hex}@thread.tacv2"
    channel = {
        "id": key,
        "createdDateTime": tenant.stamp(),
        "displayName": name,
        "description": body.get("description"),
        "isFavoriteByDefault": body.get("isFavoriteByDefault"),
        "email": None,
        "tenantId": tenant.tenant_id,
        "webUrl": f"https://teams.{tenant.domain}/l/channel/{key}?groupId={team['id']}",
        "membershipType": "standard",
        "isArchived": False,
        "_team": team["id"],
    }
    tenant.store.put("channels", key, channel)
    return channel


def _channel(call: Call, team: str, key: str) -> Document:
    found = call.tenant.store.get("channels", key)
    if found is None or found["_team"] != find_team(call, team)["id"]:
        raise GraphError(404, "NotFound", f"No channel found with id {key}.")
    return found


def _check(body: Mapping[str, Any]) -> None:
    for unknown in body.keys() - _WRITABLE:
        raise bad_request(f"Invalid property name {unknown} in request.", code="BadRequest")
    name = body.get("displayName")
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME or _NOT_IN_NAMES & set(name):
        raise bad_request("A channel needs a displayName of 1 to 50 allowed characters.", code="BadRequest")
    if body.get("membershipType", "standard") != "standard":
        raise bad_request("Only standard channels can be created this way.", code="BadRequest")


ROUTES = (
    Route("GET", "/teams/{team-id}/channels", list_channels, CHANNELS_READ, Workload.TEAMS),
    Route("POST", "/teams/{team-id}/channels", create_channel, CHANNELS_CREATE, Workload.TEAMS),
    Route("GET", "/teams/{team-id}/channels/{channel-id}", read_channel, CHANNELS_READ, Workload.TEAMS),
    Route(
        "DELETE", "/teams/{team-id}/channels/{channel-id}", delete_channel, CHANNELS_DELETE, Workload.TEAMS
    ),
)
