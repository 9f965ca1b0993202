"""Owns the members of a Team: those of its group, seen and added the Teams way."""

import base64
import re
from typing import Any

from kit.simulator.tenant.answers import Answer, bad_request
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.links import check_new, link, linked
from kit.simulator.tenant.odata import Collection, selected
from kit.simulator.tenant.permissions import TEAM_MEMBERS_READ, TEAM_MEMBERS_WRITE
from kit.simulator.tenant.routing import Route, Workload
from kit.simulator.tenant.store import Document, Row
from kit.simulator.tenant.team_finding import find_team
from kit.simulator.tenant.tenant import Tenant

_KIND = "#microsoft.graph.aadUserConversationMember"
_USER = re.compile(r".*/users(?:\('([^']+)'\)|/([^/]+))")


def list_members(call: Call, key: str) -> Answer:
    """`GET /teams/{id}/members`: owners bear the role."""
    team, tenant = find_team(call, key), call.tenant
    people = {row.document["id"]: row for sort in ("owners", "members") for row in linked(tenant, sort, key)}
    rows = [Row(row.sequence, _shown(tenant, team, row.document)) for row in people.values()]
    collection = Collection(
        f"teams('{key}')/members",
        {"id": str, "displayName": str, "userId": str, "email": str},
        lambda member: selected(member, call.query.select),
        directory=False,
    )
    return call.answer_page(collection, sorted(rows, key=lambda row: row.sequence))


def add_member(call: Call, key: str) -> Answer:
    """`POST /teams/{id}/members`: a member, or with the role an owner."""
    body, team, tenant = call.object_body(), find_team(call, key), call.tenant
    roles = body.get("roles") or []
    found = _USER.fullmatch(str(body.get("user@odata.bind", "")))
    if body.get("@odata.type") != _KIND or not found or roles not in ([], ["owner"]):
        raise bad_request(
            "A member needs its type, user@odata.bind, and no role but owner.", code="BadRequest"
        )
    user = tenant.store.get("users", found[1] or found[2])
    if user is None:
        raise bad_request("The user to add is not found.", code="BadRequest")
    wanted = {sort: [str(user["id"])] for sort in (("owners", "members") if roles else ("members",))}
    new = {sort: keys for sort, keys in wanted.items() if not tenant.store.get(sort, f"{key}/{keys[0]}")}
    check_new(tenant, key, new)
    link(tenant, key, new)
    return Answer(201, {**call.context(f"teams('{key}')/members/$entity"), **_shown(tenant, team, user)})


def _shown(tenant: Tenant, team: Document, user: Document) -> dict[str, Any]:
    identity = f"{tenant.tenant_id}##{team['id']}##{user['id']}"
    return {
        "@odata.type": _KIND,
        "id": base64.b64encode(identity.encode()).decode(),
        "roles": ["owner"] if tenant.store.get("owners", f"{team['id']}/{user['id']}") else [],
        "displayName": user["displayName"],
        "visibleHistoryStartDateTime": None,
        "userId": user["id"],
        "email": user.get("mail"),
        "tenantId": tenant.tenant_id,
    }


ROUTES = (
    Route("GET", "/teams/{team-id}/members", list_members, TEAM_MEMBERS_READ, Workload.TEAMS),
    Route("POST", "/teams/{team-id}/members", add_member, TEAM_MEMBERS_WRITE, Workload.TEAMS),
)
