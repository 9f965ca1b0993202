"""Owns the list of issued documents, and what one of them says as plain text."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from inventory import issued
from inventory.issued import DocumentAttachment, IssuedDocument, Role
from tui.picture import DocumentList, DocumentQuery, DocumentsQuery, DocumentText, DocumentView

_SIGNING = (Role.SIGNED.value, Role.SIGNATURE.value)


def listing(session: Session, query: DocumentsQuery) -> DocumentList:
    """Every version of every document, the newest first."""
    signing = select(DocumentAttachment.document).where(col(DocumentAttachment.role).in_(_SIGNING))
    signed = set(session.exec(signing).all())
    found = reversed(issued.listing(session))
    return DocumentList(query, tuple(_view(each, signed=each.number in signed) for each in found))


def text(session: Session, query: DocumentQuery, folder: Path) -> DocumentText:
    """What it says: the text that was kept with its PDF in `folder`, else its facts, one a line.

    Raises:
        Unknown: there is no such document.
    """
    document = issued.find(session, query.reference, query.version)
    for file in _files(document, folder):
        return DocumentText(query, file.read_text(encoding="utf-8"))
    return DocumentText(query, "\n".join(_told(document.facts)))


def _files(document: IssuedDocument, folder: Path) -> Iterator[Path]:
    """Where another station may have issued it, this one has no file."""
    names = {f"{document.reference}{mark}{document.version}.txt" for mark in ("-v", "-R", "")}
    yield from (file for file in sorted(folder.rglob("*.txt")) if file.name in names)


def _told(facts: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for name, value in facts.items():
        if isinstance(value, Mapping):
            yield f"{before}{name}:"
            yield from _told(value, before + "  ")
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            for each in value:
                yield f"{before}{name}:"
                yield from _told(each, before + "  ")
        else:
            yield f"{before}{name}: {value}"


def _view(document: IssuedDocument, *, signed: bool) -> DocumentView:
    return DocumentView(
        document.reference,
        document.version,
        document.kind,
        document.subject,
        document.issued_at,
        document.issued_by,
        document.change,
        document.facts_sha256,
        signed,
    )
