"""Computes the next dates of a convention that somebody must know, from (template, dates, today): pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from inventory.conventions.clocks import ends_on, force_majeure_threshold, last_receipt
from inventory.conventions.facts import ConventionDates, Notice, NoticeKind, Side
from inventory.conventions.months import DAY, later
from inventory.conventions.standing import last_day
from inventory.conventions.template import Template
from inventory.conventions.terms import effect, final_end, term_on


class DeadlineKind(StrEnum):
    """What happens on the day."""

    #: the first day in force
    TAKES_EFFECT = "takes_effect"
    #: the last day on which a letter that leaves at the term's end can be received
    LAST_RECEIPT = "last_receipt"
    #: the first day of the next term
    RENEWAL = "renewal"
    #: the last day in force after an exit letter
    EXIT = "exit"
    #: the last day on which a breach can be cured, else the last in force
    CURE = "cure"
    #: from the next day on, force majeure lets either side end it by letter
    FORCE_MAJEURE_THRESHOLD = "force_majeure_threshold"
    #: the last day in force after such a letter
    FORCE_MAJEURE_END = "force_majeure_end"
    #: the last day in force, as agreed or decided
    ENDED = "ended"
    #: the last day that the template allows
    FINAL_END = "final_end"


_ENDING = {
    NoticeKind.EXIT: DeadlineKind.EXIT,
    NoticeKind.BREACH: DeadlineKind.CURE,
    NoticeKind.FORCE_MAJEURE_END: DeadlineKind.FORCE_MAJEURE_END,
}


@dataclass(frozen=True)
class Deadline:
    """A day and what happens on it.

    Attributes:
        side: who may act by then, or wrote the letter; None is either.
        term_end: of a last receipt, the end of the term that can be left.
        notice: the letter that runs.
    """

    kind: DeadlineKind
    on: date
    side: Side | None = None
    term_end: date | None = None
    notice: Notice | None = None

    @property
    def warns_on(self) -> date:
        """A month before it has passed: 1 September for 30 September (requirement 23)."""
        return later(self.on + DAY, -1)


def deadlines(template: Template, dates: ConventionDates, today: date) -> tuple[Deadline, ...]:
    """The next deadline of each kind, today or later, the earliest first; none once it has ended."""
    begins, end = effect(template, dates), last_day(template, dates)
    found = list(_endings(template, dates))
    if begins is not None:
        found += _renewals(template, dates, begins, max(today, begins))
        if begins > today:
            found.append(Deadline(DeadlineKind.TAKES_EFFECT, begins))
    kept = [each for each in found if today <= each.on and (end is None or each.on <= end)]
    return tuple(sorted(kept, key=lambda each: (each.on, list(DeadlineKind).index(each.kind))))


def next_deadline(template: Template, dates: ConventionDates, today: date) -> Deadline | None:
    """The earliest of them; None where nothing is known to come."""
    return next(iter(deadlines(template, dates, today)), None)


def _endings(template: Template, dates: ConventionDates) -> Iterator[Deadline]:
    """What ends the convention, or may."""
    final = final_end(template, dates)
    if final is not None:
        yield Deadline(DeadlineKind.FINAL_END, final)
    if dates.ended_on is not None:
        yield Deadline(DeadlineKind.ENDED, dates.ended_on)
    for notice in dates.notices:
        ends = ends_on(template, dates, notice)
        if ends is not None:
            yield Deadline(_ENDING[notice.kind], ends, side=notice.side, notice=notice)
        if notice.kind is NoticeKind.FORCE_MAJEURE and notice.runs and notice.since is not None:
            threshold = force_majeure_threshold(template, notice.since)
            if threshold is not None:
                yield Deadline(DeadlineKind.FORCE_MAJEURE_THRESHOLD, threshold, notice=notice)


def _renewals(template: Template, dates: ConventionDates, begins: date, day: date) -> Iterator[Deadline]:
    """The next term, and until when each side can still leave before one."""
    end = last_day(template, dates)
    term = term_on(template, begins, day)
    if end is None or term.ends < end:
        yield Deadline(DeadlineKind.RENEWAL, term.ends + DAY)
    commune, lender = (_next_exit(template, dates, side, begins, day) for side in Side)
    either = [(None, commune)] if commune == lender else [(Side.COMMUNE, commune), (Side.LENDER, lender)]
    for side, found in either:
        if found is not None and (end is None or found[1] < end):
            yield Deadline(DeadlineKind.LAST_RECEIPT, found[0], side=side, term_end=found[1])


def _next_exit(
    template: Template, dates: ConventionDates, side: Side, begins: date, day: date
) -> tuple[date, date] | None:
    """The next last day of receipt, from a day on, with the end of the term that it leaves."""
    months, term = template.notice.months(side) or 0, term_on(template, begins, day)
    # A notice of several years looks as many terms ahead, and the minimum duration keeps its own terms out.
    for _ahead in range(months // 12 + template.notice.minimum_years + 3):
        received = last_receipt(template, dates, side, term.ends)
        if received is not None and received >= day:
            return received, term.ends
        term = term_on(template, begins, term.ends + DAY)
    return None
