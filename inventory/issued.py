"""Owns which documents were issued: their frozen facts and hashes, their versions, their signed scans.

Facts are kept by value and are what is hashed. The journal has the hashes and no fact, for a name in it could
never be taken out again.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from gettext import gettext as _
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint, or_
from sqlmodel import Field, Session, SQLModel, col, select

from inventory import journal
from inventory.errors import BadValue, IllegalMove, JournalBroken, Unknown
from inventory.journal import JournalLine, Stamp
from inventory.times import UtcDateTime

#: How many digits of the facts' SHA-256 tell that a paper is the one that is meant.
CHECK_DIGITS = 8
#: A name as it is printed, with its version: "13005-2026-01-S3-1-v2", "13005-2026-01-R2".
_PRINTED = re.compile(r"(.+?)(?:-v)?([1-9]\d*)")


class Role(StrEnum):
    """What an attached file is."""

    #: the scan or photograph of the signed paper
    SIGNED = "signed"
    #: a signature made elsewhere, e.g. a qualified one (.p7s, .asc)
    SIGNATURE = "signature"
    #: anything else that belongs to it
    ANNEX = "annex"


class IssuedDocument(SQLModel, table=True):
    """One version of one document; a reissue is a new row that says what changed.

    Attributes:
        reference: its public name without the version, e.g. "13005-2026-01-R-3"; unique with `version`.
        kind: what it is, e.g. "return-sheet". subject: whom it is about, as the journal names it.
        facts: what it says, by value. facts_sha256, pdf_sha256: fingerprints, in hexadecimal.
        change: what differs from the version before; empty in the first.
    """

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("reference", "version", name="one_version_of_a_document"),
        Index("document_by_subject", "subject", "kind"),
    )

    id: int | None = Field(default=None, primary_key=True)
    reference: str
    version: int
    kind: str
    subject: str
    facts: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    facts_sha256: str
    pdf_sha256: str
    change: str = ""
    issued_at: datetime = Field(sa_type=UtcDateTime)
    issued_by: str

    @property
    def number(self) -> int:
        """Its row's number."""
        if self.id is None:
            raise ValueError("a document that was never kept has no number")
        return self.id


class DocumentAttachment(SQLModel, table=True):
    """A file tied to a document by its SHA-256, such as the scan of the signed sheet."""

    __tablename__ = "document_attachment"

    document: int = Field(foreign_key="document.id", primary_key=True)
    sha256: str = Field(primary_key=True)
    name: str
    role: str
    at: datetime = Field(sa_type=UtcDateTime)
    by: str


@dataclass(frozen=True)
class Proof:
    """A file that is attached: its name, its content, what it is."""

    name: str
    content: bytes
    role: Role = Role.SIGNED


def issue(
    session: Session,
    by: Stamp,
    *,
    reference: str,
    version: int,
    kind: str,
    subject: str,
    facts: Mapping[str, Any],
    pdf_sha256: str,
    change: str = "",
) -> IssuedDocument:
    """Keep one version of a document; `pdf_sha256` is empty where its PDF is kept nowhere.

    Raises:
        IllegalMove: it does not follow the newest version, or that name is another kind's.
    """
    before = newest(session, reference)
    if before is not None and (before.version + 1, before.kind) != (version, kind):
        raise IllegalMove(
            _("“{reference}” is a {kind} of version {version} already; nothing was issued.").format(
                reference=reference, kind=before.kind, version=before.version
            ),
            hint=_("Look at it with `kit document show {reference}`, then ask again.").format(
                reference=reference
            ),
        )
    document = IssuedDocument(
        reference=reference,
        version=version,
        kind=kind,
        subject=subject,
        facts=dict(facts),
        facts_sha256=fingerprint(facts),
        pdf_sha256=pdf_sha256,
        change=change,
        issued_at=by.at,
        issued_by=by.actor,
    )
    session.add(document)
    session.flush()
    hashes = {"facts_sha256": document.facts_sha256, "pdf_sha256": pdf_sha256}
    journal.append(session, by, "document.issued", subject, _named(document) | hashes)
    return document


def newest(session: Session, reference: str) -> IssuedDocument | None:
    """The newest version of a document; None where it was never issued."""
    return next(iter(versions(session, reference)[::-1]), None)


def versions(session: Session, reference: str) -> Sequence[IssuedDocument]:
    """Every version of a document, the first one first."""
    query = select(IssuedDocument).where(IssuedDocument.reference == reference)
    return session.exec(query.order_by(col(IssuedDocument.version))).all()


