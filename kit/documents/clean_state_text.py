"""Owns the plain-text layout of a laptop's page, from the same data as the PDF's template."""

import textwrap
from collections.abc import Iterator
from typing import Any

from kit.documents.characters import legible_all
from kit.documents.handover_text import WIDTH, fields, heading


def lay_out(page: dict[str, Any], labels: dict[str, str]) -> str:
    """One laptop's page as text, ending in a line feed."""
    return "\n".join(_lines(legible_all(page), labels)) + "\n"


def _lines(page: dict[str, Any], labels: dict[str, str]) -> Iterator[str]:
    yield from heading(f"{labels['clean_state']} {page['tag']}", "=")
    yield f"*** {labels['clean' if page['clean'] else 'not_clean']} ***"
    yield from textwrap.wrap(page["reason"], WIDTH)
    yield ""
    yield from fields(page["identity"])
    for title, rows in page["sections"]:
        yield ""
        yield from heading(title, "-")
        yield from fields([line for row in rows for line in _told(row, labels)])
    if page["others"]:
        yield ""
        yield from heading(labels["others"], "-")
        yield from fields([line for check in page["others"] for line in _told(check, labels)])
    if page["more"]:
        yield page["more"]
    yield ""
    for label, value in page["proofs"]:
        yield from (label, value)


def _told(row: dict[str, Any], labels: dict[str, str]) -> Iterator[list[str]]:
    """(label, value) pairs: the verdict of the check in brackets before what is told first."""
    verdict = {True: f"[{labels['passed']}]", False: f"[{labels['failed']}]", None: ""}[row["passed"]]
    parts = [" ".join(filter(None, part)) for part in row["parts"]]
    found = [f"{labels['found']} {row['found']}"] if row["found"] else []
    first, *rest = [*parts, *found] or [""]
    yield [row["label"], f"{verdict} {first}".strip()]
    yield from (["", text] for text in rest)
