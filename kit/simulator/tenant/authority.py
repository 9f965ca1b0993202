"""Owns the token endpoint of the tenant and the documents a client discovers it by.

Source: OAuth 2.0 client credentials on the Microsoft identity platform; errors carry AADSTS numbers.
"""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kit.simulator.tenant.assertions import AssertionRefused, Assertions
from kit.simulator.tenant.tenant import Tenant
from kit.simulator.tenant.tokens import GRAPH, Tokens

_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_DEFAULT_SCOPE = "/.default"


class Authority:
    """Turns a client assertion into an access token for Graph."""

    def __init__(self, tenant: Tenant, tokens: Tokens) -> None:
        self._tenant = tenant
        self._tokens = tokens
        self._assertions = Assertions(
            lambda client_id: tenant.store.get("applications", client_id.lower()),
            single_use=tenant.behaviour.single_use_assertions,
        )

    def routes(self) -> list[Route]:
        """Where the authority answers."""
        return [
            Route("/{tenant}/oauth2/v2.0/token", self.token, methods=["POST"]),
            Route("/{tenant}/v2.0/.well-known/openid-configuration", self.discovery),
            Route("/{tenant}/discovery/v2.0/keys", self.keys),
        ]

    async def discovery(self, request: Request) -> Response:
        """The endpoints of this tenant."""
        if refusal := self._wrong_tenant(request):
            return refusal
        base = f"{origin(request)}/{request.path_params['tenant']}"
        return JSONResponse(
            {
                "issuer": f"{origin(request)}/{self._tenant.tenant_id}/v2.0",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "jwks_uri": f"{base}/discovery/v2.0/keys",
                "token_endpoint_auth_methods_supported": ["private_key_jwt"],
                "token_endpoint_auth_signing_alg_values_supported": ["PS256", "RS256"],
                "response_types_supported": ["token"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "msgraph_host": request.url.netloc,
                "tenant_region_scope": "EU",
            }
        )

    async def keys(self, request: Request) -> Response:
        """The public key that tokens are signed with."""
        return self._wrong_tenant(request) or JSONResponse(self._tokens.public_keys())

    async def token(self, request: Request) -> Response:
        """`client_credentials` with a client assertion; nothing else."""
        if refusal := self._wrong_tenant(request):
            return refusal
        form = dict(parse_qsl((await request.body()).decode(errors="replace")))
        try:
            return JSONResponse(self._grant(request, form), headers={"Cache-Control": "no-store"})
        except AssertionRefused as refused:
            return _refusal(request, refused)

    def _grant(self, request: Request, form: Mapping[str, str]) -> dict[str, object]:
        if form.get("grant_type") != "client_credentials":
            message = f"The app requested an unsupported grant type '{form.get('grant_type', '')}'."
            raise AssertionRefused(70003, message, status=400, error="unsupported_grant_type")
        if form.get("client_assertion_type") != _BEARER or not form.get("client_assertion"):
            message = "'client_assertion' is required for the 'client_credentials' grant type."
            raise AssertionRefused(7000216, message)
        base = f"{origin(request)}/{request.path_params['tenant']}"
        application = self._assertions.check(
            form["client_assertion"], form.get("client_id"), [f"{base}/oauth2/v2.0/token", f"{base}/v2.0"]
        )
        audience = _resource(form.get("scope", ""), audiences(request))
        lifetime = self._tokens.lifetime
        return {
            "token_type": "Bearer",
            "expires_in": lifetime,
            "ext_expires_in": lifetime,
            "access_token": self._tokens.issue(application, audience),
        }

    def _wrong_tenant(self, request: Request) -> Response | None:
        named = request.path_params["tenant"].lower()
        if named in (self._tenant.tenant_id.lower(), self._tenant.domain.lower()):
            return None
        message = f"Tenant '{named}' not found. Check the tenant id."
        return _refusal(request, AssertionRefused(90002, message, status=400, error="invalid_request"))


def origin(request: Request) -> str:
    """Scheme, host and port as the client wrote them."""
    return f"{request.url.scheme}://{request.url.netloc}"


def audiences(request: Request) -> list[str]:
    """What a token for this Graph may be for: the real service's name, or the address the client uses."""
    return [GRAPH, origin(request)]


def _resource(scope: str, known: list[str]) -> str:
    resource = scope.removesuffix(_DEFAULT_SCOPE)
    if resource == scope or " " in scope:
        message = "Client credential flows must have a scope value with /.default suffixed to the resource."
        raise AssertionRefused(1002012, message, status=400, error="invalid_scope")
    if resource.rstrip("/") not in known:
        message = f"The resource principal named {resource} was not found in the tenant."
        raise AssertionRefused(500011, message, status=400, error="invalid_resource")
    return resource.rstrip("/")


def _refusal(request: Request, refused: AssertionRefused) -> Response:
    trace = str(uuid.uuid4())
    correlation = request.headers.get("client-request-id") or str(uuid.uuid4())
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    told = f"Trace ID: {trace} Correlation ID: {correlation} Timestamp: {now}"
    return JSONResponse(
        {
            "error": refused.error,
            "error_description": f"AADSTS{refused.code}: {refused.message} {told}",
            "error_codes": [refused.code],
            "timestamp": now,
            "trace_id": trace,
            "correlation_id": correlation,
        },
        refused.status,
    )
