"""Owns the receipt of one person: what they were given, or what they brought back, in which condition."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from kit.documents import equipment
from kit.documents.blocks import Fields, Heading, Paper, Prose, Signatures
from kit.documents.paper_facts import Item, SeatFacts
from kit.documents.paper_wording import contact_fields, ownership, seat_fields, undelivered, when
from kit.documents.papers import signing
from kit.documents.wording import translations

KIND = "receipt"


@dataclass(frozen=True, kw_only=True)
class ReceiptFacts(SeatFacts):
    """What one person got, or gave, at one moment.

    Attributes:
        direction: "out" at the hand-over, "in" at the return.
        at: when; aware, in the zone to print.
        identity: how the person's identity was verified, in words.
        agent: who acted for the lender.
        account: the person's Microsoft 365 account; a name, never a secret.
        items: what changed hands.
        undelivered: of a hand-over, the stages of the run that the seat goes without by decision.
    """

    at: datetime
    identity: str
    agent: str
    items: tuple[Item, ...]
    direction: Literal["out", "in"] = "out"
    account: str = ""
    undelivered: tuple[str, ...] = ()


def paper(facts: ReceiptFacts, language: str) -> Paper:
    """The receipt, a page to be signed by both."""
    _ = translations(language).gettext
    out = facts.direction == "out"
    verified = (_("Identity verified"), facts.identity)
    account = [(_("Microsoft 365 account"), facts.account)] if facts.account else []
    lacking = undelivered(facts.undelivered, language)
    moment_of = _("Handed over") if out else _("Brought back")
    return Paper(
        _("Receipt") if out else _("Return receipt"),
        _("Equipment lent for the length of a cyber crisis"),
        [
            Fields(
                [*seat_fields(facts, language), *account, (moment_of, when(facts.at, language)), verified]
            ),
            Heading(_("Received by the person") if out else _("Received by the lender")),
            equipment.table(facts.items, language),
            *equipment.to_judge(facts.items, language),
            *([Prose(lacking, framed=True)] if lacking else []),
            ownership(facts.lender, language),
            Fields(contact_fields(facts, language)),
            Signatures([facts.person, facts.agent or _("The lender's agent")], signing(language)),
        ],
    )
