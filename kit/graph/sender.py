"""Owns sending one request: with its token, to no other address, repeated as `retry.decide` says."""

import random
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from gettext import gettext as _
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import httpx

from kit.errors import TenantRefused
from kit.graph.auth import TokenBusy, Tokens
from kit.graph.batching import Answer, Part
from kit.graph.connection import Connection, origin
from kit.graph.errors import NoAnswer
from kit.graph.retry import GiveUp, Retry, decide
from kit.graph.waits import Waits
from kit.graph.wire import broken, open_client


class Sender:
    """One tenant's connections and token, shared by all threads.

    Attributes:
        tokens: the application's tokens.
        skew: seconds by which the tenant's clock is ahead of ours, from its latest answer; None before one.
    """

    def __init__(
        self,
        connection: Connection,
        waits: Waits,
        *,
        patience: float,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.skew: float | None = None
        self._base = connection.graph.rstrip("/")
        self._waits = waits
        self._patience = patience
        self._http = open_client(connection, self._note_clock, transport)
        self.tokens = Tokens(connection, self._http)
        self._random = random.Random()  # noqa: S311  spreads retries, guards nothing

    def close(self) -> None:
        """End the connections."""
        self._http.close()

    def address(self, path: str) -> str:
        """The full address of a path, or of a link that the tenant gave.

        Raises:
            TenantRefused: the link leads elsewhere, where our token must not go.
        """
        if not path.startswith("https://"):
            return self._base + path
        if origin(path) != origin(self._base):
            raise TenantRefused(
                _("The tenant sent us to another address ({host}); nothing was sent there.").format(
                    host=urlsplit(path).netloc
                ),
                hint=_("Check `graph` under [tenant] in kit.toml: it must be this cloud's address."),
            )
        return path

    def send(self, part: Part) -> Answer:
        """One request until it has an answer that stands, which may be a refusal.

        An answer of status 0 or 5xx to a part that must not be repeated leaves open whether it was
        carried out: look before trying again.

        Raises:
            NoAnswer, TokenBusy: patience ended without an answer.
            CertificateRefused: the tenant's TLS certificate is not trusted.
            TenantRefused: the tenant gives no token.
            Stopped: the run is being stopped.
        """
        request_id = str(uuid.uuid4())
        started, attempt = self._waits.now(), 0
        while True:
            outcome = self._try(part, request_id)
            verdict = self._verdict(part, outcome, attempt, started)
            if isinstance(verdict, GiveUp):
                break
            self._waits.wait(verdict.wait, _reason(verdict, outcome))
            attempt += 1
        if isinstance(outcome, Answer):
            return outcome
        if isinstance(outcome, NoAnswer) and outcome.sent and not part.may_repeat:
            return Answer(part.attempted, 0)
        raise outcome

    def decide(
        self, status: int, headers: Mapping[str, str], *, attempt: int, started: float, repeatable: bool
    ) -> Retry | GiveUp:
        """`retry.decide`, now, for a request first sent at `started`; status 0 where no answer came."""
        return decide(
            status or None,
            headers,
            attempt,
            datetime.now(UTC),
            repeatable=repeatable,
            elapsed=self._waits.now() - started,
            patience=self._patience,
            draw=self._random.random(),
        )

    def _verdict(
        self, part: Part, outcome: Answer | NoAnswer | TokenBusy, attempt: int, started: float
    ) -> Retry | GiveUp:
        if isinstance(outcome, NoAnswer):
            harmless = part.may_repeat or not outcome.sent
            return self.decide(0, {}, attempt=attempt, started=started, repeatable=harmless)
        # Without a token the request itself was never sent.
        harmless = part.may_repeat or isinstance(outcome, TokenBusy)
        return self.decide(
            outcome.status, outcome.headers, attempt=attempt, started=started, repeatable=harmless
        )

    def _try(self, part: Part, request_id: str) -> Answer | NoAnswer | TokenBusy:
        """Send once, or twice where the token turned out to be refused."""
        self._waits.check()
        try:
            token = self.tokens.get()
            answer = self._exchange(part, request_id, token)
            if answer.status == HTTPStatus.UNAUTHORIZED:
                # Nothing was carried out, so this is safe for a POST too.
                answer = self._exchange(part, request_id, self.tokens.renew(token))
        except (NoAnswer, TokenBusy) as exc:
            return exc
        return answer

    def _exchange(self, part: Part, request_id: str, token: str) -> Answer:
        address = self.address(part.url)
        headers = {**part.headers, "Authorization": f"Bearer {token}", "client-request-id": request_id}
        try:
            response = self._http.request(part.method, address, json=part.json, headers=headers)
            return Answer(part.attempted, response.status_code, lower(response.headers), _body(response))
        except httpx.HTTPError as exc:
            raise broken(exc, urlsplit(address).netloc) from exc

    def _note_clock(self, response: httpx.Response) -> None:
        try:
            theirs = parsedate_to_datetime(response.headers["date"])
        except (KeyError, ValueError):
            return
        self.skew = (theirs - datetime.now(UTC)).total_seconds()


def lower(headers: Mapping[str, Any]) -> dict[str, str]:
    """Headers by lower-case name."""
    return {name.lower(): str(value) for name, value in headers.items()}


def _reason(verdict: Retry, outcome: Answer | NoAnswer | TokenBusy) -> str:
    if verdict.told or not isinstance(outcome, Answer | NoAnswer):
        return _("the tenant asks to slow down")
    return outcome.error.message if isinstance(outcome, Answer) else outcome.message


def _body(response: httpx.Response) -> dict[str, Any]:
    """The JSON object of an answer; of a failure that is none, as proxies send, nothing.

    Raises:
        httpx.DecodingError: a success that cannot be read; taking it for empty would hide what is there.
    """
    try:
        body = response.json() if response.content else {}
    except ValueError as exc:
        if response.is_error:
            return {}
        raise httpx.DecodingError(str(exc), request=response.request) from exc
    return body if isinstance(body, dict) else {}
