"""The operator's commands on crises: open, plan, look, close, and what a run's end means."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING

from sqlmodel import Session

from inventory import allocations, communes, crises
from inventory.allocations import Allocation
from inventory.crises import Crisis, SeatEntry
from inventory.errors import Shortage
from inventory.importing.seats import read_seats
from inventory.readiness import Readiness, Verdict
from kit.app import sharing, situation
from kit.app.compose import App
from kit.app.situation import Situation
from kit.app.terms import terms
from kit.errors import RunIncomplete
from kit.plan.model import Plan
from kit.workflows import order, planning

if TYPE_CHECKING:
    from kit.workflows.troubles import Trouble


@dataclass(frozen=True)
class Opening:
    """What the operator says when opening a crisis; empty strings were not said."""

    drill: bool = False
    t0: datetime | None = None
    called_back_by: str = ""
    called_back_on: str = ""
    forced_by: str = ""
    forced_reason: str = ""


@dataclass(frozen=True)
class Caveats:
    """What speaks about a plan besides itself.

    Attributes:
        decisions: in force for its crisis, on how many of each kind it may hold.
        unready: devices of the plan that are still in stock and not deployable, with the reasons.
    """

    decisions: tuple[Allocation, ...]
    unready: tuple[Readiness, ...]


def open_crisis(app: App, commune: str, seats_file: Path, opening: Opening) -> Situation:
    """Open a crisis for the people of a seats file.

    Raises:
        Unknown: no such commune. ConventionInactive: no active convention, and not forced.
        BadValue: the number called back is none that was known beforehand, or nobody called.
        BadRows: the seats file was refused; nothing was written.
    """
    entries = read_seats(seats_file)
    with app.database.write() as session:
        return situation.read(session, opened(app, session, commune, entries, opening))


def opened(
    app: App, session: Session, commune: str, entries: Sequence[SeatEntry], opening: Opening
) -> Crisis:
    """As `open_crisis`, in the caller's transaction and for people who were read already."""
    by = app.stamp()
    return crises.open_crisis(
        session,
        by,
        communes.find(session, commune),
        t0=opening.t0.replace(tzinfo=app.zone) if opening.t0 else by.at,
        drill=opening.drill,
        seats=entries,
        today=by.at.astimezone(app.zone).date(),
        forced_by=opening.forced_by,
        forced_reason=opening.forced_reason,
        caller_verified_by=opening.called_back_by,
        called_back_on=opening.called_back_on,
    )


def plan(app: App, text: str) -> Plan:
    """Compute the plan of a crisis from what is free now, and keep it as the one to run.

    Raises:
        Shortage: the pool does not hold what the seats need, or it is granted to others.
        Busy: a run of the kept plan is unfinished; it must end first.
    """
    from kit.app.run import refuse_while_others_run  # noqa: PLC0415  loads the engine, which takes a second

    with app.database.write() as session:
        crisis = crises.find(session, text)
        refuse_while_others_run(app, crisis.reference)
        made = planning.make(session, crisis, terms(app.settings), sharing.on_shelf(app, session))
        planning.keep(session, app.stamp(), crisis, made)
        return made


def preview(app: App, text: str) -> Plan:
    """The plan that `run` would carry out now: the kept one, or the one it would make first."""
    with app.database.read() as session:
        crisis = crises.find(session, text)
        if crisis.plan is not None:
            return planning.kept(session, crisis.reference)
        return planning.make(session, crisis, terms(app.settings), sharing.on_shelf(app, session))


def caveats(app: App, plan: Plan) -> Caveats:
    """Whose decisions a plan obeys, and which of its devices could not be lent as they are."""
    tags = {seat.laptop.tag for seat in plan.seats}
    tags |= {tag for seat in plan.seats if seat.phone for tag in (seat.phone.tag, seat.phone.sim_tag)}
    with app.database.read() as session:
        return Caveats(
            decisions=tuple(allocations.in_force(session, crisis=plan.crisis.reference)),
            unready=tuple(
                each
                for each in sharing.on_shelf(app, session)
                if each.device.tag in tags and each.verdict is not Verdict.DEPLOYABLE
            ),
        )


