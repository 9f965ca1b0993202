"""Owns the return sheet of a crisis: what came back, what differs and what was decided, what is still out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from kit.documents import equipment
from kit.documents.blocks import Block, Fields, Heading, Paper, Prose, Signatures, Table, Totals
from kit.documents.paper_facts import CrisisFacts, Item
from kit.documents.paper_wording import crisis_fields, when
from kit.documents.papers import signing
from kit.documents.wording import translations

KIND = "return-sheet"


@dataclass(frozen=True, kw_only=True)
class ReturnedItem:
    """One thing that came back.

    Attributes:
        holder: who had it; seat: that person's seat.
        condition_out: its condition at the hand-over; the item has the one at the return.
        at: when it came back; aware, in the zone to print.
        brought_by, taken_by: who brought it, and who took it for the lender.
    """

    item: Item
    holder: str
    seat: int
    at: datetime
    brought_by: str
    taken_by: str
    condition_out: str = ""


@dataclass(frozen=True, kw_only=True)
class OutstandingItem:
    """One thing that is still out, and with whom."""

    item: Item
    holder: str
    seat: int


@dataclass(frozen=True, kw_only=True)
class ReturnDiscrepancy:
    """Something that is not as it should be.

    Attributes:
        what: "missing", "wrong_condition", … as stocktakes name it, or words; detail: which, how many.
        decision: "found", "damage", "missing", "waived", or words; empty as long as nobody decided, as the
            next two are.
    """

    tag: str
    what: str
    detail: str = ""
    decision: str = ""
    reason: str = ""
    decided_by: str = ""


@dataclass(frozen=True, kw_only=True)
class ReturnFacts(CrisisFacts):
    """Where the return of a crisis's equipment stands; `as_of` is aware, in the zone to print."""

    as_of: datetime
    returned: tuple[ReturnedItem, ...]
    discrepancies: tuple[ReturnDiscrepancy, ...] = ()
    outstanding: tuple[OutstandingItem, ...] = ()


def paper(facts: ReturnFacts, language: str) -> Paper:
    """The sheet, to be signed by both sides."""
    _ = translations(language).gettext
    return Paper(
        _("Return sheet"),
        _("What came back, what differs, what is still out"),
        [
            Fields([*crisis_fields(facts, language), (_("As of"), when(facts.as_of, language))]),
            Totals(
                [
                    (str(len(facts.returned)), _("came back")),
                    (str(len(facts.discrepancies)), _("discrepancies")),
                    (str(sum(not one.decision for one in facts.discrepancies)), _("of them undecided")),
                    (str(len(facts.outstanding)), _("still out")),
                ]
            ),
            *_discrepancies(facts, language),
            *_outstanding(facts, language),
            Heading(_("Came back")),
            *_returned(facts, language),
            Heading(_("Signatures")),
            Signatures([_("For the lender"), _("For the commune")], signing(language)),
        ],
    )


def _discrepancies(facts: ReturnFacts, language: str) -> Iterator[Block]:
    _ = translations(language).gettext
    yield Heading(_("Discrepancies and decisions"))
    if not facts.discrepancies:
        yield Prose(_("None: everything that was scanned came back as it was handed over."))
        return
    kinds, decisions = equipment.discrepancies(language), _decisions(language)
    yield Table(
        head=(_("Tag"), _("Discrepancy"), _("Decision")),
        widths=(3, 5, 6),
        rows=[
            (
                one.tag,
                "\n".join((kinds.get(one.what, one.what), one.detail)),
                "\n".join((decisions.get(one.decision, one.decision), one.reason, one.decided_by)),
            )
            for one in facts.discrepancies
        ],
        exact=(0,),
    )


def _decisions(language: str) -> dict[str, str]:
    _ = translations(language).gettext
    return {
        "": _("undecided"),
        "found": _("explained"),
        "damage": _("damaged"),
        "missing": _("will not come back"),
        "waived": _("nothing is asked for it"),
    }


def _outstanding(facts: ReturnFacts, language: str) -> Iterator[Block]:
    _ = translations(language).gettext
    yield Heading(_("Still out"))
    if not facts.outstanding:
        yield Prose(_("Nothing: every device of this crisis is accounted for."))
        return
    yield Table(
        head=(_("Item"), _("Identification"), _("Seat"), _("Person")),
        widths=(3, 5, 1, 4),
        rows=[
            (
                equipment.name(one.item, language),
                equipment.identification(one.item, language),
                str(one.seat),
                one.holder,
            )
            for one in facts.outstanding
        ],
        exact=(1,),
    )


def _returned(facts: ReturnFacts, language: str) -> Iterator[Block]:
    _ = translations(language).gettext
    if not facts.returned:
        yield Prose(_("Nothing so far."))
        return
    yield Table(
        head=(_("Item"), _("Identification"), _("Condition out, in"), _("From, to, when")),
        widths=(3, 5, 3, 5),
        rows=[_row(one, language) for one in facts.returned],
        exact=(1,),
    )


def _row(one: ReturnedItem, language: str) -> tuple[str, ...]:
    _ = translations(language).gettext
    seat = _("seat {number}, {person}").format(number=one.seat, person=one.holder)
    brought = one.brought_by if one.brought_by != one.holder else ""
    between = " → ".join(filter(None, (brought, one.taken_by)))
    conditions = (one.condition_out, one.item.condition)
    return (
        equipment.name(one.item, language),
        equipment.identification(one.item, language),
        "\n".join(
            [
                " → ".join(equipment.condition(said, language) or "–" for said in conditions),
                equipment.accessories(one.item),
            ]
        ),
        "\n".join((seat, between, when(one.at, language))),
    )
