"""Owns the hand-over sheet's plain-text layout, from the same data as the PDF's template."""

import textwrap
from collections.abc import Iterator
from typing import Any

from kit.documents.characters import legible_all

WIDTH = 76
_BLANK = "_" * 28
#: The widest label that has its value beside it.
_BESIDE = 42


def lay_out(data: dict[str, Any], fingerprint: str) -> str:
    """The whole sheet as text, ending in a line feed."""
    data = legible_all(data)
    blocks = [_cover(data), *(_receipt(seat, data["labels"]) for seat in data["seats"])]
    footer = f"{data['reference']}\n{data['labels']['fingerprint']}\n{fingerprint}"
    return "\n\n".join(["\n".join(block) for block in blocks] + [footer]) + "\n"


def _cover(data: dict[str, Any]) -> Iterator[str]:
    labels = data["labels"]
    if data["drill"]:
        yield from band(labels["exercise"])
    yield from heading(f"{labels['title']} {data['reference']}", "=")
    yield labels["subtitle"]
    yield ""
    yield from fields(data["identity"])
    yield ""
    yield ", ".join(f"{number} {noun}" for number, noun in data["totals"])
    yield ""
    yield from textwrap.wrap(labels["ownership"], WIDTH)
    for party in ("for_lender", "for_commune"):
        yield ""
        yield labels[party]
        yield from fields([[labels[key], ""] for key in ("name_role", "date_time", "signature")])


def _receipt(seat: dict[str, Any], labels: dict[str, str]) -> Iterator[str]:
    yield from heading(
        f"{seat['number']}. " + " – ".join(filter(None, (seat["person"], seat["service"]))), "-"
    )
    yield from fields([[labels["account"], seat["principal_name"]]])
    for item in seat["items"]:
        yield ""
        yield from _wrapped(" ".join(filter(None, ("[ ]", item["name"], item["tag"], item["model"]))), 4)
        conditions = "  ".join(f"[ ] {labels[key]}" for key in ("new", "good", "faulty"))
        noted = [[labels["condition"], conditions], [labels["remarks"], ""]]
        yield from fields([*item["identifiers"], *item["details"], *noted], indent=4)
    if seat["accessories"]:
        yield ""
        yield labels["accessories"]
        for accessory in seat["accessories"]:
            yield from _wrapped(f"[ ] {accessory}", 4)
    if seat["undelivered"]:
        yield ""
        yield from textwrap.wrap(seat["undelivered"], WIDTH, initial_indent="| ", subsequent_indent="| ")
    yield ""
    yield from textwrap.wrap(labels["statement"], WIDTH)
    yield f"[ ] {labels['identity_checked']}"
    yield from fields([[labels[key], ""] for key in ("date_time", "recipient", "agent")])


def band(label: str) -> Iterator[str]:
    """What no reader can miss, and an empty line."""
    yield from ("*" * WIDTH, label.center(WIDTH).rstrip(), "*" * WIDTH, "")


def heading(text: str, rule: str) -> Iterator[str]:
    """A title, underlined with `rule`."""
    lines = textwrap.wrap(text, WIDTH)
    yield from lines
    yield rule * max(len(line) for line in lines)


def fields(pairs: list[list[str]], indent: int = 0) -> Iterator[str]:
    """Labels in one column, values in the next; an empty value is a line to write on.

    What does not fit beside its label, such as a hash, stands below it.
    """
    column = max((len(label) for label, _value in pairs if len(label) <= _BESIDE), default=0) + 2
    for label, value in pairs:
        told = value or _BLANK
        longest = max(map(len, told.split(" ")))
        if len(label) + 2 <= column and indent + column + longest <= WIDTH:
            yield from _wrapped(f"{'':{indent}}{label:<{column}}{told}", indent + column)
        else:
            yield from _wrapped(f"{'':{indent}}{label}", indent)
            yield from textwrap.wrap(
                told,
                WIDTH,
                initial_indent=" " * (indent + 4),
                subsequent_indent=" " * (indent + 4),
                break_on_hyphens=False,
            )


def _wrapped(text: str, hanging: int) -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent=" " * hanging, break_on_hyphens=False) or [text]