def find(session: Session, text: str, version: int | None = None) -> IssuedDocument:
    """The document that is meant: its reference, as printed or without the version; else the newest one.

    Raises:
        Unknown: there is no such document, or no such version of it.
    """
    text, known = text.strip(), versions(session, text.strip())
    printed = _PRINTED.fullmatch(text)
    if not known and version is None and printed is not None:
        known, version = versions(session, printed[1]), int(printed[2])
    if not known:
        raise Unknown(
            _("There is no document “{reference}”.").format(reference=text),
            hint=_("See them all with `kit document list`."),
        )
    if version is None:
        return known[-1]
    for document in known:
        if document.version == version:
            return document
    raise Unknown(
        _("“{reference}” has no version {version}; its newest is {newest}.").format(
            reference=known[-1].reference, version=version, newest=known[-1].version
        ),
        hint=_("See it with `kit document show {reference}`.").format(reference=known[-1].reference),
    )


def listing(session: Session, subject: str = "") -> Sequence[IssuedDocument]:
    """Every version of every document, or of those about a subject and its parts, in the order of issue."""
    query = select(IssuedDocument).order_by(col(IssuedDocument.id))
    if subject:
        column = col(IssuedDocument.subject)
        query = query.where(or_(column == subject, column.startswith(f"{subject}/", autoescape=True)))
    return session.exec(query).all()


def verify(session: Session, document: IssuedDocument) -> None:
    """Make sure that a document's facts are those that were hashed when it was issued.

    Raises:
        JournalBroken: they are not.
    """
    query = select(JournalLine).where(JournalLine.subject == document.subject)
    lines = session.exec(query.where(JournalLine.kind == "document.issued")).all()
    hashes = {"facts_sha256": fingerprint(document.facts), "pdf_sha256": document.pdf_sha256}
    if not any(line.data == _named(document) | hashes for line in lines):
        raise JournalBroken(
            _("The facts of “{reference}”, version {version}, are not what the journal has.").format(
                reference=document.reference, version=document.version
            ),
            hint=_("Keep the data base as it is, and compare with the printed paper and the last backup."),
        )


def attach(
    session: Session, by: Stamp, document: IssuedDocument, proof: Proof, *, check: str
) -> DocumentAttachment:
    """Tie a file to one version of a document by its SHA-256; the same file again changes nothing.

    A scan says not by itself which paper it shows: `check` is what the person who holds the paper reads off
    its footer, the first digits of the SHA-256 of the facts.

    Raises:
        BadValue: these are not that version's digits, or the file is empty.
    """
    digits = re.sub(r"\s", "", check).lower()
    if digits != document.facts_sha256[:CHECK_DIGITS]:
        raise BadValue(
            _("{check} is not how the SHA-256 of “{reference}”, version {version}, begins.").format(
                check=check, reference=document.reference, version=document.version
            )
            + " "
            + _("Nothing was attached."),
            hint=_("Type the first {count} signs in bold at the foot of the paper that was signed.").format(
                count=CHECK_DIGITS
            ),
        )
    if not proof.content:
        raise BadValue(
            _("“{name}” is empty; nothing was attached.").format(name=proof.name),
            hint=_("Scan the paper again."),
        )
    digest = hashlib.sha256(proof.content).hexdigest()
    before = session.get(DocumentAttachment, (document.number, digest))
    if before is not None:
        return before
    made = DocumentAttachment(
        document=document.number, sha256=digest, name=proof.name, role=proof.role.value, at=by.at, by=by.actor
    )
    session.add(made)
    facts = _named(document) | {"sha256": digest, "role": made.role}
    journal.append(session, by, "document.attached", document.subject, facts)
    return made


def attachments(session: Session, document: IssuedDocument) -> Sequence[DocumentAttachment]:
    """The files tied to one version, in the order in which they were."""
    query = select(DocumentAttachment).where(DocumentAttachment.document == document.number)
    return session.exec(query.order_by(col(DocumentAttachment.at), col(DocumentAttachment.sha256))).all()


def fingerprint(facts: Mapping[str, Any]) -> str:
    """SHA-256 of a document's facts, in hexadecimal; the one that its footer prints."""
    return hashlib.sha256(journal.canonical(dict(facts))).hexdigest()


def _named(document: IssuedDocument) -> dict[str, Any]:
    return {"reference": document.reference, "version": document.version, "document": document.kind}
