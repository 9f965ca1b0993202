"""Owns the one order in which a crisis ends in the tenant.

The commune's written instruction, then the export (for which sign-in ends), its acknowledgement, destruction,
certificate. Source: GDPR art. 28(3)(g) and requirement 14. Commands ask here before they start anything, and
the step that destroys asks again. Nothing here knows how the convention stands: one that ended for breach
skips nothing.
"""

from gettext import gettext as _
from typing import Any

from sqlmodel import Session

from inventory import evidence, instructions
from inventory.errors import IllegalMove
from inventory.instructions import Instruction, Wish
from kit.plan.stages import Stage

#: Evidence beside the stages': how the commune wants its bag, and the sealed file that it gets.
DELIVERY, SEALED = "delivery", "sealed"


class WrongHash(IllegalMove):
    """Somebody acknowledged another bag than the one that was exported."""


def must_be_instructed(session: Session, reference: str) -> Instruction:
    """The commune's instruction in force, without which nothing is exported.

    Raises:
        IllegalMove: there is none, or the one in force was reported as unlawful.
    """
    instruction = instructions.current(session, reference)
    if instruction is None:
        raise IllegalMove(
            _("The commune has not instructed what becomes of its data; nothing was changed."),
            hint=_("Record it first: `kit tenant instruct {reference} --by … --as … --document …`.").format(
                reference=reference
            ),
        )
    if instruction.unlawful:
        raise IllegalMove(
            _("The instruction of {person} was reported as unlawful ({reason}); nothing was changed.").format(
                person=instruction.said_by, reason=instruction.unlawful
            ),
            hint=_("Record the commune's next one with `kit tenant instruct {reference}`.").format(
                reference=reference
            ),
        )
    return instruction


def may_acknowledge(session: Session, reference: str, sha256: str) -> None:
    """Let only the bag's own hash be acknowledged, and only once the bag can have been handed over.

    Raises:
        IllegalMove: says what must come first; nothing was changed. WrongHash: it is another bag's.
    """
    must_be_revoked(session, reference)
    must_be_deliverable(session, reference)
    if sha256.lower() != bag_of(session, reference)["manifest_sha256"]:
        raise WrongHash(
            _("This is not the hash of the exported bag; nothing was changed."),
            hint=_(
                "Compare it with `kit tenant closing {reference}` and with what the commune signed."
            ).format(reference=reference),
        )


def must_be_acknowledged(session: Session, reference: str) -> None:
    """Let nothing be destroyed that the commune has not acknowledged, or wants archived (requirement 14).

    Raises:
        IllegalMove: says what must come first; nothing was changed.
    """
    instruction = must_be_instructed(session, reference)
    must_be_revoked(session, reference)
    must_be_deliverable(session, reference)
    sealed = bag_of(session, reference)
    acknowledged = evidence.find(session, reference, Stage.ACKNOWLEDGED)
    if acknowledged is None or acknowledged.data["manifest_sha256"] != sealed["manifest_sha256"]:
        raise IllegalMove(
            _("The commune has not acknowledged this export; nothing was changed."),
            hint=_("Record it first: `kit tenant acknowledge {reference} --sha256 … --by …`.").format(
                reference=reference
            ),
        )
    if instruction.wish is Wish.ARCHIVE:
        raise IllegalMove(
            _("{person} instructed to archive the data; nothing was changed.").format(
                person=instruction.said_by
            ),
            hint=_(
                "Destroying needs another instruction: `kit tenant instruct {reference} --as destroy`."
            ).format(reference=reference),
        )


def must_be_removed(session: Session, reference: str) -> dict[str, Any]:
    """What was read of the tenant after the removal; what is still there is not certified as gone.

    Raises:
        IllegalMove: it was not removed.
    """
    removed = evidence.find(session, reference, Stage.REMOVAL)
    if removed is None:
        raise IllegalMove(
            _("Crisis {reference} is still in the tenant; nothing is certified.").format(reference=reference),
            hint=_("Remove it first: `kit tenant remove {reference} --confirm …`.").format(
                reference=reference
            ),
        )
    return removed.data


def must_be_deliverable(session: Session, reference: str) -> None:
    """Let nothing be acknowledged that cannot have been handed over in the form that was agreed.

    Raises:
        IllegalMove: nothing was exported, or it is not sealed to the commune's key yet.
    """
    exported, wanted = bag_of(session, reference), evidence.find(session, reference, DELIVERY)
    sealed = evidence.find(session, reference, SEALED)
    if wanted is None or not wanted.data["recipient"]:
        return
    if sealed is None or any(
        sealed.data[name] != there
        for name, there in (
            ("manifest_sha256", exported["manifest_sha256"]),
            ("recipient", wanted.data["recipient"]),
        )
    ):
        raise IllegalMove(
            _("The bag is not sealed to the commune's key yet; nothing was changed."),
            hint=_("Go on with `kit tenant export {reference}`.").format(reference=reference),
        )


def must_be_revoked(session: Session, reference: str) -> None:
    """Let nothing be taken for final while people can still write.

    Raises:
        IllegalMove: sign-in has not ended.
    """
    if evidence.find(session, reference, Stage.REVOKE) is None:
        raise IllegalMove(
            _("People of crisis {reference} can still sign in; nothing was changed.").format(
                reference=reference
            ),
            hint=_("End that first: `kit tenant revoke {reference}`.").format(reference=reference),
        )


def must_not_have_begun(session: Session, reference: str) -> None:
    """Let no run create again what is being taken away.

    Raises:
        IllegalMove: sign-in was ended.
    """
    if evidence.find(session, reference, Stage.REVOKE) is not None:
        raise IllegalMove(
            _("Crisis {reference} is being ended in the tenant; nothing was changed.").format(
                reference=reference
            ),
            hint=_("Open a new crisis if the commune needs one: `kit crisis open`."),
        )


def must_not_be_removed(session: Session, reference: str) -> None:
    """Let nothing look for what is gone for good.

    Raises:
        IllegalMove: it was removed from the tenant.
    """
    if evidence.find(session, reference, Stage.REMOVAL) is not None:
        raise IllegalMove(
            _("Crisis {reference} was removed from the tenant; there is nothing left there.").format(
                reference=reference
            ),
            hint=_("See what was kept with `kit tenant closing {reference}`.").format(reference=reference),
        )


def bag_of(session: Session, reference: str) -> dict[str, Any]:
    """What was kept of the sealed bag.

    Raises:
        IllegalMove: there is none yet.
    """
    sealed = evidence.find(session, reference, Stage.BAG)
    if sealed is None:
        raise IllegalMove(
            _("Nothing of crisis {reference} was exported yet; nothing was changed.").format(
                reference=reference
            ),
            hint=_("Export it first: `kit tenant export {reference}`.").format(reference=reference),
        )
    return sealed.data
