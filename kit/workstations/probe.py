"""Owns looking at a laptop over SSH without Ansible: does it answer, with which key, does a login work."""

import base64
import hashlib
import logging
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path

import paramiko

from kit.errors import HostKeyChanged, WorkstationFailed
from kit.workstations.condition import SCRIPT, Condition, parse
from kit.workstations.targets import Secret

PORT = 22
#: What paramiko gives where a connection ends before the command did.
_NO_STATUS = -1
_CHANNEL = "kit.workstations.probe"
# paramiko logs every refused try with its traceback; here it is an answer, which the caller is given.
logging.getLogger(_CHANNEL).addHandler(logging.NullHandler())
logging.getLogger(_CHANNEL).propagate = False


@dataclass(frozen=True)
class KeyMatches:
    """The laptop proved that it holds the pinned key."""


@dataclass(frozen=True)
class KeyChanged:
    """It answered with another key, whose fingerprint this is ("SHA256:…")."""

    fingerprint: str


@dataclass(frozen=True)
class NoAnswer:
    """No SSH there, or not in time; `why` is what the network said."""

    why: str


KeyVerdict = KeyMatches | KeyChanged | NoAnswer


@dataclass(frozen=True)
class NotLetIn:
    """The laptop has the pinned key and does not let the station in, or not run its script: `why`."""

    why: str


@dataclass(frozen=True)
class Spot:
    """A laptop to look at.

    Attributes:
        tag: asset tag. address: where it is. host_key: the key pinned at enrolment, "type base64".
        may_enter: whether the station may log in; else the key exchange is all, and no login is tried.
    """

    tag: str
    address: str
    host_key: str
    may_enter: bool = True


Sight = Condition | KeyMatches | NotLetIn | KeyChanged | NoAnswer


@dataclass(frozen=True)
class Finding:
    """What came of looking at one laptop, and how many seconds it took."""

    spot: Spot
    seen: Sight
    seconds: float


class LoginRefused(WorkstationFailed):
    """The laptop is the right one and does not let this account in this way."""


def fingerprint(host_key: str) -> str:
    """The fingerprint of a key given as "type base64", as `ssh-keygen -l` writes it."""
    return _digest(base64.b64decode(_blob(host_key)))


def host_key_of(address: str, *, timeout: float = 10.0) -> str | NoAnswer:
    """The host key that answers there, as "type base64"; whether it is the laptop's, its own screen tells.

    Args:
        address: where it is.
        timeout: seconds for the connection, and again for the key exchange.
    """
    try:
        with _transport(address, "ssh-ed25519", timeout) as transport:
            key = transport.get_remote_server_key()
            return f"{key.get_name()} {key.get_base64()}"
    except (OSError, EOFError, paramiko.SSHException) as exc:
        return NoAnswer(str(exc) or type(exc).__name__)


def check_host_key(address: str, pinned: str, *, timeout: float = 10.0) -> KeyVerdict:
    """Exchange keys with the laptop and hang up; no login is tried.

    Args:
        address: where it is.
        pinned: the key from enrolment, "type base64".
        timeout: seconds for the connection, and again for the key exchange.
    """
    try:
        with _transport(address, pinned, timeout) as transport:
            key = transport.get_remote_server_key()
            same = key.get_base64() == _blob(pinned)
            return KeyMatches() if same else KeyChanged(_digest(key.asbytes()))
    except (OSError, EOFError, paramiko.SSHException) as exc:
        return NoAnswer(str(exc) or type(exc).__name__)


def run(
    address: str,
    pinned: str,
    user: str,
    command: str,
    *,
    private_key: Path | None = None,
    password: Secret | None = None,
    timeout: float = 30.0,
) -> str:
    """Log in with a key or a password, run `command` there and return what it printed.

    Raises:
        HostKeyChanged: another key than `pinned` answered; neither key nor password was sent.
        LoginRefused: the account is not let in this way.
        WorkstationFailed: no answer, or the command failed.
    """
    try:
        with _transport(address, pinned, timeout) as transport:
            key = transport.get_remote_server_key()
            if key.get_base64() != _blob(pinned):
                raise HostKeyChanged(
                    _("{address} answers with host key {got}, not with {expected}.").format(
                        address=address, got=_digest(key.asbytes()), expected=fingerprint(pinned)
                    ),
                    hint=_("Keep this laptop apart until somebody has looked at it."),
                )
            own = paramiko.PKey.from_path(private_key) if private_key is not None else None
            _log_in(transport, user, own, password)
            return _command(transport, address, command, timeout)
    except (OSError, EOFError, paramiko.SSHException) as exc:
        raise WorkstationFailed(
            _("{address} does not answer: {reason}.").format(address=address, reason=exc),
            hint=_("Check power and network of the laptop, then try again."),
        ) from exc


