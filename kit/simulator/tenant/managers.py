"""Owns who is whose manager: a reference from one user to another."""

from kit.simulator.tenant.answers import Answer, no_such_object
from kit.simulator.tenant.audit import audited
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.directory import find_user
from kit.simulator.tenant.kinds import USER
from kit.simulator.tenant.links import referenced
from kit.simulator.tenant.odata import check_select
from kit.simulator.tenant.permissions import USERS_READ, USERS_WRITE
from kit.simulator.tenant.routing import Route


def read_manager(call: Call, key: str) -> Answer:
    """`GET /users/{id}/manager`; 404 where there is none."""
    check_select(USER, call.query)
    manager = call.tenant.store.get("users", find_user(call, key).get("_manager") or "")
    if manager is None:
        raise no_such_object("manager")
    shown = {"@odata.type": USER.odata_type, **USER.shape(manager, call.query.select)}
    return Answer(200, {**call.context("directoryObjects/$entity"), **shown})


def set_manager(call: Call, key: str) -> Answer:
    """`PUT /users/{id}/manager/$ref`."""
    user = find_user(call, key)
    manager = find_user(call, referenced(call.object_body().get("@odata.id")))
    call.tenant.store.put("users", str(user["id"]), {**user, "_manager": manager["id"]})
    return Answer(204)


def remove_manager(call: Call, key: str) -> Answer:
    """`DELETE /users/{id}/manager/$ref`."""
    user = find_user(call, key)
    if user.get("_manager") is None:
        raise no_such_object("manager")
    call.tenant.store.put("users", str(user["id"]), {**user, "_manager": None})
    return Answer(204)


_REFERENCE = "/users/{user-id}/manager/$ref"
ROUTES = (
    Route("GET", "/users/{user-id}/manager", read_manager, USERS_READ),
    Route("PUT", _REFERENCE, audited("Set user manager", "UserManagement", set_manager), USERS_WRITE),
    Route(
        "DELETE", _REFERENCE, audited("Remove user manager", "UserManagement", remove_manager), USERS_WRITE
    ),
)
