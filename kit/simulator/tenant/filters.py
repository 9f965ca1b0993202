"""Owns `$filter`: the part of the language that clients of a tenant use, as a predicate on documents.

Grammar, `and` before `or`: `name eq|ne|gt|ge|lt|le literal`, `name in (literals)`, `startswith(name,'x')`,
`endswith(name,'x')`, `name/any(v:v eq 'x')`, `name/any(v:v/part eq 'x')`, `not`, parentheses. A name may
be a path (`status/errorCode`). Anything else is refused rather than misread.
"""

import operator
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from kit.simulator.tenant.answers import GraphError

Predicate = Callable[[Mapping[str, Any]], bool]

_MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z"
_TOKEN = re.compile(rf"\s*('(?:[^']|'')*'|{_MOMENT}|[A-Za-z0-9_.@-]+|[(),:/])")
_LITERALS: Mapping[str, Any] = {"true": True, "false": False, "null": None}
_ORDERED: Mapping[str, Callable[[Any, Any], bool]] = {
    "gt": operator.gt, "ge": operator.ge, "lt": operator.lt, "le": operator.le,
}  # fmt: skip
#: A number, a GUID, a moment and a day stand without quotes.
_PLAIN = re.compile(
    rf"-?\d+|[0-9A-Fa-f]{{8}}(-[0-9A-Fa-f]{{4}}){{3}}-[0-9A-Fa-f]{{12}}|{_MOMENT}|\d{{4}}-\d\d-\d\d"
)


def parse(text: str, properties: Collection[str]) -> tuple[Predicate, bool]:
    """The predicate, and whether it is an advanced query (needs `ConsistencyLevel: eventual`).

    Raises:
        GraphError: 400, not in the grammar above, or a property the kind does not have.
    """
    reader = _Reader(_tokens(text), properties, text)
    predicate = reader.alternatives()
    if reader.more():
        raise _invalid(text)
    return predicate, reader.advanced


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


def _within(value: Any, path: list[str]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return _folded(value)


class _Reader:
    """Reads terms from left to right; names and strings compare letter case aside, as the directory does."""

    def __init__(self, tokens: list[str], properties: Collection[str], text: str) -> None:
        self._tokens = tokens
        self._properties = properties
        self._text = text
        self.advanced = False

    def more(self) -> bool:
        return bool(self._tokens)

    def alternatives(self) -> Predicate:
        terms = [self._all()]
        while self._follows("or"):
            terms.append(self._all())
        return lambda document: any(term(document) for term in terms)

    def _all(self) -> Predicate:
        terms = [self._term()]
        while self._follows("and"):
            terms.append(self._term())
        return lambda document: all(term(document) for term in terms)

    def _term(self) -> Predicate:
        if self._follows("("):
            inner = self.alternatives()
            self._expect(")")
            return inner
        if self._follows("not"):
            self.advanced = True
            negated = self._term()
            return lambda document: not negated(document)
        head = self._next()
        if head.lower() in ("startswith", "endswith"):
            return self._affix(head.lower())
        return self._comparison([self._property(head)])

    def _comparison(self, path: list[str]) -> Predicate:
        while self._follows("/"):
            if self._follows("any"):
                return self._any(path)
            path.append(self._next())
        word = self._next().lower()
        if word == "in":
            return self._in(path)
        if word not in ("eq", "ne", *_ORDERED):
            raise _invalid(self._text)
        literal = _folded(self._literal())
        if word == "eq":
            return lambda document: bool(_within(document, path) == literal)
        if word == "ne":
            self.advanced = True
            return lambda document: bool(_within(document, path) != literal)
        compare = _ORDERED[word]

        def ordered(document: Mapping[str, Any]) -> bool:
            value = _within(document, path)
            return type(value) is type(literal) and value is not None and compare(value, literal)

        return ordered

    def _in(self, path: list[str]) -> Predicate:
        self._expect("(")
        literals = [_folded(self._literal())]
        while self._follows(","):
            literals.append(_folded(self._literal()))
        self._expect(")")
        return lambda document: _within(document, path) in literals

    def _affix(self, function: str) -> Predicate:
        self._expect("(")
        name = self._property(self._next())
        self._expect(",")
        affix = str(_folded(self._literal()))
        self._expect(")")
        if function == "startswith":
            return lambda document: str(_folded(document.get(name)) or "").startswith(affix)
        self.advanced = True
        return lambda document: str(_folded(document.get(name)) or "").endswith(affix)

    def _any(self, path: list[str]) -> Predicate:
        self._expect("(")
        variable = self._next()
        self._expect(":", variable.lower())
        part = [self._next()] if self._follows("/") else []
        self._expect("eq")
        literal = _folded(self._literal())
        self._expect(")")

        def any_of(document: Mapping[str, Any]) -> bool:
            items = _within(document, path)
            return isinstance(items, list) and literal in [_within(item, part) for item in items]

        return any_of

    def _follows(self, token: str) -> bool:
        """Take the next token if it is this one."""
        if self._tokens and self._tokens[0].lower() == token:
            self._tokens.pop(0)
            return True
        return False

    def _expect(self, *tokens: str) -> None:
        for token in tokens:
            if self._next().lower() != token:
                raise _invalid(self._text)

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
        if not _PLAIN.fullmatch(token):
            raise _invalid(self._text)
        return int(token) if re.fullmatch(r"-?\d+", token) else token
