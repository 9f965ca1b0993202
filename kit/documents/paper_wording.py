"""Owns the lines that papers have in common: whose crisis, which person, whom to ask, who owns the things."""

from collections.abc import Sequence
from datetime import date, datetime

from kit.documents.blocks import Pair, Prose
from kit.documents.paper_facts import CrisisFacts, SeatFacts
from kit.documents.wording import day, moment, translations


def crisis_fields(facts: CrisisFacts, language: str) -> list[Pair]:
    """The commune, the crisis, and when the paper was issued."""
    _ = translations(language).gettext
    return [
        (_("Commune"), _("{name} (INSEE {code})").format(name=facts.commune_name, code=facts.commune_code)),
        (_("Crisis"), facts.crisis),
        (_("Issued"), moment(facts.issued_at, language)),
    ]


def seat_fields(facts: SeatFacts, language: str) -> list[Pair]:
    """As `crisis_fields`, with the person."""
    _ = translations(language).gettext
    seat = [(_("Person"), facts.person), (_("Service"), facts.service), (_("Seat"), str(facts.seat))]
    return [*crisis_fields(facts, language), *(pair for pair in seat if pair[1])]


def contact_fields(facts: CrisisFacts, language: str) -> list[Pair]:
    """Whom to ask at the lender; a line to write on where it is not set."""
    _ = translations(language).gettext
    return [(_("Contact"), facts.contact), (_("Telephone"), facts.contact_phone)]


def ownership(lender: str, language: str) -> Prose:
    """Who owns the things, and what whoever has them may do (requirement 6)."""
    _ = translations(language).gettext
    text = _(
        "All equipment on this paper remains the property of the lender ({lender}). It is used for work "
        "only, kept in good order, neither sold nor passed on; loss or theft is reported at once."
    )
    return Prose(text.format(lender=lender), framed=True)


def undelivered(stages: Sequence[str], language: str) -> str:
    """What a person does not get yet, named by the stages of the run; empty where nothing was left out."""
    _ = translations(language).gettext
    words = {
        "laptop": _("the laptop"),
        "mailbox": _("the mailbox (nobody has checked it yet)"),
        "phone": _("the phone"),
        "managed": _("locking and erasing the phone from afar if it is lost"),
        "team": _("the Team"),
        "site": _("the shared files (nobody has checked them yet)"),
        "services": _("the shared mailboxes of the services"),
    }
    told = ", ".join(words[stage] for stage in stages)
    return _("Not delivered yet: {things}.").format(things=told) if told else ""


def when(value: date | datetime | None, language: str) -> str:
    """A day or a moment; empty, a line to write on, where there is none."""
    if value is None:
        return ""
    return moment(value, language) if isinstance(value, datetime) else day(value, language)


def duration(seconds: float | None, language: str) -> str:
    """A time that passed, in hours and minutes."""
    if seconds is None:
        return "–"
    hours, minutes = divmod(round(seconds / 60), 60)
    return translations(language).gettext("{hours} h {minutes:02} min").format(hours=hours, minutes=minutes)


def size(octets: int, language: str) -> str:
    """A size in megabytes, and to the byte."""
    _ = translations(language).gettext
    # French writes 5 368,7 where English writes 5,368.7.
    signs = str.maketrans(",.", "\u202f,") if language == "fr" else {}
    megabytes, exact = f"{octets / 1_000_000:,.1f}".translate(signs), f"{octets:,}".translate(signs)
    return _("{megabytes} MB ({octets} bytes)").format(megabytes=megabytes, octets=exact)


def yes_no(value: bool | None, language: str) -> str:
    """A fact in a word; empty, to be filled in, where nobody said."""
    _ = translations(language).gettext
    return "" if value is None else _("yes") if value else _("no")
