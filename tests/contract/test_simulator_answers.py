"""Every answer of the simulated tenant is one that the published description of Graph allows.

A real server is walked through all it serves; each answer, refusals included, is validated against
the description's schema for that request, and may hold no property the description does not name.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from kit.simulator.tenant.graph import BATCH, ROUTES
from kit.simulator.tenant.kinds import USER
from kit.simulator.tenant.routing import Table
from tests.contract.walked import DIRECTORY, MAIL_AND_FILES
from tests.unit.kit.simulator.tenant.running import (
    E3,
    TENANT_ID,
    Application,
    created,
    group_body,
    signed_in,
    tenant_in,
    user_body,
)

DESCRIPTION = Path(__file__).parents[3] / "shared" / "graph" / "graph-v1.0-subset.json"
SERVED = {(route.method, route.template) for route in ROUTES} | {("POST", BATCH)}
SERVED -= DIRECTORY | MAIL_AND_FILES
#: The service answers the group that owns a library in a place the description leaves open.
OPEN = {"owner.group"}

pytestmark = pytest.mark.skipif(
    not DESCRIPTION.exists(), reason=f"the description of Graph is not at {DESCRIPTION}"
)


def as_json_schema(node: Any) -> Any:
    """OpenAPI 3.0 `nullable` in the words of JSON Schema; everything else means the same in both."""
    if isinstance(node, list):
        return [as_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    schema = {name: as_json_schema(value) for name, value in node.items()}
    if schema.get("nullable") is True and isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
    return schema


class Description:
    """The published description, as something to hold answers against."""

    def __init__(self, file: Path) -> None:
        self._document = as_json_schema(json.loads(file.read_text("utf-8")))
        resource = DRAFT202012.create_resource(self._document)
        self._registry: Registry[Any] = Registry().with_resource("urn:graph", resource)

    def has(self, method: str, template: str) -> bool:
        return method.lower() in self._document["paths"].get(template, {})

    def wrong(self, method: str, template: str, response: httpx.Response) -> list[str]:
        """What the description does not allow in this answer."""
        schema = self._schema(method, template, response.status_code)
        if not response.content:
            return []
        if schema is None:
            return ["a body where none is described"]
        body = response.json()
        validator = Draft202012Validator(self._absolute(schema), registry=self._registry)
        wrong = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(body)]
        return wrong + [
            f"undeclared: {path}"
            for path in self._undeclared(self._typed(schema, body), body, "")
            if path not in OPEN
        ]

    def _schema(self, method: str, template: str, status: int) -> Mapping[str, Any] | None:
        responses = self._document["paths"][template][method.lower()]["responses"]
        described = responses.get(str(status)) or (responses.get("2XX") if status < 300 else None)
        described = self._resolved(described or responses["default"])
        return next((media["schema"] for media in described.get("content", {}).values()), None)

    def _resolved(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in node:
            found: Any = self._document
            for part in node["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            node = found
        return node

    def _absolute(self, node: Any) -> Any:
        if isinstance(node, dict):
            return {
                name: f"urn:graph{value}" if name == "$ref" else self._absolute(value)
                for name, value in node.items()
            }
        return [self._absolute(item) for item in node] if isinstance(node, list) else node

    def _properties(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        schema, found = self._resolved(schema), dict[str, Any]()
        for part in (*schema.get("allOf", ()), *schema.get("anyOf", ())):
            found |= self._properties(part)
        return {**found, **schema.get("properties", {})}

    def _undeclared(self, schema: Mapping[str, Any], value: Any, path: str) -> Iterator[str]:
        if isinstance(value, list):
            items = self._resolved(schema).get("items", {})
            for item in value:
                yield from self._undeclared(self._typed(items, item), item, path)
        elif isinstance(value, dict):
            properties = self._properties(schema)
            for name, inner in value.items():
                here = f"{path}.{name}".lstrip(".").removeprefix("value.")
                if name in properties:
                    yield from self._undeclared(properties[name], inner, here)
                elif properties and "@" not in name:
                    yield here

    def _typed(self, schema: Mapping[str, Any], value: Any) -> Mapping[str, Any]:
        """In a mixed collection the object says which kind it is."""
        kind = value.get("@odata.type", "#").removeprefix("#") if isinstance(value, dict) else ""
        return (
            {"$ref": f"#/components/schemas/{kind}"}
            if kind in self._document["components"]["schemas"]
            else schema
        )


@pytest.fixture(scope="module")
def description() -> Description:
    return Description(DESCRIPTION)


class Walk:
    """Notes each answer's request and what is wrong with it."""

    def __init__(self, description: Description) -> None:
        self._description = description
        self._table = Table(ROUTES)
        self.succeeded: set[tuple[str, str]] = set()
        self.refused: set[tuple[str, str]] = set()
        self.wrong: list[str] = []

    def note(self, response: httpx.Response) -> None:
        response.read()
        path = response.request.url.path.removeprefix("/v1.0")
        method = response.request.method
        template = BATCH if path == BATCH else self._table.match(method, path)[0].template
        (self.succeeded if response.is_success else self.refused).add((method, template))
        wrong = self._description.wrong(method, template, response)
        self.wrong += [f"{method} {template} {response.status_code} {each}" for each in wrong]


