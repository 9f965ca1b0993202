"""Says whether a convention is in force on a day, and until when: pure functions of (template, dates, today).

Every "last day" is a day on which it is in force.
"""

from datetime import date
from enum import StrEnum

from inventory.conventions.clocks import ends_on
from inventory.conventions.facts import ConventionDates
from inventory.conventions.template import Template
from inventory.conventions.terms import effect, final_end


class ConventionStatus(StrEnum):
    """Whether a convention opens a right today."""

    #: not in force yet: not notified (or signed, where that counts), or only from a later day
    DRAFT = "draft"
    #: in force
    ACTIVE = "active"
    #: over: terminated, or its longest duration has passed
    ENDED = "ended"


def last_day(template: Template, dates: ConventionDates) -> date | None:
    """The last day on which it can be in force; None where nothing bounds it yet."""
    bounds = [final_end(template, dates), dates.ended_on]
    bounds += [ends_on(template, dates, notice) for notice in dates.notices]
    return min((day for day in bounds if day is not None), default=None)


def status(template: Template, dates: ConventionDates, today: date) -> ConventionStatus:
    """Whether the convention is in force on that day."""
    begins, ends = effect(template, dates), last_day(template, dates)
    if ends is not None and today > ends:
        return ConventionStatus.ENDED
    if begins is None or today < begins:
        return ConventionStatus.DRAFT
    return ConventionStatus.ACTIVE
