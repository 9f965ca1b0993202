"""Owns access tokens: signed by the tenant's own key, which survives a restart, and checked each time."""

import time
import uuid
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from kit.simulator.tenant.answers import GraphError
from kit.simulator.tenant.calls import Caller
from kit.simulator.tenant.files import write_private
from kit.simulator.tenant.store import Document

#: Audiences of a token for Graph: its address, or its application id.
GRAPH = "https://graph.microsoft.com"
_ALGORITHM = "RS256"
_MOST_REMEMBERED = 1000


class Tokens:
    """Signs and verifies; remembers what it verified, since a client sends one token thousands of times."""

    def __init__(self, key_file: Path, tenant_id: str, lifetime: int) -> None:
        """Use the key in `key_file`, made at the first start; `lifetime` in seconds."""
        if not key_file.exists():
            write_private(key_file, _new_key())
        self._key = _load(key_file)
        self._public = self._key.public_key()
        self._key_id = uuid.uuid5(uuid.NAMESPACE_OID, str(self._public.public_numbers().n)).hex
        self._issuer = f"https://sts.windows.net/{tenant_id}/"
        self._tenant_id = tenant_id
        self.lifetime = lifetime
        self._verified: dict[str, tuple[Caller, float]] = {}

    def issue(self, application: Document, audience: str) -> str:
        """A token for a registered application, its permissions in `roles`."""
        now = int(time.time())
        claims = {
            "aud": audience,
            "iss": self._issuer,
            "iat": now,
            "nbf": now,
            "exp": now + self.lifetime,
            "appid": application["appId"],
            "app_displayname": application["displayName"],
            "idtyp": "app",
            "oid": application["id"],
            "sub": application["id"],
            "roles": application["_roles"],
            "tid": self._tenant_id,
            "uti": uuid.uuid4().hex,
            "ver": "1.0",
        }
        return jwt.encode(claims, self._key, _ALGORITHM, headers={"kid": self._key_id})

    def public_keys(self) -> dict[str, Any]:
        """The key set that the discovery document points to."""
        key = RSAAlgorithm.to_jwk(self._public, as_dict=True)
        return {"keys": [{**key, "kid": self._key_id, "use": "sig", "alg": _ALGORITHM}]}

    def verify(self, authorization: str, audiences: list[str]) -> Caller:
        """Who calls, from the `Authorization` header.

        Raises:
            GraphError: 401 `InvalidAuthenticationToken`: missing, malformed, expired, or for something else.
        """
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise _refused("Access token is empty.")
        caller, expires = self._verified.get(token) or self._decode(token, audiences)
        if time.time() >= expires:
            raise _refused("Lifetime validation failed, the token is expired.")
        return caller

    def _decode(self, token: str, audiences: list[str]) -> tuple[Caller, float]:
        try:
            claims = jwt.decode(
                token,
                self._public,
                algorithms=[_ALGORITHM],
                audience=audiences,
                issuer=self._issuer,
                options={"require": ["exp", "iss", "aud"]},
            )
        except jwt.ExpiredSignatureError as exc:
            raise _refused("Lifetime validation failed, the token is expired.") from exc
        except jwt.InvalidAudienceError as exc:
            raise _refused("Access token validation failure. Invalid audience.") from exc
        except jwt.InvalidTokenError as exc:
            raise _refused("Access token validation failure.") from exc
        if len(self._verified) >= _MOST_REMEMBERED:
            self._verified.clear()
        found = Caller(str(claims["appid"]), frozenset(claims["roles"])), float(claims["exp"])
        self._verified[token] = found
        return found


def _refused(message: str) -> GraphError:
    challenge = 'Bearer realm="", authorization_uri="/oauth2/v2.0/authorize", error="invalid_token"'
    return GraphError(401, "InvalidAuthenticationToken", message, headers={"WWW-Authenticate": challenge})


def _new_key() -> bytes:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _load(key_file: Path) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError(f"{key_file} holds no RSA key")
    return key
