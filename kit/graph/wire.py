"""Owns the connection itself: TLS, timeouts, the pool, and what a broken connection is called."""

import ssl
from collections.abc import Callable, Iterator, Mapping
from gettext import gettext as _
from typing import Any

import httpx

from kit.errors import BadInput, TenantUnreachable
from kit.graph.connection import Connection
from kit.graph.errors import CertificateRefused, NoAnswer

#: Seconds. Making a Team of a group may take the service most of a minute to answer.
TIMEOUT = httpx.Timeout(90.0, connect=10.0)
#: Enough for the batches under way, with single requests and transfers beside them.
LIMITS = httpx.Limits(max_connections=32, max_keepalive_connections=32)

#: Raised by httpx before a byte of the request left.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


def open_client(
    connection: Connection,
    seen: Callable[[httpx.Response], None],
    transport: httpx.BaseTransport | None = None,
) -> httpx.Client:
    """The one HTTP client for tokens and for Graph; `seen` is shown each answer's head.

    The environment (proxies, `SSL_CERT_FILE`, `REQUESTS_CA_BUNDLE`) is not consulted: whom to trust is
    a setting. `transport` replaces the network.

    Raises:
        BadInput: the file of trusted authorities cannot be read.
    """
    return httpx.Client(
        transport=transport or httpx.HTTPTransport(verify=trust(connection), trust_env=False, limits=LIMITS),
        trust_env=False,
        timeout=TIMEOUT,
        headers={"User-Agent": "crisis-kit"},
        event_hooks={"response": [seen]},
    )


def trust(connection: Connection) -> ssl.SSLContext:
    """Whom to trust: the authorities of `ca_file`, else the public ones.

    Raises:
        BadInput: `ca_file` cannot be read.
    """
    if connection.ca_file is None:
        return httpx.create_ssl_context(trust_env=False)
    try:
        return ssl.create_default_context(cafile=connection.ca_file)
    except OSError as exc:  # ssl.SSLError, for a file that is not PEM, is one too
        raise BadInput(
            _("{file} cannot be used as the list of trusted authorities: {reason}").format(
                file=connection.ca_file, reason=exc
            ),
            hint=_("Correct `ca_file` under [tenant] in kit.toml, or remove it for the public authorities."),
        ) from exc


def broken(exc: httpx.HTTPError, host: str) -> TenantUnreachable:
    """The error for an exchange with `host` that httpx could not finish."""
    for cause in _chain(exc):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return CertificateRefused(
                _("{host} shows a TLS certificate that is not trusted: {reason}.").format(
                    host=host, reason=cause.verify_message
                ),
                hint=_("Check `ca_file` under [tenant] in kit.toml, the address and this machine's clock."),
            )
    sent = not isinstance(exc, _NOT_SENT)
    if isinstance(exc, httpx.TimeoutException):
        message = _("{host} did not answer in time.")
    elif sent:
        message = _("The connection to {host} broke.")
    else:
        message = _("{host} cannot be reached.")
    return NoAnswer(
        message.format(host=host),
        hint=_("Check the network of this station; then run the same command again: it goes on."),
        sent=sent,
    )


def lower(headers: Mapping[str, Any]) -> dict[str, str]:
    """Headers by lower-case name."""
    return {name.lower(): str(value) for name, value in headers.items()}


def _chain(exc: BaseException | None) -> Iterator[BaseException]:
    while exc is not None:
        yield exc
        exc = exc.__cause__ or exc.__context__
