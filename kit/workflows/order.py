"""Owns the one order in which a crisis ends in the tenant: sign-in, export, acknowledgement, destruction.

Source: GDPR art. 28(3)(g) and requirement 14. Commands ask here before they start anything, and the step that
destroys asks again.
"""

from gettext import gettext as _
from typing import Any

from sqlmodel import Session

from inventory import evidence
from inventory.errors import IllegalMove
from kit.plan.stages import Stage


def may_acknowledge(session: Session, reference: str, sha256: str) -> None:
    """Let only the bag's own hash be acknowledged, and only after sign-in has ended.

    Raises:
        IllegalMove: says what must come first; nothing was changed.
    """
    must_be_revoked(session, reference)
    if sha256.lower() != bag_of(session, reference)["manifest_sha256"]:
        raise IllegalMove(
            _("This is not the hash of the exported bag; nothing was changed."),
            hint=_(
                "Compare it with `kit tenant closing {reference}` and with what the commune signed."
            ).format(reference=reference),
        )


def must_be_acknowledged(session: Session, reference: str) -> None:
    """Let nothing be destroyed that the commune has not acknowledged (requirement 14).

    Raises:
        IllegalMove: says what must come first; nothing was changed.
    """
    must_be_revoked(session, reference)
    sealed = bag_of(session, reference)
    acknowledged = evidence.find(session, reference, Stage.ACKNOWLEDGED)
    if acknowledged is None or acknowledged.data["manifest_sha256"] != sealed["manifest_sha256"]:
        raise IllegalMove(
            _("The commune has not acknowledged this export; nothing was changed."),
            hint=_("Record it first: `kit tenant acknowledge {reference} --sha256 … --by …`.").format(
                reference=reference
            ),
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
