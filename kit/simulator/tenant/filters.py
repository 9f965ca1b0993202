"""Owns `$filter`: the part of the language that clients of a tenant use, as a predicate on documents.

Grammar: terms joined by `and`; a term is `name eq literal`, `name ne literal`, `startswith(name,'x')`,
`endswith(name,'x')` or `name/any(v:v eq 'x')`. Anything else is refused rather than misread.
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from kit.simulator.tenant.answers import GraphError

Predicate = Callable[[Mapping[str, Any]], bool]

_TOKEN = re.compile(r"\s*('(?:[^']|'')*'|[A-Za-z0-9_.@-]+|[(),:/])")
_LITERALS: Mapping[str, Any] = {"true": True, "false": False, "null": None}


def parse(text: str, properties: Collection[str]) -> tuple[Predicate, bool]:
    """The predicate, and whether it is an advanced query (needs `ConsistencyLevel: eventual`).

    Raises:
        GraphError: 400, not in the grammar above, or a property the kind does not have.
    """
    reader = _Reader(_tokens(text), properties, text)
    terms = [reader.term()]
    while reader.more():
        reader.expect("and")
        terms.append(reader.term())
    return (lambda document: all(term(document) for term in terms)), reader.advanced


def _tokens(text: str) -> list[str]:
    tokens, position = [], 0
    while position < len(text.rstrip()):
        found = _TOKEN.match(text, position)
        if not found:
            raise _invalid(text)
        tokens.append(found[1])
        position = found.end()
    return tokens


def _invalid(text: str) -> GraphError:
    return GraphError(400, "BadRequest", f"Invalid filter clause: {text}")


def _folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


class _Reader:
    """Reads terms from left to right; names and strings compare letter case aside, as the directory does."""

    def __init__(self, tokens: list[str], properties: Collection[str], text: str) -> None:
        self._tokens = tokens
        self._properties = properties
        self._text = text
        self.advanced = False

    def more(self) -> bool:
        return bool(self._tokens)

    def expect(self, *tokens: str) -> None:
        for token in tokens:
            if self._next().lower() != token:
                raise _invalid(self._text)

    def term(self) -> Predicate:
        head = self._next()
        if head.lower() in ("startswith", "endswith"):
            return self._affix(head.lower())
        name = self._property(head)
        operator = self._next().lower()
        if operator == "/":
            return self._any(name)
        if operator not in ("eq", "ne"):
            raise _invalid(self._text)
        literal = _folded(self._literal())
        if operator == "eq":
            return lambda document: bool(_folded(document.get(name)) == literal)
        self.advanced = True
        return lambda document: bool(_folded(document.get(name)) != literal)

    def _affix(self, function: str) -> Predicate:
        self.expect("(")
        name = self._property(self._next())
        self.expect(",")
        affix = str(_folded(self._literal()))
        self.expect(")")
        if function == "startswith":
            return lambda document: str(_folded(document.get(name)) or "").startswith(affix)
        self.advanced = True
        return lambda document: str(_folded(document.get(name)) or "").endswith(affix)

    def _any(self, name: str) -> Predicate:
        self.expect("any", "(")
        variable = self._next()
        self.expect(":", variable.lower(), "eq")
        literal = _folded(self._literal())
        self.expect(")")
        return lambda document: literal in [_folded(item) for item in document.get(name) or ()]

    def _next(self) -> str:
        if not self._tokens:
            raise _invalid(self._text)
        return self._tokens.pop(0)

    def _property(self, name: str) -> str:
        if name not in self._properties:
            raise GraphError(400, "BadRequest", f"Could not find a property named '{name}'.")
        return name

    def _literal(self) -> Any:
        token = self._next()
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if token.lower() in _LITERALS:
            return _LITERALS[token.lower()]
        if re.fullmatch(r"-?\d+", token):
            return int(token)
        # A GUID may stand without quotes.
        if re.fullmatch(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", token):
            return token
        raise _invalid(self._text)
