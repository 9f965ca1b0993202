"""Owns the token endpoint of the tenant and the documents a client discovers it by.

Source: OAuth 2.0 client credentials, device authorization grant and refresh tokens on the Microsoft
identity platform; errors carry AADSTS numbers.
"""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from kit.simulator.tenant.assertions import Assertions
from kit.simulator.tenant.claims import Claims
from kit.simulator.tenant.delegation import DEFAULT_SCOPE, Delegation
from kit.simulator.tenant.device_codes import DeviceCodes
from kit.simulator.tenant.faults import Asked
from kit.simulator.tenant.refusals import SignInRefused
from kit.simulator.tenant.scenario import IDENTITY, Kind
from kit.simulator.tenant.store import Document
from kit.simulator.tenant.tenant import Tenant
from kit.simulator.tenant.tokens import GRAPH, Tokens
from kit.simulator.tenant.wire import Wire

_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
_DEVICE_PAGE = "/devicelogin"
_TOKEN, _CODES = "/{tenant}/oauth2/v2.0/token", "/{tenant}/oauth2/v2.0/devicecode"
_DISCOVERY, _KEYS = "/{tenant}/v2.0/.well-known/openid-configuration", "/{tenant}/discovery/v2.0/keys"
_REFUSALS = frozenset({Kind.THROTTLE, Kind.UNAVAILABLE})

Form = Mapping[str, str]


class Authority:
    """Turns a client assertion, an approved device code or a refresh token into an access token for Graph."""

    def __init__(self, tenant: Tenant, tokens: Tokens, codes: DeviceCodes, wire: Wire) -> None:
        self._tenant = tenant
        self._tokens = tokens
        self._codes = codes
        self._wire = wire
        self._delegation = Delegation(tenant, tokens)
        self._assertions = Assertions(self._application, single_use=tenant.behaviour.single_use_assertions)

    def routes(self) -> list[Route]:
        """Where the authority answers."""
        return [
            self._wire.route(_TOKEN, self.token, methods=["POST"], workload=IDENTITY),
            self._wire.route(_CODES, self.device_code, methods=["POST"], workload=IDENTITY),
            self._wire.route(_DISCOVERY, self.discovery, methods=["GET"], workload=IDENTITY),
            self._wire.route(_KEYS, self.keys, methods=["GET"], workload=IDENTITY),
            Route(_DEVICE_PAGE, self.device_page),
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
                "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
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

    async def device_page(self, _request: Request) -> Response:
        """Where a person would type a device code."""
        return PlainTextResponse("Nobody signs in here: approve device codes through the control port.\n")

    async def device_code(self, request: Request) -> Response:
        """A code that a person is to approve."""
        return await self._answer(request, _CODES, self._start_code)

    async def token(self, request: Request) -> Response:
        """`client_credentials` with a client assertion, `device_code`, or `refresh_token`."""
        return await self._answer(request, _TOKEN, self._grant)

    async def _answer(
        self, request: Request, template: str, act: Callable[[Request, Form], Mapping[str, Any]]
    ) -> Response:
        if refusal := self._wrong_tenant(request):
            return refusal
        form = dict(parse_qsl((await request.body()).decode(errors="replace")))
        try:
            self._suffer(Asked(request.method, request.url.path, template, IDENTITY))
            return JSONResponse(act(request, form), headers={"Cache-Control": "no-store"})
        except SignInRefused as refused:
            return refused.answer(request)

    def _suffer(self, asked: Asked) -> None:
        """Refuse if a fault says so."""
        fault = self._wire.faults.strike(_REFUSALS, asked)
        if fault is not None:
            headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
            busy = fault.kind is Kind.THROTTLE
            raise SignInRefused(
                90055 if busy else 90033,
                "There are too many requests." if busy else "A transient error has occurred.",
                status=429 if busy else 503,
                error="temporarily_unavailable",
                headers=headers,
            )

    def _grant(self, request: Request, form: Form) -> Mapping[str, Any]:
        claims, resources = Claims.read(form.get("claims", "")), graph_names(request)
        match form.get("grant_type"):
            case "client_credentials":
                application = self._proved(request, form)
                audience = _resource(form.get("scope", ""), resources)
                return self._for_application(application, audience, claims)
            case grant if grant == _DEVICE_CODE:
                application = self._named(form)
                scope = self._codes.redeem(form.get("device_code", ""), str(application["appId"]))
                return self._delegation.grant(application, scope, claims, resources)
            case "refresh_token":
                application = self._named(form)
                scope = self._delegation.refreshed(application, form.get("refresh_token", ""))
                return self._delegation.grant(application, scope, claims, resources)
        message = f"The app requested an unsupported grant type '{form.get('grant_type', '')}'."
        raise SignInRefused(70003, message, status=400, error="unsupported_grant_type")

    def _proved(self, request: Request, form: Form) -> Document:
        if form.get("client_assertion_type") != _BEARER or not form.get("client_assertion"):
            message = "'client_assertion' is required for the 'client_credentials' grant type."
            raise SignInRefused(7000216, message)
        base = f"{origin(request)}/{request.path_params['tenant']}"
        addresses = [f"{base}/oauth2/v2.0/token", f"{base}/v2.0"]
        return self._assertions.check(form["client_assertion"], form.get("client_id"), addresses)

    def _for_application(self, application: Document, audience: str, claims: Claims) -> Mapping[str, Any]:
        identity = {"idtyp": "app", "oid": application["id"], "sub": application["id"]}
        subject = {**identity, "roles": application["_roles"]}
        issued = self._tokens.issue(application, audience, claims, subject)
        return {
            "token_type": "Bearer",
            "expires_in": issued.lifetime,
            "ext_expires_in": issued.lifetime,
            "access_token": issued.token,
        }

    def _start_code(self, request: Request, form: Form) -> Mapping[str, Any]:
        application, scope = self._named(form), form.get("scope", "")
        self._delegation.check(application, scope, graph_names(request))
        return self._codes.start(str(application["appId"]), scope, origin(request) + _DEVICE_PAGE)

    def _named(self, form: Form) -> Document:
        """The application a public client says it is; a person vouches for what it does."""
        client_id = form.get("client_id", "")
        application = self._application(client_id)
        if application is None:
            message = f"Application with identifier '{client_id}' was not found in the directory."
            raise SignInRefused(700016, message, status=400, error="unauthorized_client")
        return application

    def _application(self, client_id: str) -> Document | None:
        return self._tenant.store.get("applications", client_id.lower())

    def _wrong_tenant(self, request: Request) -> Response | None:
        named = request.path_params["tenant"].lower()
        if named in (self._tenant.tenant_id.lower(), self._tenant.domain.lower()):
            return None
        message = f"Tenant '{named}' not found. Check the tenant id."
        return SignInRefused(90002, message, status=400, error="invalid_request").answer(request)


def origin(request: Request) -> str:
    """Scheme, host and port as the client wrote them."""
    return f"{request.url.scheme}://{request.url.netloc}"


def graph_names(request: Request) -> list[str]:
    """What a token for this Graph may be for: the real service's name, or the address the client uses."""
    return [GRAPH, origin(request)]


def _resource(scope: str, known: list[str]) -> str:
    resource = scope.removesuffix(DEFAULT_SCOPE)
    if resource == scope or " " in scope:
        message = "Client credential flows must have a scope value with /.default suffixed to the resource."
        raise SignInRefused(1002012, message, status=400, error="invalid_scope")
    if resource.rstrip("/") not in known:
        message = f"The resource principal named {resource} was not found in the tenant."
        raise SignInRefused(500011, message, status=400, error="invalid_resource")
    return resource.rstrip("/")
