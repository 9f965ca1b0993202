"""Seals an exported bag to the commune's age key, and only then lets the clear one go.

A commune that cannot open such a file gets its bag in clear, by a recorded decision with its reason.
"""

from gettext import gettext as _
from pathlib import Path
from typing import Any

from inventory import evidence
from kit.plan.stages import Stage
from kit.restitution import envelope
from kit.restitution.bag import BagBroken
from kit.workflows import engine, order
from kit.workflows.exporting import disk
from kit.workflows.outcome import Done, Outcome, Skipped
from kit.workflows.station import Cell, attempt, current


@engine.step
def delivered(reference: str, folder: str) -> bool:
    """Whether the bag of this folder stands sealed already, to the key that counts now.

    Its clear form is gone then: fetching everything again would only make the same bag once more.
    """
    with current().database.read() as session:
        wanted = evidence.find(session, reference, order.DELIVERY)
        sealed = evidence.find(session, reference, order.SEALED)
    if wanted is None or sealed is None or (Path(folder) / "data").exists():
        return False
    there: dict[str, Any] = sealed.data
    if (there["folder"], there["recipient"]) != (folder, wanted.data["recipient"]):
        return False
    try:
        envelope.check(Path(there["file"]), there["sha256"])
    except BagBroken:
        return False
    return True


@engine.step
def seal_to_key(reference: str, folder: str) -> Outcome:
    """Encrypt the bag in one file, read it back by its hash, keep that, and remove the clear bag."""

    def act() -> Outcome:
        with current().database.read() as session:
            wanted = evidence.find(session, reference, order.DELIVERY)
            exported = order.bag_of(session, reference)
        if wanted is None or not wanted.data["recipient"]:
            return Skipped(_("the commune takes its bag in clear"))
        recipient = wanted.data["recipient"]
        if not _is_sealed(reference, exported["manifest_sha256"], recipient):
            with disk(folder):
                wrapped = envelope.wrap(Path(folder), recipient)
            data = {
                "folder": folder,
                "file": str(envelope.place(Path(folder))),
                "sha256": wrapped.sha256,
                "octets": wrapped.octets,
                "recipient": recipient,
                "manifest_sha256": exported["manifest_sha256"],
            }
            with current().database.write() as session:
                evidence.keep(session, current().stamp(), reference, order.SEALED, data)
        with disk(folder):
            envelope.discard(Path(folder))
        return Done(_("SHA-256 of its manifest: {sha256}").format(sha256=exported["manifest_sha256"]))

    return attempt(Cell(reference, Stage.BAG), act)


def _is_sealed(reference: str, manifest: str, recipient: str) -> bool:
    """Whether a crash came between the sealed file that was kept and the end of the clear bag."""
    with current().database.read() as session:
        sealed = evidence.find(session, reference, order.SEALED)
    if sealed is None or (sealed.data["manifest_sha256"], sealed.data["recipient"]) != (manifest, recipient):
        return False
    try:
        envelope.check(Path(sealed.data["file"]), sealed.data["sha256"])
    except BagBroken:
        return False
    return True
