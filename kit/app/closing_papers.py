"""Issues what ends a crisis's data on paper: the restitution receipt, the destruction certificate.

The certificate comes last and only where all holds: the tenant was read to be empty, every device that the
crisis used was wiped since it came back or is named as missing, and this station's own copies of the bag are
gone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from gettext import gettext as _
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from inventory import crises, devices, evidence, examinations
from inventory.communes import Commune
from inventory.crises import Crisis
from inventory.devices import Device, DeviceState
from inventory.errors import IllegalMove
from inventory.evidence import Evidence
from inventory.examinations import Examination
from inventory.instructions import Instruction
from inventory.journal import JournalLine
from inventory.loans import Loan
from kit.app.compose import App
from kit.documents import issuing
from kit.documents.destruction import Destroyed, DestructionFacts, Remaining
from kit.documents.paper_facts import PaperFacts
from kit.documents.restitution import RestitutedPart, RestitutionFacts
from kit.documents.wording import translations
from kit.plan.stages import Stage
from kit.restitution import bag, envelope
from kit.workflows import order

#: Days for which Entra keeps a deleted administrative unit; nothing purges it before.
_BIN = timedelta(days=30)
#: States in which a device has been given to somebody, or prepared for them.
_USED = frozenset({DeviceState.PROVISIONING.value, DeviceState.READY.value, DeviceState.ON_LOAN.value})
#: Evidence of the end of this station's own copies.
COPIES = "copies"


@dataclass(frozen=True)
class Paper:
    """A paper that was issued: its reference with the version, and its files."""

    reference: str
    version: int
    pdf: str
    text: str
    facts_sha256: str


@dataclass(frozen=True)
class _Used:
    """A device that the crisis used, with its last loan there."""

    device: Device
    loan: Loan


def receipt(app: App, text: str) -> Paper:
    """The receipt of what the commune gets, to be signed; another version once it has acknowledged.

    Raises:
        Unknown: no such crisis. IllegalMove: nothing was exported, or not in the form that was agreed.
        NotTypeset, MissingRequirement: it could not be made.
    """
    with app.database.read() as session:
        crisis = crises.find(session, text)
        order.must_be_deliverable(session, crisis.reference)
        facts = RestitutionFacts(
            **_head(app, session, crisis, "RESTITUTION"),
            **_instruction(app, order.must_be_instructed(session, crisis.reference)),
            **_bag(app, session, crisis.reference),
            parts=tuple(_parts(evidence.of(session, crisis.reference))),
        )
    return _issue(app, facts)


def certify(app: App, text: str) -> Paper:
    """The certificate; this station's copies of the bag are deleted for it, and read to be gone.

    Raises:
        Unknown: no such crisis.
        IllegalMove: the order was not kept, or a device is out or not wiped since; nothing was certified.
        MissingRequirement, NotTypeset: a copy could not be deleted, or the paper not made.
    """
    with app.database.read() as session:
        crisis = crises.find(session, text)
        order.must_be_acknowledged(session, crisis.reference)
        order.must_be_removed(session, crisis.reference)
        _must_be_wiped(session, crisis.reference)
    _end_copies(app, crisis.reference)
    with app.database.read() as session:
        said = _instruction(app, order.must_be_instructed(session, crisis.reference))
        acknowledged, removed, copies = (
            _proof(session, crisis.reference, stage) for stage in (Stage.ACKNOWLEDGED, Stage.REMOVAL, COPIES)
        )
        used = _used(session, crisis.reference)
        facts = DestructionFacts(
            **_head(app, session, crisis, "DESTRUCTION"),
            **said,
            manifest_sha256=acknowledged.data["manifest_sha256"],
            acknowledged_by=acknowledged.data["acknowledged_by"],
            acknowledged_at=_signed_at(app, acknowledged),
            performed_by=_actor(session, crisis.reference),
            destroyed=(
                *_of_tenant(app, removed),
                *_of_devices(app, session, used),
                *_of_copies(app, copies),
            ),
            remaining=(*_remaining(app, removed, copies), *_missing(session, used)),
        )
    return _issue(app, facts)


def _issue(app: App, facts: PaperFacts) -> Paper:
    with app.database.write() as session:
        issued = issuing.issue(session, app.stamp(), app.home.documents, facts)
        document = issued.document
        return Paper(
            document.reference, document.version, str(issued.pdf), str(issued.text), document.facts_sha256
        )


def _must_be_wiped(session: Session, reference: str) -> None:
    """Every device that was used is wiped since it came back, or named as missing."""
    wrong = list[str]()
    hint = _("Wipe laptops with `kit laptop release`, and note what was reset with `kit pool wiped`.")
    for used in _used(session, reference):
        if _is_missing(used.device):
            continue
        if used.loan.ended_at is None:
            out = used.loan.handed_over_at is not None
            words = _("{tag} is still out") if out else _("{tag} is still held for it")
            wrong.append(words.format(tag=used.device.tag))
            hint = _(
                "Take back what is out, then `kit crisis close {reference}`; then wipe what came back."
            ).format(reference=reference)
        elif _wipe(session, used) is None:
            wrong.append(_("{tag} was not wiped since").format(tag=used.device.tag))
    if wrong:
        raise IllegalMove(_("Nothing is certified yet: {list}.").format(list=", ".join(wrong)), hint=hint)


def _used(session: Session, reference: str) -> list[_Used]:
    """The devices that somebody of the crisis may have left something on, by tag; the last loan of each."""
    query = select(Loan).where(Loan.crisis == reference).order_by(col(Loan.id))
    last = {loan.device_tag: loan for loan in session.exec(query).all() if _was_used(session, loan)}
    return [_Used(devices.get(session, tag), last[tag]) for tag in sorted(last)]


def _was_used(session: Session, loan: Loan) -> bool:
    moves = select(JournalLine).where(
        JournalLine.subject == devices.subject(loan.device_tag),
        JournalLine.kind == "device.moved",
        col(JournalLine.at) >= loan.reserved_at,
    )
    if loan.ended_at is not None:
        moves = moves.where(col(JournalLine.at) <= loan.ended_at)
    return any(line.data["to"] in _USED for line in session.exec(moves).all())


def _wipe(session: Session, used: _Used) -> examinations.Finding | None:
    """The wipe that proves it; None where there is none since the loan ended."""
    last = examinations.latest(session, used.device.tag, Examination.WIPE)
    ended = used.loan.ended_at
    return last if last and ended and last.passed and last.at >= ended else None


def _is_missing(device: Device) -> bool:
    # What was gone or broken may have been written off since; nothing else is retired without its wipe.
    gone = {DeviceState.LOST, DeviceState.STOLEN, DeviceState.BROKEN, DeviceState.RETIRED}
    return device.state in gone


def _end_copies(app: App, reference: str) -> None:
    """Delete what this station keeps of the bag; what was put elsewhere is not ours to delete."""
    with app.database.read() as session:
        exported = order.bag_of(session, reference)
        sealed = evidence.find(session, reference, order.SEALED)
    folder = Path(exported["folder"])
    places = [folder, envelope.place(folder), *([Path(sealed.data["file"])] if sealed else ())]
    own = sorted({place for place in places if app.home.exports in place.parents})
    for place in own:
        if place.is_dir():
            envelope.discard(place)
        else:
            place.unlink(missing_ok=True)
    if left := [place for place in own if place.is_file() or (place / bag.DATA).exists()]:
        raise IllegalMove(_("{files} are still there.").format(files=", ".join(map(str, left))))
    kept = {
        "deleted": [str(place) for place in own],
        "elsewhere": sorted({str(place) for place in places} - {str(place) for place in own}),
    }
    with app.database.write() as session:
        evidence.keep(session, app.stamp(), reference, COPIES, kept)


def _of_tenant(app: App, removed: Evidence) -> Iterator[Destroyed]:
    _ = translations(issuing.LANGUAGE).gettext
    kinds = {"user": _("Account, mailbox, OneDrive"), "group": _("Group, mailbox, Team, site")}
    for absence in removed.data["absences"]:
        yield Destroyed(
            what=kinds.get(absence["kind"], _("Administrative unit")),
            identifier=" ".join(filter(None, (absence["name"], absence["id"]))),
            at=removed.at.astimezone(app.zone),
            how=_("deleted") if absence["kind"] == "unit" else _("deleted and purged"),
            evidence=_("read back: {answer}").format(answer=absence["read"]),
        )


def _of_devices(app: App, session: Session, used: list[_Used]) -> Iterator[Destroyed]:
    _ = translations(issuing.LANGUAGE).gettext
    for each in used:
        if (wipe := _wipe(session, each)) is not None:
            device = each.device
            identity = device.serial or device.imei or device.iccid or ""
            yield Destroyed(
                what=_("Content of a device"),
                identifier=f"{device.tag} {identity}".rstrip(),
                at=wipe.at.astimezone(app.zone),
                how=_("wiped"),
                evidence=_("report, SHA-256 {sha256}").format(sha256=examinations.fingerprint(wipe.data)),
            )


def _of_copies(app: App, copies: Evidence) -> Iterator[Destroyed]:
    _ = translations(issuing.LANGUAGE).gettext
    for file in copies.data["deleted"]:
        yield Destroyed(
            what=_("Copy of the export at the lender"),
            identifier=Path(file).name,
            at=copies.at.astimezone(app.zone),
            how=_("file deleted"),
            evidence=_("read back: absent"),
        )


def _remaining(app: App, removed: Evidence, copies: Evidence) -> Iterator[Remaining]:
    _ = translations(issuing.LANGUAGE).gettext
    until = (removed.at + _BIN).astimezone(app.zone).date()
    for absence in removed.data["absences"]:
        if absence["kind"] == "unit":
            yield Remaining(
                what=_("Deleted administrative unit: a title, no member is left"),
                identifier=absence["name"],
                until=until,
                why=_("Microsoft keeps it among deleted items and offers no way to purge it"),
            )
    yield Remaining(
        what=_("OneDrives and sites in Microsoft's recycle bins"),
        why=_("kept 30 days or more, as the tenant is set; Microsoft's own copies are out of reach"),
    )
    for place in copies.data["elsewhere"]:
        yield Remaining(
            what=_("Copy of the export outside the station"),
            identifier=place,
            why=_("handed to the commune, or to be deleted by hand"),
        )
    yield Remaining(
        what=_("Journal and documents of the loan: names, devices, signatures"),
        why=_("proof of what the lender did"),
    )


def _missing(session: Session, used: list[_Used]) -> Iterator[Remaining]:
    _ = translations(issuing.LANGUAGE).gettext
    words = {
        DeviceState.LOST: _("lost"),
        DeviceState.STOLEN: _("stolen"),
        DeviceState.BROKEN: _("broken"),
        DeviceState.RETIRED: _("retired"),
    }
    for each in used:
        if _wipe(session, each) is None and _is_missing(each.device):
            yield Remaining(
                what=_("Content of a device"),
                identifier=f"{each.device.tag} {each.device.serial or ''}".rstrip(),
                why=_("{state}; never wiped").format(state=words[each.device.state]),
            )


def _head(app: App, session: Session, crisis: Crisis, ending: str) -> dict[str, Any]:
    team = app.settings.team
    return {
        "reference": f"{crisis.reference}-{ending}",
        "lender": team.name,
        "issued_at": app.stamp().at.astimezone(app.zone),
        "drill": crisis.drill,
        "crisis": crisis.reference,
        "commune_name": session.get_one(Commune, crisis.commune_code).name,
        "commune_code": crisis.commune_code,
        "contact": team.contact,
        "contact_phone": team.phone,
    }


def _instruction(app: App, instruction: Instruction) -> dict[str, Any]:
    return {
        "instruction": instruction.wish.value,
        "instructed_by": instruction.said_by,
        "instructed_at": instruction.received_at.astimezone(app.zone),
    }


def _bag(app: App, session: Session, reference: str) -> dict[str, Any]:
    exported, sealed = (
        _proof(session, reference, Stage.BAG),
        evidence.find(session, reference, order.SEALED),
    )
    acknowledged = evidence.find(session, reference, Stage.ACKNOWLEDGED)
    manifest = exported.data["manifest_sha256"]
    facts = {
        "exported_at": exported.at.astimezone(app.zone),
        "manifest_sha256": manifest,
        "files": exported.data["files"],
        "size": exported.data["octets"],
    }
    if sealed is not None and sealed.data["manifest_sha256"] == manifest:
        facts |= {"sealed_sha256": sealed.data["sha256"], "recipient": sealed.data["recipient"]}
    if acknowledged is not None and acknowledged.data["manifest_sha256"] == manifest:
        facts |= {
            "acknowledged_by": acknowledged.data["acknowledged_by"],
            "acknowledged_at": _signed_at(app, acknowledged),
        }
    return facts


def _parts(proofs: Any) -> Iterator[RestitutedPart]:
    """Mail and files seat by seat, then those of each group."""
    _ = translations(issuing.LANGUAGE).gettext
    for proof in proofs:
        if proof.stage == Stage.MAIL_EXPORT:
            named = (
                (_("Mail of seat {number}"), "mail", "messages"),
                (_("Files of seat {number}"), "files", "files"),
            )
            for words, part, count in named:
                if found := proof.data.get(part):
                    yield RestitutedPart(
                        name=words.format(number=proof.seat), count=found[count], size=found["bytes"]
                    )
        if proof.stage == Stage.FILE_EXPORT:
            for nickname, group in sorted(proof.data.items()):
                if found := group.get("files"):
                    name = _("Files of {group}").format(group=nickname)
                    yield RestitutedPart(name=name, count=found["files"], size=found["bytes"])


def _proof(session: Session, reference: str, stage: str) -> Evidence:
    return session.get_one(Evidence, (reference, evidence.WHOLE_CRISIS, stage))


def _signed_at(app: App, acknowledged: Evidence) -> datetime:
    """When the commune signed, as it said, else when that was noted."""
    said = acknowledged.data.get("signed_at")
    return (datetime.fromisoformat(said) if said else acknowledged.at).astimezone(app.zone)


def _actor(session: Session, reference: str) -> str:
    """Who removed the crisis from the tenant, by the journal."""
    query = select(JournalLine.actor).where(
        JournalLine.subject == crises.subject(reference), JournalLine.kind == f"{Stage.REMOVAL}.proven"
    )
    return session.exec(query.order_by(col(JournalLine.seq).desc())).first() or ""
