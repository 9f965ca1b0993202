"""Owns the variance report of a stocktake: what was counted, what differs, who decided what; to be signed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from inventory import issued
from kit.documents import equipment
from kit.documents.blocks import (
    Block,
    Fields,
    Heading,
    Pair,
    Paper,
    Prose,
    Signatures,
    Table,
    Totals,
)
from kit.documents.paper_facts import PaperFacts
from kit.documents.papers import signing
from kit.documents.wording import moment, translations

KIND = "stocktake-report"


@dataclass(frozen=True)
class CountedKind:
    """Devices of one kind at one place: expected, seen of these, seen beyond these."""

    kind: str
    place: str
    expected: int
    seen: int
    unexpected: int


@dataclass(frozen=True)
class DecidedVariance:
    """One discrepancy and its decision; `until` is the last day of a search."""

    subject: str
    kind: str
    model: str
    state: str
    discrepancy: str
    expected: str
    found: str
    owner: str
    choice: str
    reason: str
    until: date | None
    decided_by: str
    decided_at: datetime


@dataclass(frozen=True, kw_only=True)
class StocktakeFacts(PaperFacts):
    """Everything the report states, frozen when the session was closed.

    Attributes:
        reference: of the session, e.g. "ST-2026-01".
        scope: the place, or the commune's name.
        state: the only state that was counted; empty for all.
        sha256: of the result's canonical JSON, which the journal has too; on every page.
        opened_at, closed_at: aware, in the zone to print.
        sightings: how many scans and answers it rests on.
    """

    scope: str
    commune: bool
    state: str
    owner: str
    opened_at: datetime
    opened_by: str
    closed_at: datetime
    closed_by: str
    expected: int
    seen: int
    sightings: int
    sha256: str
    counted: tuple[CountedKind, ...]
    variances: tuple[DecidedVariance, ...]

    @property
    def name(self) -> str:
        """The session's reference: its result never changes, so there is one version."""
        return self.reference

    @cached_property
    def fingerprint(self) -> str:
        """The result's, which is what the book froze."""
        return self.sha256

    @property
    def subject(self) -> str:
        """The session, as the journal names it."""
        return f"stocktake:{self.reference}"

    @property
    def folder(self) -> str:
        """Beside the crises."""
        return "stocktakes"


def read(result: Mapping[str, Any]) -> StocktakeFacts:
    """The facts of a result as the book keeps it."""
    zone = ZoneInfo(result["zone"])
    closed_at = datetime.fromisoformat(result["closed_at"]).astimezone(zone)
    same = (
        "reference",
        "lender",
        "state",
        "owner",
        "opened_by",
        "closed_by",
        "expected",
        "seen",
        "sightings",
    )
    return StocktakeFacts(
        **{name: result[name] for name in same},
        issued_at=closed_at,
        # Results that were frozen before they had the commune's name have its code.
        scope=result.get("commune_name") or result["commune"] or result["place"],
        commune=bool(result["commune"]),
        opened_at=datetime.fromisoformat(result["opened_at"]).astimezone(zone),
        closed_at=closed_at,
        sha256=issued.fingerprint(result),
        counted=tuple(CountedKind(**tally) for tally in result["tallies"]),
        variances=tuple(_variance(row, zone) for row in result["discrepancies"]),
    )


def paper(facts: StocktakeFacts, language: str) -> Paper:
    """The report: counts by kind and place, each discrepancy with its decision, two signatures."""
    _ = translations(language).gettext
    return Paper(
        _("Variance report"),
        _("Stocktake of lendable equipment: what was expected, what was seen, what was decided"),
        [
            Fields(_identity(facts, language)),
            Totals(_totals(facts, language)),
            Heading(_("Counts by kind and place")),
            _counts(facts, language),
            Heading(_("Discrepancies and decisions")),
            _decisions(facts, language),
            Heading(_("Signatures")),
            Prose(_("The undersigned have read the counts, the discrepancies and the decisions above.")),
            Signatures([_("Who counted"), _("Who is in charge of the pool")], signing(language)),
        ],
    )


