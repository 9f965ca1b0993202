"""Owns stdout: data as a table for people or as JSON for machines; Rich is loaded only to draw."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from kit.cli.times import local

if TYPE_CHECKING:
    from rich.console import Console

#: Columns of text that goes to a file or a pipe.
_WIDTH = 120


def console_on(*, stderr: bool = False) -> "Console":
    """Where Rich draws; text for a file or a pipe gets a width of its own."""
    from rich.console import Console

    # What a name or a file says is text, whatever brackets and colons it has.
    console = Console(stderr=stderr, markup=False, emoji=False, highlight=False)
    if not console.is_terminal:
        console.width = _WIDTH
    return console


def emit_json(data: Any) -> None:
    """Print `data` as JSON; dates in ISO 8601."""
    print(json.dumps(data, ensure_ascii=False, indent=2, default=_plain))


def emit_table(
    rows: Iterable[Mapping[str, Any]], columns: Sequence[tuple[str, str]], *, as_json: bool, title: str = ""
) -> None:
    """Print rows; `columns` are (key, heading) pairs in order. JSON prints the rows whole."""
    listed = list(rows)
    if as_json:
        emit_json(listed)
        return
    from rich.table import Table

    table = Table(title=title or None, title_justify="left")
    for _key, heading in columns:
        # What does not fit goes on below: half a reference is none.
        table.add_column(heading, overflow="fold")
    for row in listed:
        table.add_row(*(_text(row.get(key)) for key, _heading in columns))
    console_on().print(table)


def emit_record(record: Mapping[str, Any], labels: Sequence[tuple[str, str]], *, as_json: bool) -> None:
    """Print one thing, a line a property; `labels` are (key, label) pairs in order."""
    if as_json:
        emit_json(record)
        return
    width = max(len(label) for _key, label in labels)
    for key, label in labels:
        print(f"{label:<{width}}  {_text(record.get(key))}")


def _text(value: Any) -> str:
    if value is None or value is False:
        return "–"
    if value is True:
        return "✓"
    if isinstance(value, datetime):
        return local(value).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, list | tuple):
        return ", ".join(_text(item) for item in value)
    return str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def printable(text: str) -> str:
    """What a laptop said, without anything that would act on this terminal."""
    return "".join(character for character in text if character.isprintable())
