"""Owns query options and the form of collections: `$select`, `$filter`, `$search`, `$orderby`, paging.

Pages are cut by creation order, so an object that disappears between two pages shifts nothing; where
the client orders them otherwise, they are cut by position.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, quote

from kit.simulator.tenant.answers import Answer, GraphError
from kit.simulator.tenant.filters import parse as parse_filter
from kit.simulator.tenant.kinds import Kind
from kit.simulator.tenant.searching import parse as parse_search
from kit.simulator.tenant.store import Document, Row

DEFAULT_PAGE = 100
LARGEST_PAGE = 999
_KNOWN = {
    "$select", "$filter", "$search", "$orderby", "$top", "$skip", "$count", "$expand", "$skiptoken",
    "$deltatoken",
}  # fmt: skip


@dataclass(frozen=True)
class Query:
    """The options of one request; `raw` keeps them in order for the next link.

    `expand` holds what `$select` inside its parentheses names, by relation. `order` holds a property
    and whether it descends.
    """

    raw: tuple[tuple[str, str], ...] = ()
    select: tuple[str, ...] = ()
    expand: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    filter: str = ""
    search: str = ""
    order: tuple[tuple[str, bool], ...] = ()
    top: int | None = None
    skip: int = 0
    count: bool = False

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
                raise _unsupported(f"Unsupported query option '{name}'.")
        return cls(
            raw,
            select=_names(options.get("$select", "")),
            expand=_relations(options.get("$expand", "")),
            filter=options.get("$filter", ""),
            search=options.get("$search", ""),
            order=_order(options.get("$orderby", "")),
            top=_page_size(options.get("$top")),
            skip=_skip(options.get("$skip", "0")),
            count=options.get("$count", "").lower() == "true",
        )

    @property
    def after(self) -> int:
        """Where this page begins; 400 for a token that no page gave."""
        return _read_token(self.option("$skiptoken"))

    def option(self, name: str) -> str | None:
        """One option as it was written; None where it is not given."""
        return dict(self.raw).get(name)

    def following(self, after: int) -> str:
        """The query string of the next page."""
        return self.with_token("$skiptoken", _token(after))

    def with_token(self, name: str, value: str) -> str:
        """The query string with this token in place of whichever it had; the other options stay."""
        tokens = ("$skiptoken", "$deltatoken", "$skip")
        pairs = [(known, text) for known, text in self.raw if known not in tokens]
        pairs.append((name, value))
        return "&".join(f"{quote(known, safe='$@')}={quote(text, safe='')}" for known, text in pairs)


def _unsupported(message: str) -> GraphError:
    return GraphError(400, "Request_UnsupportedQuery", message)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _relations(text: str) -> dict[str, tuple[str, ...]]:
    """`members($select=id,displayName),owners` by relation; no other option is taken inside."""
    found = {}
    for part in re.findall(r"[^,(]+(?:\([^)]*\))?", text):
        name, _, inner = part.strip().partition("(")
        option, _, value = inner.rstrip(")").partition("=")
        if option and option != "$select":
            raise _unsupported(f"Only $select is supported inside $expand, not '{option}'.")
        found[name.strip()] = _names(value)
    return found


def _order(text: str) -> tuple[tuple[str, bool], ...]:
    terms = []
    for term in _names(text):
        name, _, direction = term.partition(" ")
        if direction.strip().lower() not in ("", "asc", "desc"):
            raise _unsupported(f"Invalid $orderby clause: {text}")
        terms.append((name, direction.strip().lower() == "desc"))
    return tuple(terms)


def _page_size(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdecimal() or not 1 <= int(text) <= LARGEST_PAGE:
        raise _unsupported(f"Invalid page size specified: '{text}'. Must be 1 to {LARGEST_PAGE}.")
    return int(text)


def _skip(text: str) -> int:
    if not text.isdecimal():
        raise _unsupported(f"Invalid value '{text}' for $skip.")
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
    #: the directory counts, searches and orders only for clients that accept eventual consistency
    directory: bool = True
    #: what `$orderby` and `$search` may name; the other properties are refused
    sortable: Sequence[str] = ()
    searchable: Sequence[str] = ()


def of_kind(kind: Kind, context: str, query: Query, *, typed: bool = False) -> Collection:
    """A collection of directory objects of one kind, `$select` applied; `typed` where kinds may mix."""
    check_select(kind, query)
    annotation = {"@odata.type": kind.odata_type} if typed else {}
    return Collection(
        context,
        kind.properties,
        lambda document: {**annotation, **kind.shape(document, query.select)},
        sortable=kind.sortable,
        searchable=kind.searchable,
    )


def check_select(kind: Kind, query: Query) -> None:
    """Refuse with 400 a selected property that the kind does not have."""
    for name in query.select:
        if name not in kind.properties:
            raise GraphError(400, "BadRequest", f"Could not find a property named '{name}' on '{kind.name}'.")


def check_expand(query: Query, relations: Iterable[str]) -> None:
    """Refuse with 400 a relation in `$expand` that this request does not give."""
    for name in query.expand:
        if name not in relations:
            raise GraphError(400, "BadRequest", f"Parsing OData Select and Expand failed: '{name}'.")


def selected(body: Mapping[str, Any], select: Sequence[str]) -> dict[str, Any]:
    """`body` cut down to what is selected; for workloads that ignore names they do not know."""
    return {name: value for name, value in body.items() if not select or name in select or name[0] == "@"}


def matching(
    rows: Iterable[Row],
    query: Query,
    properties: Mapping[str, type],
    *,
    eventual: bool,
    searchable: Sequence[str] = (),
) -> list[Row]:
    """The rows `$filter` and `$search` let through.

    Raises:
        GraphError: 400, the query is not understood, or it (or `$count`) needs `ConsistencyLevel: eventual`.
    """
    if query.count and not eventual:
        raise _needs_eventual("$count")
    found = list(rows)
    if query.filter:
        predicate, advanced = parse_filter(query.filter, properties)
        if (advanced or query.order) and not eventual:
            raise _needs_eventual("this filter")
        found = [row for row in found if predicate(row.document)]
    if query.search:
        if not eventual:
            raise _needs_eventual("$search")
        wanted = parse_search(query.search, searchable)
        found = [row for row in found if wanted(row.document)]
    return found


def _ordered(rows: list[Row], query: Query, sortable: Sequence[str]) -> list[Row]:
    for name, descending in reversed(query.order):
        if name not in sortable:
            raise _unsupported(f"Sorting not supported for the property '{name}'.")
        rows = sorted(rows, key=partial(_sort_key, name), reverse=descending)
    return rows


def _sort_key(name: str, row: Row) -> str:
    return str(row.document.get(name) or "").casefold()


def page(
    collection: Collection, rows: Iterable[Row], query: Query, *, url: str, base: str, eventual: bool
) -> Answer:
    """One page of `rows`, which come in creation order; `url` is the collection's own address."""
    if query.skip and collection.directory:
        raise _unsupported("$skip is not supported here; follow @odata.nextLink.")
    eventual = eventual or not collection.directory
    found = matching(rows, query, collection.properties, eventual=eventual, searchable=collection.searchable)
    found = _ordered(found, query, collection.sortable)
    after = query.after
    size = query.top or DEFAULT_PAGE
    if query.order or query.skip:
        start = after or query.skip
        rest = found[start:]
        following = start + size
    else:
        rest = [row for row in found if row.sequence > after]
        following = rest[size - 1].sequence if len(rest) > size else 0
    body: dict[str, Any] = {"@odata.context": f"{base}/$metadata#{collection.context}"}
    if query.count:
        body["@odata.count"] = len(found)
    if len(rest) > size:
        body["@odata.nextLink"] = f"{url}?{query.following(following)}"
    body["value"] = [collection.shape(row.document) for row in rest[:size]]
    return Answer(200, body)


def _needs_eventual(what: str) -> GraphError:
    return _unsupported(f"The header ConsistencyLevel: eventual is needed for {what}.")