def _identity(facts: StocktakeFacts, language: str) -> list[Pair]:
    """(label, value) pairs of the head."""
    _ = translations(language).gettext
    where = _("Commune") if facts.commune else _("Place")
    who = _("{moment}, {name}")
    return [
        (where, facts.scope),
        *([(_("Only devices"), equipment.states(language)[facts.state])] if facts.state else []),
        (_("Opened"), who.format(moment=moment(facts.opened_at, language), name=facts.opened_by)),
        (_("Closed"), who.format(moment=moment(facts.closed_at, language), name=facts.closed_by)),
        (_("In charge"), facts.owner),
        (_("Scans and answers"), str(facts.sightings)),
    ]


def _totals(facts: StocktakeFacts, language: str) -> list[Pair]:
    """(number, noun) pairs of the head."""
    ngettext = translations(language).ngettext
    return [
        (str(facts.expected), ngettext("device expected", "devices expected", facts.expected)),
        (str(facts.seen), ngettext("of them seen", "of them seen", facts.seen)),
        (str(len(facts.variances)), ngettext("discrepancy", "discrepancies", len(facts.variances))),
    ]


def _counts(facts: StocktakeFacts, language: str) -> Table:
    _ = translations(language).gettext
    kinds = equipment.kinds(language)
    return Table(
        head=(
            *(_("Kind"), _("Place of the book"), _("Expected")),
            *(_("Seen"), _("Missing"), _("Unexpected")),
        ),
        widths=(3, 5, 2, 2, 2, 2),
        rows=[
            (
                kinds[one.kind],
                one.place,
                *map(str, (one.expected, one.seen, one.expected - one.seen, one.unexpected)),
            )
            for one in facts.counted
        ],
        right=(2, 3, 4, 5),
    )


def _decisions(facts: StocktakeFacts, language: str) -> Block:
    _ = translations(language).gettext
    if not facts.variances:
        return Prose(_("None: everything that was expected was seen where it belongs."))
    return Table(
        head=(_("Device or code"), _("Discrepancy"), _("Book"), _("Found"), _("Decision")),
        widths=(15, 12, 16, 14, 29),
        rows=[_row(one, language) for one in facts.variances],
    )


def _row(one: DecidedVariance, language: str) -> list[str]:
    _ = translations(language).gettext
    choice = _choices(language)[one.choice]
    if one.until is not None:
        choice = _("{choice} until {day:%Y-%m-%d}").format(choice=choice, day=one.until)
    condition = one.discrepancy == "wrong_condition"
    decided = _("{moment}, {name}").format(moment=moment(one.decided_at, language), name=one.decided_by)
    return [
        "\n".join(filter(None, (one.subject, equipment.kinds(language)[one.kind], one.model))),
        equipment.discrepancies(language)[one.discrepancy],
        "\n".join(filter(None, (equipment.states(language)[one.state], one.expected))),
        equipment.conditions(language)[one.found] if condition else one.found,
        "\n".join(filter(None, (choice, one.reason, _("In charge: {name}").format(name=one.owner), decided))),
    ]


def _choices(language: str) -> dict[str, str]:
    _ = translations(language).gettext
    return {
        "correct": _("Book corrected"),
        "lost": _("Declared lost"),
        "found": _("Found again, in quarantine"),
        "search": _("Search goes on"),
        "accept": _("Accepted as it is"),
    }


def _variance(row: Mapping[str, Any], zone: ZoneInfo) -> DecidedVariance:
    until = date.fromisoformat(row["until"]) if row["until"] else None
    decided_at = datetime.fromisoformat(row["decided_at"]).astimezone(zone)
    return DecidedVariance(**{**row, "until": until, "decided_at": decided_at})
