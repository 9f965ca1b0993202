"""Owns sending one request: within the limits, with its token, to no other address, again if that helps."""

import contextlib
import functools
import random
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from gettext import gettext as _
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import httpx

from kit.errors import KitError, TenantRefused
from kit.graph.auth import Tokens
from kit.graph.batching import Answer, Part
from kit.graph.budgets import Budgets
from kit.graph.claims import challenge, refused
from kit.graph.connection import Connection, origin
from kit.graph.device_code import Prompt
from kit.graph.errors import NoAnswer
from kit.graph.exchanges import Heard, exchange
from kit.graph.retry import GiveUp, Retry, decide, retry_after
from kit.graph.token_service import TokenBusy
from kit.graph.waits import Waits
from kit.graph.wire import broken, lower, open_client

_SLOW_DOWN = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


class Sender:
    """One tenant's connections, token and limits, shared by all threads.

    Attributes:
        http: the connections; they follow no redirect.
        tokens: the application's tokens.
        budgets: what was drawn from the tenant's limits.
        skew: seconds by which the tenant's clock is ahead of ours, from its latest answer; None before one.
    """

    def __init__(
        self,
        connection: Connection,
        waits: Waits,
        *,
        patience: float,
        prompt: Prompt | None = None,
        transport: httpx.BaseTransport | None = None,
        heard: Heard | None = None,
    ) -> None:
        self._heard = heard
        self.skew: float | None = None
        self._base = connection.graph.rstrip("/")
        self._waits = waits
        self._patience = patience
        self.http = open_client(connection, self._note_clock, transport)
        self.tokens = Tokens(connection, self.http, waits, prompt)
        self.budgets = Budgets(waits)
        self._random = random.Random()  # noqa: S311  spreads retries, guards nothing

    def close(self) -> None:
        """End the connections."""
        self.http.close()

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

    def send(self, part: Part, carries: Sequence[Part] = ()) -> Answer:
        """One request until it has an answer that stands, which may be a refusal; raises as `repeat`.

        A batch draws from the limits what the parts that it `carries` draw, and the first of them whose
        token was refused renews it.
        """
        request_id = str(uuid.uuid4())

        def once() -> Answer:
            answer = self.authorised(lambda token: self._exchange(part, request_id, token))
            if self._heard is not None:
                self._heard(exchange(carries or (part,), answer.status))
            return answer

        return self.repeat(part, once, carries)

    def repeat(self, part: Part, once: Callable[[], Answer], carries: Sequence[Part] = ()) -> Answer:
        """What `once` answers, done again as long as its failure passes by waiting.

        An answer of status 0 or 5xx to a part that must not be repeated leaves open whether it was
        carried out: look before trying again.

        Raises:
            NoAnswer, TokenBusy: patience ended without an answer.
            CertificateRefused: the tenant's TLS certificate is not trusted.
            TenantRefused: the tenant gives no token.
            Stopped: the run is being stopped.
        """
        costs = carries or (part,)
        started, attempt = self._waits.now(), 0
        while True:
            outcome = self._try(once, costs)
            verdict = self._verdict(part, costs, outcome, attempt, started)
            if isinstance(verdict, GiveUp):
                break
            self._waits.wait(verdict.wait, _reason(verdict, outcome))
            attempt += 1
        if isinstance(outcome, Answer):
            return outcome
        if isinstance(outcome, NoAnswer) and outcome.sent and not part.may_repeat:
            return Answer(part.attempted, 0)
        raise outcome

    def authorised(self, exchange: Callable[[str], Answer]) -> Answer:
        """`exchange` with our token, and again with another one if it was refused.

        A refused request was not carried out, so this is safe for a POST too. Where parts of a batch were
        refused, only the token is renewed: the other parts were carried out.
        """
        token = _before_sending(self.tokens.get)
        answer = exchange(token)
        # Once more where the other token was called back on its way; without a challenge, a refusal is one.
        for last in (False, True):
            headers = refused(answer)
            if headers is None or (last and challenge(headers) is None):
                return answer
            renew = functools.partial(self.tokens.renew, token, challenge(headers))
            if answer.status != HTTPStatus.UNAUTHORIZED:
                # Said again when the refused parts are; these answers must not be lost.
                with contextlib.suppress(KitError):
                    renew()
                return answer
            token = _before_sending(renew)
            answer = exchange(token)
        return answer

    def judge(self, part: Part, answer: Answer, *, attempt: int, started: float) -> Retry | GiveUp:
        """`retry.decide`, now, for a part first sent at `started`; a delay it asks for holds all back."""
        return self._judge([part], answer, attempt, started, repeatable=part.may_repeat)

    def _try(self, once: Callable[[], Answer], costs: Sequence[Part]) -> Answer | NoAnswer | TokenBusy:
        self._waits.check()
        try:
            with self.budgets.spend(costs):
                return once()
        except (NoAnswer, TokenBusy) as exc:
            return exc

    def _verdict(
        self,
        part: Part,
        costs: Sequence[Part],
        outcome: Answer | NoAnswer | TokenBusy,
        attempt: int,
        started: float,
    ) -> Retry | GiveUp:
        match outcome:
            case Answer():
                return self._judge(costs, outcome, attempt, started, repeatable=part.may_repeat)
            case NoAnswer():
                unanswered = Answer(part.attempted, 0)
                harmless = part.may_repeat or not outcome.sent
                return self._judge((), unanswered, attempt, started, repeatable=harmless)
            case TokenBusy():
                # Without a token the request itself was never sent, and nothing is said about its service.
                busy = Answer(part.attempted, outcome.status, outcome.headers)
                return self._judge((), busy, attempt, started, repeatable=True)

    def _judge(
        self, costs: Sequence[Part], answer: Answer, attempt: int, started: float, *, repeatable: bool
    ) -> Retry | GiveUp:
        now = datetime.now(UTC)
        asked = retry_after(answer.headers, now)
        if asked is not None and answer.status in _SLOW_DOWN and self._patience:
            self.budgets.hold(costs, asked)
        return decide(
            answer.status or None,
            answer.headers,
            attempt,
            now,
            repeatable=repeatable,
            elapsed=self._waits.now() - started,
            patience=self._patience,
            draw=self._random.random(),
        )

    def _exchange(self, part: Part, request_id: str, token: str) -> Answer:
        address = self.address(part.url)
        headers = {**part.headers, "Authorization": f"Bearer {token}", "client-request-id": request_id}
        try:
            response = self.http.request(part.method, address, json=part.json, headers=headers)
            return _answer(part, response)
        except httpx.HTTPError as exc:
            raise broken(exc, urlsplit(address).netloc) from exc

    def _note_clock(self, response: httpx.Response) -> None:
        try:
            theirs = parsedate_to_datetime(response.headers["date"])
        except (KeyError, ValueError):
            return
        self.skew = (theirs - datetime.now(UTC)).total_seconds()


