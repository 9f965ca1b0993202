"""Owns tokens for a person: which permissions an application has on their behalf, and how it is answered.

There is one person, the tenant's administrator, and what an application may do by itself it may also do
for them. Source: OAuth 2.0 device authorization grant on the Microsoft identity platform.
"""

import base64
import json
import uuid
from collections.abc import Mapping
from typing import Any

import jwt

from kit.simulator.tenant.claims import Claims
from kit.simulator.tenant.refusals import SignInRefused
from kit.simulator.tenant.store import Document
from kit.simulator.tenant.tenant import Tenant
from kit.simulator.tenant.tokens import Tokens

DEFAULT_SCOPE = "/.default"
#: Scopes of OpenID Connect: about the person, not about Graph.
_ABOUT_PERSON = frozenset({"openid", "profile", "email", "offline_access"})
_REFRESH = "refresh"
_REFRESH_LIFETIME = 90 * 24 * 3600


class Delegation:
    """Grants what the administrator approved."""

    def __init__(self, tenant: Tenant, tokens: Tokens) -> None:
        name = f"admin@{tenant.domain}"
        self._tokens = tokens
        self._person = {
            "oid": str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{tenant.tenant_id} {name}")),
            "tid": tenant.tenant_id,
            "preferred_username": name,
        }

    def check(self, application: Document, scope: str, resources: list[str]) -> tuple[str, list[str]]:
        """Resource and permissions that a scope names; `resources` are the addresses that mean this Graph.

        Raises:
            SignInRefused: another resource, or a permission that the application does not have.
        """
        held, resource, permissions = list(application["_roles"]), resources[0], list[str]()
        for name in scope.split():
            if name in _ABOUT_PERSON:
                continue
            named, _, permission = name.rpartition("/")
            resource = named.rstrip("/") or resource
            wanted = held if f"/{permission}" == DEFAULT_SCOPE else [permission]
            if resource not in resources or not set(wanted) <= set(held):
                message = f"The scope '{name}' is not valid for this application."
                raise SignInRefused(70011, message, status=400, error="invalid_scope")
            permissions += wanted
        return resource, sorted(set(permissions))

    def grant(
        self, application: Document, scope: str, claims: Claims, resources: list[str]
    ) -> Mapping[str, Any]:
        """What the token endpoint answers for an approved scope."""
        resource, permissions = self.check(application, scope, resources)
        client_id, person = str(application["appId"]), self._person
        subject = {"idtyp": "user", "oid": person["oid"], "upn": person["preferred_username"]}
        issued = self._tokens.issue(application, resource, claims, {**subject, "scp": " ".join(permissions)})
        granted = [f"{resource}/{permission}" for permission in permissions]
        info = json.dumps({"uid": person["oid"], "utid": person["tid"]}).encode()
        answer = {
            "token_type": "Bearer",
            "scope": " ".join([*granted, resource + DEFAULT_SCOPE]),
            "expires_in": issued.lifetime,
            "ext_expires_in": issued.lifetime,
            "access_token": issued.token,
            "client_info": base64.urlsafe_b64encode(info).decode(),
        }
        if "openid" in scope.split():
            about = {**person, "sub": person["oid"]}
            answer["id_token"] = self._tokens.sign(client_id, issued.lifetime, about)
        if "offline_access" in scope.split():
            kept = {"appid": client_id, "scope": scope}
            answer["refresh_token"] = self._tokens.sign(_REFRESH, _REFRESH_LIFETIME, kept)
        return answer

    def refreshed(self, application: Document, refresh_token: str) -> str:
        """The scope that a refresh token of this application stands for.

        Raises:
            SignInRefused: it is malformed, expired, or of somebody else.
        """
        try:
            kept = self._tokens.read(refresh_token, [_REFRESH])
        except jwt.InvalidTokenError as exc:
            message = "The refresh token is malformed or has expired."
            raise SignInRefused(700082, message, status=400, error="invalid_grant") from exc
        if kept["appid"] != application["appId"]:
            message = "The refresh token was issued to another application."
            raise SignInRefused(70000, message, status=400, error="invalid_grant")
        return str(kept["scope"])
