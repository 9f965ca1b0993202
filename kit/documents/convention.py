"""Owns the convention with its form on personal data, filled in from a template's parameters.

What the template leaves blank is a line to fill in by hand, never a default.
"""

from dataclasses import dataclass
from datetime import date

from kit.documents import convention_wording
from kit.documents.blocks import Fields, Heading, PageBreak, Paper, Signatures
from kit.documents.convention_prices import Price
from kit.documents.paper_facts import PaperFacts
from kit.documents.papers import signing
from kit.documents.register import PartyRole
from kit.documents.wording import translations

KIND = "convention"


@dataclass(frozen=True, kw_only=True)
class Support:
    """When people answer: hours such as "08:30–12:30", on days of the week (Monday is 1), not on holidays.

    `moselle` tells that the two more public holidays of Moselle count too.
    """

    hours: tuple[str, ...]
    weekdays: tuple[int, ...]
    moselle: bool = False


@dataclass(frozen=True, kw_only=True)
class Amendment:
    """A letter that asks for other terms: whose ("commune", "lender"), and what became of it, in words.

    It is dated from its receipt (requirement 23); None and an empty outcome are not known yet.
    """

    side: str
    sent_on: date
    received_on: date | None = None
    settled_on: date | None = None
    outcome: str = ""


@dataclass(frozen=True, kw_only=True)
class ConventionFacts(PaperFacts):
    """One convention of a commune, as its template has it; None is a blank to fill in by hand.

    Attributes:
        template, template_version, title: which template.
        effect: "notification" or "signature". first_term: "civil_year" or "year".
        max_years, last_day: the longest it can run. readings: how "at most N years" may be read.
        commune_notice_months, lender_notice_months, notice_start, exit_at: how each side leaves; when that
            takes effect is "term_end" or "notice_end".
        breach_cure_months, force_majeure_months, force_majeure_end_months: other ends.
        support: the support window. intervention_hours: promised, within that window.
        free: no charge; None where the template says nothing. prices: what it says of a charge.
        amendments: letters that ask for other terms. amended_by: the act that the template wants for them.
        end_of_service: what may become of the commune's data.
        non_eu_consent: hosting outside the EU only with prior written consent.
    """

    commune_name: str
    commune_code: str
    siren: str
    template: str
    template_version: int
    title: str
    lends_kit: bool
    effect: str
    first_term: str
    max_years: int | None = None
    last_day: date | None = None
    readings: tuple[str, ...] = ()
    commune_notice_months: int | None = None
    lender_notice_months: int | None = None
    notice_start: str = ""
    exit_at: str = ""
    minimum_years: int = 0
    breach_cure_months: int | None = None
    force_majeure_months: int | None = None
    force_majeure_end_months: int | None = None
    support: Support | None = None
    intervention_hours: int | None = None
    free: bool | None = None
    prices: tuple[Price, ...] = ()
    amendments: tuple[Amendment, ...] = ()
    amended_by: str = ""
    lender_role: PartyRole = ""
    commune_role: PartyRole = ""
    breach_register: str = ""
    authority_notice: str = ""
    objection: bool | None = None
    non_eu_consent: bool | None = None
    end_of_service: tuple[str, ...] = ()
    jurisdiction: str = ""

    @property
    def subject(self) -> str:
        """The commune, as the journal names it."""
        return f"commune:{self.commune_code}"

    @property
    def folder(self) -> str:
        """Beside the crises."""
        return "conventions"


def paper(facts: ConventionFacts, language: str) -> Paper:
    """The convention article by article, the signatures, then on a page of its own the form on data."""
    _ = translations(language).gettext
    articles = convention_wording.articles(facts, language)
    numbered = [
        block
        for number, (title, blocks) in enumerate(articles, start=1)
        for block in (Heading(_("Article {number}. {title}").format(number=number, title=title)), *blocks)
    ]
    return Paper(
        _("Convention"),
        convention_wording.title(facts, language),
        [
            Fields(
                [
                    (_("Between the lender"), facts.lender),
                    (_("represented by"), ""),
                    (_("and the commune"), convention_wording.commune(facts, language)),
                    (_("represented by"), ""),
                    (
                        _("Template"),
                        _("{template}, version {version}").format(
                            template=facts.template, version=facts.template_version
                        ),
                    ),
                ]
            ),
            *numbered,
            Heading(_("Signatures")),
            Signatures([_("For the lender"), _("For the commune")], signing(language)),
            PageBreak(),
            Heading(_("Annex: form on the processing of personal data (GDPR, article 28)")),
            *convention_wording.form(facts, language),
        ],
    )
