"""Owns the phones that the tenant manages: enrolled, given to a primary user, locked, restarted, wiped.

An order is pending until the phone has carried it out. A tenant that bought no Intune refuses everything
here. Source: the managedDevice pages of the Graph v1.0 reference; the requests on `users` are in its
metadata only.
"""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from kit.errors import BadInput
from kit.simulator.tenant.answers import Answer, GraphError, bad_request
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.directory import find_user
from kit.simulator.tenant.kinds import USER
from kit.simulator.tenant.licences import INTUNE, bought
from kit.simulator.tenant.links import referenced
from kit.simulator.tenant.odata import Collection, selected
from kit.simulator.tenant.permissions import PHONES_ACT, PHONES_READ, PHONES_WRITE
from kit.simulator.tenant.routing import Handler, Route, Workload
from kit.simulator.tenant.store import Document
from kit.simulator.tenant.tenant import Tenant, new_id, public

PHONES = "managedDevices"
#: What a client may filter on; the service refuses or ignores the others.
_FILTERS = dict.fromkeys(
    (
        "azureADDeviceId", "complianceState", "deviceName", "enrolledDateTime", "id", "imei",
        "lastSyncDateTime", "managedDeviceOwnerType", "managementState", "manufacturer", "model",
        "operatingSystem", "serialNumber", "userId", "userPrincipalName",
    ),
    str,
)  # fmt: skip
_WRITABLE: Mapping[str, type] = {"managedDeviceName": str, "managedDeviceOwnerType": str, "notes": str}
_OWNERS = ("unknown", "company", "personal")
#: Read of one device only, and only when selected.
_ON_REQUEST = ("iccid", "notes", "physicalMemoryInBytes", "udid")
#: The state of management that an order leaves behind once it is carried out.
_AFTER = {"factoryReset": "wipeIssued", "removeCompanyData": "retireIssued"}
#: Moves the last contact, and leaves no result.
_SYNC = "syncDevice"
_WIPE = {
    "keepEnrollmentData": bool, "keepUserData": bool, "macOsUnlockCode": str, "persistEsimDataPlan": bool,
    "useProtectedWipe": bool, "obliterationBehavior": str,
}  # fmt: skip


def enrol(
    tenant: Tenant,
    *,
    imei: str,
    serial: str,
    model: str,
    manufacturer: str = "Samsung",
    operating_system: str = "AndroidEnterprise",
    os_version: str = "15",
) -> str:
    """Put a phone under management, as a bulk enrolment does: no user yet; gives its id.

    One that is managed already stays as it is. A phone that was wiped and comes back is another device: its
    earlier record stays.

    Raises:
        BadInput: the tenant has no Intune.
    """
    if not bought(tenant, INTUNE):
        raise BadInput(
            "the simulated tenant has no device management; the phone was not enrolled",
            hint="Start it with a licence that brings Intune, such as SPE_E3.",
        )
    for row in tenant.store.rows(PHONES):
        if row.document["imei"] == imei and row.document["managementState"] == "managed":
            return str(row.document["id"])
    key, now = new_id(), tenant.stamp()
    device: dict[str, Any] = {
        "id": key, "deviceName": f"{model}-{serial}", "managedDeviceName": f"{model}_{now}", "imei": imei,
        "serialNumber": serial, "model": model, "manufacturer": manufacturer, "notes": None,
        "operatingSystem": operating_system, "osVersion": os_version, "userId": "", "userDisplayName": "",
        "userPrincipalName": "", "emailAddress": "", "managedDeviceOwnerType": "company",
        "managementAgent": "mdm", "managementState": "managed", "complianceState": "compliant",
        "deviceEnrollmentType": "unknown", "deviceRegistrationState": "registered",
        "azureADRegistered": True, "azureADDeviceId": new_id(), "enrolledDateTime": now,
        "lastSyncDateTime": now, "isEncrypted": True, "isSupervised": True, "jailBroken": "False",
        "phoneNumber": "", "iccid": "", "udid": "", "meid": "", "physicalMemoryInBytes": 0,
        "_user": None, "_orders": [],
    }  # fmt: skip
    with tenant.store.transaction():
        tenant.store.put(PHONES, key, device)
    return key


