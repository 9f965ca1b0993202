"""Owns the situation report for mayor and prefect: one page of counts and moments, without personal data.

Its facts are numbers and moments. The only texts are the lender's name, the commune's, and references.
"""

from dataclasses import dataclass
from datetime import datetime

from kit.documents import equipment
from kit.documents.blocks import Fields, Heading, Pair, Paper, Table, Totals
from kit.documents.paper_facts import CrisisFacts
from kit.documents.paper_wording import crisis_fields, duration, when, yes_no
from kit.documents.wording import translations

KIND = "situation-report"


@dataclass(frozen=True, kw_only=True)
class KindCount:
    """Devices of one kind: asked for, prepared for this crisis, in people's hands, back, lost or stolen."""

    kind: str
    asked: int = 0
    prepared: int = 0
    out: int = 0
    back: int = 0
    lost: int = 0


@dataclass(frozen=True, kw_only=True)
class SituationFacts(CrisisFacts):
    """Where a crisis stands, in numbers.

    Attributes:
        t0: the declaration; as_of: when it was looked at; both aware, in the zone to print.
        seats, working, waiting: asked for; working now; that get nothing yet, by decision.
        first_seat_s, last_seat_s: seconds from T0 to the first and to the last working seat.
        workspace: shared space, channels and folders are there.
        breaches: entries in the register of breaches; breaches_open: of them not closed.
        journal_lines, journal_head: how many lines the journal had, and the hash of the last one.
    """

    t0: datetime
    as_of: datetime
    seats: int
    working: int
    waiting: int = 0
    failed: int = 0
    first_seat_s: float | None = None
    last_seat_s: float | None = None
    devices: tuple[KindCount, ...] = ()
    workspace: bool = False
    breaches: int = 0
    breaches_open: int = 0
    forensic_ended_at: datetime | None = None
    systems_restarted_at: datetime | None = None
    closed_at: datetime | None = None
    journal_lines: int
    journal_head: str


def paper(facts: SituationFacts, language: str) -> Paper:
    """The report, one page."""
    _ = translations(language).gettext
    return Paper(
        _("Situation report"),
        _("For the mayor and the prefect; without personal data"),
        [
            Fields(
                [
                    *crisis_fields(facts, language)[:2],
                    (_("Declared (T0)"), when(facts.t0, language)),
                    (_("As of"), when(facts.as_of, language)),
                    (_("Standing"), _standing(facts, language)),
                ]
            ),
            Heading(_("Working seats")),
            Totals(
                [
                    (f"{facts.working} / {facts.seats}", _("seats work, of those asked for")),
                    (str(facts.failed), _("with trouble")),
                    (str(facts.waiting), _("wait, by decision")),
                    (str(facts.seats - facts.working - facts.failed - facts.waiting), _("in preparation")),
                ]
            ),
            Fields(
                [
                    (_("From T0 to the first working seat"), duration(facts.first_seat_s, language)),
                    (_("From T0 to the last working seat"), duration(facts.last_seat_s, language)),
                    (_("Shared space of the crisis"), yes_no(facts.workspace, language)),
                ]
            ),
            Heading(_("Equipment")),
            _equipment(facts, language),
            Heading(_("Events")),
            Fields(
                [
                    (_("Entries in the register of breaches"), str(facts.breaches)),
                    (_("of them open"), str(facts.breaches_open)),
                    *_ends(facts, language),
                ]
            ),
            Fields(
                [(_("Journal, {count} lines").format(count=facts.journal_lines), facts.journal_head)],
                exact=True,
            ),
        ],
    )


def _equipment(facts: SituationFacts, language: str) -> Table:
    _ = translations(language).gettext
    heads = (_("Kind"), _("Asked"), _("Prepared"), _("Lent now"), _("Came back"), _("Lost or stolen"))
    return Table(
        head=heads,
        widths=(4, 2, 2, 2, 2, 3),
        rows=[
            (
                equipment.kinds(language)[one.kind],
                *(map(str, (one.asked, one.prepared, one.out, one.back, one.lost))),
            )
            for one in facts.devices
        ],
        right=tuple(range(1, len(heads))),
    )


def _standing(facts: SituationFacts, language: str) -> str:
    _ = translations(language).gettext
    if facts.closed_at is not None:
        return _("closed on {moment}").format(moment=when(facts.closed_at, language))
    if facts.forensic_ended_at is not None and facts.systems_restarted_at is not None:
        return _("equipment is being taken back")
    return _("equipment is being prepared and lent")


def _ends(facts: SituationFacts, language: str) -> list[Pair]:
    """What starts the return (requirement 4)."""
    _ = translations(language).gettext
    not_yet = _("not yet")
    return [
        (_("Forensic analysis ended"), when(facts.forensic_ended_at, language) or not_yet),
        (_("The commune's own systems work again"), when(facts.systems_restarted_at, language) or not_yet),
    ]
