"""Owns the restitution receipt: what the commune got of its data, with hashes, and who acknowledged it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from kit.documents.blocks import Block, Fields, Heading, Pair, Paper, Prose, Signatures, Table
from kit.documents.instruction import Instruction, instruction_fields
from kit.documents.paper_facts import CrisisFacts
from kit.documents.paper_wording import crisis_fields, size, when
from kit.documents.papers import signing
from kit.documents.wording import translations

KIND = "restitution-receipt"


@dataclass(frozen=True, kw_only=True)
class RestitutedPart:
    """One part of what was given, e.g. "Mail of seat 3": how many objects, how many bytes."""

    name: str
    count: int
    size: int


@dataclass(frozen=True, kw_only=True)
class RestitutionFacts(CrisisFacts):
    """One export of a commune's data.

    Attributes:
        instruction: what the commune wants to become of its data.
        instructed_by, instructed_at: who said so for the commune, and when.
        exported_at: when the bag was sealed.
        manifest_sha256: of the bag's manifest. sealed_sha256: of the encrypted file; empty without one.
        recipient: the public key to which it was encrypted; empty where it was not.
        files, size: of the whole bag, in files and in bytes.
        handed_to, medium: who took it, on what; empty leaves a line to write on.
        acknowledged_by, acknowledged_at: empty and None before the commune acknowledged.
    """

    instruction: Instruction = ""
    instructed_by: str = ""
    instructed_at: datetime | None = None
    exported_at: datetime
    manifest_sha256: str
    sealed_sha256: str = ""
    recipient: str = ""
    files: int
    size: int
    parts: tuple[RestitutedPart, ...] = ()
    handed_to: str = ""
    medium: str = ""
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None


def paper(facts: RestitutionFacts, language: str) -> Paper:
    """The receipt, to be signed by both sides."""
    _ = translations(language).gettext
    return Paper(
        _("Restitution receipt"),
        _("What the commune gets of its data, with the hashes that prove it"),
        [
            Fields(crisis_fields(facts, language)),
            Heading(_("Instruction of the commune")),
            Fields(instruction_fields(facts, language)),
            Heading(_("What is given")),
            Fields(
                [
                    (_("Exported"), when(facts.exported_at, language)),
                    (_("Files"), str(facts.files)),
                    (_("Size"), size(facts.size, language)),
                    (_("Handed to"), facts.handed_to),
                    (_("Medium"), facts.medium),
                ]
            ),
            Fields(list(_hashes(facts, language)), exact=True),
            *_parts(facts, language),
            Prose(
                _(
                    "The bag follows RFC 8493 (BagIt): “sha256sum -c manifest-sha256.txt” in its folder "
                    "checks every file. Nothing is destroyed before the commune acknowledges the hash above."
                ),
                framed=True,
            ),
            Heading(_("Acknowledgement of the commune")),
            Fields(
                [
                    (_("Acknowledged by"), facts.acknowledged_by),
                    (_("On"), when(facts.acknowledged_at, language)),
                ]
            ),
            Signatures([_("For the lender"), _("For the commune")], signing(language)),
        ],
    )


def _hashes(facts: RestitutionFacts, language: str) -> Iterator[Pair]:
    _ = translations(language).gettext
    yield _("SHA-256 of the manifest"), facts.manifest_sha256
    if facts.sealed_sha256:
        yield _("SHA-256 of the sealed file"), facts.sealed_sha256
    if facts.recipient:
        yield _("Sealed to the public key"), facts.recipient


def _parts(facts: RestitutionFacts, language: str) -> Iterator[Block]:
    _ = translations(language).gettext
    if facts.parts:
        yield Heading(_("Its parts"))
        yield Table(
            head=(_("Part"), _("Objects"), _("Bytes")),
            widths=(6, 2, 3),
            rows=[(part.name, str(part.count), str(part.size)) for part in facts.parts],
            right=(1, 2),
        )