def list_phones(call: Call) -> Answer:
    """`GET /deviceManagement/managedDevices`."""

    def shape(device: Document) -> Mapping[str, Any]:
        shown = {
            name: value for name, value in _shown(call.tenant, device).items() if name not in _ON_REQUEST
        }
        return selected(shown, call.query.select)

    collection = Collection("deviceManagement/managedDevices", _FILTERS, shape, directory=False)
    return call.answer_page(collection, call.tenant.store.rows(PHONES))


def read_phone(call: Call, key: str) -> Answer:
    """`GET /deviceManagement/managedDevices/{id}`."""
    shown, select = _shown(call.tenant, _find(call, key)), call.query.select
    if not select:
        shown = {name: value for name, value in shown.items() if name not in _ON_REQUEST}
    return Answer(200, {**call.context("deviceManagement/managedDevices/$entity"), **selected(shown, select)})


def change_phone(call: Call, key: str) -> Answer:
    """`PATCH /deviceManagement/managedDevices/{id}`: its name, whose it is, notes; the rest is read-only."""
    device, body = _find(call, key), call.object_body()
    written = {name: value for name, value in body.items() if not name.startswith("@")}
    for name, value in written.items():
        if name not in _WRITABLE or not isinstance(value, _WRITABLE[name]):
            raise bad_request(f"Property '{name}' cannot be changed to this value.", code="BadRequest")
    if written.get("managedDeviceOwnerType", "unknown") not in _OWNERS:
        raise bad_request("Invalid value for 'managedDeviceOwnerType'.", code="BadRequest")
    changed = {**device, **written}
    call.tenant.store.put(PHONES, key, changed)
    return Answer(
        200, {**call.context("deviceManagement/managedDevices/$entity"), **_shown(call.tenant, changed)}
    )


def delete_phone(call: Call, key: str) -> Answer:
    """`DELETE /deviceManagement/managedDevices/{id}`: no longer managed; nothing is erased on it."""
    _find(call, key)
    call.tenant.store.remove(PHONES, key)
    return Answer(204)


def list_users(call: Call, key: str) -> Answer:
    """`GET …/managedDevices/{id}/users`: the primary user, if it has one."""
    user = call.tenant.store.row("users", _find(call, key)["_user"] or "")
    collection = Collection(
        "users", {}, lambda document: USER.shape(document, call.query.select), directory=False
    )
    return call.answer_page(collection, [user] if user else [])


def set_user(call: Call, key: str) -> Answer:
    """`POST …/managedDevices/{id}/users/$ref`: the primary user, in place of an earlier one.

    The device's own `userId` stays that of whoever enrolled it.
    """
    device = _find(call, key)
    user = find_user(call, referenced(call.object_body().get("@odata.id")))
    call.tenant.store.put(PHONES, key, {**device, "_user": user["id"]})
    return Answer(204)


def unset_user(call: Call, key: str) -> Answer:
    """`DELETE …/managedDevices/{id}/users/$ref`."""
    call.tenant.store.put(PHONES, key, {**_find(call, key), "_user": None})
    return Answer(204)


def order(call: Call, key: str, *, action: str) -> Answer:
    """`POST …/managedDevices/{id}/remoteLock`, `/rebootNow`, `/retire`, `/syncDevice`: carried out later."""
    return _order(call, key, action)


def wipe(call: Call, key: str) -> Answer:
    """`POST …/managedDevices/{id}/wipe`: everything, or all but the enrolment."""
    body = call.body if isinstance(call.body, dict) else {}
    for name, value in body.items():
        if name not in _WIPE or not isinstance(value, _WIPE[name] | None):
            raise bad_request(f"Invalid parameter '{name}' of the action.", code="BadRequest")
    kept = body.get("keepEnrollmentData") or body.get("keepUserData")
    return _order(call, key, "factoryResetKeepEnrollmentData" if kept else "factoryReset")


