"""What the commands on conventions say: what is due, and which rule it comes from."""

from collections.abc import Sequence
from gettext import gettext as _
from gettext import ngettext, pgettext
from typing import TYPE_CHECKING

from inventory.contacts import Gap, Role
from inventory.conventions.deadlines import Deadline, DeadlineKind
from inventory.conventions.due import Due, State
from inventory.conventions.facts import Reading, Side
from inventory.conventions.standing import ConventionStatus
from inventory.conventions.template import (
    Act,
    ExitAt,
    FirstTerm,
    NoticeStart,
    PublicHolidays,
    Template,
    Window,
)

if TYPE_CHECKING:
    from datetime import date

    from kit.app.compose import App


def today(program: "App") -> "date":
    """The day it is in the team's time zone, in which conventions end."""
    return program.stamp().at.astimezone(program.zone).date()


def status(known: str) -> str:
    """Whether a commune may borrow under it; "none" where it has no convention."""
    return {
        ConventionStatus.DRAFT.value: pgettext("convention", "not in force yet"),
        ConventionStatus.ACTIVE.value: pgettext("convention", "in force"),
        ConventionStatus.ENDED.value: pgettext("convention", "ended"),
    }.get(known, pgettext("convention", "none"))


def side(who: Side | None) -> str:
    """Who acts."""
    match who:
        case Side.COMMUNE:
            return _("the commune")
        case Side.LENDER:
            return _("the lender")
        case None:
            return _("either side")


def role(of: Role, *, deputy: bool = False) -> str:
    """What a contact is called for."""
    name = {
        Role.CORRESPONDENT: _("correspondent"),
        Role.REPRESENTATIVE: _("representative"),
        Role.DPO: _("data protection officer"),
        Role.TECHNICAL: _("technical contact"),
    }[of]
    return _("deputy {role}").format(role=name) if deputy else name


def what(each: Due) -> str:
    """What is due, in a few words."""
    if each.deadline is not None:
        return of_deadline(each.deadline)
    if each.lack is not None:
        return _of_lack(each.lack.gap, role(each.lack.role, deputy=each.lack.deputy))
    if each.kind is State.DRAFT and each.standing is not None:
        signature = each.standing.template.effect is Act.SIGNATURE
        return _("not signed yet") if signature else _("not notified yet")
    return {
        State.NOT_RECEIVED: _("a letter was sent and its receipt is not recorded"),
        State.FORCE_MAJEURE_OPEN: _("force majeure lasts too long: either side may end it by letter"),
        State.NO_CONVENTION: _("no convention that lends a kit"),
    }[State(each.kind)]


def of_deadline(deadline: Deadline) -> str:
    """What happens on the day."""
    who = side(deadline.side)
    return {
        DeadlineKind.TAKES_EFFECT: _("takes effect"),
        DeadlineKind.LAST_RECEIPT: _("last day to receive a letter of {side} that leaves on {day}").format(
            side=who, day=deadline.term_end
        ),
        DeadlineKind.RENEWAL: _("renewed tacitly for a year"),
        DeadlineKind.EXIT: _("last day: {side} leaves").format(side=who),
        DeadlineKind.CURE: _("breach told by {side} is cured, or it is the last day").format(side=who),
        DeadlineKind.FORCE_MAJEURE_THRESHOLD: _("force majeure lets either side end it from the next day on"),
        DeadlineKind.FORCE_MAJEURE_END: _("last day: ended by {side} for force majeure").format(side=who),
        DeadlineKind.ENDED: _("last day, as it was ended"),
        DeadlineKind.FINAL_END: _("last day for good: no renewal follows"),
    }[deadline.kind]


def rule(template: Template, kind: DeadlineKind, who: Side | None = None) -> str:
    """Which rule of the template a day comes from."""
    if kind in {DeadlineKind.LAST_RECEIPT, DeadlineKind.EXIT}:
        return exit_rule(template, who)
    if kind is DeadlineKind.CURE and template.breach_cure_months:
        return _months(template.breach_cure_months, _("to cure a breach, from receipt"))
    if kind is DeadlineKind.FORCE_MAJEURE_THRESHOLD and template.force_majeure:
        lasts = template.force_majeure.threshold_months
        return _months(lasts, _("of force majeure, then a registered letter may end it"))
    if kind is DeadlineKind.FORCE_MAJEURE_END and template.force_majeure:
        return _months(template.force_majeure.months_after_sending, _("after sending the letter"))
    return {
        DeadlineKind.TAKES_EFFECT: _in_force(template),
        DeadlineKind.RENEWAL: _("tacit renewal, a year each"),
        DeadlineKind.ENDED: _("recorded with the convention"),
        DeadlineKind.FINAL_END: final_rule(template),
    }[kind]