def _before_sending(ask: Callable[[], str]) -> str:
    """A token; trouble in getting it leaves no doubt about the request that needs it."""
    try:
        return ask()
    except NoAnswer as exc:
        raise NoAnswer(exc.message, hint=exc.hint, sent=False) from exc


def _reason(verdict: Retry, outcome: Answer | NoAnswer | TokenBusy) -> str:
    if verdict.told or not isinstance(outcome, Answer | NoAnswer):
        return _("the tenant asks to slow down")
    return outcome.error.message if isinstance(outcome, Answer) else outcome.message


def _answer(part: Part, response: httpx.Response) -> Answer:
    headers = lower(response.headers)
    if part.raw and response.is_success:
        return Answer(part.attempted, response.status_code, headers, content=response.content)
    return Answer(part.attempted, response.status_code, headers, body(response))


def body(response: httpx.Response) -> dict[str, Any]:
    """The JSON object of an answer; of a failure that is none, as proxies send, nothing.

    Raises:
        httpx.DecodingError: a success that cannot be read; taking it for empty would hide what is there.
    """
    try:
        found = response.json() if response.content else {}
    except ValueError as exc:
        if response.is_error:
            return {}
        raise httpx.DecodingError(str(exc), request=response.request) from exc
    return found if isinstance(found, dict) else {}
