"""Reads a JSON list of objects, as `kit pool export` and `kit pool list --json` write it."""

import json
import re
from collections.abc import Iterator
from gettext import gettext as _
from pathlib import Path
from typing import Any

from inventory.exporting.formulas import neutral
from inventory.importing.refusal import Fault, refused

#: What stands before, between and after the members of a list.
_BETWEEN = re.compile(r"[\s,\[\]]*")


def records(path: Path, content: bytes) -> Iterator[tuple[int, list[str]]]:
    """The names of all values as a header, then each object with the line on which it begins.

    Raises:
        BadRows: it is no JSON, or something else than a list of objects with plain values.
    """
    try:
        text = content.decode("utf-8-sig")
        listed = isinstance(json.loads(text), list)
    except json.JSONDecodeError as exc:
        reason = _("is no JSON: {reason}").format(reason=exc.msg)
        raise refused(path, [(exc.lineno, reason)], hint=_hint()) from exc
    except (ValueError, RecursionError) as exc:
        raise refused(path, [(1, _("is not a text file"))], hint=_hint()) from exc
    objects: list[tuple[int, dict[str, Any]]] = []
    faults: list[Fault] = []
    for line, found in _members(text) if listed else [(1, None)]:
        if isinstance(found, dict) and not any(isinstance(value, dict | list) for value in found.values()):
            objects.append((line, found))
        else:
            faults.append((line, _("is no object with plain values")))
    if faults:
        raise refused(path, faults, hint=_hint())
    names = list(dict.fromkeys(name for _line, found in objects for name in found))
    yield 1, names
    for line, found in objects:
        # As a spreadsheet would hold them: what looks like a formula here is text for certain.
        yield line, [neutral(_text(found.get(name))) for name in names]


def _members(text: str) -> Iterator[tuple[int, Any]]:
    """The members of a list that is known to be one, read one by one: only so the line of each is known."""
    decoder = json.JSONDecoder()
    at, line = 0, 1
    while (between := _BETWEEN.match(text, at)) and between.end() < len(text):
        line += text.count("\n", at, between.end())
        found, end = decoder.raw_decode(text, between.end())
        yield line, found
        line += text.count("\n", between.end(), end)
        at = end


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case _:
            return str(value)


def _hint() -> str:
    return _("Give a JSON list of objects, as `kit pool export FILE.json` writes it.")
