"""Owns tokens: signed by the tenant's own key, which survives a restart, checked each time, and called back.

Source of the challenge: Microsoft Entra, Continuous Access Evaluation. A client that did not say that it
understands one gets short tokens, which nobody calls back.
"""

import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from kit.simulator.tenant.answers import GraphError
from kit.simulator.tenant.calls import Caller
from kit.simulator.tenant.claims import Claims, challenge
from kit.simulator.tenant.files import write_private
from kit.simulator.tenant.store import Document
from kit.simulator.tenant.tenant import Tenant

#: Audiences of a token for Graph: its address, or its application id.
GRAPH = "https://graph.microsoft.com"
#: Seconds after a revocation in which no token counts that was asked for without the challenge's claims,
#: until one was asked for with them: clocks differ, and any other may have been on its way.
REVOCATION_MARGIN = 60
_ASK_AGAIN = 'Bearer realm="", authorization_uri="/oauth2/v2.0/authorize", error="invalid_token"'
_ALGORITHM = "RS256"
_MOST_REMEMBERED = 1000


@dataclass(frozen=True)
class Issued:
    """An access token and the seconds it lives."""

    token: str
    lifetime: int


class Tokens:
    """Signs and verifies; remembers what it verified, since a client sends one token thousands of times."""

    def __init__(self, key_file: Path, tenant: Tenant) -> None:
        """Use the key in `key_file`, made at the first start."""
        if not key_file.exists():
            write_private(key_file, _new_key())
        self._key = _load(key_file)
        self._public = self._key.public_key()
        self._key_id = uuid.uuid5(uuid.NAMESPACE_OID, str(self._public.public_numbers().n)).hex
        self._tenant = tenant
        self._issuer = f"https://sts.windows.net/{tenant.tenant_id}/"
        self._lifetimes = Random(tenant.behaviour.seed)  # noqa: S311 repeatability is the point; no secret
        self._verified: dict[str, Caller] = {}
        self._expired: set[str] = set()

    def issue(self, application: Document, audience: str, claims: Claims, subject: Document) -> Issued:
        """A token for Graph.

        `subject` is what it says of whom it stands for: the application with `roles`, or a person with `scp`.
        """
        now, lifetime = int(time.time()), self._lifetime(claims)
        content = {
            "nbf": max(now, claims.not_before, self._answered(application, claims)),
            "appid": application["appId"],
            "app_displayname": application["displayName"],
            "tid": self._tenant.tenant_id,
            "uti": uuid.uuid4().hex,
            "ver": "1.0",
            **({"xms_cc": ["CP1"]} if claims.challengeable else {}),
            **subject,
        }
        return Issued(self.sign(audience, lifetime, content), lifetime)

    def sign(self, audience: str, lifetime: int, content: Document) -> str:
        """Any token of this authority, good for `lifetime` seconds from now."""
        now = int(time.time())
        frame = {"aud": audience, "iss": self._issuer, "iat": now, "exp": now + lifetime}
        return jwt.encode({**frame, **content}, self._key, _ALGORITHM, headers={"kid": self._key_id})

    def read(self, token: str, audiences: list[str]) -> dict[str, Any]:
        """What a token of this authority says.

        Raises:
            jwt.InvalidTokenError: malformed, signed by somebody else, expired, or for something else.
        """
        content: dict[str, Any] = jwt.decode(
            token,
            self._public,
            algorithms=[_ALGORITHM],
            audience=audiences,
            issuer=self._issuer,
            # A token that answers a challenge counts from the moment it names, which may be to come.
            options={"require": ["exp", "iss", "aud"], "verify_nbf": False},
        )
        return content

    def public_keys(self) -> dict[str, Any]:
        """The key set that the discovery document points to."""
        key = RSAAlgorithm.to_jwk(self._public, as_dict=True)
        return {"keys": [{**key, "kid": self._key_id, "use": "sig", "alg": _ALGORITHM}]}

    def verify(self, authorization: str, origin: str) -> Caller:
        """Who calls, from the `Authorization` header; `origin` is this server as the client writes it.

        Raises:
            GraphError: 401 `InvalidAuthenticationToken`: missing, malformed, expired, for something else, or
                called back.
        """
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise _refused("Access token is empty.")
        caller = self._verified.get(token) or self._decode(token, [GRAPH, origin])
        self.check(caller, origin)
        return caller

    def check(self, caller: Caller, origin: str) -> None:
        """401 if the caller's token does not count any more."""
        if time.time() >= caller.expires or caller.token_id in self._expired:
            raise _refused("Lifetime validation failed, the token is expired.")
        revoked = self._tenant.store.get("revocations", caller.client_id)
        if revoked and caller.challengeable and caller.not_before < revoked["notBefore"]:
            authority = f"{origin}/{self._tenant.tenant_id}"
            message = "Continuous access evaluation: the token was issued before it was revoked."
            raise _refused(message, challenge(int(revoked["notBefore"]), authority))

    def expire(self, caller: Caller) -> None:
        """End the life of the caller's token."""
        self._expired.add(caller.token_id)

    def revoke(self, client_id: str) -> None:
        """Call back every token that the application holds, from now on and over a restart."""
        with self._tenant.store.transaction():
            before = self._tenant.store.get("revocations", client_id) or {"notBefore": 0}
            # Later than the one before, or a token that answered that one would survive.
            not_before = max(int(time.time()) + REVOCATION_MARGIN, before["notBefore"] + 1)
            self._tenant.store.put("revocations", client_id, {"notBefore": not_before, "answered": False})

    def _answered(self, application: Document, claims: Claims) -> int:
        """From when tokens count since the latest challenge, if it was answered, now or before; else 0."""
        client_id = str(application["appId"])
        revoked = self._tenant.store.get("revocations", client_id)
        if revoked is None or not (revoked["answered"] or claims.not_before >= revoked["notBefore"]):
            return 0
        if not revoked["answered"]:
            with self._tenant.store.transaction():
                self._tenant.store.put("revocations", client_id, {**revoked, "answered": True})
        return int(revoked["notBefore"])

    def _lifetime(self, claims: Claims) -> int:
        behaviour = self._tenant.behaviour
        if claims.challengeable:
            return self._lifetimes.randint(*behaviour.challengeable_lifetime)
        return behaviour.token_lifetime

    def _decode(self, token: str, audiences: list[str]) -> Caller:
        try:
            content = self.read(token, audiences)
        except jwt.ExpiredSignatureError as exc:
            raise _refused("Lifetime validation failed, the token is expired.") from exc
        except jwt.InvalidAudienceError as exc:
            raise _refused("Access token validation failure. Invalid audience.") from exc
        except jwt.InvalidTokenError as exc:
            raise _refused("Access token validation failure.") from exc
        if len(self._verified) >= _MOST_REMEMBERED:
            self._verified.clear()
        caller = Caller(
            str(content["appid"]),
            frozenset(str(content["scp"]).split() if "scp" in content else content["roles"]),
            token_id=str(content["uti"]),
            not_before=int(content["nbf"]),
            expires=int(content["exp"]),
            challengeable="xms_cc" in content,
        )
        self._verified[token] = caller
        return caller


def _refused(message: str, authenticate: str = _ASK_AGAIN) -> GraphError:
    headers = {"WWW-Authenticate": authenticate}
    return GraphError(401, "InvalidAuthenticationToken", message, headers=headers)


def _new_key() -> bytes:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _load(key_file: Path) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError(f"{key_file} holds no RSA key")
    return key
