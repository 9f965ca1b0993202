"""Owns a request as the nouns see it: already authenticated, its options parsed, tied to one replica."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from kit.simulator.tenant.answers import Answer, bad_request
from kit.simulator.tenant.odata import Collection, Query, matching, page
from kit.simulator.tenant.store import Row
from kit.simulator.tenant.tenant import Tenant


@dataclass(frozen=True)
class Caller:
    """Who is behind the access token and what it allows.

    Attributes:
        client_id: the application.
        roles: permissions: of the application, or those a person delegated to it.
        token_id: names the token, and gives nobody access.
        not_before: epoch second from which the token counts.
        expires: epoch second at which it ends.
        challengeable: the client understands a claims challenge.
    """

    client_id: str
    roles: frozenset[str]
    token_id: str
    not_before: int
    expires: int
    challengeable: bool


@dataclass(frozen=True)
class Call:
    """One request, alone or part of a batch.

    `path` is relative to `/v1.0`, decoded; `headers` have lower-case names; `base` is the address of
    `/v1.0` as the client wrote it. Reads land on one replica; writes go to the primary (None).
    """

    tenant: Tenant
    caller: Caller
    base: str
    method: str
    path: str
    query: Query
    headers: Mapping[str, str]
    body: Any
    replica: int | None

    @property
    def eventual(self) -> bool:
        """Whether the client accepts eventual consistency, which advanced directory queries need."""
        return self.headers.get("consistencylevel", "").lower() == "eventual"

    def object_body(self) -> Mapping[str, Any]:
        """The body, which must be a JSON object; 400 otherwise."""
        if not isinstance(self.body, dict):
            raise bad_request("Unable to read JSON request payload.", code="BadRequest")
        return self.body

    def context(self, entity: str) -> dict[str, str]:
        """The annotation that opens an answered object."""
        return {"@odata.context": f"{self.base}/$metadata#{entity}"}

    def answer_page(self, collection: Collection, rows: Iterable[Row]) -> Answer:
        """One page of these rows, under this request's address."""
        url = self.base + quote(self.path, safe="/:!,@$()'")
        return page(collection, rows, self.query, url=url, base=self.base, eventual=self.eventual)

    def answer_count(self, properties: Mapping[str, type], rows: Iterable[Row]) -> Answer:
        """`…/$count`: the number alone, as text; for the directory only with `ConsistencyLevel: eventual`."""
        if not self.eventual:
            raise bad_request("$count is not currently supported without ConsistencyLevel: eventual.")
        return Answer(200, str(len(matching(rows, self.query, properties, eventual=True))))
