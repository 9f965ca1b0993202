"""Computes what a letter starts: when an exit, a breach or force majeure ends a convention. Pure."""

from datetime import date

from inventory.conventions.facts import ConventionDates, Notice, NoticeKind, Side
from inventory.conventions.months import DAY, first_of_next, later, latest_start
from inventory.conventions.template import ExitAt, NoticeStart, Template
from inventory.conventions.terms import effect, term_on


def exit_start(template: Template, received: date) -> date:
    """The day from which the months of an exit notice run."""
    return received if template.notice.start is NoticeStart.RECEIPT else first_of_next(received)


def exit_end(template: Template, dates: ConventionDates, side: Side, received: date) -> date | None:
    """The last day in force after that side's exit letter was received; None where it cannot leave so.

    Months counted from a first of the month end on the eve of one: two from 1 November end on 31 December.
    """
    begins, months = effect(template, dates), template.notice.months(side)
    if begins is None or months is None:
        return None
    served = later(exit_start(template, received), months)
    if template.notice.start is NoticeStart.MONTH_AFTER_RECEIPT:
        served -= DAY
    earliest = max(served, _minimum_end(template, begins))
    if template.notice.takes_effect is ExitAt.NOTICE_END:
        return earliest
    return term_on(template, begins, earliest).ends


def last_receipt(template: Template, dates: ConventionDates, side: Side, term_end: date) -> date | None:
    """The last day on which that side's exit letter can be received to leave on a term's end.

    None where it cannot leave then: it has no exit, the term is within the minimum duration, or the day would
    be before the convention.
    """
    begins, months = effect(template, dates), template.notice.months(side)
    if begins is None or months is None or term_end < _minimum_end(template, begins):
        return None
    if template.notice.start is NoticeStart.RECEIPT:
        day = latest_start(term_end, months)
    else:
        day = later((term_end + DAY).replace(day=1), -months) - DAY
    return day if day >= begins else None


def cure_end(template: Template, received: date) -> date | None:
    """The last day on which a breach can be cured; the convention has ended after it."""
    return None if template.breach_cure_months is None else later(received, template.breach_cure_months)


def force_majeure_threshold(template: Template, since: date) -> date | None:
    """The day after which either side may end the convention by registered letter, while it lasts."""
    return None if template.force_majeure is None else later(since, template.force_majeure.threshold_months)


def force_majeure_end(template: Template, sent: date) -> date | None:
    """The last day in force after such a letter, counted from its sending."""
    return (
        None if template.force_majeure is None else later(sent, template.force_majeure.months_after_sending)
    )


def ends_on(template: Template, dates: ConventionDates, notice: Notice) -> date | None:
    """The last day in force because of that letter; None where it ends nothing, or was settled by then."""
    end = _end(template, dates, notice)
    settled_in_time = end is not None and notice.settled_on is not None and notice.settled_on <= end
    return None if settled_in_time else end


def _end(template: Template, dates: ConventionDates, notice: Notice) -> date | None:
    if notice.kind is NoticeKind.FORCE_MAJEURE_END:
        return force_majeure_end(template, notice.sent_on)
    if notice.received_on is None:
        return None
    if notice.kind is NoticeKind.EXIT:
        return exit_end(template, dates, notice.side, notice.received_on)
    if notice.kind is NoticeKind.BREACH:
        return cure_end(template, notice.received_on)
    return None


def _minimum_end(template: Template, begins: date) -> date:
    """The last day of the minimum duration; the first day in force where there is none."""
    years = template.notice.minimum_years
    return later(begins, 12 * years) - DAY if years else begins
