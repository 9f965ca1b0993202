"""Owns the audit log: who changed what in the directory and when, written with the change itself.

The service shows an entry some minutes later; here it is there at once. Names of activities and
categories are those of the Microsoft Entra audit log reference.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kit.simulator.tenant.answers import Answer, GraphError
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.directory import directory_row, kind_of
from kit.simulator.tenant.licences import ENTRA_P1, bought
from kit.simulator.tenant.odata import Collection, selected
from kit.simulator.tenant.permissions import AUDIT_READ
from kit.simulator.tenant.routing import Handler, Route, Workload
from kit.simulator.tenant.tenant import new_id

_AUDIT_PROPERTIES = dict.fromkeys(
    (
        "id", "activityDateTime", "activityDisplayName", "category", "correlationId", "initiatedBy",
        "loggedByService", "operationType", "result", "targetResources",
    ),
    str,
)  # fmt: skip
_SIGN_IN_PROPERTIES = dict.fromkeys(
    ("id", "appDisplayName", "appId", "createdDateTime", "status", "userId", "userPrincipalName"), str
)
#: How the first word of an activity is classified.
_OPERATIONS = {"Add": "Add", "Delete": "Delete", "Hard": "Delete", "Remove": "Unassign"}


def audited(activity: str, category: str, handler: Handler, *, service: str = "Core Directory") -> Handler:
    """`handler`, whose every success also leaves an entry; a refusal leaves none."""

    def recording(call: Call, *keys: str) -> Answer:
        before = [target for key in keys if (target := _target(call, key))]
        answer = handler(call, *keys)
        targets = before + _mentioned(call) if before else _made(answer, keys)
        entry = _entry(call, activity, category, service, targets)
        call.tenant.store.put("audits", entry["id"], entry)
        return answer

    return recording


def list_audits(call: Call) -> Answer:
    """`GET /auditLogs/directoryAudits`, newest first."""
    return _list(call, "auditLogs/directoryAudits", "audits", _AUDIT_PROPERTIES, "activityDateTime")


def list_sign_ins(call: Call) -> Answer:
    """`GET /auditLogs/signIns`, newest first; only people's sign-ins are listed, not applications'."""
    if not bought(call.tenant, ENTRA_P1):
        message = "Neither tenant is B2C or tenant doesn't have premium license."
        raise GraphError(403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", message)
    return _list(call, "auditLogs/signIns", "signIns", _SIGN_IN_PROPERTIES, "createdDateTime")


def _list(call: Call, context: str, collection: str, properties: Mapping[str, type], moment: str) -> Answer:
    # The log is read from its end unless the client says otherwise.
    newest_first = replace(call.query, order=call.query.order or ((moment, True),))
    return replace(call, query=newest_first).answer_page(
        Collection(
            context,
            properties,
            lambda document: selected(document, call.query.select),
            directory=False,
            sortable=(moment,),
        ),
        call.tenant.store.rows(collection),
    )


def _entry(
    call: Call, activity: str, category: str, service: str, targets: list[dict[str, Any]]
) -> dict[str, Any]:
    application = call.tenant.store.get("applications", call.caller.client_id) or {}
    return {
        "id": f"Directory_{new_id()}",
        "activityDateTime": call.tenant.stamp(),
        "activityDisplayName": activity,
        "additionalDetails": [],
        "category": category,
        "correlationId": call.headers.get("client-request-id") or new_id(),
        "initiatedBy": {
            "user": None,
            "app": {
                "appId": call.caller.client_id,
                "displayName": application.get("displayName"),
                "servicePrincipalId": application.get("id"),
                "servicePrincipalName": None,
            },
        },
        "loggedByService": service,
        "operationType": _OPERATIONS.get(activity.partition(" ")[0], "Update"),
        "result": "success",
        "resultReason": "",
        "targetResources": targets,
    }


def _target(call: Call, key: str) -> dict[str, Any] | None:
    """The directory object behind a key of the path, as it was before the change."""
    store = call.tenant.store
    row = directory_row(call.tenant, key) or store.row("deleted", key)
    if row is None and "@" in key:
        row = next(iter(store.find("users", "userPrincipalName", key)), None)
    return None if row is None else _described(row.document, kind_of(row.document).name)


def _mentioned(call: Call) -> list[dict[str, Any]]:
    """The object that a body refers to: a new member, owner or manager."""
    reference = call.body.get("@odata.id") if isinstance(call.body, dict) else None
    target = _target(call, reference.rsplit("/", 1)[-1]) if isinstance(reference, str) else None
    return [target] if target else []


def _made(answer: Answer, keys: tuple[str, ...]) -> list[dict[str, Any]]:
    body = answer.body if isinstance(answer.body, dict) else {"id": keys[-1] if keys else None}
    return [_described(body, kind_of(body).name if "displayName" in body else "Other")]


def _described(document: Mapping[str, Any], kind: str) -> dict[str, Any]:
    return {
        "id": document["id"],
        "displayName": document.get("displayName"),
        "type": kind,
        "userPrincipalName": document.get("userPrincipalName"),
        "groupType": None
        if kind != "Group"
        else ("unifiedGroups" if document.get("groupTypes") else "azureAD"),
        "modifiedProperties": [],
    }


ROUTES = (
    Route("GET", "/auditLogs/directoryAudits", list_audits, AUDIT_READ, Workload.REPORTS),
    Route("GET", "/auditLogs/signIns", list_sign_ins, AUDIT_READ, Workload.REPORTS),
)
