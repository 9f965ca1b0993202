"""Owns how a request's body is read: JSON, MIME as text, or content that goes to disk as it comes."""

import json
from typing import Any

from starlette.requests import Request

from kit.simulator.tenant.answers import GraphError, bad_request
from kit.simulator.tenant.contents import Contents
from kit.simulator.tenant.routing import Takes


async def read_body(request: Request, takes: Takes, contents: Contents) -> Any:
    """What the handler gets as the call's body: parsed JSON, a `str` of MIME in base64, or a `Content`.

    Raises:
        GraphError: 400 no JSON, 413 too large, 415 a type that this request does not take.
    """
    if takes is Takes.CONTENT:
        return await contents.receive(request.stream())
    octets = await request.body()
    if not octets:
        return None
    kind = request.headers.get("content-type", "").lower()
    if takes is Takes.MIME and kind.startswith("text/plain"):
        return octets.decode("ascii", "replace")
    if not kind.startswith("application/json"):
        raise GraphError(
            415, "Request_BadRequest", "A body must be application/json and say so in Content-Type."
        )
    try:
        return json.loads(octets)
    except ValueError as exc:
        raise bad_request("Unable to read JSON request payload.", code="BadRequest") from exc
