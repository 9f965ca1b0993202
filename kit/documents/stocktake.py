"""Owns the variance report of a stocktake: what was counted, what differs, who decided what; to be signed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from kit.documents import equipment
from kit.documents.interface import Content
from kit.documents.typesetting import typeset
from kit.documents.wording import moment, translations


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


@dataclass(frozen=True)
class StocktakeFacts:
    """Everything the report states, frozen when the session was closed.

    Attributes:
        reference: of the session, e.g. "ST-2026-01".
        scope: the place, or the commune's name.
        state: the only state that was counted; empty for all.
        sha256: of the result's canonical JSON, which the journal has too; on every page.
        opened_at, closed_at: aware, in the zone to print.
        sightings: how many scans and answers it rests on.
    """

    reference: str
    lender: str
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


def facts(result: Mapping[str, Any], sha256: str, *, commune: str, zone: ZoneInfo) -> StocktakeFacts:
    """The facts of a result as the book keeps it; `commune` is the name of the counted one, if any."""
    return StocktakeFacts(
        **{
            name: result[name] for name in ("reference", "lender", "state", "owner", "opened_by", "closed_by")
        },
        **{name: result[name] for name in ("expected", "seen", "sightings")},
        scope=commune or result["place"],
        commune=bool(commune),
        opened_at=datetime.fromisoformat(result["opened_at"]).astimezone(zone),
        closed_at=datetime.fromisoformat(result["closed_at"]).astimezone(zone),
        sha256=sha256,
        counted=tuple(CountedKind(**tally) for tally in result["tallies"]),
        variances=tuple(_variance(row, zone) for row in result["discrepancies"]),
    )


def render(facts: StocktakeFacts, language: str = "fr") -> bytes:
    """The report as PDF/A-2a, A4: counts by kind and place, each discrepancy, two signatures.

    Raises:
        BadInput: no such language.
        NotTypeset: the typesetter refused or failed.
    """
    return typeset(
        Content(
            template="stocktake.typ",
            language=language,
            title=translations(language).gettext("Variance report"),
            reference=facts.reference,
            author=facts.lender,
            issued_at=facts.closed_at,
            fingerprint=facts.sha256,
            data=_data(facts, language),
        )
    )


def _data(facts: StocktakeFacts, language: str) -> dict[str, Any]:
    """What the template reads: JSON values only, every wording already in the document's language."""
    kinds = equipment.kinds(language)
    return {
        "drill": False,
        "lender": facts.lender,
        "labels": _labels(language),
        "identity": _identity(facts, language),
        "totals": _totals(facts, language),
        "counted": [
            [kinds[one.kind], one.place]
            + [str(count) for count in (one.expected, one.seen, one.expected - one.seen, one.unexpected)]
            for one in facts.counted
        ],
        "variances": [_row(one, language) for one in facts.variances],
    }


def _identity(facts: StocktakeFacts, language: str) -> list[list[str]]:
    """(label, value) pairs of the head."""
    _ = translations(language).gettext
    where = _("Commune") if facts.commune else _("Place")
    who = _("{moment}, {name}")
    return [
        [where, facts.scope],
        *([[_("Only devices"), equipment.states(language)[facts.state]]] if facts.state else []),
        [_("Opened"), who.format(moment=moment(facts.opened_at, language), name=facts.opened_by)],
        [_("Closed"), who.format(moment=moment(facts.closed_at, language), name=facts.closed_by)],
        [_("In charge"), facts.owner],
        [_("Scans and answers"), str(facts.sightings)],
    ]


def _totals(facts: StocktakeFacts, language: str) -> list[list[str]]:
    """(number, noun) pairs of the head."""
    ngettext = translations(language).ngettext
    return [
        [str(facts.expected), ngettext("device expected", "devices expected", facts.expected)],
        [str(facts.seen), ngettext("of them seen", "of them seen", facts.seen)],
        [str(len(facts.variances)), ngettext("discrepancy", "discrepancies", len(facts.variances))],
    ]


def _row(one: DecidedVariance, language: str) -> dict[str, Any]:
    _ = translations(language).gettext
    choice = _choices(language)[one.choice]
    if one.until is not None:
        choice = _("{choice} until {day:%Y-%m-%d}").format(choice=choice, day=one.until)
    condition = one.discrepancy == "wrong_condition"
    return {
        "subject": one.subject,
        "details": [equipment.kinds(language)[one.kind], one.model],
        "discrepancy": equipment.discrepancies(language)[one.discrepancy],
        "book": [equipment.states(language)[one.state], one.expected],
        "found": equipment.conditions(language)[one.found] if condition else one.found,
        "owner": one.owner,
        "choice": choice,
        "reason": one.reason,
        "decided": _("{moment}, {name}").format(moment=moment(one.decided_at, language), name=one.decided_by),
    }


def _labels(language: str) -> dict[str, str]:
    _ = translations(language).gettext
    return {
        "title": _("Variance report"),
        "subtitle": _("Stocktake of lendable equipment: what was expected, what was seen, what was decided"),
        "exercise": "",
        "fingerprint": _("SHA-256 of the result"),
        "counts": _("Counts by kind and place"),
        "kind": _("Kind"),
        "place": _("Place of the book"),
        "expected": _("Expected"),
        "seen": _("Seen"),
        "missing": _("Missing"),
        "unexpected": _("Unexpected"),
        "discrepancies": _("Discrepancies and decisions"),
        "none": _("None: everything that was expected was seen where it belongs."),
        "device": _("Device or code"),
        "what": _("Discrepancy"),
        "book": _("Book"),
        "found": _("Found"),
        "decision": _("Decision"),
        "owner": _("In charge"),
        "signatures": _("Signatures"),
        "statement": _("The undersigned have read the counts, the discrepancies and the decisions above."),
        "counted_by": _("Who counted"),
        "in_charge": _("Who is in charge of the pool"),
        "name_role": _("Name and position"),
        "date_time": _("Date and time"),
        "signature": _("Signature"),
    }


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
