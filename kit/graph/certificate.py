"""Owns signing in as the application itself: its key and certificate, and the tokens they get."""

from gettext import gettext as _
from pathlib import Path
from typing import Any

import httpx
import msal
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from kit.errors import BadInput, MissingRequirement
from kit.graph.connection import Connection
from kit.graph.token_service import application
from kit.settings import Signature


class Application:
    """The registered application, proven by its certificate; MSAL keeps its tokens in memory."""

    def __init__(self, connection: Connection, http: httpx.Client) -> None:
        self._connection = connection
        self._app = application(
            msal.ConfidentialClientApplication, connection, http, client_credential=_credential(connection)
        )

    def ask(self, claims: str | None = None, *, afresh: bool = False) -> dict[str, Any]:
        """MSAL's answer; `afresh` for another token than the one kept, with `claims` in it."""
        if afresh:
            self._app.remove_tokens_for_client()
        answer: dict[str, Any] = self._app.acquire_token_for_client(
            [self._connection.scope], claims_challenge=claims
        )
        return answer


def _credential(connection: Connection) -> dict[str, Any]:
    """What MSAL signs with, its way, and the certificate sent along (x5c).

    MSAL signs with PS256, unless a thumbprint by SHA-1 is given: then with RS256.

    Reads both files and checks that they belong together: what MSAL then refuses is the authority's.

    Raises:
        MissingRequirement, BadInput: a file is not there or not usable.
    """
    key = _read(connection.private_key)
    text = _read(connection.certificate)
    try:
        loaded = load_pem_private_key(key.encode(), password=None)
        certificate = x509.load_pem_x509_certificate(text.encode())
    except (ValueError, TypeError) as exc:
        raise BadInput(
            _("{key} or {certificate} is not a PEM file without passphrase.").format(
                key=connection.private_key, certificate=connection.certificate
            )
        ) from exc
    if loaded.public_key() != certificate.public_key():
        raise BadInput(
            _("{key} is not the key of {certificate}.").format(
                key=connection.private_key, certificate=connection.certificate
            ),
            hint=_("Set the pair that belongs together under [tenant] in kit.toml."),
        )
    # The loaded key: checking one takes a tenth of a second, and MSAL would do it for each assertion.
    credential = {"private_key": loaded, "public_certificate": text}
    if connection.signature is Signature.RS256:
        # Names the certificate to the authority, and secures nothing (RFC 7515, 4.1.7).
        credential["thumbprint"] = certificate.fingerprint(SHA1()).hex()  # noqa: S303
    return credential


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except OSError as exc:
        raise MissingRequirement(
            _("The application's key or certificate cannot be read: {file}").format(file=path),
            hint=_("Run `kit init`, then have an administrator register the certificate."),
        ) from exc
    except UnicodeDecodeError as exc:
        raise BadInput(_("{file} is not a PEM file.").format(file=path)) from exc
