"""Owns change tracking of users and groups: `delta`, rounds of pages that end with a link to the next round.

A round compares the directory with a picture of it that the previous round left, so it sees whatever was
changed by whom. Source: the delta query pages of the Graph v1.0 reference.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from kit.simulator.tenant.answers import Answer, GraphError
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.kinds import GROUP, USER, Kind
from kit.simulator.tenant.links import linked
from kit.simulator.tenant.odata import DEFAULT_PAGE, check_select
from kit.simulator.tenant.permissions import GROUPS_READ, USERS_READ
from kit.simulator.tenant.routing import Route
from kit.simulator.tenant.store import Document
from kit.simulator.tenant.tenant import new_id

#: Seconds for which a round's link is good.
_LIFETIME = 7 * 24 * 3600
_KINDS = {"users": USER, "groups": GROUP}
#: What the picture says of an object that waits in deleted items.
_DELETED = "deleted"


def track(call: Call, *, collection: str) -> Answer:
    """`GET /users/delta` and `/groups/delta`: everything there is, or what changed since the link."""
    check_select(_KINDS[collection], call.query)
    _forget_old(call)
    if (page := call.query.option("$skiptoken")) is not None:
        key, _, place = page.partition(".")
        return _page(call, collection, _round(call, collection, key), int(place) if place.isdecimal() else 0)
    mark = call.query.option("$deltatoken")
    since = _round(call, collection, mark)["now"] if mark and mark != "latest" else {}
    now = _picture(call, collection)
    if mark == "latest":
        changed = []
    else:
        gone = [key for key in since if key not in now]
        changed = [key for key, seen in now.items() if seen != since.get(key, _DELETED)] + gone
    state = {
        "id": new_id(), "collection": collection, "at": call.tenant.clock(), "since": since, "now": now,
        "changed": changed,
    }  # fmt: skip
    call.tenant.store.put("rounds", str(state["id"]), state)
    return _page(call, collection, state, 0)


def _picture(call: Call, collection: str) -> dict[str, Any]:
    """Each object's fingerprint in the properties that are followed, for a group with its members."""
    tenant, kind = call.tenant, _KINDS[collection]
    found: dict[str, Any] = {
        str(row.document["id"]): _DELETED
        for row in tenant.store.rows("deleted")
        if f"{row.document['_kind']}s" == collection
    }
    for row in tenant.store.rows(collection):
        shown = json.dumps(_shape(kind, row.document, call), sort_keys=True)
        digest = hashlib.sha256(shown.encode()).hexdigest()[:16]
        found[str(row.document["id"])] = [digest, *_members(call, collection, str(row.document["id"]))]
    return found


def _page(call: Call, collection: str, state: Document, place: int) -> Answer:
    size = call.query.top or DEFAULT_PAGE
    path, end = f"{call.base}/{collection}/delta", place + size
    changed = state["changed"]
    if end < len(changed):
        link = {"@odata.nextLink": f"{path}?" + call.query.with_token("$skiptoken", f"{state['id']}.{end}")}
    else:
        link = {"@odata.deltaLink": f"{path}?" + call.query.with_token("$deltatoken", str(state["id"]))}
    value = [_entry(call, collection, key, state) for key in changed[place:end]]
    return Answer(200, {**call.context(collection), **link, "value": value})


def _entry(call: Call, collection: str, key: str, state: Document) -> dict[str, Any]:
    store = call.tenant.store
    document = store.get(collection, key)
    if document is None:
        reason = "changed" if store.get("deleted", key) else "deleted"
        return {"id": key, "@removed": {"reason": reason}}
    shown = {"id": key, **_shape(_KINDS[collection], document, call)}
    if collection == "groups":
        shown |= _member_changes(call, state["since"].get(key), state["now"].get(key))
    return shown


def _shape(kind: Kind, document: Document, call: Call) -> dict[str, Any]:
    return kind.shape(document, [name for name in call.query.select if name != "members"])


def _members(call: Call, collection: str, key: str) -> list[str]:
    if collection != "groups":
        return []
    return sorted(str(row.document["id"]) for row in linked(call.tenant, "members", key))


def _member_changes(call: Call, before: Any, now: Any) -> Mapping[str, Any]:
    """The links that came and went; nothing where none did."""
    old = set(before[1:]) if isinstance(before, list) else set()
    new = set(now[1:]) if isinstance(now, list) else set()
    changes: list[dict[str, Any]] = [_member(call, key) for key in sorted(new - old)]
    changes += [{**_member(call, key), "@removed": {"reason": "deleted"}} for key in sorted(old - new)]
    return {"members@delta": changes} if changes else {}


def _member(call: Call, key: str) -> dict[str, Any]:
    kind = GROUP if call.tenant.store.get("groups", key) else USER
    return {"@odata.type": kind.odata_type, "id": key}


def _round(call: Call, collection: str, key: str) -> Document:
    """The round that a link belongs to.

    Raises:
        GraphError: 410 with the address to begin again at, the link is too old or was never given.
    """
    state = call.tenant.store.get("rounds", key)
    if state is None or state["collection"] != collection:
        again = f"{call.base}/{collection}/delta?{call.query.with_token('$deltatoken', '')}"
        message = "The delta token is expired and data must be synchronized again."
        raise GraphError(410, "syncStateNotFound", message, headers={"Location": again})
    return state


def _forget_old(call: Call) -> None:
    for row in call.tenant.store.rows("rounds"):
        if call.tenant.clock() - row.document["at"] > _LIFETIME:
            call.tenant.store.remove("rounds", str(row.document["id"]))


ROUTES = (
    Route("GET", "/users/delta()", partial(track, collection="users"), USERS_READ, units=2),
    Route("GET", "/groups/delta()", partial(track, collection="groups"), GROUPS_READ, units=2),
)
