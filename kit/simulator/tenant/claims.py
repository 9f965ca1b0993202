"""Owns the `claims` parameter of a token request and the challenge it answers (Continuous Access Evaluation).

Source: Microsoft identity platform, "Claims challenges, claims requests, and client capabilities".
"""

import base64
import json
from dataclasses import dataclass
from typing import Any, Self

from kit.simulator.tenant.refusals import SignInRefused

#: The capability by which a client says that it understands a challenge.
_UNDERSTANDS = "cp1"


@dataclass(frozen=True)
class Claims:
    """What a client asks of its token beside permissions.

    Attributes:
        challengeable: it understands a claims challenge, hence gets a token that lives long.
        not_before: epoch second from which the token must count, as a challenge said; 0 for none.
    """

    challengeable: bool = False
    not_before: int = 0

    @classmethod
    def read(cls, text: str) -> Self:
        """From the parameter's JSON; empty where it was not sent.

        Raises:
            SignInRefused: it is not what the parameter may be.
        """
        if not text:
            return cls()
        try:
            asked: dict[str, Any] = json.loads(text).get("access_token") or {}
            capabilities = (asked.get("xms_cc") or {}).get("values") or []
            not_before = (asked.get("nbf") or {}).get("value") or 0
            understood = {str(capability).lower() for capability in capabilities}
            return cls(_UNDERSTANDS in understood, int(not_before))
        except (AttributeError, TypeError, ValueError) as exc:
            message = "The request is malformed: 'claims' is no valid claims request."
            raise SignInRefused(9002313, message, status=400, error="invalid_request") from exc


def challenge(not_before: int, authority: str) -> str:
    """The `WWW-Authenticate` that asks for a token which counts from `not_before` only."""
    claims = {"access_token": {"nbf": {"essential": True, "value": str(not_before)}}}
    encoded = base64.b64encode(json.dumps(claims).encode()).decode()
    return (
        f'Bearer realm="", authorization_uri="{authority}/oauth2/v2.0/authorize",'
        f' error="insufficient_claims", claims="{encoded}"'
    )
