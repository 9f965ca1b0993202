"""Every request of a whole crisis validates against Microsoft's published description of Graph.

The shared description is looser than the service: it lets unknown properties pass. Names are therefore
checked too, in bodies and in `$select`.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from kit.graph import (
    archives,
    belongings,
    files,
    groups,
    licences,
    mail,
    passes,
    phones,
    removal,
    sharing,
    sites,
    teams,
    tenant,
    threads,
    units,
    users,
)
from kit.graph.client import Graph
from kit.graph.connection import Connection
from kit.graph.permissions import NEEDED_ROLES, role_for
from kit.graph.wire import trust
from kit.simulator.tenant.server import Behaviour, TenantServer
from tests.unit.kit.graph.support import CLIENT_ID, DOMAIN, TENANT_ID, Recorder, write_application

SUBSET = Path(__file__).parents[3] / "shared" / "graph" / "graph-v1.0-subset.json"
ODATA = {"$select", "$filter", "$top", "$skip", "$expand", "$orderby", "$count", "$search"}
#: Options that one service has beside those of OData.
OWN_OPTIONS = {"includeHiddenFolders"}
#: Requests of v1.0 that the shared description leaves out (Microsoft Learn: administrative units, group
#: settings, conversation threads, SharePoint settings, primary user of a managed device).
UNDESCRIBED = re.compile(
    r"/directory/administrativeUnits\b|/groupSettingTemplates\b|/groups/[^/]+/(settings|threads)\b"
    r"|/admin/sharepoint/settings\b|/deviceManagement/managedDevices/[^/]+/users\b"
    r"|/directory/deletedItems/graph\.\w+$|/admin/exchange/mailboxes/[^/]+/folders/[^/]+/childFolders"
)

pytestmark = pytest.mark.skipif(
    not SUBSET.exists(), reason=f"the published description is not here: {SUBSET.name} beside the repository"
)

MARK = "kit:13005-2026-01"

Call = tuple[str, str, Any]
Json = dict[str, Any]


@cache
def description() -> Json:
    read: Json = json.loads(SUBSET.read_text(encoding="utf-8"))
    return read


@cache
def registry() -> Registry[Any]:
    resource: Resource[Any] = Resource.from_contents(description(), default_specification=DRAFT202012)
    found: Registry[Any] = Registry().with_resource("urn:graph", resource)
    return found


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> list[Call]:
    """All that goes over the wire for 25 people, from the check of the tenant to the last folder, twice."""
    folder = tmp_path_factory.mktemp("contract")
    key, certificate = write_application(folder / "keys")
    behaviour = Behaviour(
        replication=0.2, mailbox_delay=0.0, site_delay=0.5, group_age_for_team=0.5, throttle_every=60
    )
    server = TenantServer(
        folder / "tenant", tenant_id=TENANT_ID, domain=DOMAIN, behaviour=behaviour, licences={"SPE_E3": 30}
    )
    server.register_app(CLIENT_ID, certificate.read_text(), [role.name for role in NEEDED_ROLES])
    with server:
        there = Connection(
            TENANT_ID, CLIENT_ID, server.url, f"{server.url}/v1.0", key, certificate, server.ca_file
        )
        recorder = Recorder(httpx.HTTPTransport(verify=trust(there), trust_env=False))
        with Graph(there, transport=recorder) as graph:
            whole_crisis(graph, owners=1)
            ids = whole_crisis(graph, owners=2)
            the_rest(graph, server, ids, folder / "bag")
    return [call for call in recorder.graph_calls() if not UNDESCRIBED.search(urlsplit(call[1]).path)]


def the_rest(graph: Graph, server: TenantServer, ids: dict[str, str], folder: Path) -> None:
    """Unit, phone, pass; then the end: sign-in, export, removal."""
    unit = units.ensure_unit(graph, units.UnitSpec("Aubagne", "13005", MARK), deadline_s=60)
    units.ensure_unit_members(graph, unit, list(ids.values()), deadline_s=60)
    server.enrol_phone(imei="356944040000017", serial="SNT1", model="Modèle")
    phone = phones.find_phones(graph, [("356944040000017", "SNT1")])["356944040000017", "SNT1"]
    somebody = next(iter(ids.values()))
    phones.assign_phone(graph, phone.id, somebody, deadline_s=60)
    phones.lock_phone(graph, phone.id)
    phones.wipe_phone(graph, phone.id)
    passes.issue_pass(graph, somebody, minutes=60)
    server.fill_mailbox(next(iter(ids)), messages=3, bytes_each=500)
    server.fill_drive("crise-aubagne-13005-2026-01", files=3, bytes_each=500)
    removal.revoke(graph, list(ids.values()))
    mail.export_mail(graph, somebody, folder / "mail")
    archives.export_items(graph, somebody, folder / "items")
    targets = [removal.Target("user", name, f"{MARK}:{n}") for n, name in enumerate(ids, start=1)]
    group = removal.Target("group", "crise-aubagne-13005-2026-01", MARK)
    found = {target.name: target.id for target in belongings.find(graph, [group])}[group.name]
    assert found is not None
    threads.export_threads(graph, found, folder / "threads")
    drive = files.group_drive(graph, found)
    assert drive is not None
    files.export_files(graph, drive, folder / "files")
    files.user_drive(graph, somebody)
    removal.remove(graph, [*targets, group, removal.Target("unit", "Aubagne", MARK)], deadline_s=60)


def whole_crisis(graph: Graph, *, owners: int) -> dict[str, str]:
    """The ids of the accounts by principal name."""
    specs = [
        users.UserSpec(
            principal_name=f"dominique.essai{number}@{DOMAIN}",
            nickname=f"dominique.essai{number}",
            display_name=f"Dominique Essai {number}",
            given_name="Dominique",
            surname=f"Essai {number}",
            department="État civil",
            usage_location="FR",
            mark=f"{MARK}:{number}",
        )
        for number in range(1, 26)
    ]
    tenant.check(graph, sku="SPE_E3", domain=DOMAIN)
    found = users.ensure_users(graph, specs, deadline_s=60)
    ids = tuple(found.values())
    licences.assign(graph, licences.left(graph, "SPE_E3").sku_id, ids)
    users.mailboxes_ready(graph, ids)
    nickname = "crise-aubagne-13005-2026-01"
    spec = groups.GroupSpec("Crise d’Aubagne", nickname, "Espace", ids[:owners], ids, MARK)
    group = groups.ensure_group(graph, spec)
    sharing.close_to_guests(graph, group)
    team = teams.ensure_team(graph, group, deadline_s=60, pauses=(0.5, 1.0))
    teams.ensure_channels(graph, team, ("Journal", "Décisions"))
    site = sites.wait_site(graph, group, deadline_s=60)
    sites.ensure_folders(graph, site.drive_id, ("01 Journal", "02 Décisions & arrêtés"))
    return found


def test_the_run_covers_every_kind_of_request(calls: list[Call]) -> None:
    assert {operation(method, path)[0] for method, path, _body in calls} == {
        "POST /$batch",
        "POST /admin/exchange/mailboxes/{mailbox-id}/exportItems",
        "GET /admin/exchange/mailboxes/{mailbox-id}/folders",
        "GET /admin/exchange/mailboxes/{mailbox-id}/folders/{mailboxFolder-id}/items",
        "GET /deviceManagement/managedDevices",
        "POST /deviceManagement/managedDevices/{managedDevice-id}/remoteLock",
        "POST /deviceManagement/managedDevices/{managedDevice-id}/wipe",
        "DELETE /directory/deletedItems/{directoryObject-id}",
        "GET /directory/deletedItems/{directoryObject-id}",
        "GET /domains",
        "GET /drives/{drive-id}/items/{driveItem-id}/content",
        "GET /drives/{drive-id}/root/children",
        "POST /drives/{drive-id}/root/children",
        "GET /drives/{drive-id}/root/delta()",
        "POST /groups",
        "GET /groups",
        "PATCH /groups/{group-id}",
        "DELETE /groups/{group-id}",
        "GET /groups/{group-id}",
        "GET /groups/{group-id}/drive",
        "GET /groups/{group-id}/members",
        "GET /groups/{group-id}/owners",
        "GET /groups/{group-id}/sites/root",
        "PUT /groups/{group-id}/team",
        "GET /groups/{group-id}/team",
        "GET /organization",
        "GET /subscribedSkus",
        "GET /teams/{team-id}/channels",
        "POST /teams/{team-id}/channels",
        "POST /users",
        "PATCH /users/{user-id}",
        "GET /users/{user-id}",
        "DELETE /users/{user-id}",
        "POST /users/{user-id}/assignLicense",
        "GET /users/{user-id}/authentication/temporaryAccessPassMethods",
        "POST /users/{user-id}/authentication/temporaryAccessPassMethods",
        "GET /users/{user-id}/drive",
        "GET /users/{user-id}/mailFolders",
        "GET /users/{user-id}/mailFolders/{mailFolder-id}/childFolders",
        "GET /users/{user-id}/mailFolders/{mailFolder-id}/messages",
        "GET /users/{user-id}/mailboxSettings",
        "GET /users/{user-id}/messages/{message-id}/$value",
        "POST /users/{user-id}/revokeSignInSessions",
        "GET /users/{user-id}/settings/exchange",
    }


def test_every_path_and_method_exists(calls: list[Call]) -> None:
    unknown = {f"{m} {urlsplit(path).path}" for m, path, _body in calls if not operation(m, path)[0]}
    assert unknown == set()


def test_every_body_validates_and_has_only_known_properties(calls: list[Call]) -> None:
    wrong = set()
    for method, path, body in calls:
        name, described = operation(method, path)
        if body == {} and "requestBody" not in described:
            continue  # a batch refuses a POST without a body, so it carries an empty one
        if body is None:
            assert "requestBody" not in described or method == "GET", f"{name} needs a body"
            continue
        schema = content(resolve(described["requestBody"]))
        validator = Draft202012Validator({"$ref": f"urn:graph#{schema}"}, registry=registry())
        wrong |= {f"{name}: {error.message}" for error in validator.iter_errors(body)}
        wrong |= {f"{name}: unknown property {unknown}" for unknown in unknown_names(body, at(schema))}
    assert wrong == set()


def test_every_query_is_odata_and_selects_what_exists(calls: list[Call]) -> None:
    wrong = set()
    for method, path, _body in calls:
        name, described = operation(method, path)
        query = dict(parse_qsl(urlsplit(path).query, strict_parsing=True)) if urlsplit(path).query else {}
        wrong |= {f"{name}: {option}" for option in query.keys() - ODATA - OWN_OPTIONS}
        answers = [answer for code, answer in described["responses"].items() if code.startswith("2")]
        schema = at(content(resolve(answers[0]))) if query else {}
        properties = known(schema)
        thing = known(properties["value"]["items"]) if "value" in properties else properties
        selected = filter(None, query.get("$select", "").split(","))
        wrong |= {f"{name}: $select={option}" for option in selected if option not in thing}
    assert wrong == set()


def test_every_request_belongs_to_a_permission_we_ask_for(calls: list[Call]) -> None:
    asked = {f"{m} {urlsplit(path).path}" for m, path, _body in calls if path != "/$batch"}
    assert {request for request in asked if not role_for(request)} == set()


def test_a_wrong_request_would_be_found() -> None:
    _name, described = operation("POST", "/users")
    schema = content(resolve(described["requestBody"]))
    validator = Draft202012Validator({"$ref": f"urn:graph#{schema}"}, registry=registry())
    assert not validator.is_valid({"accountEnabled": "yes"})
    assert unknown_names({"accountEnabeld": True, "passwordProfile": {"pasword": "x"}}, at(schema)) == {
        "accountEnabeld",
        "passwordProfile/pasword",
    }
    assert operation("POST", "/sites") == ("", {})
    assert operation("PUT", "/users") == ("", {})


@cache
def templates() -> list[tuple[re.Pattern[str], str]]:
    """Longest fixed text first, so that `/sites/root` is not taken for a site called root."""
    ordered = sorted(
        description()["paths"], key=lambda path: len(re.sub(r"\{[^}]+\}", "", path)), reverse=True
    )
    return [
        (re.compile("".join("[^/]+" if p.startswith("{") else re.escape(p) for p in pieces(path))), path)
        for path in ordered
    ]


def pieces(path: str) -> list[str]:
    return re.split(r"(\{[^}]+\})", path)


def operation(method: str, path: str) -> tuple[str, Json]:
    """The operation as "METHOD /template", and its description; ("", {}) where there is none."""
    plain = urlsplit(path).path
    for pattern, template in templates():
        if pattern.fullmatch(plain) and method.lower() in description()["paths"][template]:
            return f"{method} {template}", description()["paths"][template][method.lower()]
    return "", {}


def at(pointer: str) -> Json:
    """What a JSON pointer into the description leads to."""
    found: Any = description()
    for token in pointer.removeprefix("/").split("/"):
        found = found[token.replace("~1", "/").replace("~0", "~")]
    assert isinstance(found, dict)
    return found


def resolve(part: Json) -> Json:
    return at(part["$ref"].removeprefix("#")) if "$ref" in part else part


def content(part: Json) -> str:
    """Pointer to the JSON schema of a request body or an answer."""
    return pointer_of(part["content"]["application/json"]["schema"])


def pointer_of(schema: Json) -> str:
    """Pointer to a schema: by its reference, else by where it stands."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix("#")
    return next(pointer for pointer, found in walk(description(), "") if found is schema)


def walk(node: Any, pointer: str) -> Iterator[tuple[str, Any]]:
    yield pointer, node
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in items:
        if isinstance(child, dict | list):
            yield from walk(child, f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}")


def known(schema: Json) -> Json:
    """The properties of a schema and of all it is composed of."""
    schema = resolve(schema)
    found: Json = dict(schema.get("properties", {}))
    for part in (*schema.get("allOf", ()), *schema.get("anyOf", ()), *schema.get("oneOf", ())):
        found |= known(part)
    return found


def unknown_names(value: Any, schema: Json, path: str = "") -> set[str]:
    """Properties of `value` that the schema does not name; annotations count by the property they are on."""
    schema = resolve(schema)
    if isinstance(value, list):
        return {name for item in value for name in unknown_names(item, schema.get("items", {}), path)}
    properties = known(schema)
    if not isinstance(value, dict) or not properties:
        return set()
    found = set()
    for name, inner in value.items():
        subject = name.partition("@")[0]
        if name in properties:
            found |= unknown_names(inner, properties[name], f"{path}{name}/")
        elif name not in ("@microsoft.graph.conflictBehavior",) and subject not in properties:
            found.add(f"{path}{name}")
    return found
