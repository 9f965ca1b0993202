"""The operator's commands that end a crisis in the tenant; `kit.workflows.order` says which may come when."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, time
from gettext import gettext as _
from pathlib import Path
from typing import Any

from inventory import crises, evidence, instructions, journal
from inventory.instructions import Instruction, Wish
from inventory.text import fold, named
from kit.app.compose import App
from kit.errors import BadInput, RunIncomplete
from kit.plan.stages import Stage
from kit.restitution import bag, envelope
from kit.workflows import order, planning
from kit.workflows.troubles import Trouble


@dataclass(frozen=True)
class Standing:
    """How far the end of a crisis in the tenant has come.

    `bag`, `delivery` (to which key, or why in clear), `sealed` (the file for the commune) and `removal` are
    what was kept of them.
    """

    reference: str
    commune: str
    instruction: Instruction | None
    revoked_at: datetime | None
    delivery: dict[str, Any] | None
    bag: dict[str, Any] | None
    sealed: dict[str, Any] | None
    acknowledged_at: datetime | None
    removal: dict[str, Any] | None


@dataclass(frozen=True)
class Delivery:
    """How the commune takes its bag: sealed to `recipient`, or in clear for `reason`; and who said so."""

    recipient: str
    reason: str
    given_by: str


def look(app: App, text: str) -> Standing:
    """How far it has come.

    Raises:
        Unknown: no such crisis, or none that was ever planned.
    """
    with app.database.read() as session:
        crisis = crises.find(session, text)
        plan = planning.kept(session, crisis.reference)
        proofs = {row.stage: row for row in evidence.of(session, crisis.reference) if not row.seat}
        instruction = instructions.current(session, crisis.reference)
    kept: dict[str, dict[str, Any]] = {stage: row.data for stage, row in proofs.items()}
    moments: dict[str, datetime] = {stage: row.at for stage, row in proofs.items()}
    return Standing(
        reference=crisis.reference,
        commune=plan.crisis.commune_name,
        instruction=instruction,
        revoked_at=moments.get(Stage.REVOKE),
        delivery=kept.get(order.DELIVERY),
        bag=kept.get(Stage.BAG),
        sealed=kept.get(order.SEALED),
        acknowledged_at=moments.get(Stage.ACKNOWLEDGED),
        removal=kept.get(Stage.REMOVAL),
    )


def instruct(
    app: App, text: str, wish: Wish, *, said_by: str, received: date, document: Path, unlawful: str = ""
) -> Standing:
    """Keep the commune's written instruction; the same again changes nothing. The file stays where it is.

    Raises:
        Unknown: as `look`. BadInput: the file cannot be read, or is empty.
        BadValue, IllegalMove: as `instructions.give`.
    """
    standing, sha256 = look(app, text), _sha256(document)
    with app.database.write() as session:
        crisis = crises.get(session, standing.reference)
        t0 = crisis.t0.astimezone(app.zone)
        instruction = Instruction(
            wish=wish,
            said_by=said_by,
            # A letter bears a day: on T0's own it came after T0.
            received_at=t0 if t0.date() == received else datetime.combine(received, time(), app.zone),
            document=document.name,
            sha256=sha256,
            unlawful=unlawful,
        )
        instructions.give(session, app.stamp(), crisis, instruction)
    return look(app, standing.reference)


def still_there(app: App, text: str) -> str:
    """The reference of a crisis that is in the tenant, as far as we know.

    Raises:
        Unknown: no such crisis, or none that was ever planned. IllegalMove: it is gone from the tenant.
    """
    reference = look(app, text).reference
    with app.database.read() as session:
        order.must_not_be_removed(session, reference)
    return reference


def may_export(app: App, text: str, delivery: Delivery | None) -> str:
    """The reference of a crisis that may be exported; `delivery` is kept, None is as it was said before.

    Raises:
        Unknown: as `look`. IllegalMove: it is gone from the tenant, or the commune has not instructed.
        BadInput: nobody ever said how the commune takes its bag, or the key is none.
    """
    reference = still_there(app, text)
    with app.database.read() as session:
        order.must_be_instructed(session, reference)
        before = evidence.find(session, reference, order.DELIVERY)
    if delivery is None and before is None:
        raise BadInput(
            _("Nobody said to which key the bag is to be sealed; nothing was exported."),
            hint=_(
                "Give the commune's age key with --recipient, or --clear with the reason; and --given-by."
            ),
        )
    if delivery is not None:
        if delivery.recipient:
            envelope.key_of(delivery.recipient)
        kept = {
            "recipient": delivery.recipient,
            "reason": delivery.reason and named(delivery.reason),
            "given_by": named(delivery.given_by),
        }
        with app.database.write() as session:
            evidence.keep(session, app.stamp(), reference, order.DELIVERY, kept)
    return reference


def may_remove(app: App, text: str, confirmed: str) -> str:
    """The reference of a crisis that may be removed, its commune's name having been typed out.

    Raises:
        BadInput: another name was typed. IllegalMove: the commune has not acknowledged its export.
    """
    standing = look(app, text)
    if fold(confirmed) != fold(standing.commune):
        raise BadInput(
            _("--confirm says {confirm}, not {commune}; nothing was removed.").format(
                confirm=confirmed, commune=standing.commune
            )
        )
    with app.database.read() as session:
        order.must_be_acknowledged(session, standing.reference)
    return standing.reference


def export_folder(app: App, reference: str, wanted: Path | None) -> Path:
    """Where the bag goes: `wanted`, where it was put before, or the station's own folder; made private."""
    with app.database.read() as session:
        before = evidence.find(session, reference, Stage.BAG)
    folder = wanted or (Path(before.data["folder"]) if before else app.home.exports / reference)
    folder = folder.expanduser().absolute()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def acknowledge(app: App, reference: str, sha256: str, by_whom: str, *, at: datetime | None = None) -> None:
    """Record that the commune acknowledged the bag with that manifest; the same again changes nothing.

    What was handed over is read back first: an acknowledgement of what is no longer there would be worth
    nothing. Another hash is refused, and the journal says who gave it. `at` is when the commune signed; None
    is now.

    Raises:
        IllegalMove: sign-in has not ended, nothing was exported or sealed, or the hash is not the bag's.
        BadInput: it would have been signed before the export, or will be. BadValue: nobody signed.
        BagBroken: the bag, or its sealed file, is not what was kept.
    """
    signer, by = named(by_whom), app.stamp()
    try:
        with app.database.read() as session:
            order.may_acknowledge(session, reference, sha256)
            bagged, sealed = order.bag_of(session, reference), evidence.find(session, reference, order.SEALED)
            exported_at = evidence.find(session, reference, Stage.BAG)
    except order.WrongHash:
        refused = {"given": sha256[:64], "acknowledged_by": signer}
        with app.database.write() as session:
            journal.append(session, by, "acknowledged.refused", crises.subject(reference), refused)
        raise
    if at is not None and exported_at is not None and not exported_at.at <= at <= by.at:
        raise BadInput(
            _("An acknowledgement of this bag cannot be of {moment}; nothing was changed.").format(
                moment=at.isoformat(timespec="minutes")
            ),
            hint=_("It was exported on {moment}.").format(
                moment=exported_at.at.astimezone(app.zone).isoformat(timespec="minutes")
            ),
        )
    folder = Path(bagged["folder"])
    if sealed is not None and not (folder / bag.DATA).exists():
        envelope.check(Path(sealed.data["file"]), sealed.data["sha256"])
    else:
        bag.verify(folder)
    with app.database.write() as session:
        # Looked at again in the transaction that writes: another export may have come between.
        order.may_acknowledge(session, reference, sha256)
        kept = {"manifest_sha256": sha256.lower(), "acknowledged_by": signer}
        if at is not None:
            kept["signed_at"] = at.isoformat()
        evidence.keep(session, by, reference, Stage.ACKNOWLEDGED, kept)


def verdict(troubles: tuple[Trouble, ...]) -> RunIncomplete | None:
    """What the end of a closing procedure means for its exit code; None when all of it holds."""
    if not troubles:
        return None
    kinds = {trouble.kind for trouble in troubles}
    first = troubles[0]
    kind = first.kind if len(kinds) == 1 else "incomplete"
    return RunIncomplete(first.message, kind=kind, hint=first.hint)


def _sha256(file: Path) -> str:
    """The hash of a document that somebody gave."""
    try:
        content = file.read_bytes()
    except OSError as exc:
        raise BadInput(
            _("“{file}” cannot be read: {reason}; nothing was changed.").format(
                file=file, reason=exc.strerror
            )
        ) from exc
    if not content:
        raise BadInput(_("“{file}” is empty; nothing was changed.").format(file=file))
    return hashlib.sha256(content).hexdigest()