@pytest.fixture(scope="module")
def walk(description: Description, tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """A whole life of a tenant, every answer noted."""
    application = Application()
    walk = Walk(description)
    folder = tmp_path_factory.mktemp("contract") / "tenant"
    with tenant_in(folder, application) as server, signed_in(server, application) as graph:
        graph.event_hooks = {"response": [walk.note]}
        for step in (read_tenant, live_users, live_groups, live_teams, live_library, batch, refusals, end):
            step(graph)
    shutil.rmtree(folder)
    return walk


def read_tenant(graph: httpx.Client) -> None:
    for path in ("/organization", "/domains", "/servicePrincipals", "/subscribedSkus"):
        first = graph.get(path).json()["value"][0]
        graph.get(f"{path}/{first['id']}")


def live_users(graph: httpx.Client) -> None:
    users = [created(graph, "/users", user_body(f"agent{number}")) for number in range(3)]
    every = ",".join(USER.properties)
    for user in users:
        body = {"addLicenses": [{"skuId": E3, "disabledPlans": []}], "removeLicenses": []}
        graph.post(f"/users/{user['id']}/assignLicense", json=body)
        graph.get(f"/users/{user['id']}", params={"$select": every})
    path = f"/users/{users[0]['id']}"
    graph.patch(path, json={"department": "CCAS", "businessPhones": ["+33 4 00 00 00 00"]})
    graph.get(f"{path}/licenseDetails")
    graph.get(f"{path}/mailboxSettings")
    graph.get(f"{path}/mailFolders/{graph.get(f'{path}/mailFolders').json()['value'][0]['id']}")
    graph.get("/users", params={"$top": "2", "$count": "true"}, headers={"ConsistencyLevel": "eventual"})
    graph.get("/users/$count", headers={"ConsistencyLevel": "eventual"})


def some_user(graph: httpx.Client, number: int) -> str:
    return str(graph.get(f"/users/agent{number}@secours.example").json()["id"])


def live_groups(graph: httpx.Client) -> None:
    base, owner = str(graph.base_url), some_user(graph, 0)
    group = created(graph, "/groups", group_body(base, owners=(owner,)))["id"]
    path = f"/groups/{group}"
    graph.patch(path, json={"description": "Cellule"})
    for sort, number in (("members", 1), ("owners", 2)):
        user = some_user(graph, number)
        graph.post(f"{path}/{sort}/$ref", json={"@odata.id": f"{base}directoryObjects/{user}"})
        graph.get(f"{path}/{sort}")
        graph.get(path, params={"$expand": sort})
        graph.get(f"/users/{user}/memberOf")
        graph.delete(f"{path}/{sort}/{user}/$ref")
    graph.get("/groups")
    graph.get("/groups/$count", headers={"ConsistencyLevel": "eventual"})


def some_group(graph: httpx.Client) -> str:
    return str(graph.get("/groups", params={"$filter": "mailNickname eq 'cellule'"}).json()["value"][0]["id"])


def live_teams(graph: httpx.Client) -> None:
    group, owner = some_group(graph), some_user(graph, 0)
    graph.put(f"/groups/{group}/team", json={"funSettings": {"allowGiphy": False}})
    graph.get(f"/groups/{group}/team")
    graph.post(f"/teams/{group}/channels", json={"displayName": "Décisions"})
    graph.get(f"/teams/{group}/channels")
    member = {
        "@odata.type": "#microsoft.graph.aadUserConversationMember",
        "roles": ["owner"],
        "user@odata.bind": f"https://graph.microsoft.com/v1.0/users('{owner}')",
    }
    template = "https://graph.microsoft.com/v1.0/teamsTemplates('standard')"
    body = {"template@odata.bind": template, "displayName": "Essai", "members": [member]}
    accepted = graph.post("/teams", json=body)
    graph.get(accepted.headers["Location"])
    graph.get(accepted.headers["Content-Location"])
    graph.get("/teams")


def live_library(graph: httpx.Client) -> None:
    group = some_group(graph)
    site = graph.get(f"/groups/{group}/sites/root").json()["id"]
    drive = graph.get(f"/groups/{group}/drive").json()["id"]
    for path in (
        f"/groups/{group}/drives",
        f"/sites/{site}",
        f"/sites/{site}/drive",
        f"/sites/{site}/drives",
    ):
        graph.get(path)
    graph.get("/sites/root")
    graph.get("/sites/sharepoint.secours.example:/sites/cellule")
    top = created(graph, f"/drives/{drive}/root/children", {"name": "Journal", "folder": {}})
    created(graph, f"/drives/{drive}/items/{top['id']}/children", {"name": "Nuit", "folder": {}})
    graph.get(f"/drives/{drive}")
    for path in ("root", "root/children", "root:/Journal", "root:/Journal:/children"):
        graph.get(f"/drives/{drive}/{path}")
    graph.get(f"/drives/{drive}/items/{top['id']}")
    graph.get(f"/drives/{drive}/items/{top['id']}/children")


def batch(graph: httpx.Client) -> None:
    requests = [
        {"id": "1", "method": "GET", "url": "/users/nobody"},
        {"id": "2", "method": "GET", "url": "/users", "dependsOn": ["1"]},
        {"id": "3", "method": "GET", "url": "/organization"},
    ]
    graph.post(BATCH, json={"requests": requests})
    graph.post(BATCH, json={"requests": []})


def refusals(graph: httpx.Client) -> None:
    """One refusal of each form."""
    graph.post("/users", json=user_body("agent0"))
    graph.post("/users", json=user_body("x", shoeSize=4))
    graph.get("/users/nobody")
    graph.get("/users/nobody/mailFolders")
    graph.get("/teams/none")
    graph.get("/sites/none")
    graph.get("/users", headers={"Authorization": "Bearer nonsense"})
    graph.get(f"/organization/{TENANT_ID}x")


def end(graph: httpx.Client) -> None:
    for path in (f"/users/{some_user(graph, 1)}", f"/groups/{some_group(graph)}"):
        graph.delete(path)
    graph.get("/directory/deletedItems/graph.user")
    graph.get("/directory/deletedItems/microsoft.graph.group")
    for kind in ("user", "group"):
        for item in graph.get(f"/directory/deletedItems/graph.{kind}").json()["value"]:
            graph.get(f"/directory/deletedItems/{item['id']}")
            graph.delete(f"/directory/deletedItems/{item['id']}")


@pytest.mark.parametrize(("method", "template"), sorted(SERVED))
def test_what_is_served_is_described(description: Description, method: str, template: str) -> None:
    assert description.has(method, template)


def test_every_request_that_is_served_was_answered_with_success(walk: Walk) -> None:
    assert SERVED - walk.succeeded == set()


def test_every_answer_is_one_the_description_allows(walk: Walk) -> None:
    assert walk.wrong == []
    assert len(walk.refused) >= 6


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda user: user | {"accountEnabled": "yes"}, "not of type"),
        (lambda user: user | {"shoeSize": 4}, "undeclared: shoeSize"),
        (lambda user: user | {"createdDateTime": "yesterday"}, "does not match"),
    ],
)
def test_the_check_itself_sees_a_wrong_answer(
    description: Description, change: Callable[[dict[str, Any]], dict[str, Any]], complaint: str
) -> None:
    answer = httpx.Response(200, json=change({"id": "1", "displayName": None}))
    wrong = description.wrong("GET", "/users/{user-id}", answer)
    assert len(wrong) == 1
    assert complaint in wrong[0]
