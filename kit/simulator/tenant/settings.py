"""Owns settings: of one group (may guests be added?) and of SharePoint (with whom may files be shared?).

Source: the groupSetting and sharepointSettings pages of the Graph v1.0 reference.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from kit.simulator.tenant.answers import Answer, GraphError, bad_request, no_such_object
from kit.simulator.tenant.audit import audited
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.directory import find_group
from kit.simulator.tenant.odata import Collection, selected
from kit.simulator.tenant.permissions import (
    GROUP_SETTINGS_READ,
    GROUP_SETTINGS_WRITE,
    SHARING_READ,
    SHARING_WRITE,
)
from kit.simulator.tenant.routing import Route, Workload
from kit.simulator.tenant.store import Document, Row
from kit.simulator.tenant.tenant import Tenant, new_id, public

#: The one template whose settings a single group can have.
_GUEST: Mapping[str, Any] = {
    "id": "08d542b9-071f-4e16-94b0-74abb372e3d9",
    "deletedDateTime": None,
    "displayName": "Group.Unified.Guest",
    "description": "Settings for a specific Microsoft 365 group",
    "values": [
        {
            "name": "AllowToAddGuests",
            "type": "System.Boolean",
            "defaultValue": "true",
            "description": "Flag indicating if guests are allowed in a specific Microsoft 365 group.",
        }
    ],
}
_SETTINGS, _TENANT = "groupSettings", "sharepointSettings"
#: Nobody outside, which is what a tenant furnished for a crisis has.
CLOSED = "disabled"
SHARING = (
    CLOSED, "externalUserSharingOnly", "externalUserAndGuestSharing", "existingExternalUserSharingOnly",
)  # fmt: skip
_SHAREPOINT: Mapping[str, Any] = {
    "allowedDomainGuidsForSyncApp": [],
    "availableManagedPathsForSiteCreation": ["/sites/", "/teams/"],
    "deletedUserPersonalSiteRetentionPeriodInDays": 30,
    "excludedFileExtensionsForSyncApp": [],
    "idleSessionSignOut": {
        "isEnabled": False,
        "warnAfterInSeconds": 0,
        "signOutAfterInSeconds": 0,
    },
    "imageTaggingOption": "basic",
    "isCommentingOnSitePagesEnabled": True,
    "isFileActivityNotificationEnabled": True,
    "isLegacyAuthProtocolsEnabled": False,
    "isLoopEnabled": True,
    "isMacSyncAppEnabled": True,
    "isRequireAcceptingUserToMatchInvitedUserEnabled": True,
    "isResharingByExternalUsersEnabled": False,
    "isSharePointMobileNotificationEnabled": True,
    "isSharePointNewsfeedEnabled": False,
    "isSiteCreationEnabled": True,
    "isSiteCreationUIEnabled": True,
    "isSitePagesCreationEnabled": True,
    "isSitesStorageLimitAutomatic": True,
    "isSyncButtonHiddenOnPersonalSite": False,
    "isUnmanagedSyncAppForTenantRestricted": False,
    "personalSiteDefaultStorageLimitInMB": 1_048_576,
    "sharingAllowedDomainList": [],
    "sharingBlockedDomainList": [],
    "sharingCapability": CLOSED,
    "sharingDomainRestrictionMode": "none",
    "siteCreationDefaultManagedPath": "/sites/",
    "siteCreationDefaultStorageLimitInMB": 26_214_400,
    "tenantDefaultTimezone": "(UTC+01:00) Brussels, Copenhagen, Madrid, Paris",
}
_READ_ONLY = ("availableManagedPathsForSiteCreation",)


def list_templates(call: Call) -> Answer:
    """`GET /groupSettingTemplates`."""
    collection = Collection(
        "groupSettingTemplates",
        dict.fromkeys(("id", "displayName"), str),
        lambda template: selected(template, call.query.select),
    )
    return call.answer_page(collection, [Row(1, _GUEST)])


def read_template(call: Call, key: str) -> Answer:
    """`GET /groupSettingTemplates/{id}`."""
    if key != _GUEST["id"]:
        raise no_such_object(key)
    return Answer(200, {**call.context("groupSettingTemplates/$entity"), **_GUEST})


def list_settings(call: Call, group: str) -> Answer:
    """`GET /groups/{id}/settings`: empty while the tenant's own settings hold."""
    find_group(call, group)
    rows = call.tenant.store.find(_SETTINGS, "_group", group)
    return call.answer_page(Collection("groupSettings", {}, public), rows)


def create_setting(call: Call, group: str) -> Answer:
    """`POST /groups/{id}/settings`: one of each template."""
    find_group(call, group)
    body, tenant = call.object_body(), call.tenant
    if body.get("templateId") != _GUEST["id"]:
        raise bad_request("The template does not exist, or is not for a single group.")
    if tenant.store.find(_SETTINGS, "_group", group):
        message = "A conflicting object with one or more of the specified property values is present."
        details = [{"code": "ConflictingObjects", "message": message, "target": "templateId"}]
        raise GraphError(400, "Request_BadRequest", message, details=details)
    setting = {
        "id": new_id(),
        "displayName": _GUEST["displayName"],
        "templateId": _GUEST["id"],
        "values": _values(body),
        "_group": group,
    }
    tenant.store.put(_SETTINGS, str(setting["id"]), setting)
    return Answer(201, {**call.context("groupSettings/$entity"), **public(setting)})


