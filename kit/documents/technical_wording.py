"""Owns the words of the technical report: stages, and what they left behind, as people call them."""

from typing import TYPE_CHECKING

from kit.documents import equipment
from kit.documents.wording import translations
from kit.plan.stages import Stage, label

if TYPE_CHECKING:
    from kit.documents.technical import HeldDevice, Proof


def stage(name: str, language: str) -> str:
    """A stage as people call it; what is no stage of a run keeps its own name where it has no word."""
    _ = translations(language).gettext
    others = {
        "delivery": _("How the data are given"),
        "sealed": _("Encrypted bag"),
        "copies": _("Copies of the station"),
    }
    return label(Stage(name), _) if name in set(Stage) else others.get(name, name)


def proof(left: "Proof", language: str) -> str:
    """What a stage left behind."""
    _ = translations(language).gettext
    words = {
        "id": _("identifier"),
        "nickname": _("short name"),
        "url": _("address"),
        "drive": _("document library"),
        "pdf": _("PDF"),
        "pdf_sha256": _("SHA-256 of the PDF"),
        "facts_sha256": _("SHA-256 of the facts"),
        "version": _("version"),
        "accounts": _("accounts"),
        "folder": _("folder"),
        "file": _("file"),
        "files": _("files"),
        "octets": _("bytes"),
        "sha256": "SHA-256",
        "manifest_sha256": _("SHA-256 of the manifest"),
        "recipient": _("key of the recipient"),
        "reason": _("reason"),
        "given_by": _("decided by"),
        "acknowledged_by": _("acknowledged by"),
    }
    return _("{whose}: {what}").format(
        whose=stage(left.stage, language), what=words.get(left.what, left.what)
    )


def device(held: "HeldDevice", language: str) -> str:
    """A device, what it is and where it stands."""
    _ = translations(language).gettext
    return _("{tag} ({kind}): {state}").format(
        tag=held.tag,
        kind=equipment.kinds(language)[held.kind],
        state=equipment.states(language)[held.state],
    )
