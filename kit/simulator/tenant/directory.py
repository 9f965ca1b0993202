"""Owns how a directory object is found: by id or principal name, as the call's replica knows it."""

from kit.simulator.tenant.answers import no_such_object
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.store import Document


def find_user(call: Call, key: str) -> Document:
    """The user with that id or principal name.

    Raises:
        GraphError: 404, not there or not replicated yet.
    """
    row = call.tenant.store.row("users", key)
    if row is None and "@" in key:
        row = next(iter(call.tenant.store.find("users", "userPrincipalName", key)), None)
    if row is None or not call.tenant.shown(row, call.replica):
        raise no_such_object(key)
    return row.document


def find_group(call: Call, key: str) -> Document:
    """The group with that id.

    Raises:
        GraphError: 404, not there or not replicated yet.
    """
    row = call.tenant.store.row("groups", key)
    if row is None or not call.tenant.shown(row, call.replica):
        raise no_such_object(key)
    return row.document
