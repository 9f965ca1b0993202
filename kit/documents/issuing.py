"""Issues a document of any kind: freeze its facts, set it, save it, record it.

Equal facts are not issued again: the same version comes back, and files that were lost are written anew with
the same bytes. Other facts give the next version, which says what changed.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from sqlmodel import Session

from inventory import issued
from inventory.issued import IssuedDocument
from inventory.journal import Stamp
from kit.documents.cutting import several
from kit.documents.interface import NotTypeset, canonical
from kit.documents.kinds import Kind, frozen, kind_of
from kit.documents.paper_facts import PaperFacts
from kit.documents.slip import SlipFacts
from kit.documents.store import save_together
from kit.documents.wording import translations

#: People of French communes sign.
LANGUAGE = "fr"
#: Characters of what a reissue says has come, and has gone.
_ROOM = 300

F = TypeVar("F", bound=PaperFacts)


@dataclass(frozen=True)
class Issued:
    """A document as it stands: its record, its files, and whether this call made a version or a file."""

    document: IssuedDocument
    base: Path
    new: bool

    @property
    def pdf(self) -> Path:
        """What is printed."""
        return ending(self.base, "pdf")

    @property
    def text(self) -> Path:
        """The same for a screen."""
        return ending(self.base, "txt")

    @property
    def facts(self) -> Path:
        """The bytes whose SHA-256 the paper prints."""
        return ending(self.base, "json")


def issue(session: Session, by: Stamp, documents: Path, facts: PaperFacts, *, first: int = 1) -> Issued:
    """Issue a document in the caller's write transaction, under the `documents` folder of the station.

    The version, and what it says has changed, are set here, whatever the facts hold; `first` is the number of
    the first version. If the transaction fails afterwards, files may be left that the next issue replaces.

    Raises:
        NotTypeset: no PDF could be made; nothing was recorded.
        MissingRequirement: a file could not be written; nothing was recorded.
        IllegalMove: that reference is another kind's.
    """
    kind = kind_of(facts)
    now = kind.read(frozen(replace(facts, version=first, change="")))
    before = issued.newest(session, facts.reference)
    if before is not None and before.kind == kind.name:
        known = kind.read(before.facts)
        same = replace(now, version=known.version, change=known.change, issued_at=known.issued_at)
        if frozen(same) == before.facts:
            return _found(kind, known, documents, before)
        change = _change(kind.as_text(known, LANGUAGE), kind.as_text(same, LANGUAGE))
        now = replace(now, version=before.version + 1, change=change)
    pdf = _write(kind, now, base(kind, now, documents))
    document = _record(session, by, kind, now, hashlib.sha256(pdf).hexdigest())
    return Issued(document, base(kind, now, documents), new=True)


def seal(
    session: Session, by: Stamp, facts: SlipFacts, secret: str, layout: Callable[[SlipFacts, str, str], bytes]
) -> bytes:
    """Issue a credential slip with its secret, by `slip.render` for a printer or `slip.plain` for a screen.

    Nothing of it is kept but the facts, which hold no secret; each printing is another version.

    Raises:
        BadInput: the secret cannot be printed so that it can be typed again.
        NotTypeset: no PDF could be made; nothing was recorded.
    """
    before = issued.newest(session, facts.reference)
    now = replace(facts, version=before.version + 1 if before else 1, change="")
    made = layout(now, secret, LANGUAGE)
    # A hash of the PDF would let whoever reads it try secrets.
    _record(session, by, kind_of(now), now, "")
    return made


def base(kind: Kind[Any], facts: PaperFacts, documents: Path) -> Path:
    """Where a document is kept, without the endings of its files."""
    return documents / facts.folder / f"{kind.name}-{facts.name}"


def _record(session: Session, by: Stamp, kind: Kind[F], facts: F, pdf_sha256: str) -> IssuedDocument:
    return issued.issue(
        session,
        by,
        reference=facts.reference,
        version=facts.version,
        kind=kind.name,
        subject=facts.subject,
        facts=frozen(facts),
        pdf_sha256=pdf_sha256,
        change=facts.change,
    )


def _found(kind: Kind[F], facts: F, documents: Path, document: IssuedDocument) -> Issued:
    """The version that there is; what was lost of it is written again."""
    found = Issued(document, base(kind, facts, documents), new=False)
    if all(file.exists() for file in (found.pdf, found.text, found.facts)):
        return found
    _write(kind, facts, found.base)
    return replace(found, new=True)


def _write(kind: Kind[F], facts: F, base: Path) -> bytes:
    """Save facts, plain text and PDF; the first two help even where no PDF can be made. Gives the PDF."""
    plain = {
        ending(base, "json"): canonical(facts),
        ending(base, "txt"): kind.as_text(facts, LANGUAGE).encode(),
    }
    try:
        pdf = kind.render(facts, LANGUAGE)
    except NotTypeset:
        save_together(plain)
        raise
    save_together({**plain, ending(base, "pdf"): pdf})
    return pdf


def ending(base: Path, ending: str) -> Path:
    """A file of a document: `base` with "pdf", "txt" or "json"."""
    # Not `with_suffix`: a reference may have dots.
    return base.with_name(f"{base.name}.{ending}")


def _change(before: str, after: str) -> str:
    """What differs, in the words of the paper itself."""
    _ = translations(LANGUAGE).gettext
    # The last line is the fingerprint, which always differs.
    told, tells = before.splitlines()[:-1], after.splitlines()[:-1]
    said = ((_("New:"), _beyond(tells, told)), (_("Gone:"), _beyond(told, tells)))
    return " ".join(f"{label} {lines}." for label, lines in said if lines)


def _beyond(lines: Sequence[str], others: Sequence[str]) -> str:
    """The lines that the others do not have, as far as there is room."""
    known = set(others)
    found = several([" ".join(line.split()) for line in lines if line.strip() and line not in known], _ROOM)
    return "; ".join([*found.shown, *(["…"] if found.more else [])])