def read_setting(call: Call, group: str, key: str) -> Answer:
    """`GET /groups/{id}/settings/{id}`."""
    return Answer(200, {**call.context("groupSettings/$entity"), **public(_find(call, group, key))})


def change_setting(call: Call, group: str, key: str) -> Answer:
    """`PATCH /groups/{id}/settings/{id}`."""
    setting = _find(call, group, key)
    call.tenant.store.put(_SETTINGS, key, {**setting, "values": _values(call.object_body())})
    return Answer(204)


def delete_setting(call: Call, group: str, key: str) -> Answer:
    """`DELETE /groups/{id}/settings/{id}`: the tenant's own settings hold again."""
    _find(call, group, key)
    call.tenant.store.remove(_SETTINGS, key)
    return Answer(204)


def read_sharepoint(call: Call) -> Answer:
    """`GET /admin/sharepoint/settings`."""
    context = {**call.context("admin/sharepoint/settings/$entity"), "id": call.tenant.tenant_id}
    return Answer(200, {**context, **selected(_sharepoint(call.tenant), call.query.select)})


def change_sharepoint(call: Call) -> Answer:
    """`PATCH /admin/sharepoint/settings`."""
    body = {name: value for name, value in call.object_body().items() if not name.startswith("@")}
    for name, value in body.items():
        if name not in _SHAREPOINT or name in _READ_ONLY or type(value) is not type(_SHAREPOINT[name]):
            raise GraphError(400, "invalidRequest", f"The setting '{name}' cannot have this value.")
    if body.get("sharingCapability", CLOSED) not in SHARING:
        raise GraphError(400, "invalidRequest", "The setting 'sharingCapability' cannot have this value.")
    changed = {**_sharepoint(call.tenant), **body}
    call.tenant.store.put(_TENANT, "sharepoint", changed)
    return Answer(200, {**call.context("admin/sharepoint/settings/$entity"), **changed})


def set_sharing(tenant: Tenant, capability: str) -> None:
    """Set with whom files of the tenant may be shared; one of `SHARING`."""
    tenant.store.put(_TENANT, "sharepoint", {**_sharepoint(tenant), "sharingCapability": capability})


def forget_settings(tenant: Tenant, group: str) -> None:
    """Remove the settings of a purged group."""
    for row in tenant.store.find(_SETTINGS, "_group", group):
        tenant.store.remove(_SETTINGS, str(row.document["id"]))


def _sharepoint(tenant: Tenant) -> Mapping[str, Any]:
    return tenant.store.get(_TENANT, "sharepoint") or _SHAREPOINT


def _values(body: Mapping[str, Any]) -> list[dict[str, str]]:
    """The values of a body, every one of which the template must have.

    Raises:
        GraphError: 400, a value is missing, unknown, or no text that says true or false.
    """
    values = body.get("values")
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise bad_request("A value is required for property 'values' of resource 'GroupSetting'.")
    given = {value.get("name"): value.get("value") for value in values}
    if given.keys() != {value["name"] for value in _GUEST["values"]}:
        raise bad_request("The values must be those of the template, all of them.")
    if not all(isinstance(value, str) and value.lower() in ("true", "false") for value in given.values()):
        raise bad_request("Invalid value specified for property 'values' of resource 'GroupSetting'.")
    return [{"name": str(name), "value": str(value).lower()} for name, value in given.items()]


def _find(call: Call, group: str, key: str) -> Document:
    find_group(call, group)
    setting = call.tenant.store.get(_SETTINGS, key)
    if setting is None or setting["_group"] != group:
        raise no_such_object(key)
    return setting


_OF_GROUP = "/groups/{group-id}/settings"
_ONE = f"{_OF_GROUP}/{{groupSetting-id}}"
_SITES = "/admin/sharepoint/settings"
_LOG = partial(audited, category="GroupManagement")
_CREATE = _LOG("Create group settings", handler=create_setting)
_CHANGE = _LOG("Update group settings", handler=change_setting)
_DELETE = _LOG("Delete group settings", handler=delete_setting)
ROUTES = (
    Route("GET", "/groupSettingTemplates", list_templates, GROUP_SETTINGS_READ),
    Route("GET", "/groupSettingTemplates/{groupSettingTemplate-id}", read_template, GROUP_SETTINGS_READ),
    Route("GET", _OF_GROUP, list_settings, GROUP_SETTINGS_READ),
    Route("POST", _OF_GROUP, _CREATE, GROUP_SETTINGS_WRITE),
    Route("GET", _ONE, read_setting, GROUP_SETTINGS_READ),
    Route("PATCH", _ONE, _CHANGE, GROUP_SETTINGS_WRITE),
    Route("DELETE", _ONE, _DELETE, GROUP_SETTINGS_WRITE),
    Route("GET", _SITES, read_sharepoint, SHARING_READ, Workload.SHAREPOINT),
    Route("PATCH", _SITES, change_sharepoint, SHARING_WRITE, Workload.SHAREPOINT),
)
