"""The operator's commands on documents that were issued: list, look again, attach what was signed."""

from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path
from typing import Any

from sqlmodel import Session

from inventory import communes, crises, issued
from inventory.errors import Unknown
from inventory.issued import IssuedDocument, Proof, Role
from kit.app.compose import App
from kit.documents import issuing
from kit.documents.kinds import KINDS
from kit.errors import MissingRequirement


@dataclass(frozen=True)
class Shown:
    """One version of a document: its record, and what it says as plain text."""

    record: dict[str, Any]
    text: str


def listing(app: App, about: str = "") -> list[dict[str, Any]]:
    """Every version of every document, or of those about a crisis, a commune, or a subject of the journal.

    Those about a commune are its conventions and the papers of its crises.

    Raises:
        Unknown: there is no such crisis or commune.
    """
    with app.database.read() as session:
        found = [each for one in _subjects(session, about) for each in issued.listing(session, one)]
        return [_record(session, each) for each in sorted(found, key=lambda each: each.number)]


def show(app: App, reference: str, version: int | None = None) -> Shown:
    """A document as it was issued, told from its frozen facts, whatever became of its files.

    Raises:
        Unknown: there is no such document or version.
        JournalBroken: its facts are not what was hashed.
    """
    with app.database.read() as session:
        document = issued.find(session, reference, version)
        issued.verify(session, document)
        record = _record(session, document) | {
            "change": document.change,
            "facts_sha256": document.facts_sha256,
            "pdf_sha256": document.pdf_sha256,
            "issued_by": document.issued_by,
            "versions": [each.version for each in issued.versions(session, document.reference)],
            "attachments": [
                {"name": one.name, "role": one.role, "sha256": one.sha256, "at": one.at, "by": one.by}
                for one in issued.attachments(session, document)
            ],
        }
    kind = KINDS[document.kind]
    facts = kind.read(document.facts)
    pdf = issuing.Issued(document, issuing.base(kind, facts, app.home.documents), new=False).pdf
    return Shown(record | {"pdf": str(pdf) if pdf.exists() else ""}, kind.as_text(facts, issuing.LANGUAGE))


def attach(
    app: App, reference: str, file: Path, *, check: str, role: Role, version: int | None = None
) -> dict[str, Any]:
    """Tie a file, e.g. the scan of the signed paper, to a version; the same file again changes nothing.

    Raises:
        MissingRequirement: the file cannot be read.
        Unknown: there is no such document or version.
        BadValue: `check` is not how the paper's SHA-256 begins, or the file is empty.
    """
    try:
        proof = Proof(file.name, file.read_bytes(), role)
    except OSError as exc:
        raise MissingRequirement(
            _("“{file}” cannot be read: {reason}; nothing was changed.").format(
                file=file, reason=exc.strerror or exc
            ),
            hint=_("Check the file's name and who may read it."),
        ) from exc
    with app.database.write() as session:
        document = issued.find(session, reference, version)
        made = issued.attach(session, app.stamp(), document, proof, check=check)
        return {
            "reference": document.reference,
            "version": document.version,
            "name": made.name,
            "role": made.role,
            "sha256": made.sha256,
        }


def _record(session: Session, document: IssuedDocument) -> dict[str, Any]:
    return {
        "reference": document.reference,
        "version": document.version,
        "kind": document.kind,
        "subject": document.subject,
        "issued_at": document.issued_at,
        "check": document.facts_sha256[: issued.CHECK_DIGITS],
        "signed": any(one.role == Role.SIGNED for one in issued.attachments(session, document)),
    }


def _subjects(session: Session, about: str) -> list[str]:
    """How the journal names what an operator typed."""
    if not about or ":" in about or about == "team":
        return [about]
    try:
        return [crises.subject(crises.get(session, about).reference)]
    except Unknown:
        code = communes.find(session, about).code
        own = [each.reference for each in crises.listing(session) if each.commune_code == code]
        return [f"commune:{code}", *map(crises.subject, own)]
