"""Makes the audit pack of a crisis: all that the book of record has of it, for a third party to check.

A BagIt bag with the crisis's records and its lines of the journal; `kit/restitution/audit-README.txt` says
how it is checked without this program. It holds personal data, and no secret.
"""

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from gettext import gettext as _
from importlib import resources
from pathlib import Path
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from inventory import (
    crises,
    crisis_records,
    dropped_seats,
    evidence,
    handings,
    issued,
    journal,
    milestones,
    slips,
)
from inventory.breaches import Breach
from inventory.crises import Crisis
from inventory.examinations import Finding
from inventory.journal import JournalLine
from inventory.loans import Loan
from kit import restitution
from kit.app.compose import App
from kit.documents.store import save
from kit.errors import BadInput
from kit.graph.filing import make_private
from kit.restitution import bag

#: What comes with the program, and its name in the pack.
_COMES_ALONG = {
    "audit-README.txt": "README.txt",
    "audit-LISEZMOI.txt": "LISEZMOI.txt",
    "verify_journal.py": "journal/verify.py",
}
_CHUNK = 1000


@dataclass(frozen=True)
class Pack:
    """A pack that was made; `anchor` is the SHA-256 of its tag manifest, to be given on another way."""

    reference: str
    folder: str
    files: int
    lines: int
    anchor: str


@dataclass(frozen=True)
class _Holding:
    """From when until when what is told of a device is told of this crisis."""

    tag: str
    since: datetime
    until: datetime | None

    def has(self, tag: str, at: datetime) -> bool:
        return tag == self.tag and self.since <= at and (self.until is None or at < self.until)


def export(app: App, text: str, out: Path) -> Pack:
    """Put the audit pack of a crisis into a folder that is new or empty; the journal has its anchor.

    Raises:
        Unknown: no such crisis. BadInput: something is in the folder. JournalBroken: the journal does not
            hold.
        MissingRequirement: a file could not be written.
    """
    folder = out.expanduser().absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput(
            _("“{folder}” is not empty; nothing was written.").format(folder=folder),
            hint=_("Name a folder that does not exist yet."),
        )
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    make_private(part)
    try:
        with app.database.read() as session:
            journal.verify(session)
            crisis = crises.find(session, text)
            lines = _write(session, app, crisis, part / bag.DATA)
        info = {
            "Source-Organization": app.settings.team.name,
            "External-Identifier": crisis.reference,
            "External-Description": "Audit pack",
            "Bagging-Date": app.stamp().at.astimezone(app.zone).date().isoformat(),
        }
        sealed = bag.seal(part, info)
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    anchor = hashlib.sha256((folder / bag.TAG_MANIFEST).read_bytes()).hexdigest()
    with app.database.write() as session:
        told = {"lines": lines, "tagmanifest_sha256": anchor}
        journal.append(session, app.stamp(), "audit.exported", crises.subject(crisis.reference), told)
    return Pack(crisis.reference, str(folder), sealed.files, lines, anchor)


def _write(session: Session, app: App, crisis: Crisis, data: Path) -> int:
    """Everything but the bag's own files; how many journal lines."""
    held = _holdings(session, crisis.reference)
    seats = {
        "seats": _rows(crisis_records.seats(session, crisis.reference)),
        "dropped_seats": _rows(dropped_seats.listing(session, crisis.reference)),
    }
    _put(_json(crisis.model_dump(mode="json") | seats), data / "crisis.json")
    for name, rows in _records(session, crisis.reference, held).items():
        _put(_json(rows), data / "records" / f"{name}.json")
    for name, place in _COMES_ALONG.items():
        _put(resources.files(restitution).joinpath(name).read_bytes(), data / place)
    kept = app.home.documents / crisis.reference
    for file in sorted(path for path in kept.rglob("*") if path.is_file()):
        _put(file.read_bytes(), data / "documents" / file.relative_to(kept))
    return _write_journal(session, crisis.reference, held, data / "journal")