def probe_all(
    spots: Iterable[Spot], *, user: str, private_key: Path, at_once: int = 50, timeout: float = 15.0
) -> Iterator[Finding]:
    """Look at many laptops side by side, changing nothing; a finding comes as soon as its laptop is done.

    Nothing is sent to a laptop with another key than the pinned one. One that hangs costs its own time only.

    Args:
        spots: the laptops.
        user: the account that `private_key` opens; may use sudo without a password, or no serial is told.
        private_key: file of the station's SSH key.
        at_once: connections at the same time.
        timeout: seconds that one laptop may take, all in all.
    """
    key = paramiko.PKey.from_path(private_key)
    pool = ThreadPoolExecutor(at_once, thread_name_prefix="probe")
    try:
        for done in as_completed([pool.submit(_look, spot, user, key, timeout) for spot in spots]):
            yield done.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _look(spot: Spot, user: str, key: paramiko.PKey, timeout: float) -> Finding:
    started = time.monotonic()
    try:
        seen: Sight = _see(spot, user, key, timeout)
    except (OSError, EOFError, paramiko.SSHException, WorkstationFailed) as exc:
        # Where the time is over, the error is only how the end of the connection looked.
        over = time.monotonic() - started >= timeout
        refused = isinstance(exc, WorkstationFailed) and not over
        why = "timed out" if over else str(exc) or type(exc).__name__
        seen = NotLetIn(why) if refused else NoAnswer(why)
    return Finding(spot, seen, time.monotonic() - started)


def _see(spot: Spot, user: str, key: paramiko.PKey, timeout: float) -> Condition | KeyMatches | KeyChanged:
    with _transport(spot.address, spot.host_key, timeout) as transport:
        answering = transport.get_remote_server_key()
        if answering.get_base64() != _blob(spot.host_key):
            return KeyChanged(_digest(answering.asbytes()))
        if not spot.may_enter:
            return KeyMatches()
        _log_in(transport, user, key, None)
        return parse(_command(transport, spot.address, SCRIPT, timeout))


@contextmanager
def _transport(address: str, pinned: str, timeout: float) -> Iterator[paramiko.Transport]:
    """An SSH connection after the key exchange, closed at the end, and where it lasts `timeout` seconds."""
    with socket.create_connection((address, PORT), timeout) as connection:
        transport = paramiko.Transport(connection)
        transport.set_log_channel(_CHANNEL)
        # paramiko waits without end for some answers, e.g. whether a command may be run.
        limit = threading.Timer(timeout, transport.close)
        limit.start()
        try:
            transport.banner_timeout = timeout
            # A laptop has several keys: ask first for the kind that is pinned.
            options = transport.get_security_options()
            first = _algorithms(pinned)
            options.key_types = (*first, *(kind for kind in options.key_types if kind not in first))
            transport.start_client(timeout=timeout)
            # start_client returns without a word where the time ran out.
            if not transport.initial_kex_done:
                raise TimeoutError("no key exchange in time")
            yield transport
        finally:
            limit.cancel()
            transport.close()


def _log_in(
    transport: paramiko.Transport, user: str, key: paramiko.PKey | None, password: Secret | None
) -> None:
    try:
        if key is not None:
            transport.auth_publickey(user, key)
        elif password is not None:
            # No fallback: a keyboard-interactive login would be another way in than the one asked about.
            transport.auth_password(user, password.reveal(), fallback=False)
        else:
            transport.auth_none(user)
    except paramiko.AuthenticationException as exc:
        raise LoginRefused(
            _("{user} is not let in: {reason}").format(user=user, reason=exc),
            hint=_("Provision the laptop again; it sets the accounts and the rules of sshd."),
        ) from exc


def _command(transport: paramiko.Transport, address: str, command: str, timeout: float) -> str:
    with transport.open_session(timeout=timeout) as channel:
        channel.settimeout(timeout)
        channel.set_combine_stderr(True)
        channel.exec_command(command)
        channel.shutdown_write()  # a command that reads gets nothing, rather than hanging
        text = channel.makefile("r").read().decode(errors="replace")
        status = channel.recv_exit_status()
    if status == _NO_STATUS:
        raise EOFError("the connection was lost")
    if status != 0:
        raise WorkstationFailed(
            _("{address}: “{command}” ended with {status}: {text}").format(
                address=address, command=command, status=status, text=text.strip()[-300:]
            )
        )
    return text


def _blob(host_key: str) -> str:
    return host_key.split()[1]


def _digest(blob: bytes) -> str:
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def _algorithms(host_key: str) -> tuple[str, ...]:
    """The signature algorithms that go with a pinned key (RFC 8332: an RSA key signs with SHA-2)."""
    kind = host_key.partition(" ")[0]
    return ("rsa-sha2-512", "rsa-sha2-256") if kind == "ssh-rsa" else (kind,)
