"""What may be done to a crisis on its screen: each act calls what the command line calls.

The engine is loaded by the first act, not by the screens: it takes a second, and fifty megabytes.
"""

from gettext import gettext as _

from inventory.devices import DeviceKind
from inventory.errors import OperatorError
from kit.app.compose import App
from tui.acting import Outcome, in_words


def retry(program: App, reference: str, stage: str, seat: int | None) -> Outcome:
    """Have a stage tried again: by the run that is under way, else by one that begins."""
    from kit.app import intervening

    decided = intervening.retry(program, reference, stage, seat)
    if decided.heard:
        return Outcome(_("It is tried again."))
    return go_on(program, decided.reference)


def leave_out(program: App, reference: str, stage: str, seat: int | None, reason: str) -> Outcome:
    """Go on without a stage."""
    from kit.app import intervening

    intervening.leave_out(program, reference, stage, seat, reason)
    return Outcome(_("It is left out."))


def replace(program: App, reference: str, seat: int, kind: DeviceKind, reason: str) -> Outcome:
    """Give the seat another one of the shelf, and have it prepared."""
    from kit.app import replacing, starting

    done = replacing.replace(program, reference, seat, kind, reason=reason)
    told = _("{faulty} gives way to {replacement} for seat {seat}.").format(
        faulty=done.replaced, replacement=done.replacement, seat=done.seat
    )
    if done.heard:
        return Outcome(told)
    try:
        starting.start_run(program, done.reference)
    except OperatorError as exc:
        return Outcome(told, (in_words(exc),))
    return Outcome(told)


def go_on(program: App, reference: str) -> Outcome:
    """Carry the plan out, or go on with what is unfinished."""
    from kit.app import starting

    starting.start_run(program, reference)
    return Outcome(_("The run of crisis {reference} is under way.").format(reference=reference))
