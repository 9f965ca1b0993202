"""Owns the addresses outside Graph where content is read and upload sessions are fed, without a token."""

import json
import uuid

from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from kit.simulator.tenant.answers import GraphError
from kit.simulator.tenant.authority import origin
from kit.simulator.tenant.copies import read_progress
from kit.simulator.tenant.grants import TRANSFERS, granted
from kit.simulator.tenant.items import shown_item
from kit.simulator.tenant.routing import Workload
from kit.simulator.tenant.store import Document
from kit.simulator.tenant.tenant import Tenant
from kit.simulator.tenant.uploads import advance, cancel, check_fragment, find_session, finish, shown_session
from kit.simulator.tenant.wire import Endpoint, Wire


class _Content(FileResponse):
    """A file in large pieces; Starlette serves ranges of it."""

    chunk_size = 1024**2


class Transfers:
    """What is reached at `/transfers`."""

    def __init__(self, tenant: Tenant, wire: Wire) -> None:
        self._tenant = tenant
        self._wire = wire
        self._busy: set[str] = set()

    def routes(self) -> list[Route]:
        """The routes, to stand beside Graph's."""
        return [
            self._route("GET", "content", self.read),
            self._route("GET", "copies", self.copy_progress),
            self._route("GET", "uploads", self.progress),
            self._route("PUT", "uploads", self.take),
            self._route("DELETE", "uploads", self.cancel),
        ]

    async def read(self, request: Request) -> Response:
        """The content of an address that `GET …/content` redirected to; 401 once it expired."""
        found = granted(self._tenant, request.path_params["token"])
        if found is None:
            raise GraphError(401, "unauthenticated", "The address has expired; ask for another.")
        document, key = found
        return _Content(
            self._tenant.contents.path(key),
            media_type="application/octet-stream",
            filename=document["name"],
            headers={"ETag": document["cTag"]},
        )

    async def copy_progress(self, request: Request) -> Response:
        """How far a copy is; the address came with the accepted request."""
        return _json(200, read_progress(self._tenant, request.path_params["token"]))

    async def progress(self, request: Request) -> Response:
        """What a session expects next."""
        return _json(200, shown_session(self._session(request)))

    async def cancel(self, request: Request) -> Response:
        """Forget a session."""
        with self._tenant.store.transaction():
            cancel(self._tenant, self._session(request))
        return Response(status_code=204)

    async def take(self, request: Request) -> Response:
        """One fragment; with the last the file is there.

        A client that sends its token here would send it to whoever the address names: 401.
        """
        if "authorization" in request.headers:
            raise GraphError(401, "unauthenticated", "An upload address takes no Authorization header.")
        session = self._session(request)
        token = str(session["id"])
        if token in self._busy:
            raise GraphError(416, "invalidRange", "Another fragment of this session is being received.")
        self._busy.add(token)
        try:
            return await self._take(request, session)
        finally:
            self._busy.discard(token)

    async def _take(self, request: Request, session: Document) -> Response:
        headers = request.headers
        first, end, size = check_fragment(
            session, headers.get("content-range", ""), headers.get("content-length", "")
        )
        key = str(session["content"])
        with self._tenant.contents.path(key).open("r+b") as file:
            file.seek(first)
            async for piece in request.stream():
                file.write(piece)
        # Bytes count once the whole fragment is there: a broken one is overwritten by the next.
        if end < size:
            with self._tenant.store.transaction():
                return _json(202, shown_session(advance(self._tenant, self._session(request), end, size)))
        content = await self._tenant.contents.finished(key)
        with self._tenant.store.transaction():
            document, new = finish(self._tenant, self._session(request), content)
        base = f"{origin(request)}/v1.0"
        return _json(201 if new else 200, shown_item(self._tenant, base, document))

    def _route(self, method: str, place: str, handler: Endpoint) -> Route:
        path = f"{TRANSFERS}/{place}/{{token}}"
        return self._wire.route(path, _refusing(handler), methods=[method], workload=Workload.SHAREPOINT)

    def _session(self, request: Request) -> Document:
        return find_session(self._tenant, request.path_params["token"])


def _json(status: int, body: object) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), status, media_type="application/json")


def _refusing(handler: Endpoint) -> Endpoint:
    """The handler with refusals told as Graph tells them."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except GraphError as error:
            request_id = str(uuid.uuid4())
            refusal = error.answer(request_id, request.headers.get("client-request-id") or request_id)
            content, content_type = refusal.render()
            return Response(content, refusal.status, {**refusal.headers, "Content-Type": content_type})
        except ClientDisconnect:
            # Nobody is there to read it.
            return Response(status_code=400)

    return answer
