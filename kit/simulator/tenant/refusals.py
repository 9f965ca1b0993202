"""Owns how the authority refuses: an OAuth error with its AADSTS number.

Source: Microsoft Entra authentication and authorization error codes.
"""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response


class SignInRefused(Exception):
    """No token; `code` is the AADSTS number, `error` the OAuth error."""

    def __init__(
        self,
        code: int,
        message: str,
        *,
        status: int = 401,
        error: str = "invalid_client",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.error = error
        self.headers = dict(headers or {})

    def answer(self, request: Request) -> Response:
        """The error body, naming the request so that a report can quote it."""
        trace = str(uuid.uuid4())
        correlation = request.headers.get("client-request-id") or str(uuid.uuid4())
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        told = f"Trace ID: {trace} Correlation ID: {correlation} Timestamp: {now}"
        return JSONResponse(
            {
                "error": self.error,
                "error_description": f"AADSTS{self.code}: {self.message} {told}",
                "error_codes": [self.code],
                "timestamp": now,
                "trace_id": trace,
                "correlation_id": correlation,
            },
            self.status,
            headers=self.headers,
        )
