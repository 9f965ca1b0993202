"""The operator's commands that end a crisis in the tenant; `kit.workflows.order` says which may come when."""

from dataclasses import dataclass
from datetime import datetime
from gettext import gettext as _
from pathlib import Path
from typing import Any

from inventory import crises, evidence
from inventory.text import fold
from kit.app.compose import App
from kit.errors import BadInput, RunIncomplete
from kit.plan.stages import Stage
from kit.restitution import bag
from kit.workflows import order, planning
from kit.workflows.troubles import Trouble


@dataclass(frozen=True)
class Standing:
    """How far the end of a crisis in the tenant has come; `bag` and `removal` are what was kept of them."""

    reference: str
    commune: str
    revoked_at: datetime | None
    bag: dict[str, Any] | None
    acknowledged_at: datetime | None
    removal: dict[str, Any] | None


def look(app: App, text: str) -> Standing:
    """How far it has come.

    Raises:
        Unknown: no such crisis, or none that was ever planned.
    """
    with app.database.read() as session:
        crisis = crises.find(session, text)
        plan = planning.kept(session, crisis.reference)
        proofs = {row.stage: row for row in evidence.of(session, crisis.reference) if not row.seat}
    revoked, acknowledged = proofs.get(Stage.REVOKE), proofs.get(Stage.ACKNOWLEDGED)
    sealed, removed = proofs.get(Stage.BAG), proofs.get(Stage.REMOVAL)
    return Standing(
        reference=crisis.reference,
        commune=plan.crisis.commune_name,
        revoked_at=revoked.at if revoked else None,
        bag=sealed.data if sealed else None,
        acknowledged_at=acknowledged.at if acknowledged else None,
        removal=removed.data if removed else None,
    )


def still_there(app: App, text: str) -> str:
    """The reference of a crisis that is in the tenant, as far as we know.

    Raises:
        Unknown: no such crisis, or none that was ever planned. IllegalMove: it is gone from the tenant.
    """
    reference = look(app, text).reference
    with app.database.read() as session:
        order.must_not_be_removed(session, reference)
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


def acknowledge(app: App, reference: str, sha256: str, by_whom: str) -> None:
    """Record that the commune acknowledged the bag with that manifest; the same again changes nothing.

    The bag is read back first: an acknowledgement of what is no longer there would be worth nothing.

    Raises:
        IllegalMove: sign-in has not ended, nothing was exported, or the hash is not the bag's.
        BagBroken: the bag is not what was sealed.
    """
    with app.database.read() as session:
        order.may_acknowledge(session, reference, sha256)
        folder = Path(order.bag_of(session, reference)["folder"])
    bag.verify(folder)
    with app.database.write() as session:
        # Looked at again in the transaction that writes: another export may have come between.
        order.may_acknowledge(session, reference, sha256)
        kept = {"manifest_sha256": sha256, "acknowledged_by": by_whom}
        evidence.keep(session, app.stamp(), reference, Stage.ACKNOWLEDGED, kept)


def verdict(troubles: tuple[Trouble, ...]) -> RunIncomplete | None:
    """What the end of a closing procedure means for its exit code; None when all of it holds."""
    if not troubles:
        return None
    kinds = {trouble.kind for trouble in troubles}
    first = troubles[0]
    kind = first.kind if len(kinds) == 1 else "incomplete"
    return RunIncomplete(first.message, kind=kind, hint=first.hint)
