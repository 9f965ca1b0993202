"""Owns refused tokens: where an answer says so, and which claims the next token must have.

Source: Microsoft Learn, "Claims challenges, claims requests, and client capabilities".
"""

import base64
import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from kit.graph.batching import Answer

_PARAMETER = re.compile(r'(\w+)\s*=\s*"([^"]*)"')


def refused(answer: Answer) -> Mapping[str, Any] | None:
    """The headers of the answer if it refuses our token, or of a batch's first part that does; else None."""
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return answer.headers
    parts = answer.body.get("responses")
    for part in parts if isinstance(parts, list) else ():
        if part.get("status") == HTTPStatus.UNAUTHORIZED:
            return {name.lower(): value for name, value in (part.get("headers") or {}).items()}
    return None


def challenge(headers: Mapping[str, Any]) -> str | None:
    """The claims, as JSON, that the next token must have; None where the tenant asks for none."""
    found = dict(_PARAMETER.findall(str(headers.get("www-authenticate", ""))))
    if found.get("error") != "insufficient_claims":
        return None
    text = found.get("claims", "").translate(str.maketrans("-_", "+/"))
    try:
        claims = base64.b64decode(text + "=" * (-len(text) % 4)).decode()
        return claims if isinstance(json.loads(claims), dict) else None
    except ValueError:  # neither base64 nor JSON: the token is then renewed without them
        return None
