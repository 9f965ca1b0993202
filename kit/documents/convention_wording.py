"""Owns the words of a convention's articles and of its form: from a template's parameters, blanks as lines.

What the template says is told; what it leaves blank is a line to write on (requirement 9).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kit.documents import convention_prices
from kit.documents.blocks import Block, Fields, Pair, Prose, Table, Ticks
from kit.documents.paper_wording import when, yes_no
from kit.documents.register import PartyRole, operations, processing, roles
from kit.documents.wording import translations

if TYPE_CHECKING:
    from kit.documents.convention import ConventionFacts, Support

Article = tuple[str, list[Block]]


def title(facts: "ConventionFacts", language: str) -> str:
    """What the convention is about; a team's own template says it in the team's own language."""
    _ = translations(language).gettext
    titles = {
        "Aix-Marseille-Provence: equipment and communication means in a cyber crisis": _(
            "Aix-Marseille-Provence: equipment and communication means in a cyber crisis"
        ),
        "Moselle Fibre: digital services": _("Moselle Fibre: digital services"),
    }
    return titles.get(facts.title, facts.title)


def commune(facts: "ConventionFacts", language: str) -> str:
    """The commune with its numbers."""
    _ = translations(language).gettext
    return _("{name} (INSEE {code}, SIREN {siren})").format(
        name=facts.commune_name, code=facts.commune_code, siren=facts.siren
    )


def articles(facts: "ConventionFacts", language: str) -> list[Article]:
    """Title and blocks of each article."""
    _ = translations(language).gettext
    found: list[Article] = [(_("Purpose"), [Prose(_purpose(facts, language))])]
    if facts.lends_kit:
        found.append((_("Equipment"), _equipment(facts, language)))
    return [
        *found,
        (_("Duration"), [Fields(list(_duration(facts, language)))]),
        (_("How it ends early"), [Fields(list(_ends(facts, language)))]),
        (_("Help and delays"), [Fields(_service(facts, language))]),
        (_("Price"), list(convention_prices.article(facts, language))),
        (_("Data of the commune"), [Prose(_data(language)), Ticks(*_end_of_service(facts, language))]),
        (_("Amendments"), list(_amendments(facts, language))),
        (_("Disputes"), [Fields([(_("Court"), facts.jurisdiction)])]),
    ]


def form(facts: "ConventionFacts", language: str) -> list[Block]:
    """The closed list on personal data."""
    _ = translations(language).gettext
    named = {"lender": _("the lender"), "commune": _("the commune")}
    return [
        Fields(
            [
                (_("Role of the lender"), _role(facts.lender_role, language)),
                (_("Role of the commune"), _role(facts.commune_role, language)),
                *_processing(facts, language),
                (_("Keeps the register of breaches"), named.get(facts.breach_register, "")),
                (_("Tells the authority of a breach"), named.get(facts.authority_notice, "")),
                (_("May object to another sub-processor"), yes_no(facts.objection, language)),
                (
                    _("Hosting outside the EU only with prior written consent"),
                    yes_no(facts.non_eu_consent, language),
                ),
                (_("Data protection officer of the lender"), ""),
                (_("Data protection officer of the commune"), ""),
                (_("Sub-processors known at signature"), ""),
            ]
        ),
        Prose(
            _(
                "The lender acts on the commune's written instructions only, says at once when one of them "
                "seems unlawful, keeps the data confidential, and helps the commune to answer people who ask "
                "about theirs."
            )
        ),
    ]


def _processing(facts: "ConventionFacts", language: str) -> Iterator[Pair]:
    """What is done with which data of whom; of another service than the kit nobody said it yet."""
    purpose, *data = processing(language)
    _purpose_again, done, *_more = operations(language)
    for label, text in (purpose, done, *data):
        yield label, text if facts.lends_kit else ""


def _purpose(facts: "ConventionFacts", language: str) -> str:
    _ = translations(language).gettext
    if facts.lends_kit:
        return _(
            "When a cyberattack keeps the commune from using its own information system, the lender lends it "
            "equipment and means of communication that are clean and kept apart from both information "
            "systems, until forensic analysis has ended and the commune's own systems work again."
        )
    return _("The lender gives the commune the service named above, on the terms below.")


def _equipment(facts: "ConventionFacts", language: str) -> list[Block]:
    _ = translations(language).gettext
    return [
        Prose(
            _(
                "The equipment remains the property of the lender ({lender}). The commune has a right of "
                "use, keeps it in good order, neither sells it nor passes it on, and returns it when the "
                "loan ends. Its condition is noted at the hand-over and at the return, so that damage can be "
                "attributed."
            ).format(lender=facts.lender)
        ),
        Fields([(_("Laptops"), ""), (_("Phones with SIM"), ""), (_("Mailboxes"), "")]),
    ]


def _duration(facts: "ConventionFacts", language: str) -> Iterator[Pair]:
    _ = translations(language).gettext
    acts = {"notification": _("its notification"), "signature": _("its signature")}
    terms = {"civil_year": _("31 December of that year"), "year": _("the day one year later")}
    readings = {
        "anniversary": _("to the anniversary of its effect"),
        "nth_civil_year": _("to the end of the last civil year"),
    }
    yield _("In force from"), acts.get(facts.effect, facts.effect)
    yield _("First term, until"), terms.get(facts.first_term, facts.first_term)
    yield _("Then"), _("renewed tacitly for a year each time")
    if facts.max_years is not None:
        yield _("At most"), _("{years} years").format(years=facts.max_years)
        yield _("which is read as"), _(" or ").join(readings.get(one, one) for one in facts.readings)
    if facts.last_day is not None:
        yield _("Over in any case after"), when(facts.last_day, language)


def _ends(facts: "ConventionFacts", language: str) -> Iterator[Pair]:
    _ = translations(language).gettext
    starts = {
        "receipt": _("from receipt of the registered letter"),
        "month_after_receipt": _("from the first of the month after receipt"),
    }
    since = starts.get(facts.notice_start, "")
    if facts.exit_at == "term_end":
        since += ", " + _("to the end of a term")
    for label, months in (
        (_("The commune leaves"), facts.commune_notice_months),
        (_("The lender leaves"), facts.lender_notice_months),
    ):
        yield label, "" if months is None else _months(months, since, language)
    if facts.minimum_years:
        yield _("Not before"), _("{years} years").format(years=facts.minimum_years)
    yield _("Breach, time to cure"), _months(facts.breach_cure_months, "", language)
    yield _("Force majeure that lasts longer than"), _months(facts.force_majeure_months, "", language)
    yield _("ends it, after the letter"), _months(facts.force_majeure_end_months, "", language)


def _months(count: int | None, since: str, language: str) -> str:
    ngettext = translations(language).ngettext
    if count is None:
        return ""
    told = ngettext("{count} month", "{count} months", count).format(count=count)
    return f"{told} {since}".strip()


def _service(facts: "ConventionFacts", language: str) -> list[Pair]:
    _ = translations(language).gettext
    hours = facts.intervention_hours
    return [
        (_("People answer"), _support(facts.support, language)),
        (_("An intervention begins within"), "" if hours is None else _("{hours} hours").format(hours=hours)),
        (_("Equipment is handed over within"), ""),
    ]


def _support(support: "Support | None", language: str) -> str:
    _ = translations(language).gettext
    if support is None:
        return ""
    names = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
    days = " ".join(names[day - 1] for day in support.weekdays)
    moselle = _("no public holidays, nor those of Moselle")
    closed = moselle if support.moselle else _("no public holidays")
    return f"{days} {', '.join(support.hours)}, {closed}"


def _amendments(facts: "ConventionFacts", language: str) -> Iterator[Block]:
    """How terms change, and what was asked for so far."""
    _ = translations(language).gettext
    acts = {"signed_avenant_both": _("by an amendment that both parties sign")}
    sides = {"commune": _("the commune"), "lender": _("the lender")}
    yield Fields([(_("It is changed"), acts.get(facts.amended_by, facts.amended_by))])
    if not facts.amendments:
        return
    yield Prose(_("A request to change it counts from its receipt. Requests so far:"))
    yield Table(
        head=(_("Asked by"), _("Sent"), _("Received"), _("Settled"), _("Outcome")),
        widths=(3, 3, 3, 3, 8),
        rows=[
            (
                sides[one.side],
                *(when(each, language) or "–" for each in (one.sent_on, one.received_on, one.settled_on)),
                one.outcome or _("open"),
            )
            for one in facts.amendments
        ],
    )


def _data(language: str) -> str:
    return translations(language).gettext(
        "The commune's data stay the commune's. At the end, in this order: its written instruction, an "
        "export with hashes, its acknowledgement, destruction at the lender's, a certificate. No early end "
        "changes that order."
    )


def _end_of_service(facts: "ConventionFacts", language: str) -> tuple[list[str], str]:
    _, pgettext = translations(language).gettext, translations(language).pgettext
    words = {
        "return": pgettext("data", "returned"),
        "destroy": pgettext("data", "destroyed"),
        "archive": pgettext("data", "archived"),
    }
    offered = facts.end_of_service or tuple(words)
    return [words.get(one, one) for one in offered], _("At the end, its data shall be")


def _role(role: PartyRole, language: str) -> str:
    return roles(language)[role]