def ensure_plan(app: App, text: str) -> str:
    """The reference of a crisis that has a plan from now on.

    Raises:
        IllegalMove: the crisis is closed, or is being ended in the tenant.
        Shortage: the pool does not hold what the seats need, or a decision leaves nobody anything.
    """
    with app.database.read() as session:
        crisis = crises.find(session, text)
        crises.must_be_open(crisis)
        order.must_not_have_begun(session, crisis.reference)
    kept = plan(app, crisis.reference) if crisis.plan is None else planning.from_json(crisis.plan)
    if not kept.seats:
        raise Shortage(
            _(
                "Every seat of crisis {reference} waits: by decision it gets nothing. Nothing was begun."
            ).format(reference=crisis.reference),
            hint=_("Grant it something (`kit pool grant`), then make the plan again: `kit crisis plan`."),
        )
    return crisis.reference


def people(app: App, reference: str) -> dict[int, str]:
    """Who sits where, by seat number."""
    with app.database.read() as session:
        return {
            seat.number: f"{seat.first_name} {seat.last_name}" for seat in crises.seats(session, reference)
        }


def look(app: App, text: str) -> Situation:
    """Where a crisis stands."""
    with app.database.read() as session:
        return situation.read(session, crises.find(session, text))


def listing(app: App) -> Sequence[Situation]:
    """Every crisis, the newest first."""
    with app.database.read() as session:
        return [situation.read(session, crisis) for crisis in crises.listing(session)]


def close(app: App, text: str) -> Situation:
    """Close a crisis; what was never handed over is released or set apart.

    Raises:
        IllegalMove: it is closed already, or devices are on loan.
        Busy: a run is unfinished.
    """
    from kit.app.run import refuse_while_others_run  # noqa: PLC0415  loads the engine, which takes a second

    by = app.stamp()
    with app.database.write() as session:
        crisis = crises.find(session, text)
        refuse_while_others_run(app, crisis.reference)
        crises.close(session, by, crisis, by.at)
        return situation.read(session, crisis)


def verdict(situation: Situation, troubles: "tuple[Trouble, ...]") -> RunIncomplete | None:
    """What the end of a run means for its exit code; None when every seat works.

    One cause names itself; several different ones are "incomplete".
    """
    missing = [seat.number for seat in situation.seats if seat.ready_at is None]
    gone_without = {each.seat for each in situation.left_out}
    if not troubles and set(missing) <= {*situation.waiting, *gone_without}:
        return _decided(situation)
    kinds = {trouble.kind for trouble in troubles}
    if len(kinds) == 1:
        first = troubles[0]
        return RunIncomplete(first.message, kind=first.kind, hint=first.hint)
    ready = len(situation.seats) - len(missing)
    return RunIncomplete(
        _("{ready} of {all} seats work; the others are named above with what is wrong.").format(
            ready=ready, all=len(situation.seats)
        ),
        hint=_("Mend what is named, then run again: what is done stays done."),
    )


def _decided(situation: Situation) -> RunIncomplete | None:
    """All that was planned holds; what a decision left out of the plan is still lacking."""
    if situation.left_out:
        return RunIncomplete(
            _("All that was planned works, but for what was left out (named above)."),
            hint=_("Have it tried after all: `kit crisis retry {reference} …`, then run again.").format(
                reference=situation.reference
            ),
        )
    if not (situation.waiting or situation.without_phone):
        return None
    return RunIncomplete(
        _("All that was planned works, but not all that was asked for.")
        + " "
        + " ".join(sharing.waits_in_words(situation.waiting, situation.without_phone)),
        hint=_("Once more is granted (`kit pool share`, `kit pool grant`), plan and run again."),
    )
