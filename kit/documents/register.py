"""Owns the entries of both registers of processing (GDPR art. 30): the commune's and the lender's."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from kit.documents.blocks import Block, Fields, Heading, PageBreak, Pair, Paper, Prose
from kit.documents.paper_facts import CrisisFacts
from kit.documents.paper_wording import when
from kit.documents.wording import translations

KIND = "register-entries"

#: What a side is for the processing; empty where the convention leaves it open.
PartyRole = Literal["controller", "joint_controller", "processor", ""]


@dataclass(frozen=True, kw_only=True)
class Party:
    """One side; an empty text leaves a line to write on. `dpo` and `contact` with how to reach them."""

    name: str
    role: PartyRole = ""
    contact: str = ""
    dpo: str = ""


@dataclass(frozen=True, kw_only=True)
class RegisterFacts(CrisisFacts):
    """What both registers say of the processing during one crisis.

    Attributes:
        began, ended: days of the processing; None while it goes on.
        people: how many have an account.
        hosting: where data are; empty leaves a line to write on.
        sub_processors: who processes for the lender.
        objection: the commune may object to another sub-processor.
        non_eu_consent: no transfer outside the EU without the commune's prior written consent.
        breaches: how many entries the register of breaches has for this crisis.
        retention: when data are erased, in words; empty leaves a line to write on.
    """

    commune: Party
    owner: Party
    began: date
    ended: date | None = None
    people: int
    hosting: str = ""
    sub_processors: tuple[str, ...] = ()
    objection: bool = False
    non_eu_consent: bool = False
    breaches: int = 0
    retention: str = ""


def roles(language: str) -> dict[PartyRole, str]:
    """What a side is for the processing, in words."""
    _ = translations(language).gettext
    return {
        "": "",
        "controller": _("controller"),
        "joint_controller": _("joint controller"),
        "processor": _("processor, on behalf of the controller"),
    }


def paper(facts: RegisterFacts, language: str) -> Paper:
    """Both entries, a page each: they go into different registers."""
    _ = translations(language).gettext
    return Paper(
        _("Entries for the registers of processing"),
        _("GDPR, article 30: the first for the commune, the second for the lender"),
        [
            Heading(_("Register of the commune (article 30, paragraph 1)")),
            Fields([*_parties(facts, language), *_common(facts, language)]),
            Heading(_("What is processed")),
            Fields(processing(language)),
            *_measures(language),
            PageBreak(),
            Heading(_("Register of the lender (article 30, paragraph 2)")),
            Fields([*_parties(facts, language), *_common(facts, language)]),
            Heading(_("What is processed for the commune")),
            Fields(operations(language)),
            *_measures(language),
        ],
    )


def processing(language: str) -> list[Pair]:
    """Purpose, people, data: the closed list of requirement 9."""
    _ = translations(language).gettext
    return [
        (_("Purpose"), _("Crisis e-mail, and storage of everyday working information during a cyber crisis")),
        (
            _("Data subjects"),
            _("The commune's staff and elected people who are equipped; those they write to"),
        ),
        (
            _("Categories of data"),
            _("Name, service, professional address and number; messages, calendars, files; sign-in logs"),
        ),
        (
            _("Sensitive data"),
            _("None is asked for. What people write or store may hold some: the commune's services decide."),
        ),
        (_("Media"), _("Laptops with encrypted disks, mobile phones, mailboxes, shared space")),
    ]


def operations(language: str) -> list[Pair]:
    """What the lender does with the commune's data, on its instruction only (requirement 10)."""
    _ = translations(language).gettext
    return [
        (_("Purpose"), processing(language)[0][1]),
        (
            _("Operations"),
            _("Making accounts and spaces, hosting, helping, exporting, returning, destroying"),
        ),
        (_("Access"), _("Only with the commune's express consent, each time written down")),
        (_("Media"), processing(language)[-1][1]),
    ]


def _parties(facts: RegisterFacts, language: str) -> Iterator[Pair]:
    _ = translations(language).gettext
    for side, label in ((facts.commune, _("Commune")), (facts.owner, _("Lender"))):
        role = roles(language)[side.role]
        yield label, ", ".join(filter(None, (side.name, role)))
        yield _("Its contact"), side.contact
        yield _("Its data protection officer"), side.dpo


def _common(facts: RegisterFacts, language: str) -> Iterator[Pair]:
    _ = translations(language).gettext
    yield _("Crisis"), facts.crisis
    yield _("From"), when(facts.began, language)
    yield _("Until the day"), when(facts.ended, language) or _("goes on")
    yield _("People with an account"), str(facts.people)
    yield _("Hosting"), facts.hosting
    yield (
        _("Recipients"),
        _("The people who are equipped, and those they write to; the lender and its sub-processors"),
    )
    yield _("Sub-processors"), ", ".join(facts.sub_processors)
    yield (
        _("Another sub-processor"),
        _("only after the commune was told, with time to object") if facts.objection else "",
    )
    yield (
        _("Transfers outside the European Union"),
        _("none without the commune's prior written consent") if facts.non_eu_consent else "",
    )
    yield _("Erasure"), facts.retention
    yield _("Entries in the register of breaches"), str(facts.breaches)


def _measures(language: str) -> Iterator[Block]:
    _ = translations(language).gettext
    yield Heading(_("Measures of security"))
    yield Prose(
        _(
            "Laptops are erased before each loan, encrypted, and proven isolated from both information "
            "systems. Accounts are made for one crisis, with strong sign-in. Secrets are sealed and handed "
            "over in person. Every act is in a journal whose lines are chained by hashes. At the end data "
            "are exported with hashes, acknowledged by the commune, then destroyed with a certificate."
        )
    )
