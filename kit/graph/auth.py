"""Owns tokens: kept in memory, asked for once however many threads need one."""

import threading
from typing import Any, Protocol

import httpx

from kit.graph.certificate import Application
from kit.graph.connection import Connection
from kit.graph.device_code import Operator, Prompt
from kit.graph.token_service import refusal
from kit.graph.waits import Waits
from kit.settings import SignIn


class _Identity(Protocol):
    """Who asks for tokens."""

    def ask(self, claims: str | None = None, *, afresh: bool = False) -> dict[str, Any]: ...


class Tokens:
    """Access tokens for one tenant; threads that need one at the same time share a single request.

    `prompt` shows a person the code to sign in with, where the connection says that one does.
    """

    def __init__(
        self, connection: Connection, http: httpx.Client, waits: Waits, prompt: Prompt | None = None
    ) -> None:
        self._connection = connection
        self._http = http
        self._waits = waits
        self._prompt = prompt
        self._lock = threading.Lock()
        self._identity: _Identity | None = None

    def get(self) -> str:
        """A token that is good for the next minutes, from memory where there is one.

        Raises:
            NoAnswer, TokenBusy: the token service does not answer now; asking again may help.
            CertificateRefused: its TLS certificate is not trusted.
            TenantRefused: it does not accept the application, its certificate, the person or the tenant.
            MissingRequirement, BadInput: the key or certificate file is not there or not usable, or nobody
                can be asked to sign in.
            Stopped: the run was stopped while a person was to sign in.
        """
        with self._lock:
            return self._ask()

    def renew(self, refused: str, claims: str | None = None) -> str:
        """Another token than `refused`, which Graph did not take, with the `claims` that it asks for.

        Raises as `get`.
        """
        with self._lock:
            token = self._ask()
            return token if token != refused else self._ask(claims, afresh=True)

    def _ask(self, claims: str | None = None, *, afresh: bool = False) -> str:
        if self._identity is None:
            self._identity = self._sign_in()
        answer = self._identity.ask(claims, afresh=afresh)
        if "access_token" not in answer:
            raise refusal(answer)
        return str(answer["access_token"])

    def _sign_in(self) -> _Identity:
        match self._connection.sign_in:
            case SignIn.CERTIFICATE:
                return Application(self._connection, self._http)
            case SignIn.DEVICE_CODE:
                return Operator(self._connection, self._http, self._waits, self._prompt)