def _records(session: Session, reference: str, held: Iterable[_Holding]) -> Mapping[str, Any]:
    about = select(Finding).order_by(col(Finding.at), col(Finding.id))
    tags = {holding.tag for holding in held}
    findings = session.exec(about.where(col(Finding.device_tag).in_(tags))).all()
    return {
        "milestones": _rows(milestones.of(session, reference)),
        "evidence": _rows(evidence.of(session, reference)),
        "loans": _rows(
            session.exec(select(Loan).where(Loan.crisis == reference).order_by(col(Loan.id))).all()
        ),
        "handings": _rows(handings.of(session, reference)),
        "findings": _rows(f for f in findings if any(each.has(f.device_tag, f.at) for each in held)),
        "breaches": _rows(_breaches(session, reference)),
        "secrets": _rows(slips.listing(session, crisis=reference)),
        "documents": [
            each.model_dump(mode="json") | {"attachments": _rows(issued.attachments(session, each))}
            for each in issued.listing(session, crises.subject(reference))
        ],
    }


def _write_journal(session: Session, reference: str, held: Iterable[_Holding], folder: Path) -> int:
    """The lines of the crisis in full, and of all others from its first one on the hash."""
    subjects = {crises.subject(reference)}
    subjects |= {slips.subject(slip.name) for slip in slips.listing(session, crisis=reference)}
    subjects |= {f"breach:{entry.reference}" for entry in _breaches(session, reference)}
    chain, count = list[str](), 0
    whole = list[bytes]()
    for line in _since_opened(session, reference):
        if not chain:
            chain.append(f"{line.seq - 1}  {line.previous}")
        chain.append(f"{line.seq}  {line.hash}")
        if _is_about(line, reference, subjects, held):
            whole.append(_line(line))
            count += 1
    _put("".join(f"{each}\n" for each in chain).encode("ascii"), folder / "chain.txt")
    _put(b"".join(whole), folder / "lines.jsonl")
    return count


def _since_opened(session: Session, reference: str) -> Iterator[JournalLine]:
    first = select(JournalLine.seq).where(
        JournalLine.subject == crises.subject(reference), JournalLine.kind == "crisis.opened"
    )
    query = select(JournalLine).where(col(JournalLine.seq) >= first.scalar_subquery())
    yield from session.exec(query.order_by(col(JournalLine.seq)).execution_options(yield_per=_CHUNK))


def _is_about(line: JournalLine, reference: str, subjects: set[str], held: Iterable[_Holding]) -> bool:
    if line.subject in subjects or line.subject.startswith(f"{crises.subject(reference)}/"):
        return True
    if line.data.get("crisis") == reference:
        return True
    kind, _colon, tag = line.subject.partition(":")
    return kind == "device" and any(holding.has(tag, line.at) for holding in held)


def _holdings(session: Session, reference: str) -> list[_Holding]:
    """The devices that the crisis held, each until another crisis took it."""
    every = session.exec(select(Loan).order_by(col(Loan.reserved_at), col(Loan.id))).all()
    found = []
    for loan in every:
        if loan.crisis == reference:
            later = (
                other.reserved_at
                for other in every
                if other.device_tag == loan.device_tag
                and other.crisis != reference
                and other.reserved_at > loan.reserved_at
            )
            found.append(_Holding(loan.device_tag, loan.reserved_at, min(later, default=None)))
    return found


def _breaches(session: Session, reference: str) -> Sequence[Breach]:
    return session.exec(select(Breach).where(Breach.crisis == reference).order_by(col(Breach.id))).all()


def _line(line: JournalLine) -> bytes:
    """A line as it is hashed, with its hash beside it."""
    fields = {name: getattr(line, name) for name in type(line).model_fields}
    fields["at"] = line.at.astimezone(UTC).isoformat(timespec="microseconds")
    return journal.canonical(fields) + b"\n"


def _rows(rows: Iterable[SQLModel]) -> list[dict[str, Any]]:
    """As JSON values; what is sealed is a secret, and never of use to an audit."""
    return [row.model_dump(mode="json", exclude={"sealed"}) for row in rows]


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def _put(content: bytes, file: Path) -> None:
    """Write a file of the pack; its folders are its owner's only, too."""
    make_private(file.parent)
    save(content, file)
