"""`$batch`: what refuses the whole, in which order parts run, and what a failed dependency does."""

import base64
import random
from typing import Any

import pytest

from kit.simulator.tenant.answers import Answer, GraphError
from kit.simulator.tenant.batch import Part, read, run

CHANCE = random.Random(1)  # noqa: S311 repeatability is the point; no secret


def request(key: str, **changes: Any) -> dict[str, Any]:
    return {"id": key, "method": "GET", "url": "/users", **changes}


@pytest.mark.parametrize(
    "requests",
    [
        [],
        [request(str(number)) for number in range(21)],
        [request("a"), request("A")],
        [request("")],
        [request("1", method="HEAD")],
        [request("1", url="https://elsewhere.example/users")],
        [request("1", url="/$batch")],
        [request("1", method="POST", body={})],
        [request("1", method="POST", headers={"Content-Type": "application/json"})],
        [request("1", dependsOn=["2"])],
        [request("1", dependsOn=["2"]), request("2", dependsOn=["1"])],
        ["nonsense"],
        None,
    ],
)
def test_an_invalid_batch_is_refused_as_a_whole(requests: Any) -> None:
    with pytest.raises(GraphError) as refused:
        read({"requests": requests})
    assert (refused.value.status, refused.value.code) == (400, "BadRequest")


def test_a_part_runs_after_those_it_depends_on() -> None:
    parts = read({"requests": [request("3", dependsOn=["2"]), request("2", dependsOn=["1"]), request("1")]})
    assert [part.key for part in parts] == ["1", "2", "3"]


def test_a_failed_dependency_stops_what_depends_on_it_and_nothing_else() -> None:
    parts = read(
        {
            "requests": [
                request("bad"),
                request("next", dependsOn=["BAD"]),
                request("last", dependsOn=["next"]),
                request("free"),
            ]
        }
    )
    served: list[str] = []

    def serve(part: Part) -> Answer:
        served.append(part.key)
        return Answer(404 if part.key == "bad" else 200, {})

    answer = run(parts, serve, CHANCE)
    assert isinstance(answer.body, dict)
    statuses = {response["id"]: response["status"] for response in answer.body["responses"]}
    assert (answer.status, statuses) == (200, {"bad": 404, "next": 424, "last": 424, "free": 200})
    assert sorted(served) == ["bad", "free"]


def test_answers_come_in_another_order_than_the_questions() -> None:
    keys = [str(number) for number in range(20)]
    answer = run(read({"requests": [request(key) for key in keys]}), lambda _: Answer(204), CHANCE)
    assert isinstance(answer.body, dict)
    order = [response["id"] for response in answer.body["responses"]]
    assert order != keys
    assert sorted(order) == sorted(keys)


def test_headers_travel_with_their_part_and_text_as_base64() -> None:
    answers = {"1": Answer(429, {"error": {}}, {"Retry-After": "7"}), "2": Answer(200, "12")}
    answer = run(read({"requests": [request("1"), request("2")]}), lambda part: answers[part.key], CHANCE)
    assert isinstance(answer.body, dict)
    by_id = {response["id"]: response for response in answer.body["responses"]}
    assert by_id["1"]["headers"]["Retry-After"] == "7"
    assert base64.b64decode(by_id["2"]["body"]) == b"12"
