"""Owns the plain-text layout of blocks: lines that a screen or any printer shows."""

import textwrap
from collections.abc import Iterator, Sequence
from typing import assert_never

from kit.documents.blocks import (
    Block,
    Fields,
    Heading,
    PageBreak,
    Paper,
    Prose,
    Signatures,
    Step,
    Steps,
    Table,
    Ticks,
    Totals,
)
from kit.documents.characters import legible
from kit.documents.handover_text import WIDTH, fields, heading


def lay_out(paper: Paper, name: str, lender: str) -> Iterator[str]:
    """The paper line by line, without its band and foot; `name` is the document's own."""
    yield from _wrapped(legible(lender), "")
    yield from heading(legible(f"{paper.title} {name}"), "=")
    yield from textwrap.wrap(legible(paper.subtitle), WIDTH)
    for block in paper.blocks:
        lines = [line.rstrip() for line in _lines(block)]
        if lines:
            yield ""
            yield from lines


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading(title):
            yield from heading(legible(title), "-")
        case Prose(text, framed):
            yield from _wrapped(legible(text), "| " if framed else "")
        case Fields(pairs) | Totals(pairs):
            yield from fields([[legible(label), legible(value)] for label, value in pairs])
        case Table():
            yield from _rows(block)
        case Ticks(choices, label):
            yield from _ticks(choices, label)
        case Steps(steps):
            yield from _steps(steps)
        case Signatures(parties, labels):
            for party in parties:
                yield from ("", legible(party))
                yield from fields([[label, ""] for label in labels])
        case PageBreak():
            pass
        case _:
            assert_never(block)


def _rows(table: Table) -> Iterator[str]:
    """Each row as its own little list, for no table fits a narrow printer; its first cell leads."""
    for row in table.rows:
        first, *others = ["; ".join(legible(line) for line in cell.split("\n") if line) for cell in row]
        yield from _wrapped(f"- {first}", "", "  ")
        told = [[head, cell] for head, cell in zip(table.head[1:], others, strict=True) if cell]
        if told:
            yield from fields(told, indent=4)


def _ticks(choices: Sequence[str], label: str) -> Iterator[str]:
    boxes = [f"[ ] {legible(choice)}" for choice in choices]
    if label:
        yield from _wrapped(f"{legible(label)}  {'  '.join(boxes)}", "", "    ")
    else:
        for box in boxes:
            yield from _wrapped(box, "", "    ")


def _steps(steps: Sequence[Step]) -> Iterator[str]:
    for number, step in enumerate(steps, start=1):
        yield from _wrapped(f"[ ] {number}. {legible(step.title)}", "", "       ")
        if step.text:
            yield from _wrapped(legible(step.text), "       ")
        # A command is never broken: it is typed, or copied, as it stands.
        yield from (f"         {legible(command)}" for command in step.commands)


def _wrapped(text: str, first: str, hanging: str | None = None) -> list[str]:
    following = first if hanging is None else hanging
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=following, break_on_hyphens=False
    )
