"""Owns sites as they are read: a group's site appears some time after the group, the root site is there."""

from typing import Any

from kit.simulator.tenant.answers import Answer, GraphError, no_such_item
from kit.simulator.tenant.calls import Call
from kit.simulator.tenant.delta import Stale, read_token, write_token
from kit.simulator.tenant.directory import find_group, find_user
from kit.simulator.tenant.drives import shown_drive
from kit.simulator.tenant.odata import Collection, selected
from kit.simulator.tenant.permissions import FILES_READ, GROUPS_READ, SITES_READ
from kit.simulator.tenant.routing import Route, Workload
from kit.simulator.tenant.site_provisioning import is_there, personal_site
from kit.simulator.tenant.store import Document, Row
from kit.simulator.tenant.tenant import public

#: What the tokens of change tracking are good for.
_SITES = "sites"


def read_group_site(call: Call, group: str) -> Answer:
    """`GET /groups/{id}/sites/root`."""
    return _answer(call, _group_site(call, group))


def read_site(call: Call, key: str) -> Answer:
    """`GET /sites/{id}`."""
    return _answer(call, _ready(call, call.tenant.store.get("sites", key), key))


def read_root_site(call: Call) -> Answer:
    """`GET /sites/root`."""
    return _answer(call, _by_path(call, ""))


def read_site_by_path(call: Call, host: str, path: str) -> Answer:
    """`GET /sites/{host}:/{path}`."""
    if host.lower() != call.tenant.sharepoint_host:
        raise no_such_item(f"{host}:/{path}")
    return _answer(call, _by_path(call, path))


def read_group_drive(call: Call, group: str) -> Answer:
    """`GET /groups/{id}/drive`."""
    return _answer_drive(call, _group_site(call, group))


def read_user_drive(call: Call, key: str) -> Answer:
    """`GET /users/{id}/drive`: a licensed user's OneDrive, made when it is first asked for."""
    site = personal_site(call.tenant, find_user(call, key))
    return _answer_drive(call, _ready(call, site, f"OneDrive of user {key}"))


def list_sites(call: Call) -> Answer:
    """`GET /sites`, with `?search=` those whose name or address has the word."""
    word = (call.query.option("search") or "*").strip("*").casefold()
    return _answer_sites(
        call,
        "sites",
        [
            row
            for row in _sites_there(call)
            if word in f"{row.document['displayName']} {row.document['webUrl']}".casefold()
        ],
    )


def list_group_sites(call: Call, group: str) -> Answer:
    """`GET /groups/{id}/sites`: the one a group has."""
    key = str(_group_site(call, group)["id"])
    row = call.tenant.store.row("sites", key)
    return _answer_sites(call, f"groups('{group}')/sites", [row] if row else [])


def track_sites(call: Call) -> Answer:
    """`GET /sites/delta`: all at first, then new ones. A deleted site is not told."""
    try:
        token = call.query.option("$deltatoken")
        after = read_token(token, _SITES, call.tenant.clock()) if token else 0
    except Stale as exc:
        raise GraphError(
            410, "resyncRequired", "Begin again.", headers={"Location": f"{call.base}/sites/delta()"}
        ) from exc
    rows = _sites_there(call)
    token = write_token(max((row.sequence for row in rows), default=0), _SITES, call.tenant.clock())
    body = {
        **call.context("Collection(site)"),
        "@odata.deltaLink": f"{call.base}/sites/delta()?{call.query.with_token('$deltatoken', token)}",
        "value": [_shown(call, row.document) for row in rows if row.sequence > after],
    }
    return Answer(200, body)


def read_site_drive(call: Call, key: str) -> Answer:
    """`GET /sites/{id}/drive`."""
    return _answer_drive(call, _ready(call, call.tenant.store.get("sites", key), key))


def list_group_drives(call: Call, group: str) -> Answer:
    """`GET /groups/{id}/drives`."""
    return _answer_drives(call, _group_site(call, group))


