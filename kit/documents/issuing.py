"""Issues a document of any kind: freeze its facts, set it, save it, record it.

Equal facts are not issued again: the same version comes back, and files that were lost are written anew with
the same bytes. Other facts give the next version, which says what changed.
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
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


@dataclass(frozen=True)
class _Draft:
    """A paper before it is set; `document` is the version that says the same already."""

    kind: Kind[Any]
    facts: PaperFacts
    base: Path
    document: IssuedDocument | None = None

    def is_whole(self) -> bool:
        """Whether all its files are there; nothing else than its own can be."""
        files = (ending(self.base, each) for each in ("pdf", "txt", "json"))
        return self.document is not None and all(file.exists() for file in files)


def issue(session: Session, by: Stamp, documents: Path, facts: PaperFacts, *, first: int = 1) -> Issued:
    """Issue a document in the caller's write transaction, under the `documents` folder of the station.

    The version, and what it says has changed, are set here, whatever the facts hold; `first` is the number of
    the first version. If the transaction fails afterwards, files may be left that the next issue replaces.

    Raises:
        NotTypeset: no PDF could be made; nothing was recorded.
        MissingRequirement: a file could not be written; nothing was recorded.
        IllegalMove: that reference is another kind's.
    """
    return issue_together(session, by, documents, [facts], first=first)[0]


def issue_together(
    session: Session, by: Stamp, documents: Path, papers: Sequence[PaperFacts], *, first: int = 1
) -> list[Issued]:
    """As `issue`, for papers of different references: all or none. They are set side by side.

    Setting is most of the work, and the typesetter lets other threads of the program go on meanwhile.
    """
    drafts = [_draft(session, documents, facts, first) for facts in papers]
    missing = [draft for draft in drafts if not draft.is_whole()]
    with ThreadPoolExecutor(os.cpu_count()) as setters:
        digests = dict(zip((draft.base for draft in missing), setters.map(_write, missing), strict=True))
    return [
        Issued(
            draft.document or _record(session, by, draft.kind, draft.facts, digests[draft.base]),
            draft.base,
            new=draft.base in digests,
        )
        for draft in drafts
    ]


def _draft(session: Session, documents: Path, facts: PaperFacts, first: int) -> _Draft:
    """The version that says the same already, else the next one."""
    kind = kind_of(facts)
    now = kind.read(frozen(replace(facts, version=first, change="")))
    before = issued.newest(session, facts.reference)
    if before is not None and before.kind == kind.name:
        known = kind.read(before.facts)
        same = replace(now, version=known.version, change=known.change, issued_at=known.issued_at)
        if frozen(same) == before.facts:
            return _Draft(kind, known, base(kind, known, documents), before)
        change = _change(kind.as_text(known, LANGUAGE), kind.as_text(same, LANGUAGE))
        now = replace(now, version=before.version + 1, change=change)
    return _Draft(kind, now, base(kind, now, documents))


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


def _write(draft: _Draft) -> str:
    """Save facts, plain text and PDF; the first two help even where no PDF can be made. Gives its SHA-256."""
    plain = {
        ending(draft.base, "json"): canonical(draft.facts),
        ending(draft.base, "txt"): draft.kind.as_text(draft.facts, LANGUAGE).encode(),
    }
    try:
        pdf = draft.kind.render(draft.facts, LANGUAGE)
    except NotTypeset:
        save_together(plain)
        raise
    save_together({**plain, ending(draft.base, "pdf"): pdf})
    return hashlib.sha256(pdf).hexdigest()


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
