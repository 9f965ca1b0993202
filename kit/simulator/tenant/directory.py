"""Owns how a directory object is found, by id or principal name, as the call's replica knows it.

It also owns how many objects the directory may hold.
"""

from kit.simulator.tenant.answers import GraphError, no_such_object
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.kinds import GROUP, UNIT, USER, Kind
from kit.simulator.tenant.store import Document, Row
from kit.simulator.tenant.tenant import Tenant

UNITS = "administrativeUnits"
_COLLECTIONS = {"users": USER, "groups": GROUP, UNITS: UNIT}
#: What one deleted object counts of a living one's share of the quota.
_DELETED_SHARE = 0.25


def find_user(call: Call, key: str) -> Document:
    """The user with that id or principal name.

    Raises:
        GraphError: 404, not there or not replicated yet.
    """
    row = call.tenant.store.row("users", key)
    if row is None and "@" in key:
        row = next(iter(call.tenant.store.find("users", "userPrincipalName", key)), None)
    return _shown(call, row, key)


def find_group(call: Call, key: str) -> Document:
    """The group with that id.

    Raises:
        GraphError: 404, not there or not replicated yet.
    """
    return _shown(call, call.tenant.store.row("groups", key), key)


def find_unit(call: Call, key: str) -> Document:
    """The administrative unit with that id.

    Raises:
        GraphError: 404, not there or not replicated yet.
    """
    return _shown(call, call.tenant.store.row(UNITS, key), key)


def find_object(call: Call, key: str) -> Document:
    """The directory object of any kind with that id.

    Raises:
        GraphError: 404, not there or not replicated yet.
    """
    return _shown(call, directory_row(call.tenant, key), key)


def directory_row(tenant: Tenant, key: str) -> Row | None:
    """The living user, group or unit with that id, whatever the replica."""
    return next((row for name in _COLLECTIONS if (row := tenant.store.row(name, key))), None)


def kind_of(document: Document) -> Kind:
    """Which kind of object a document of the directory is."""
    if "userPrincipalName" in document:
        return USER
    return GROUP if "mailEnabled" in document else UNIT


def check_quota(tenant: Tenant) -> None:
    """Refuse with 403 one more object than the directory may hold."""
    store, quota = tenant.store, tenant.behaviour.directory_quota
    if quota is None:
        return
    living = sum(len(store.rows(name)) for name in _COLLECTIONS)
    if living + _DELETED_SHARE * len(store.rows("deleted")) >= quota:
        raise GraphError(
            403,
            "Directory_QuotaExceeded",
            "The directory object quota limit for the Tenant has been exceeded.",
        )


def _shown(call: Call, row: Row | None, key: str) -> Document:
    if row is None or not call.tenant.shown(row, call.replica):
        raise no_such_object(key)
    return row.document
