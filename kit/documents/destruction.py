"""Owns the destruction certificate: what was destroyed, when, how that was proven, and what remains."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from kit.documents.blocks import Block, Fields, Heading, Paper, Prose, Signatures, Table
from kit.documents.instruction import Instruction, instruction_fields
from kit.documents.paper_facts import CrisisFacts
from kit.documents.paper_wording import crisis_fields, when
from kit.documents.papers import signing
from kit.documents.wording import translations

KIND = "destruction-certificate"


@dataclass(frozen=True, kw_only=True)
class Destroyed:
    """One thing that is gone.

    Attributes:
        what: in words, e.g. "Mailbox"; identifier: which, e.g. an object id or a serial.
        at: when; aware, in the zone to print.
        how: the method. evidence: what shows it, e.g. "read back: 404" or a report's SHA-256.
    """

    what: str
    identifier: str
    at: datetime
    how: str
    evidence: str


@dataclass(frozen=True, kw_only=True)
class Remaining:
    """One thing that is still somewhere; `until` is the last day, None is without end, with its reason."""

    what: str
    identifier: str = ""
    until: date | None = None
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class DestructionFacts(CrisisFacts):
    """What was destroyed at the end of a crisis, and by whose word.

    Attributes:
        instruction, instructed_by, instructed_at: the commune's instruction.
        manifest_sha256, acknowledged_by, acknowledged_at: the bag that the commune acknowledged before.
        performed_by: who carried it out for the lender.
    """

    instruction: Instruction = ""
    instructed_by: str = ""
    instructed_at: datetime | None = None
    manifest_sha256: str
    acknowledged_by: str
    acknowledged_at: datetime
    performed_by: str
    destroyed: tuple[Destroyed, ...]
    remaining: tuple[Remaining, ...] = ()


def paper(facts: DestructionFacts, language: str) -> Paper:
    """The certificate, to be signed by the lender."""
    _ = translations(language).gettext
    return Paper(
        _("Destruction certificate"),
        _("What was destroyed, when, and how that was proven"),
        [
            Fields(crisis_fields(facts, language)),
            Heading(_("By whose word")),
            Fields(
                [
                    *instruction_fields(facts, language),
                    (_("Export acknowledged by"), facts.acknowledged_by),
                    (_("On"), when(facts.acknowledged_at, language)),
                    (_("Carried out by"), facts.performed_by),
                ]
            ),
            Fields([(_("SHA-256 of the manifest"), facts.manifest_sha256)], exact=True),
            Heading(_("Destroyed")),
            Table(
                head=(_("What was destroyed"), _("When"), _("How, and what shows it")),
                widths=(5, 3, 6),
                rows=[
                    (
                        f"{one.what}\n{one.identifier}",
                        when(one.at, language),
                        f"{one.how}\n{one.evidence}",
                    )
                    for one in facts.destroyed
                ],
            ),
            Heading(_("What remains")),
            *_remaining(facts, language),
            Prose(
                _(
                    "The undersigned certifies for the lender that what is listed as destroyed was "
                    "destroyed as stated, and that the lender keeps nothing of it besides what is listed "
                    "as remaining."
                ),
                framed=True,
            ),
            Signatures([_("For the lender")], signing(language)),
        ],
    )


def _remaining(facts: DestructionFacts, language: str) -> Iterator[Block]:
    _ = translations(language).gettext
    if not facts.remaining:
        yield Prose(_("Nothing."))
        return
    no_end = _("no end is set")
    yield Table(
        head=(_("What is still there"), _("Kept until"), _("Why")),
        widths=(5, 3, 6),
        rows=[
            (
                f"{one.what}\n{one.identifier}",
                when(one.until, language) or no_end,
                one.why,
            )
            for one in facts.remaining
        ],
    )
