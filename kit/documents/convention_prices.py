"""Owns how a convention's prices are told: what its template fixes in words, what it leaves open as lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kit.documents.blocks import Block, Fields, Pair, Prose, Table, Ticks
from kit.documents.paper_wording import yes_no
from kit.documents.wording import translations

if TYPE_CHECKING:
    from kit.documents.convention import ConventionFacts

Value = bool | int | float | str | tuple[str, ...] | None


@dataclass(frozen=True, kw_only=True)
class Price:
    """One parameter of a template's prices, e.g. "discount_3y" and 0.15; None is a blank to fill in."""

    what: str
    value: Value = None


def article(facts: "ConventionFacts", language: str) -> Iterator[Block]:
    """What is to be paid: the parameters as fields, a table of brackets and offers where there is one."""
    _ = translations(language).gettext
    if not facts.prices:
        yield Fields([(_("Price"), _("free of charge") if facts.free else "")])
        return
    known = {price.what: price.value for price in facts.prices}
    brackets, offers, statuses = (known.pop(what, None) for what in ("brackets", "offers", "status"))
    if isinstance(brackets, int) and isinstance(offers, tuple):
        known.pop("amounts", None)
        yield Prose(_("Amount in euros, by population bracket and offer:"))
        yield Table(
            head=(_("Bracket"), *offers),
            widths=(1, *(2 for _offer in offers)),
            rows=[(str(number), *("" for _offer in offers)) for number in range(1, brackets + 1)],
        )
    if isinstance(statuses, tuple):
        yield Ticks(statuses, _("Status of the commune"))
    if known:
        yield Fields([_told(what, value, language) for what, value in known.items()])


def _told(what: str, value: Value, language: str) -> Pair:
    """A parameter in words; one of a team's own template keeps its name."""
    label = _labels(language).get(what, what.replace("_", " "))
    match value:
        case None:
            return label, ""
        case bool():
            return label, yes_no(value, language)
        case int() | float():
            return label, _counted(what, value, language)
        case str():
            return label, _phrases(language).get(value, value)
        case tuple():
            return label, ", ".join(value)


def _counted(what: str, value: float, language: str) -> str:
    """A number with its unit, its thousands apart."""
    _, ngettext = translations(language).gettext, translations(language).ngettext
    number = f"{value:,}".replace(",", "\u00a0")
    if what.startswith("discount_"):
        return f"{value:.0%}".replace("%", "\u00a0%")
    if what.endswith("_months"):
        return ngettext("{count} month", "{count} months", int(value)).format(count=number)
    if what.endswith("_inhabitants"):
        return _("{count} inhabitants").format(count=number)
    if what.endswith("_eur") or what == "per_inhabitant":
        return f"{number}\u00a0€"
    return number


def _labels(language: str) -> dict[str, str]:
    _ = translations(language).gettext
    return {
        "init_by_stratum": _("Initial price, by population bracket"),
        "fixed_by_stratum": _("Fixed price a year, by population bracket"),
        "per_inhabitant": _("Price a year for each inhabitant"),
        "discount_3y": _("Reduction for 3 years"),
        "discount_4y": _("Reduction for 4 years"),
        "quote_above_inhabitants": _("On quote above"),
        "first_year": _("First year"),
        "specific": _("What is made for one commune alone"),
        "amounts": _("Amounts"),
        "title_quarter": _("Collection order issued in quarter"),
        "offer_change_notice_months": _("Change of offer, notice"),
        "offer_change_keeps_amount_for_year": _("Then the amount of the started year stays"),
        "prorata": _("In proportion to the time"),
        "probe_eur": _("Price of a probe"),
        "probe_min": _("Probes at least"),
        "probe_pool": _("Beyond that, in packs of"),
        "call": _("Call for payment"),
        "channel": _("Invoices by way of"),
        "late": _("Late payment"),
    }


def _phrases(language: str) -> dict[str, str]:
    _ = translations(language).gettext
    return {
        "prorata_from_notification": _("in proportion to the time since the notification"),
        "prorata_temporis": _("in proportion to the time"),
        "full_rebill after quote+letter": _("charged in full, after a quote and the commune's letter"),
        "start_of_S2": _("at the beginning of the second half-year"),
        "legal interest, service continues": _("interest at the legal rate; the service goes on"),
    }
