"""Owns `$batch`: what makes a batch invalid as a whole, the order of its parts, and their answers."""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from random import Random
from typing import Any

from kit.simulator.tenant.answers import Answer, GraphError, bad_request

#: Where batches are posted, below `/v1.0`.
PATH = "/$batch"
MOST_PARTS = 20
_METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
_WITH_BODY = {"POST", "PUT", "PATCH"}


@dataclass(frozen=True)
class Part:
    """One request of a batch; `url` is relative to `/v1.0`, header names are lower-case."""

    key: str
    method: str
    url: str
    headers: Mapping[str, str]
    body: Any
    depends_on: tuple[str, ...]


def read(body: Any) -> list[Part]:
    """The parts in an order that respects `dependsOn`.

    Raises:
        GraphError: 400, the batch as a whole is invalid and no part of it was carried out.
    """
    requests = body.get("requests") if isinstance(body, dict) else None
    if not isinstance(requests, list) or not 1 <= len(requests) <= MOST_PARTS:
        raise _invalid(f"Number of batch request steps must be 1 to {MOST_PARTS}.")
    parts = {}
    for request in requests:
        part = _part(request)
        if part.key.lower() in parts:
            raise _invalid(f"Request Id {part.key} has to be unique in a batch.")
        parts[part.key.lower()] = part
    return [parts[key] for key in _ordered(parts)]


def run(parts: Sequence[Part], serve: Callable[[Part], Answer], chance: Random) -> Answer:
    """Carry out the parts with `serve`; answers come back in any order.

    A part whose dependency failed is not carried out and answers 424.
    """
    statuses: dict[str, int] = {}
    responses = []
    for part in parts:
        failed = [key for key in part.depends_on if statuses[key.lower()] >= 400]  # noqa: PLR2004 HTTP
        answer = _skipped(failed) if failed else serve(part)
        statuses[part.key.lower()] = answer.status
        responses.append(_response(part, answer))
    chance.shuffle(responses)
    return Answer(200, {"responses": responses})


def _part(request: Any) -> Part:
    if not isinstance(request, dict) or not isinstance(request.get("id"), str) or not request["id"]:
        raise _invalid("Every request needs an id, which is a string.")
    key, method, url = request["id"], str(request.get("method", "")).upper(), request.get("url")
    if method not in _METHODS:
        raise _invalid(f"Request {key} has an invalid method.")
    if not isinstance(url, str) or not url or "://" in url or url.strip("/").lower().startswith("$batch"):
        raise _invalid(f"Request {key} needs a url that is relative and no batch of its own.")
    headers = _headers(key, request.get("headers") or {})
    if method in _WITH_BODY and ("content-type" not in headers or request.get("body") is None):
        raise _invalid(f"Write request id : {key} does not contain Content-Type header or body.")
    depends_on = request.get("dependsOn") or []
    if not isinstance(depends_on, list):
        raise _invalid(f"Request {key}: dependsOn must be an array of ids.")
    return Part(key, method, "/" + url.lstrip("/"), headers, request.get("body"), tuple(map(str, depends_on)))


def _headers(key: str, headers: Any) -> dict[str, str]:
    if not isinstance(headers, dict):
        raise _invalid(f"Request {key}: headers must be an object.")
    return {str(name).lower(): str(value) for name, value in headers.items()}


def _ordered(parts: Mapping[str, Part]) -> list[str]:
    graph = {key: [other.lower() for other in part.depends_on] for key, part in parts.items()}
    if any(other not in parts for others in graph.values() for other in others):
        raise _invalid("dependsOn names a request that is not in the batch.")
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as exc:
        raise _invalid("dependsOn goes round in a circle.") from exc


def _invalid(message: str) -> GraphError:
    return bad_request(message, code="BadRequest")


def _skipped(failed: Sequence[str]) -> Answer:
    message = f"The request was not carried out: it depends on {', '.join(failed)}, which failed."
    return Answer(424, {"error": {"code": "FailedDependency", "message": message}})


def _response(part: Part, answer: Answer) -> dict[str, Any]:
    headers = dict(answer.headers)
    response: dict[str, Any] = {"id": part.key, "status": answer.status}
    if answer.body is not None:
        content, headers["Content-Type"] = answer.render()
        # What is not JSON travels as base64.
        response["body"] = (
            base64.b64encode(content).decode() if isinstance(answer.body, str | bytes) else answer.body
        )
    return {**response, "headers": headers}
