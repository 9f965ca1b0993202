"""Owns change tracking of a library: everything at first, then what changed or left since a token."""

from typing import Any
from urllib.parse import quote

from kit.simulator.tenant.answers import Answer, GraphError
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.delta import Stale, read_token, write_token
from kit.simulator.tenant.items import find_drive, find_item, shown_item
from kit.simulator.tenant.odata import selected
from kit.simulator.tenant.permissions import FILES_READ
from kit.simulator.tenant.routing import Route, Workload
from kit.simulator.tenant.store import Document
from kit.simulator.tenant.tenant import Tenant

_PAGE = 200
_LATEST = "latest"


def changes(call: Call, key: str, *rest: str) -> Answer:
    """`GET /drives/{id}/root/delta`, also with `(token='…')` or `?token=…`; `latest` gives a token alone.

    Below `/items/{id}` the service knows the root only.
    """
    tenant, drive = call.tenant, find_drive(call.tenant, key)
    by_id = "/items/" in call.path
    if by_id and find_item(tenant, key, rest[0])["id"] != drive["_root"]:
        raise GraphError(501, "notSupported", "Changes are tracked from the root of a library only.")
    written = rest[int(by_id) :]
    token = written[0] if written else call.query.option("token")
    last = int(drive["_changes"])
    if token == _LATEST:
        return _answer(call, key, [], "deltaLink", last)
    rows = _changed(tenant, key, _seen(call, key, token))
    page = rows[: call.query.top or _PAGE]
    if len(rows) > len(page):
        return _answer(call, key, page, "nextLink", int(page[-1]["_changed"]))
    return _answer(call, key, page, "deltaLink", last)


def _seen(call: Call, key: str, token: str | None) -> int:
    if not token:
        return 0
    try:
        return read_token(token, key, call.tenant.clock())
    except Stale as exc:
        message = "The token is too old; begin again at the address in Location."
        headers = {"Location": f"{call.base}/drives/{quote(key)}/root/delta()"}
        raise GraphError(410, "resyncRequired", message, headers=headers) from exc


def _changed(tenant: Tenant, key: str, after: int) -> list[Document]:
    """What changed after a number, in order of change; to who has seen nothing, nothing left."""
    collections = ("items", "recycled") if after else ("items",)
    rows = [row.document for name in collections for row in tenant.store.find(name, "_drive", key)]
    return sorted((row for row in rows if row["_changed"] > after), key=lambda row: int(row["_changed"]))


def _answer(call: Call, key: str, page: list[Document], link: str, after: int) -> Answer:
    token = write_token(after, key, call.tenant.clock())
    others = [(name, text) for name, text in call.query.raw if name != "token"]
    options = "".join(f"&{quote(name, safe='$@')}={quote(text, safe='')}" for name, text in others)
    body = {
        **call.context("Collection(driveItem)"),
        f"@odata.{link}": f"{call.base}/drives/{quote(key)}/root/delta()?token={token}{options}",
        "value": [selected(_shown(call, document), call.query.select) for document in page],
    }
    return Answer(200, body)


def _shown(call: Call, document: Document) -> dict[str, Any]:
    if call.tenant.store.get("items", str(document["id"])) is not None:
        return shown_item(call.tenant, call.base, document)
    return {
        "id": document["id"],
        "name": document["name"],
        "deleted": {"state": "deleted"},
        "parentReference": {"driveId": document["_drive"], "id": document["_parent"]},
    }


def _route(place: str, function: str, *, units: int) -> Route:
    template = f"/drives/{{drive-id}}/{place}/{function}"
    return Route("GET", template, changes, FILES_READ, Workload.SHAREPOINT, units=units)


#: With a token it costs what a single read costs.
ROUTES = tuple(
    _route(place, function, units=units)
    for place in ("root", "items/{driveItem-id}")
    for function, units in (("delta()", 2), ("delta(token='{token}')", 1))
)
