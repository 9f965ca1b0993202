"""What the steps of an opening say, as rows and lines: functions of the draft and of what was found. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from gettext import gettext as _
from gettext import ngettext

from inventory.crises import SeatEntry
from kit.app.sharing import waits_in_words
from kit.app.sizing_facts import ServiceSize, Size
from kit.plan.model import Plan
from tui import clock
from tui.opening.draft import Draft, Step
from tui.picture import CommuneView, ContactView
from tui.story import Line
from tui.widgets.rows import Row
from tui.words import Word, plain


@dataclass(frozen=True)
class Found:
    """What was found out ahead, nothing of it written.

    Attributes:
        size: None before it was asked, or where the rules cannot be used; `unsized` says why then.
        plan: None before it was asked, or where the pool does not suffice; `lacking` says why then.
        unready: devices of the plan that could not be lent as they are, with the reasons.
    """

    size: Size | None = None
    unsized: str = ""
    plan: Plan | None = None
    lacking: str = ""
    unready: tuple[str, ...] = ()


def steps(draft: Draft) -> Line:
    """Where one is on the way."""
    names = {
        Step.COMMUNE: _("Commune"),
        Step.CALL_BACK: _("Call-back"),
        Step.SEATS: _("People"),
        Step.SIZE: _("Size"),
        Step.PLAN: _("Plan"),
        Step.READ: _("Read and run"),
    }
    return tuple(_step_word(name, step - draft.step) for step, name in names.items())


def _step_word(name: str, ahead: int) -> Word:
    if ahead < 0:
        return Word(f"✓ {name}", "good")
    return Word(f"· {name}", "quiet") if ahead else Word(f"▶ {name}", "title")


def to_do(step: Step) -> str:
    """What is to be done at a step, in a sentence."""
    told = {
        Step.COMMUNE: _("Whose crisis is it? Type letters or its code, Enter, Enter on its line."),
        Step.CALL_BACK: _("Call the correspondent back, on a number that was registered before."),
        Step.SEATS: _("Who is to be equipped? Name a file (CSV, XLSX), or type the people."),
        Step.SIZE: _("Are the numbers right? Enter on a service decides otherwise."),
        Step.PLAN: _("Who gets what. Nothing is reserved yet."),
        Step.READ: _("Read it once. Only the button below writes anything."),
    }
    return told[step]


def commune_row(commune: CommuneView, *, chosen: bool) -> Row:
    """One commune with its convention."""
    right = _sign(commune.convention, good=commune.lends)
    return Row(
        commune.code,
        (Word(commune.code), Word(commune.name), right, Word(f"{commune.population}", "quiet")),
        marked=chosen,
    )


def right(commune: CommuneView) -> list[Line]:
    """What the state of its convention means for who opens."""
    if commune.lends:
        return [(Word(commune.name, "title"), _sign(commune.convention, good=True))]
    told = _("It has no right to a kit. Somebody may open all the same: name and reason are kept.")
    return [(Word(commune.name, "title"), _sign(commune.convention, good=False)), (Word(told),)]


def contact_row(number: int, contact: ContactView, today: date, days: int) -> Row:
    """One contact; a number that nobody made sure of for longer than `days` is doubtful."""
    stale = today - contact.confirmed_on > timedelta(days=days)
    told = _("{date}: too old") if stale else _("sure on {date}")
    sign = "! " if stale else "✓ "
    return Row(
        str(number),
        (
            Word(contact.role),
            Word(plain(contact.name)),
            Word(contact.phone),
            Word(sign + told.format(date=contact.confirmed_on), "wait" if stale else "good"),
        ),
    )


def seat_line(seat: SeatEntry) -> Row:
    """One person to equip."""
    named = plain(f"{seat.first_name} {seat.last_name}")
    return Row(
        str(seat.number),
        (
            Word(str(seat.number)),
            Word(named) if named else Word("! " + _("name to be typed"), "human"),
            Word(plain(seat.service)),
            Word(phone_word(wanted=seat.wants_phone)),
        ),
    )


def phone_word(*, wanted: bool) -> str:
    """Whether a phone is asked for."""
    return _("with phone") if wanted else _("no phone")


def size_row(each: ServiceSize) -> Row:
    """What one service should get, and gets."""
    there = each.there or 0
    beside = there - each.wanted
    return Row(
        each.service,
        (
            Word(each.service),
            Word(str(each.proposed)),
            Word(
                "–" if each.decided is None else str(each.decided),
                "human" if each.decided is not None else "quiet",
            ),
            Word(str(there)),
            Word("✓" if not beside else f"{beside:+d}", "wait" if beside else "good"),
            Word(each.reason, "quiet"),
        ),
    )


def why_so_many(each: ServiceSize) -> Line:
    """A service with the reason of what is proposed, and the source of its rule."""
    return (Word(each.service, "title"), Word(each.reason), Word(each.source, "quiet"))


def plan_row(seat: SeatEntry, plan: Plan | None) -> Row:
    """What one person gets by the plan."""
    found = next((each for each in plan.seats if each.number == seat.number), None) if plan else None
    if found is None:
        gets = (Word("… " + _("waits"), "wait"), Word(""), Word(""))
    else:
        waits = plan is not None and seat.number in plan.without_phone
        phone = Word("… " + _("waits"), "wait") if waits else Word(phone_word(wanted=False), "quiet")
        gets = (
            Word(found.laptop.tag),
            Word(f"{found.phone.tag} {found.phone.number}") if found.phone else phone,
            Word(found.account.principal_name, "quiet"),
        )
    person = plain(f"{seat.first_name} {seat.last_name}")
    return Row(str(seat.number), (Word(str(seat.number)), Word(person), *gets))


def plan_notes(found: Found) -> list[Line]:
    """What speaks about the plan besides itself: what the pool lacks, who waits, what is not deployable."""
    lines: list[Line] = []
    if found.plan is None and found.lacking:
        lines.append((Word(f"✗ {found.lacking}", "bad"),))
        lines.append((Word(_("The crisis can be opened so; it is run once the pool is shared out.")),))
    if found.plan is not None:
        waits = waits_in_words(found.plan.waiting, found.plan.without_phone)
        lines += [(Word(f"… {told}", "wait"),) for told in waits]
        lines += [(Word(f"! {told}", "human"),) for told in found.unready]
        space = found.plan.workspace
        lines.append((Word(_("Group, Team and site:"), "quiet"), Word(space.display_name)))
    return lines


def page(draft: Draft, commune: CommuneView, found: Found, t0: datetime, now: datetime) -> list[Line]:
    """The one page to read: what is opened, for whom, with what, and what speaks against it."""
    kind = Word("! " + _("EXERCISE"), "wait") if draft.drill else Word("! " + _("a real crisis"), "human")
    moment = _("T0 {moment}").format(moment=f"{t0:%Y-%m-%d %H:%M:%S}")
    lines: list[Line] = [
        (Word(f"{commune.name} ({commune.code})", "title"), kind),
        (Word(moment), Word(clock.since(t0, now), "title")),
        (Word(_("Convention:"), "quiet"), _sign(commune.convention, good=commune.lends)),
    ]
    if draft.forced_by and draft.forced_reason:
        told = _("{name} answers for it: {reason}").format(name=draft.forced_by, reason=draft.forced_reason)
        lines.append((Word(f"! {plain(told)}", "human"),))
    lines += [(Word(_("Call-back:"), "quiet"), _called(draft)), ()]
    lines += _equipped(draft, found)
    lines += [(Word(f"! {told}", "human"),) for told in _differences(found)]
    lines += [*plan_notes(found), ()]
    return [*lines, (Word(_happens(found)),)]


def _equipped(draft: Draft, found: Found) -> Iterator[Line]:
    count = len(draft.seats)
    yield (Word(ngettext("{n} person to equip", "{n} people to equip", count).format(n=count), "title"),)
    for seat in draft.seats:
        row = plan_row(seat, found.plan)
        told = Word(f"{seat.number:>3} {row.cells[1].text}")
        yield (told, Word(plain(seat.service), "quiet"), *row.cells[2:4])


def _differences(found: Found) -> Iterator[str]:
    if found.unsized:
        yield found.unsized
    if found.size is not None and found.size.differences:
        told = ", ".join(f"{service} {count:+d}" for service, count in found.size.differences.items())
        yield _("Seats beside those proposed: {differences}.").format(differences=told)


def _happens(found: Found) -> str:
    if found.plan is None:
        return _("What happens then: the crisis is open and seen by all; nothing is prepared yet.")
    return _(
        "What happens then: the crisis is opened and its devices are reserved; laptops are prepared, "
        "accounts and workspace made in the tenant. It goes on whether or not these screens are open. By "
        "hand remains: give each person their equipment against a signature."
    )


def _called(draft: Draft) -> Word:
    if not draft.called_by:
        return Word("! " + _("nobody has called the correspondent back"), "human")
    if not draft.called_on:
        return Word(
            "! " + _("by {name}, on a number that is not said").format(name=plain(draft.called_by)), "human"
        )
    told = _("by {name}, on {number}").format(name=plain(draft.called_by), number=draft.called_on)
    return Word(f"✓ {told}", "good")


def _sign(text: str, *, good: bool) -> Word:
    return Word(f"✓ {text}", "good") if good else Word(f"✗ {text}", "bad")
