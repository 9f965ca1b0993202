"""What is told of requests while they are made: what was asked, nobody's name or number."""

import json
from pathlib import Path

import httpx
import pytest

from kit.graph.batching import Part
from kit.graph.client import Graph
from kit.graph.errors import GraphNotFound
from kit.graph.exchanges import Exchange, shape
from tests.unit.kit.graph.support import ScriptedTenant, VirtualTime, connection

Application = tuple[Path, Path]


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/users", "/users"),
        ("/users/camille.exemple@secours.example/mailFolders", "/users/…/mailFolders"),
        ("/users/9f2a7c1e-0000-4000-8000-000000000001", "/users/…"),
        ("/sites/host:/sites/aubagne:/drive", "/sites/…/sites/…/drive"),
        ("/groups/1/members/$ref", "/groups/…/members/$ref"),
        ("/users('x')/messages", "/…/messages"),
        ("https://graph.example/v1.0/users?$skiptoken=abc&$filter=name", "/users"),
        ("https://graph.example/beta/users/délégué", "/users/…"),
    ],
)
def test_a_request_is_told_without_what_it_is_about(path: str, shown: str) -> None:
    assert shape("GET", path) == f"GET {shown}"


def test_each_answer_is_told_and_a_batch_with_its_parts(application: Application, time: VirtualTime) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/$batch"):
            steps = json.loads(request.content)["requests"]
            return httpx.Response(
                200, json={"responses": [{"id": step["id"], "status": 204, "body": {}} for step in steps]}
            )
        return httpx.Response(404, json={"error": {"code": "NotFound", "message": "no"}})

    heard: list[Exchange] = []
    tenant = ScriptedTenant(answer)
    with Graph(
        connection(application), heard=heard.append, stop=time, clock=time.now, transport=tenant.transport
    ) as graph:
        with pytest.raises(GraphNotFound):
            graph.get("/users/a@b.example")
        graph.batch([Part("DELETE", f"/users/{number}") for number in range(3)])
    assert heard == [
        Exchange(("GET /users/…",), 404),
        Exchange(("DELETE /users/…",) * 3, 200),
    ]