def list_site_drives(call: Call, key: str) -> Answer:
    """`GET /sites/{id}/drives`."""
    return _answer_drives(call, _ready(call, call.tenant.store.get("sites", key), key))


def _group_site(call: Call, group: str) -> Document:
    key = find_group(call, group).get("_site")
    return _ready(call, call.tenant.store.get("sites", key) if key else None, f"site of group {group}")


def _by_path(call: Call, path: str) -> Document:
    wanted = path.strip("/").casefold()
    for row in call.tenant.store.rows("sites"):
        if row.document["_path"] == wanted:
            return _ready(call, row.document, path)
    raise no_such_item(path)


def _ready(call: Call, site: Document | None, what: str) -> Document:
    if site is None or not is_there(call.tenant, site):
        raise no_such_item(what)
    return site


def _drives(call: Call, site: Document) -> list[Row]:
    return call.tenant.store.find("drives", "_site", str(site["id"]))


def _sites_there(call: Call) -> list[Row]:
    return [row for row in call.tenant.store.rows("sites") if is_there(call.tenant, row.document)]


def _shown(call: Call, site: Document) -> dict[str, Any]:
    return selected({**public(site), "isPersonalSite": site.get("_user") is not None}, call.query.select)


def _answer(call: Call, site: Document) -> Answer:
    return Answer(200, {**call.context("sites/$entity"), **_shown(call, site)})


def _answer_sites(call: Call, context: str, rows: list[Row]) -> Answer:
    collection = Collection(
        context, {"name": str, "id": str}, lambda site: _shown(call, site), directory=False
    )
    return call.answer_page(collection, rows)


def _answer_drive(call: Call, site: Document) -> Answer:
    drive = _drives(call, site)[0].document
    shown = selected(shown_drive(call.tenant, drive), call.query.select)
    return Answer(200, {**call.context("drives/$entity"), **shown})


def _answer_drives(call: Call, site: Document) -> Answer:
    collection = Collection(
        "drives",
        {"name": str, "id": str},
        lambda drive: selected(shown_drive(call.tenant, drive), call.query.select),
        directory=False,
    )
    return call.answer_page(collection, _drives(call, site))


ROUTES = (
    Route(
        "GET", "/groups/{group-id}/sites/root", read_group_site, SITES_READ | GROUPS_READ, Workload.SHAREPOINT
    ),
    Route("GET", "/groups/{group-id}/drive", read_group_drive, FILES_READ | GROUPS_READ, Workload.SHAREPOINT),
    Route(
        "GET",
        "/groups/{group-id}/drives",
        list_group_drives,
        FILES_READ | GROUPS_READ,
        Workload.SHAREPOINT,
        units=2,
    ),
    Route("GET", "/users/{user-id}/drive", read_user_drive, FILES_READ, Workload.SHAREPOINT),
    Route(
        "GET",
        "/groups/{group-id}/sites",
        list_group_sites,
        SITES_READ | GROUPS_READ,
        Workload.SHAREPOINT,
        units=2,
    ),
    Route("GET", "/sites", list_sites, SITES_READ, Workload.SHAREPOINT, units=2),
    Route("GET", "/sites/delta()", track_sites, SITES_READ, Workload.SHAREPOINT, units=2),
    Route("GET", "/sites/root", read_root_site, SITES_READ, Workload.SHAREPOINT),
    Route(
        "GET", "/sites/{hostname}:/{server-relative-path}", read_site_by_path, SITES_READ, Workload.SHAREPOINT
    ),
    Route("GET", "/sites/{site-id}", read_site, SITES_READ, Workload.SHAREPOINT),
    Route("GET", "/sites/{site-id}/drive", read_site_drive, FILES_READ, Workload.SHAREPOINT),
    Route("GET", "/sites/{site-id}/drives", list_site_drives, FILES_READ, Workload.SHAREPOINT, units=2),
)
