"""Owns the field-swap sheet: a faulty device taken, its replacement given, and what stays as it was."""

from dataclasses import dataclass
from datetime import datetime

from kit.documents import equipment
from kit.documents.blocks import Fields, Heading, Paper, Signatures
from kit.documents.paper_facts import Item, SeatFacts
from kit.documents.paper_wording import ownership, seat_fields, when
from kit.documents.papers import signing
from kit.documents.wording import translations

KIND = "swap-sheet"


@dataclass(frozen=True, kw_only=True)
class SwapFacts(SeatFacts):
    """One device that gave way to another, for the same person.

    Attributes:
        at: when; aware, in the zone to print.
        reason: what is wrong with the faulty one.
        account: what the person keeps: account and mailbox are the same.
        identity, agent: how the person was verified, and who acted for the lender.
    """

    at: datetime
    reason: str
    faulty: Item
    replacement: Item
    account: str = ""
    identity: str = ""
    agent: str = ""


def paper(facts: SwapFacts, language: str) -> Paper:
    """The sheet, a page to be signed by both."""
    _ = translations(language).gettext
    pair = (facts.faulty, facts.replacement)
    return Paper(
        _("Field-swap sheet"),
        _("A device gives way to another; person, account and mailbox stay"),
        [
            Fields(
                [
                    *seat_fields(facts, language),
                    (_("Swapped"), when(facts.at, language)),
                    (_("Reason"), facts.reason),
                    (_("Identity verified"), facts.identity),
                    *([(_("Microsoft 365 account, unchanged"), facts.account)] if facts.account else []),
                ]
            ),
            Heading(_("Taken back, set apart")),
            equipment.table([facts.faulty], language),
            Heading(_("Handed over")),
            equipment.table([facts.replacement], language),
            *equipment.to_judge(pair, language),
            ownership(facts.lender, language),
            Signatures([facts.person, facts.agent or _("The lender's agent")], signing(language)),
        ],
    )
