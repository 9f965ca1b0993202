"""Owns `$filter` and `$orderby` on messages: terms joined by `and`, as SQL on the mail's columns."""

import re
from collections.abc import Sequence

from kit.simulator.tenant.answers import GraphError

#: Property → column and how its literal is written.
_COLUMNS = {
    "receivedDateTime": ("received", "moment"),
    "isRead": ("is_read", "truth"),
    "hasAttachments": ("has_attachments", "truth"),
    "internetMessageId": ("internet_id", "text"),
    "subject": ("subject", "text"),
}
_OPERATORS = {"eq": "=", "ne": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_LITERALS = {
    "moment": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z",
    "truth": r"true|false",
    "text": r"'(?:[^']|'')*'",
}
_TERM = re.compile(
    rf"\s*(\w+) (eq|ne|gt|ge|lt|le) ({'|'.join(_LITERALS.values())})\s*(?:and\b|$)", re.IGNORECASE
)


def condition(text: str) -> tuple[str, list[object]]:
    """The SQL condition of a filter and its values; an empty filter lets everything through.

    Raises:
        GraphError: 400, another grammar, property or kind of literal.
    """
    terms, values, place = list[str](), list[object](), 0
    while place < len(text):
        found = _TERM.match(text, place)
        if not found:
            raise _invalid(text)
        column, kind = _column(found[1])
        if not re.fullmatch(_LITERALS[kind], found[3], re.IGNORECASE):
            raise _invalid(text)
        terms.append(f"{column} {_OPERATORS[found[2].lower()]} ?")
        values.append(_value(kind, found[3]))
        place = found.end()
    return " AND ".join(terms) or "1", values


def ordering(order: Sequence[tuple[str, bool]]) -> str:
    """The SQL order of an `$orderby`; the newest first where there is none."""
    terms = [f"{_column(name)[0]}{' DESC' if descending else ''}" for name, descending in order]
    return ", ".join(terms) or "received DESC"


def _column(name: str) -> tuple[str, str]:
    if name not in _COLUMNS:
        raise GraphError(400, "BadRequest", f"Could not find a property named '{name}' to compare.")
    return _COLUMNS[name]


def _value(kind: str, literal: str) -> object:
    if kind == "truth":
        return literal.lower() == "true"
    if kind == "text":
        return literal[1:-1].replace("''", "'")
    # Kept in whole seconds.
    return re.sub(r"\.\d+", "", literal.upper())


def _invalid(text: str) -> GraphError:
    return GraphError(400, "ErrorInvalidUrlQueryFilter", f"The query filter '{text}' is invalid.")
