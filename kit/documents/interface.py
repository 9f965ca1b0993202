"""Owns what every kind of document shares: frozen facts, their fingerprint, the content given to a template.

A kind is a module with a frozen dataclass of facts and two functions, `render(facts, language) -> bytes`
(PDF) and `as_text(facts, language) -> str`. It turns facts into a `Content`; `typesetting.py` makes the PDF.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from kit.errors import KitError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class NotTypeset(KitError):
    """A document could not be set as PDF; the facts are untouched and their plain text still works."""


@dataclass(frozen=True)
class Content:
    """One document ready to be set.

    Attributes:
        template: file of `templates/` that lays it out, e.g. "handover.typ".
        language: of the labels, e.g. "fr"; also told to screen readers.
        title: what the document is.
        reference: the document's own name, on every page.
        author: who issues it.
        issued_at: moment of issue, aware; also the PDF's creation date, so that equal facts give equal bytes.
        fingerprint: SHA-256 of the facts, in hexadecimal, on every page.
        data: what the template reads, JSON values only; user data stays data, never Typst source.
    """

    template: str
    language: str
    title: str
    reference: str
    author: str
    issued_at: datetime
    fingerprint: str
    data: Mapping[str, Any]


def canonical(facts: "DataclassInstance") -> bytes:
    """The bytes that are hashed: JSON in ASCII, keys sorted, no white space, days and moments in ISO 8601.

    Kept beside the PDF, anybody checks a sheet with `sha256sum`.
    """
    plain = asdict(facts)
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), default=_iso).encode("ascii")


def fingerprint(facts: "DataclassInstance") -> str:
    """SHA-256 of `canonical(facts)`, 64 hexadecimal digits; the same in every language."""
    return hashlib.sha256(canonical(facts)).hexdigest()


def _iso(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"a document's facts cannot hold {type(value).__name__}")
