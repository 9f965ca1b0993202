"""What the hands find out and do for an opening, by the functions that the command line calls.

They are imported when the first crisis is opened: with them comes the engine, which takes a second.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING

from inventory.crises import SeatEntry
from inventory.errors import BadRows, OperatorError, Shortage
from inventory.importing.seats import read_seats
from inventory.readiness import Readiness
from kit.app.compose import App
from kit.errors import BadInput
from tui.acting import Outcome, in_words
from tui.opening.draft import Draft, Step, moment
from tui.opening.telling import Found

if TYPE_CHECKING:
    from kit.app.opening import Declaration


def warm() -> Outcome:
    """Import what the next steps need while the operator still types."""
    from kit.app import opening, starting  # noqa: F401

    return Outcome()


def look(program: App, draft: Draft, step: Step, found: Found, now: datetime) -> Found:
    """What must be known at `step`, found out from the draft; `now` has no zone.

    Raises:
        OperatorError: the step before cannot be left so.
    """
    from kit.app import crises, opening

    said = declaration(draft, now)
    match step:
        case Step.COMMUNE | Step.READ:
            return found
        case Step.CALL_BACK:
            opening.check(program, said)
            return found
        case Step.SEATS | Step.SIZE:
            try:
                return replace(found, size=opening.size(program, said), unsized="")
            except BadInput as exc:
                return replace(found, size=None, unsized=in_words(exc))
        case Step.PLAN:
            try:
                plan = opening.plan(program, said)
            except Shortage as exc:
                return replace(found, plan=None, lacking=exc.message, unready=())
            unready = _unready(crises.caveats(program, plan).unready)
            return replace(found, plan=plan, lacking="", unready=unready)


def _unready(devices: Sequence[Readiness]) -> tuple[str, ...]:
    """Devices that lack the same thing stand on one line."""
    from kit.cli.readiness import in_words as reason_in_words

    tags: dict[str, list[str]] = {}
    for each in devices:
        tags.setdefault("; ".join(map(reason_in_words, each.reasons)), []).append(each.device.tag)
    told = _("Not deployable: {tags} ({why})")
    return tuple(told.format(tags=", ".join(named), why=why) for why, named in tags.items())


def read(path: str) -> tuple[tuple[SeatEntry, ...], list[str]]:
    """The people of a file, or a sentence for everything that is wrong with it."""
    try:
        return read_seats(Path(path.strip()).expanduser()), []
    except BadRows as exc:
        lines = [_("line {line}: {reason}").format(line=line, reason=reason) for line, reason in exc.rows]
        return (), [exc.message, *lines]
    except OperatorError as exc:
        return (), [in_words(exc)]


def run(program: App, draft: Draft, found: Found, now: datetime, then: Callable[[str], object]) -> Outcome:
    """Open the crisis and have its plan carried out; `then` is told its reference.

    Raises:
        OperatorError: it was not opened, nothing was written.
    """
    from kit.app import opening, starting

    reference = opening.declare(program, declaration(draft, now), found.plan)
    then(reference)
    done = _("Crisis {reference} is open.").format(reference=reference)
    if found.plan is None:
        return Outcome(done)
    try:
        starting.start_run(program, reference)
    except OperatorError as exc:
        return Outcome(done, (in_words(exc),))
    return Outcome(done + " " + _("Its run begins."))


def declaration(draft: Draft, now: datetime) -> "Declaration":
    """The draft, as the program takes it; a seat without a name is none yet."""
    from kit.app.crises import Opening
    from kit.app.opening import Declaration

    return Declaration(
        draft.code,
        Opening(
            drill=draft.drill,
            t0=moment(draft.t0, now),
            called_back_by=draft.called_by.strip(),
            called_back_on=draft.called_on.strip(),
            forced_by=draft.forced_by.strip(),
            forced_reason=draft.forced_reason.strip(),
        ),
        draft.seats,
        draft.decisions,
        draft.due,
    )