def _order(call: Call, key: str, action: str) -> Answer:
    tenant, device = call.tenant, _find(call, key)
    done_at = tenant.clock() + tenant.behaviour.phone_delay
    given = {"action": action, "at": tenant.stamp(), "doneAt": done_at, "done": tenant.stamp(done_at)}
    # One result is kept for each kind of order, the last.
    orders = [earlier for earlier in device["_orders"] if earlier["action"] != action]
    tenant.store.put(PHONES, key, {**device, "_orders": [*orders, given]})
    return Answer(204)


def _shown(tenant: Tenant, device: Document) -> dict[str, Any]:
    """The device as it is now: orders whose time has come are carried out."""
    done = [given for given in device["_orders"] if tenant.clock() >= given["doneAt"]]
    pending = [given["action"] for given in device["_orders"] if given not in done]
    state = next(
        (_AFTER[given["action"]] for given in reversed(done) if given["action"] in _AFTER), "managed"
    )
    if "removeCompanyData" in pending:
        state = "retirePending"
    if "factoryReset" in pending:
        state = "wipePending"
    return {
        **public(device),
        "managementState": state,
        "lastSyncDateTime": max([device["lastSyncDateTime"], *(given["done"] for given in done)]),
        "deviceActionResults": [
            {
                "actionName": given["action"],
                "actionState": "done" if given in done else "pending",
                "startDateTime": given["at"],
                "lastUpdatedDateTime": given["done"] if given in done else given["at"],
            }
            for given in device["_orders"]
            if given["action"] != _SYNC
        ],
    }


def _find(call: Call, key: str) -> Document:
    device = call.tenant.store.get(PHONES, key)
    if device is None:
        raise GraphError(404, "ResourceNotFound", _worded("An error has occurred: no such device."))
    return device


def _worded(message: str) -> str:
    # Intune's messages are themselves JSON.
    return json.dumps({"_version": 3, "Message": message, "CustomApiErrorPhrase": "", "HttpHeaders": "{}"})


def _managed(handler: Handler) -> Handler:
    """`handler` for tenants that bought Intune."""

    def checked(call: Call, *keys: str) -> Answer:
        if not bought(call.tenant, INTUNE):
            raise bad_request("Request not applicable to target tenant.", code="BadRequest")
        return handler(call, *keys)

    return checked


_BASE = "/deviceManagement/managedDevices"
_ONE = f"{_BASE}/{{managedDevice-id}}"
_REQUESTS: tuple[tuple[str, str, Handler, frozenset[str]], ...] = (
    ("GET", _BASE, list_phones, PHONES_READ),
    ("GET", _ONE, read_phone, PHONES_READ),
    ("PATCH", _ONE, change_phone, PHONES_WRITE),
    ("DELETE", _ONE, delete_phone, PHONES_WRITE),
    ("GET", f"{_ONE}/users", list_users, PHONES_READ),
    ("POST", f"{_ONE}/users/$ref", set_user, PHONES_WRITE),
    ("DELETE", f"{_ONE}/users/$ref", unset_user, PHONES_WRITE),
    ("POST", f"{_ONE}/wipe", wipe, PHONES_ACT),
    ("POST", f"{_ONE}/retire", partial(order, action="removeCompanyData"), PHONES_ACT),
    ("POST", f"{_ONE}/remoteLock", partial(order, action="remoteLock"), PHONES_ACT),
    ("POST", f"{_ONE}/rebootNow", partial(order, action="rebootNow"), PHONES_ACT),
    ("POST", f"{_ONE}/syncDevice", partial(order, action=_SYNC), PHONES_ACT),
)
ROUTES = tuple(
    Route(method, path, _managed(handler), roles, Workload.INTUNE)
    for method, path, handler, roles in _REQUESTS
)
