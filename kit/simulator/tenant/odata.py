"""Owns query options and the form of collections: `$select`, `$filter`, `$top`, `$count`, paging.

Pages are cut by creation order, so an object that disappears between two pages shifts nothing.
"""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote

from kit.simulator.tenant.answers import Answer, GraphError
from kit.simulator.tenant.filters import parse as parse_filter
from kit.simulator.tenant.kinds import Kind
from kit.simulator.tenant.store import Document, Row

DEFAULT_PAGE = 100
LARGEST_PAGE = 999
_KNOWN = {"$select", "$filter", "$top", "$count", "$expand", "$skiptoken"}


@dataclass(frozen=True)
class Query:
    """The options of one request; `raw` keeps them in order for the next link."""

    raw: tuple[tuple[str, str], ...] = ()
    select: tuple[str, ...] = ()
    expand: tuple[str, ...] = ()
    filter: str = ""
    top: int | None = None
    count: bool = False
    after: int = 0

    @classmethod
    def read(cls, text: str) -> "Query":
        """Parse a query string.

        Raises:
            GraphError: 400, an option the simulator does not have or a value that makes no sense.
        """
        raw = tuple(parse_qsl(text, keep_blank_values=True))
        options = dict(raw)
        for name in options:
            if name.startswith("$") and name not in _KNOWN:
                raise GraphError(400, "Request_UnsupportedQuery", f"Unsupported query option '{name}'.")
        return cls(
            raw,
            select=_names(options.get("$select", "")),
            expand=_names(options.get("$expand", "")),
            filter=options.get("$filter", ""),
            top=_page_size(options.get("$top")),
            count=options.get("$count", "").lower() == "true",
            after=_read_token(options.get("$skiptoken")),
        )

    def following(self, after: int) -> str:
        """The query string of the next page."""
        pairs = [(name, value) for name, value in self.raw if name != "$skiptoken"]
        pairs.append(("$skiptoken", _token(after)))
        return "&".join(f"{quote(name, safe='$@')}={quote(value, safe='')}" for name, value in pairs)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _page_size(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdecimal() or not 1 <= int(text) <= LARGEST_PAGE:
        raise GraphError(
            400,
            "Request_UnsupportedQuery",
            f"Invalid page size specified: '{text}'. Must be 1 to {LARGEST_PAGE}.",
        )
    return int(text)


def _token(after: int) -> str:
    return base64.urlsafe_b64encode(f"after:{after}".encode()).decode().rstrip("=")


def _read_token(token: str | None) -> int:
    if token is None:
        return 0
    try:
        word, _, number = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode().partition(":")
        if word == "after":
            return int(number)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        pass
    raise GraphError(
        400, "Directory_ExpiredPageToken", "The specified page token value has expired or is invalid."
    )


@dataclass(frozen=True)
class Collection:
    """How one collection is answered: its context, the properties one may filter on, a row's form."""

    context: str
    properties: Mapping[str, type]
    shape: Callable[[Document], Mapping[str, Any]]
    #: the directory counts and compares only for clients that accept eventual consistency
    directory: bool = True


def of_kind(kind: Kind, context: str, query: Query, *, typed: bool = False) -> Collection:
    """A collection of directory objects of one kind, `$select` applied; `typed` where kinds may mix."""
    check_select(kind, query)
    annotation = {"@odata.type": kind.odata_type} if typed else {}
    return Collection(
        context, kind.properties, lambda document: {**annotation, **kind.shape(document, query.select)}
    )


def check_select(kind: Kind, query: Query) -> None:
    """Refuse with 400 a selected property that the kind does not have."""
    for name in query.select:
        if name not in kind.properties:
            raise GraphError(400, "BadRequest", f"Could not find a property named '{name}' on '{kind.name}'.")


def selected(body: Mapping[str, Any], select: Sequence[str]) -> dict[str, Any]:
    """`body` cut down to what is selected; for workloads that ignore names they do not know."""
    return {name: value for name, value in body.items() if not select or name in select or name[0] == "@"}


def matching(
    rows: Iterable[Row], query: Query, properties: Mapping[str, type], *, eventual: bool
) -> list[Row]:
    """The rows `$filter` lets through.

    Raises:
        GraphError: 400, the filter is not understood, or it (or `$count`) needs `ConsistencyLevel: eventual`.
    """
    if query.count and not eventual:
        raise _needs_eventual("$count")
    if not query.filter:
        return list(rows)
    predicate, advanced = parse_filter(query.filter, properties)
    if advanced and not eventual:
        raise _needs_eventual("this filter")
    return [row for row in rows if predicate(row.document)]


def page(
    collection: Collection, rows: Iterable[Row], query: Query, *, url: str, base: str, eventual: bool
) -> Answer:
    """One page of `rows`, which come in creation order; `url` is the collection's own address."""
    found = matching(rows, query, collection.properties, eventual=eventual or not collection.directory)
    size = query.top or DEFAULT_PAGE
    rest = [row for row in found if row.sequence > query.after]
    body: dict[str, Any] = {"@odata.context": f"{base}/$metadata#{collection.context}"}
    if query.count:
        body["@odata.count"] = len(found)
    if len(rest) > size:
        body["@odata.nextLink"] = f"{url}?{query.following(rest[size - 1].sequence)}"
    body["value"] = [collection.shape(row.document) for row in rest[:size]]
    return Answer(200, body)


def _needs_eventual(what: str) -> GraphError:
    return GraphError(
        400, "Request_UnsupportedQuery", f"The header ConsistencyLevel: eventual is needed for {what}."
    )
