"""Owns groups: security groups and Microsoft 365 ("Unified") groups, the latter with a site to come."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kit.simulator.tenant.answers import Answer, bad_request, conflict
from kit.simulator.tenant.audit import audited
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.credentials import check_nickname
from kit.simulator.tenant.directory import check_quota, find_group
from kit.simulator.tenant.kinds import GROUP
from kit.simulator.tenant.links import SORTS, bound, check_new, forget, link
from kit.simulator.tenant.members import expanded
from kit.simulator.tenant.odata import check_expand, check_select, of_kind
from kit.simulator.tenant.permissions import GROUPS_CREATE, GROUPS_READ, GROUPS_WRITE
from kit.simulator.tenant.routing import Route
from kit.simulator.tenant.site_provisioning import provision_site
from kit.simulator.tenant.store import Document
from kit.simulator.tenant.tenant import Tenant, new_id

UNIFIED = "Unified"
_BINDS = tuple(f"{sort}@odata.bind" for sort in SORTS)


def list_groups(call: Call) -> Answer:
    """`GET /groups`, with `$expand=members` or `owners`."""
    check_expand(call.query, SORTS)
    plain = of_kind(GROUP, "groups", call.query)

    def shape(group: Document) -> dict[str, Any]:
        return {**plain.shape(group), **expanded(call, str(group["id"]))}

    return call.answer_page(replace(plain, shape=shape), call.tenant.listed("groups", call.replica))


def count_groups(call: Call) -> Answer:
    """`GET /groups/$count`."""
    return call.answer_count(GROUP.properties, call.tenant.listed("groups", call.replica))


def create_group(call: Call) -> Answer:
    """`POST /groups`."""
    body = call.object_body()
    GROUP.check(body, creating=True, links=_BINDS)
    document = add_group(call.tenant, body)
    shown = {**call.context("groups/$entity"), **GROUP.shape(document, ())}
    return Answer(201, shown, {"Location": f"{call.base}/groups/{document['id']}"})


def add_group(tenant: Tenant, body: Mapping[str, Any]) -> Document:
    """Create the group that a checked body describes, its links, and for a Microsoft 365 group its site.

    Raises:
        GraphError: 400, a value, a name taken or a reference is wrong; nothing was changed.
    """
    _check_values(tenant, body, group=None)
    key = new_id()
    wanted = {sort: bound(body, sort) for sort in SORTS}
    check_new(tenant, key, wanted)
    check_quota(tenant)
    document = {name: value for name, value in body.items() if "@" not in name}
    document |= {"id": key, "createdDateTime": tenant.stamp(), "renewedDateTime": tenant.stamp()}
    document |= {"_createdAt": tenant.clock(), "visibility": body.get("visibility") or "Public"}
    if UNIFIED in (body.get("groupTypes") or ()):
        address = f"{body['mailNickname']}@{tenant.domain}"
        document |= {"mail": address, "proxyAddresses": [f"SMTP:{address}"]}
        # Created by an application without owners: the site would wait for one, and never comes.
        document["_site"] = provision_site(tenant, document) if wanted["owners"] else None
    tenant.store.put("groups", key, document, visible_at=tenant.replicate())
    link(tenant, key, wanted)
    return document


def read_group(call: Call, key: str) -> Answer:
    """`GET /groups/{id}`, with `$expand=members` or `owners`."""
    check_select(GROUP, call.query)
    check_expand(call.query, SORTS)
    group = find_group(call, key)
    shown = {**call.context("groups/$entity"), **GROUP.shape(group, call.query.select)}
    return Answer(200, {**shown, **expanded(call, key)})


def change_group(call: Call, key: str) -> Answer:
    """`PATCH /groups/{id}`, also with up to 20 new members or owners bound."""
    body, tenant = call.object_body(), call.tenant
    GROUP.check(body, creating=False, links=_BINDS)
    group = find_group(call, key)
    _check_values(tenant, body, group=group)
    wanted = {sort: bound(body, sort) for sort in SORTS}
    check_new(tenant, key, wanted)
    tenant.store.put("groups", key, {**group, **{name: v for name, v in body.items() if "@" not in name}})
    link(tenant, key, wanted)
    return Answer(204)


def delete_group(call: Call, key: str) -> Answer:
    """`DELETE /groups/{id}`: a Microsoft 365 group into deleted items, a security group for good."""
    group, tenant = find_group(call, key), call.tenant
    if group.get("assignedLicenses"):
        raise bad_request("A group with assigned licenses cannot be deleted; remove the licenses first.")
    tenant.store.remove("groups", key)
    if UNIFIED in (group.get("groupTypes") or ()):
        tenant.store.put("deleted", key, {**group, "deletedDateTime": tenant.stamp(), "_kind": "group"})
    else:
        forget(tenant, key)
    return Answer(204)


def retry_provisioning(call: Call, key: str) -> Answer:
    """`POST /groups/{id}/retryServiceProvisioning`: accepted; nothing here ever fails to be provisioned."""
    find_group(call, key)
    return Answer(204)


def _check_values(tenant: Tenant, body: Mapping[str, Any], *, group: Document | None) -> None:
    merged = {**(group or {}), **body}
    if UNIFIED in (merged.get("groupTypes") or ()) and not merged["mailEnabled"]:
        raise bad_request("A Microsoft 365 group must be mail-enabled.")
    if UNIFIED not in (merged.get("groupTypes") or ()) and (
        merged["mailEnabled"] or not merged["securityEnabled"]
    ):
        raise bad_request("The service only makes security groups and Microsoft 365 groups.")
    check_nickname(merged["mailNickname"], "Group")
    own = group["id"] if group else None
    for name in ("mailNickname", "uniqueName"):
        value = body.get(name)
        if value and any(row.document["id"] != own for row in tenant.store.find("groups", name, value)):
            raise conflict(name)


_CATEGORY = "GroupManagement"
ROUTES = (
    Route("GET", "/groups", list_groups, GROUPS_READ, units=2),
    Route("POST", "/groups", audited("Add group", _CATEGORY, create_group), GROUPS_CREATE),
    Route("GET", "/groups/$count", count_groups, GROUPS_READ, units=2),
    Route("GET", "/groups/{group-id}", read_group, GROUPS_READ),
    Route("PATCH", "/groups/{group-id}", audited("Update group", _CATEGORY, change_group), GROUPS_WRITE),
    Route("DELETE", "/groups/{group-id}", audited("Delete group", _CATEGORY, delete_group), GROUPS_WRITE),
    Route("POST", "/groups/{group-id}/retryServiceProvisioning", retry_provisioning, GROUPS_WRITE),
)