def exit_rule(template: Template, who: Side | None) -> str:
    """How that side leaves."""
    notice = template.notice
    months = notice.months(who or Side.COMMUNE)
    if months is None:
        return _("the template gives no exit")
    if notice.start is NoticeStart.RECEIPT:
        told = _months(months, _("from receipt of the registered letter"))
    else:
        told = _months(months, _("from the first of the month after receipt"))
    if notice.takes_effect is ExitAt.TERM_END:
        told += ", " + _("to the end of a term")
    if notice.minimum_years:
        years = ngettext("after {n} year at least", "after {n} years at least", notice.minimum_years)
        told += ", " + years.format(n=notice.minimum_years)
    return told


def final_rule(template: Template) -> str:
    """What bounds it for good."""
    told = []
    if template.max_years is not None:
        years = ngettext("at most {n} year", "at most {n} years", template.max_years)
        told.append(years.format(n=template.max_years))
    if template.last_day is not None:
        told.append(_("programme ends on {day}").format(day=template.last_day))
    return ", ".join(told)


def why(each: Due) -> str:
    """Which rule asks for it."""
    if each.deadline is not None and each.standing is not None:
        return rule(each.standing.template, each.deadline.kind, each.deadline.side)
    if each.lack is not None:
        if each.lack.gap is Gap.STALE:
            return _("contacts are confirmed regularly")
        return _("a named contact, each with a deputy")
    return {
        State.NOT_RECEIVED: _("clocks run from receipt"),
        State.FORCE_MAJEURE_OPEN: _("the threshold has passed"),
        State.DRAFT: _("no right to a kit before that"),
        State.NO_CONVENTION: _("no right to a kit without one"),
    }[State(each.kind)]


def first_term(template: Template) -> str:
    """How the first term ends."""
    if template.first_term is FirstTerm.CIVIL_YEAR:
        return _("on 31 December, then a year each")
    return _("after a year, then a year each")


def longest(reading: Reading, *, chosen: bool) -> str:
    """The last day for good under one reading of the longest duration."""
    name = {
        Reading.ANNIVERSARY: _("longest duration, to the anniversary"),
        Reading.NTH_CIVIL_YEAR: _("longest duration, to the end of the last civil year"),
    }[reading]
    return _("{name} (this one counts)").format(name=name) if chosen else name


def window(opened: Window | None) -> str:
    """When a service is open; says so where the template has no window."""
    if opened is None:
        return _("not in the template")
    names = [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")]
    days = " ".join(names[day - 1] for day in opened.weekdays)
    hours = ", ".join(f"{begins:%H:%M}–{ends:%H:%M}" for begins, ends in opened.hours)
    closed = {
        PublicHolidays.FR: _("no public holidays"),
        PublicHolidays.FR_57: _("no public holidays, nor those of Moselle"),
    }
    return f"{days} {hours}, {closed[opened.holidays]}"


def columns() -> Sequence[tuple[str, str]]:
    """The columns of what is due."""
    return [
        ("until", _("until")),
        ("commune", _("commune")),
        ("template", _("template")),
        ("what", _("what")),
        ("rule", _("rule")),
    ]


def _of_lack(gap: Gap, name: str) -> str:
    match gap:
        case Gap.MISSING:
            return _("no {role} is known").format(role=name)
        case Gap.NO_DEPUTY:
            return _("no {role} is known").format(role=name)
        case Gap.STALE:
            return _("{role} not confirmed for too long").format(role=name)


def _months(count: int, after: str) -> str:
    return ngettext("{n} month {after}", "{n} months {after}", count).format(n=count, after=after)


def _in_force(template: Template) -> str:
    if template.effect is Act.SIGNATURE:
        return _("in force from its signature")
    return _("in force from its notification")
