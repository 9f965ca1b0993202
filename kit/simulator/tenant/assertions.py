"""Owns the check of a client assertion: a JWT signed with the key of the application's certificate.

Source: Microsoft identity platform, "Certificate credentials", and RFC 7523. Two forms are accepted:
PS256 with `x5t#S256`, and RS256 with `x5t`; with `x5c`, the certificate in it must be the registered one.
"""

import base64
import binascii
import time
from collections.abc import Callable, Sequence
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from kit.simulator.tenant.refusals import SignInRefused
from kit.simulator.tenant.store import Document

#: Seconds that two clocks may differ.
CLOCK_SKEW = 300
_THUMBPRINTS: dict[str, tuple[str, Callable[[], hashes.HashAlgorithm]]] = {
    "PS256": ("x5t#S256", hashes.SHA256),
    "RS256": ("x5t", hashes.SHA1),
}


class Assertions:
    """Checks assertions for one token endpoint; remembers the ids it saw while they are valid."""

    def __init__(self, find: Callable[[str], Document | None], *, single_use: bool) -> None:
        """`find` gives the registered application with a client id; `single_use` refuses a repeated `jti`."""
        self._find = find
        self._single_use = single_use
        self._seen: dict[tuple[str, str], float] = {}

    def check(self, assertion: str, client_id: str | None, audiences: Sequence[str]) -> Document:
        """The application that the assertion proves.

        Raises:
            SignInRefused: whatever is wrong with it.
        """
        header, issuer = _peek(assertion)
        if client_id not in (None, issuer):
            raise SignInRefused(700021, "The assertion's issuer does not match the 'client_id' parameter.")
        application = self._find(issuer)
        if application is None:
            message = f"Application with identifier '{issuer}' was not found in the directory."
            raise SignInRefused(700016, message, status=400, error="unauthorized_client")
        certificate = x509.load_pem_x509_certificate(str(application["_certificate"]).encode())
        _check_header(header, certificate)
        claims = _verified(assertion, header["alg"], certificate, issuer, audiences)
        self._check_unused(issuer, claims)
        return application

    def _check_unused(self, issuer: str, claims: dict[str, Any]) -> None:
        now = time.time()
        self._seen = {key: expires for key, expires in self._seen.items() if expires + CLOCK_SKEW > now}
        key = (issuer, str(claims["jti"]))
        if self._single_use and key in self._seen:
            raise SignInRefused(700030, "The client assertion has been used before.")
        self._seen[key] = float(claims["exp"])


def _peek(assertion: str) -> tuple[dict[str, Any], str]:
    try:
        header = jwt.get_unverified_header(assertion)
        claims = jwt.decode(assertion, options={"verify_signature": False})
    except jwt.InvalidTokenError as exc:
        raise SignInRefused(50027, "The client assertion is no valid JWT.") from exc
    return header, str(claims.get("iss", ""))


def _check_header(header: dict[str, Any], certificate: x509.Certificate) -> None:
    algorithm = header.get("alg")
    if algorithm not in _THUMBPRINTS:
        raise SignInRefused(5002738, f"Signature algorithm '{algorithm}' is not allowed: use PS256 or RS256.")
    name, make_hash = _THUMBPRINTS[algorithm]
    if _bytes(header.get(name)) != certificate.fingerprint(make_hash()):
        raise SignInRefused(700027, "The key used is not registered: no certificate has this thumbprint.")
    chain = header.get("x5c")
    if chain and (
        not isinstance(chain, list)
        or _bytes(chain[0]) != certificate.public_bytes(serialization.Encoding.DER)
    ):
        raise SignInRefused(700027, "The certificate in x5c is not the registered one.")
    if (
        not certificate.not_valid_before_utc.timestamp()
        <= time.time()
        <= certificate.not_valid_after_utc.timestamp()
    ):
        raise SignInRefused(700027, "The key used is expired or not valid yet.")


def _bytes(text: Any) -> bytes:
    """base64 or base64url, padded or not, in lines or not; nothing if it is neither."""
    plain = "".join(str(text or "").split()).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _verified(
    assertion: str, algorithm: str, certificate: x509.Certificate, issuer: str, audiences: Sequence[str]
) -> dict[str, Any]:
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise SignInRefused(700027, "The registered certificate has no RSA key.")
    try:
        claims: dict[str, Any] = jwt.decode(
            assertion,
            key,
            algorithms=[algorithm],
            audience=list(audiences),
            issuer=issuer,
            subject=issuer,
            leeway=CLOCK_SKEW,
            options={"require": ["aud", "exp", "iss", "sub", "jti"]},
        )
    except (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError) as exc:
        raise SignInRefused(700024, "Client assertion is not within its valid time range.") from exc
    except jwt.InvalidAudienceError as exc:
        raise SignInRefused(700023, "Client assertion audience is not this token endpoint.") from exc
    except jwt.InvalidSignatureError as exc:
        raise SignInRefused(700027, "Client assertion failed signature validation.") from exc
    except jwt.InvalidTokenError as exc:
        raise SignInRefused(50027, f"The client assertion is invalid: {exc}.") from exc
    return claims
