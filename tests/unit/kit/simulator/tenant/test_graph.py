"""What every request has in common: headers, replicas, faults, batches over the wire."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest

from kit.simulator.tenant.server import INSTANT
from tests.unit.kit.simulator.tenant.running import Clock, created, error_of, group_body, user_body

Start = Callable[..., httpx.Client]


def test_every_answer_names_its_request(graph: httpx.Client) -> None:
    mine = {"client-request-id": "mine"}
    answers = [graph.get(path, headers=mine) for path in ("/users", "/users/none", "/nowhere")]
    assert {answer.headers["client-request-id"] for answer in answers} == {"mine"}
    assert len({answer.headers["request-id"] for answer in answers}) == 3
    assert all("date" in answer.headers for answer in answers)
    inner = answers[1].json()["error"]["innerError"]
    assert (inner["request-id"], inner["client-request-id"]) == (answers[1].headers["request-id"], "mine")


@pytest.mark.parametrize(
    ("content", "content_type", "expected"),
    [
        ("{", "application/json", (400, "BadRequest")),
        ("[]", "application/json", (400, "BadRequest")),
        ("", "application/json", (400, "BadRequest")),
        ("{}", "text/plain", (415, "Request_BadRequest")),
    ],
)
def test_a_body_that_is_no_json_object_is_refused(
    graph: httpx.Client, content: str, content_type: str, expected: tuple[int, str]
) -> None:
    answer = graph.post("/users", content=content, headers={"Content-Type": content_type})
    assert error_of(answer) == expected


def test_a_new_object_shows_on_some_replicas_first_and_on_all_after_the_lag(start: Start) -> None:
    clock = Clock()
    graph = start(clock=clock, behaviour=replace(INSTANT, replication=8.0))
    user = created(graph, "/users", user_body())
    path = f"/users/{user['id']}"
    assert {graph.get(path).status_code for _ in range(30)} == {404}
    assert graph.get("/users").json()["value"] == []
    seen = set[frozenset[int]]()
    for _ in range(8):
        clock.pass_seconds(1)
        seen.add(frozenset(graph.get(path).status_code for _ in range(30)))
    assert frozenset({200, 404}) in seen
    assert {graph.get(path).status_code for _ in range(30)} == {200}


def test_a_write_reaches_an_object_that_no_replica_shows_yet(start: Start) -> None:
    graph = start(clock=Clock(), behaviour=replace(INSTANT, replication=8.0))
    user = created(graph, "/users", user_body())
    assert graph.get(f"/users/{user['id']}").status_code == 404
    assert graph.patch(f"/users/{user['id']}", json={"department": "CCAS"}).status_code == 204
    assert graph.post("/users", json=user_body()).json()["error"]["details"][0]["code"] == "ObjectConflict"


def test_every_nth_request_is_throttled_when_asked(start: Start) -> None:
    graph = start(behaviour=replace(INSTANT, throttle_every=3))
    answers = [graph.get("/organization") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 200, 200, 429]
    assert answers[2].headers["Retry-After"] == "1"


def test_latency_is_waited_for_side_by_side(start: Start) -> None:
    graph = start(behaviour=replace(INSTANT, latency=0.4))
    began = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: graph.get("/organization").status_code, range(8)))
    took = time.monotonic() - began
    assert statuses == [200] * 8
    assert 0.4 <= took < 8 * 0.4


def test_a_batch_does_what_its_parts_say(graph: httpx.Client) -> None:
    json_type = {"Content-Type": "application/json"}
    requests = [
        {"id": "u", "method": "POST", "url": "/users", "headers": json_type, "body": user_body()},
        {
            "id": "again",
            "method": "POST",
            "url": "users",
            "headers": json_type,
            "body": user_body(),
            "dependsOn": ["u"],
        },
        {"id": "skipped", "method": "GET", "url": "/users", "dependsOn": ["again"]},
        {"id": "g", "method": "POST", "url": "/groups", "headers": json_type, "body": group_body("")},
        {"id": "list", "method": "GET", "url": "/users?$select=mailNickname&$top=1", "dependsOn": ["u"]},
        {"id": "nowhere", "method": "GET", "url": "/nowhere"},
    ]
    answer = graph.post("/$batch", json={"requests": requests})
    assert answer.status_code == 200
    responses = {response["id"]: response for response in answer.json()["responses"]}
    statuses = {key: response["status"] for key, response in responses.items()}
    assert statuses == {"u": 201, "again": 400, "skipped": 424, "g": 201, "list": 200, "nowhere": 400}
    assert responses["again"]["body"]["error"]["details"][0]["code"] == "ObjectConflict"
    assert responses["list"]["body"]["value"] == [{"mailNickname": "camille.exemple"}]
    assert responses["u"]["headers"]["Location"].endswith(responses["u"]["body"]["id"])


def test_a_throttled_part_carries_its_own_retry_after(start: Start) -> None:
    graph = start(behaviour=replace(INSTANT, throttle_every=2))
    requests = [{"id": str(number), "method": "GET", "url": "/organization"} for number in range(4)]
    responses = graph.post("/$batch", json={"requests": requests}).json()["responses"]
    assert sorted(response["status"] for response in responses) == [200, 200, 429, 429]
    refused = [response for response in responses if response["status"] == 429]
    assert {response["headers"]["Retry-After"] for response in refused} == {"1"}


def test_a_batch_is_only_posted(graph: httpx.Client) -> None:
    assert error_of(graph.get("/$batch")) == (405, "BadRequest")


def test_what_a_check_of_the_tenant_reads_is_there(graph: httpx.Client) -> None:
    (organization,) = graph.get("/organization").json()["value"]
    assert organization["countryLetterCode"] == "FR"
    assert (
        graph.get(f"/organization/{organization['id']}").json()["verifiedDomains"][0]["name"]
        == "secours.example"
    )
    assert graph.get("/domains/Secours.example").json()["isVerified"] is True
    assert error_of(graph.get("/domains/elsewhere.example")) == (404, "Request_ResourceNotFound")
    client_id = "00000000-0000-4000-8000-0000000000aa"
    found = graph.get("/servicePrincipals", params={"$filter": f"appId eq '{client_id}'"}).json()["value"]
    assert [graph.get(f"/servicePrincipals/{one['id']}").json()["appId"] for one in found] == [client_id]
