"""Owns `$search` of the directory: clauses `"property:words"` joined by `AND` and `OR`, as a predicate.

Words are found at the start of words, letter case aside, in any order; `AND` binds closer than `OR`.
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from kit.simulator.tenant.answers import GraphError

_CLAUSE = r'"([A-Za-z]+):([^"]+)"'
_SEARCH = re.compile(rf"\s*{_CLAUSE}(\s+(AND|OR)\s+{_CLAUSE})*\s*")
_WORD = re.compile(r"\w+")


def parse(text: str, searchable: Collection[str]) -> Callable[[Mapping[str, Any]], bool]:
    """Whether a document matches.

    Raises:
        GraphError: 400, not in the grammar above, or a property that cannot be searched.
    """
    if not _SEARCH.fullmatch(text):
        raise GraphError(400, "BadRequest", f"Syntax error in the search query: {text}")
    alternatives: list[list[tuple[str, str]]] = [[]]
    for name, words, joint in re.findall(rf"{_CLAUSE}|\s(AND|OR)\s", text):
        if joint == "OR":
            alternatives.append([])
        elif not joint:
            if name not in searchable:
                raise GraphError(400, "Request_UnsupportedQuery", f"Property '{name}' cannot be searched.")
            alternatives[-1].append((name, words))
    return lambda document: any(
        all(_holds(document, name, words) for name, words in clauses) for clauses in alternatives
    )


def _holds(document: Mapping[str, Any], name: str, words: str) -> bool:
    present = _WORD.findall(str(document.get(name) or "").casefold())
    return all(any(word.startswith(part) for word in present) for part in _WORD.findall(words.casefold()))
