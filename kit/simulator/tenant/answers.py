"""Owns what an answer is and the error bodies of each workload.

The shape is `{error: {code, message, details?, innerError}}`; clients branch on status and codes,
so these are the service's, while the sentences are the simulator's own words.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

JSON_TYPE = (
    "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
)
#: Seconds after which a throttled client is asked to come back when no bucket says better.
DEFAULT_RETRY_AFTER = 1


@dataclass(frozen=True)
class Answer:
    """Status, body (an object as JSON, text or bytes as they are, None for nothing) and own headers."""

    status: int
    body: Mapping[str, Any] | str | bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def render(self) -> tuple[bytes, str]:
        """The body's bytes and content type, both empty when there is no body."""
        if self.body is None:
            return b"", ""
        if isinstance(self.body, bytes):
            return self.body, "text/plain"
        if isinstance(self.body, str):
            return self.body.encode(), "text/plain; charset=utf-8"
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":")).encode(), JSON_TYPE


class GraphError(Exception):
    """The request is refused; becomes an error body."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = tuple(details)
        self.headers = dict(headers or {})

    def answer(self, request_id: str, client_request_id: str) -> Answer:
        """The error body, naming the request so that a report can quote it."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.details:
            error["details"] = [dict(detail) for detail in self.details]
        error["innerError"] = {
            "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
            "request-id": request_id,
            "client-request-id": client_request_id,
        }
        return Answer(self.status, {"error": error}, self.headers)


def bad_request(message: str, *, code: str = "Request_BadRequest") -> GraphError:
    """400, by default in the directory's words."""
    return GraphError(400, code, message)


def conflict(name: str) -> GraphError:
    """400: another object holds the same value of property `name`."""
    message = f"Another object already has this value for property {name}."
    return GraphError(
        400,
        "Request_BadRequest",
        message,
        details=[{"code": "ObjectConflict", "message": message, "target": name}],
    )


def no_such_object(key: str) -> GraphError:
    """404 of the directory: the object is not there, or not on this replica yet."""
    return GraphError(
        404,
        "Request_ResourceNotFound",
        f"Resource '{key}' does not exist or one of its queried reference-property objects is not present.",
    )


def no_such_item(what: str) -> GraphError:
    """404 of SharePoint."""
    return GraphError(404, "itemNotFound", f"The resource could not be found: {what}.")


def no_such_team(key: str) -> GraphError:
    """404 of Teams."""
    return GraphError(404, "NotFound", f"No team found with Group Id {key}.")


def throttled(code: str, message: str, retry_after: int = DEFAULT_RETRY_AFTER) -> GraphError:
    """429 with the whole seconds to wait."""
    return GraphError(429, code, message, headers={"Retry-After": str(retry_after)})
