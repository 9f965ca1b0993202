"""Computes from when, term by term and until when at most a convention is in force: pure functions."""

from dataclasses import dataclass
from datetime import date

from inventory.conventions.facts import ConventionDates, Reading
from inventory.conventions.months import DAY, later
from inventory.conventions.template import Act, FirstTerm, Template


@dataclass(frozen=True)
class Term:
    """One term, first and last day included; the first is number 1, each other a tacit renewal."""

    number: int
    begins: date
    ends: date


def effect(template: Template, dates: ConventionDates) -> date | None:
    """The first day in force; None as long as the act that counts has not happened."""
    return dates.signed_on if template.effect is Act.SIGNATURE else dates.notified_on


def term_on(template: Template, begins: date, day: date) -> Term:
    """The term of a convention in force since `begins` in which a day lies; the first one for days before."""
    number = max(day.year - begins.year + 1, 1)
    if number > 1 and day <= _end(template, begins, number - 1):
        number -= 1
    first = begins if number == 1 else _end(template, begins, number - 1) + DAY
    return Term(number, first, _end(template, begins, number))


def final_end(template: Template, dates: ConventionDates, reading: Reading | None = None) -> date | None:
    """The last day that the template allows, under that reading or the convention's own; else None."""
    bounds = [template.last_day] if template.last_day else []
    begins = effect(template, dates)
    if begins is not None and template.max_years is not None:
        bounds.append(_longest(begins, template.max_years, reading or dates.reading))
    return min(bounds, default=None)


def _end(template: Template, begins: date, number: int) -> date:
    if template.first_term is FirstTerm.CIVIL_YEAR:
        return date(begins.year + number - 1, 12, 31)
    return later(begins, 12 * number)


def _longest(begins: date, years: int, reading: Reading) -> date:
    if reading is Reading.NTH_CIVIL_YEAR:
        return date(begins.year + years - 1, 12, 31)
    return later(begins, 12 * years)
