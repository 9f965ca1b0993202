"""Owns administrative units: containers of users and groups, whose membership may be hidden.

Source: the administrativeUnit pages of the Graph v1.0 reference. A deleted unit is gone for good; its
members stay.
"""

from kit.simulator.tenant.answers import Answer, bad_request
from kit.simulator.tenant.audit import audited
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.directory import UNITS, check_quota, find_unit
from kit.simulator.tenant.kinds import UNIT
from kit.simulator.tenant.links import IN_UNIT, check_new, forget, link, linked, referenced, unlink
from kit.simulator.tenant.members import mixed
from kit.simulator.tenant.odata import check_expand, check_select, of_kind
from kit.simulator.tenant.permissions import HIDDEN_MEMBERS, UNITS_READ, UNITS_WRITE
from kit.simulator.tenant.routing import Route
from kit.simulator.tenant.tenant import new_id

_HIDDEN = "HiddenMembership"
_ENTITY = "directory/administrativeUnits/$entity"


def list_units(call: Call) -> Answer:
    """`GET /directory/administrativeUnits`."""
    check_expand(call.query, ())
    units = call.tenant.listed(UNITS, call.replica)
    return call.answer_page(of_kind(UNIT, "directory/administrativeUnits", call.query), units)


def create_unit(call: Call) -> Answer:
    """`POST /directory/administrativeUnits`; two units may bear the same name."""
    body, tenant = call.object_body(), call.tenant
    UNIT.check(body, creating=True)
    _check_visibility(body.get("visibility"))
    check_quota(tenant)
    key = new_id()
    document = {**{name: value for name, value in body.items() if "@" not in name}, "id": key}
    tenant.store.put(UNITS, key, document, visible_at=tenant.replicate())
    shown = {**call.context(_ENTITY), **UNIT.shape(document, ())}
    return Answer(201, shown, {"Location": f"{call.base}/directory/administrativeUnits/{key}"})


def read_unit(call: Call, key: str) -> Answer:
    """`GET /directory/administrativeUnits/{id}`."""
    check_select(UNIT, call.query)
    return Answer(200, {**call.context(_ENTITY), **UNIT.shape(find_unit(call, key), call.query.select)})


def change_unit(call: Call, key: str) -> Answer:
    """`PATCH /directory/administrativeUnits/{id}`."""
    body, unit = call.object_body(), find_unit(call, key)
    UNIT.check(body, creating=False)
    _check_visibility(body.get("visibility"))
    changed = {**unit, **{name: value for name, value in body.items() if "@" not in name}}
    call.tenant.store.put(UNITS, key, changed)
    return Answer(204)


def delete_unit(call: Call, key: str) -> Answer:
    """`DELETE /directory/administrativeUnits/{id}`."""
    find_unit(call, key)
    call.tenant.store.remove(UNITS, key)
    forget(call.tenant, key)
    return Answer(204)


def list_members(call: Call, key: str) -> Answer:
    """`GET /directory/administrativeUnits/{id}/members`: empty where they are hidden from the application."""
    unit = find_unit(call, key)
    hidden = unit.get("visibility") == _HIDDEN and HIDDEN_MEMBERS not in call.caller.roles
    rows = [] if hidden else linked(call.tenant, IN_UNIT, key)
    return call.answer_page(mixed(call), sorted(rows, key=lambda row: row.sequence))


def add_member(call: Call, key: str) -> Answer:
    """`POST /directory/administrativeUnits/{id}/members/$ref`: one user or group."""
    find_unit(call, key)
    wanted = {IN_UNIT: [referenced(call.object_body().get("@odata.id"))]}
    check_new(call.tenant, key, wanted)
    link(call.tenant, key, wanted)
    return Answer(204)


def remove_member(call: Call, key: str, member: str) -> Answer:
    """`DELETE /directory/administrativeUnits/{id}/members/{id}/$ref`."""
    find_unit(call, key)
    unlink(call.tenant, IN_UNIT, key, member)
    return Answer(204)


def _check_visibility(visibility: object) -> None:
    if visibility not in (None, "Public", _HIDDEN):
        raise bad_request(
            "Invalid value specified for property 'visibility' of resource 'AdministrativeUnit'."
        )


_BASE = "/directory/administrativeUnits"
_ONE = f"{_BASE}/{{administrativeUnit-id}}"
_MEMBER = f"{_ONE}/members/{{directoryObject-id}}/$ref"
_CATEGORY = "AdministrativeUnit"
ROUTES = (
    Route("GET", _BASE, list_units, UNITS_READ, units=2),
    Route("POST", _BASE, audited("Add administrative unit", _CATEGORY, create_unit), UNITS_WRITE),
    Route("GET", _ONE, read_unit, UNITS_READ),
    Route("PATCH", _ONE, audited("Update administrative unit", _CATEGORY, change_unit), UNITS_WRITE),
    Route("DELETE", _ONE, audited("Delete administrative unit", _CATEGORY, delete_unit), UNITS_WRITE),
    Route("GET", f"{_ONE}/members", list_members, UNITS_READ, units=3),
    Route(
        "POST",
        f"{_ONE}/members/$ref",
        audited("Add member to administrative unit", _CATEGORY, add_member),
        UNITS_WRITE,
    ),
    Route(
        "DELETE",
        _MEMBER,
        audited("Remove member from administrative unit", _CATEGORY, remove_member),
        UNITS_WRITE,
    ),
)
