"""Owns the letter that calls back what one person has."""

from dataclasses import dataclass
from datetime import date

from kit.documents import equipment
from kit.documents.blocks import Fields, Heading, Paper, Prose, Ticks
from kit.documents.paper_facts import Item, SeatFacts
from kit.documents.paper_wording import contact_fields, ownership, seat_fields, when
from kit.documents.wording import translations

KIND = "recall-letter"


@dataclass(frozen=True, kw_only=True)
class RecallFacts(SeatFacts):
    """What is called back from one person.

    Attributes:
        return_by: the last day; None leaves a line to write on.
        place: where to bring it; empty leaves a line to write on.
        reason: why now, in words; empty says that the crisis has ended.
    """

    items: tuple[Item, ...]
    return_by: date | None = None
    place: str = ""
    reason: str = ""


def paper(facts: RecallFacts, language: str) -> Paper:
    """The letter, a page."""
    _ = translations(language).gettext
    ended = _("The crisis for which this equipment was lent has ended.")
    return Paper(
        _("Recall of lent equipment"),
        _("To {person}").format(person=facts.person),
        [
            Fields(seat_fields(facts, language)),
            Prose(facts.reason or ended),
            Prose(_("Please bring back everything that is listed below.")),
            Fields(
                [
                    (_("Not later than"), when(facts.return_by, language)),
                    (_("Where to"), facts.place),
                    *contact_fields(facts, language),
                ]
            ),
            Heading(_("What you have")),
            equipment.table(facts.items, language),
            Heading(_("Before you come")),
            Ticks(
                [
                    _("Put everything that must be kept into the shared space: laptops are erased."),
                    _("Sign out of accounts of your own on the phone, and take its screen lock off."),
                    _("Bring chargers, bags and SIM cards too, and something that proves who you are."),
                    _("If something is missing, lost or broken, say so at once; do not wait for the day."),
                ]
            ),
            ownership(facts.lender, language),
        ],
    )
