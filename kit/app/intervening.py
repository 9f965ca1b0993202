"""What an operator decides about a stage of a crisis: try it again now, or go on without it.

The decision is in the book; a run that waits hears it within two seconds, any other takes it into account
when it comes to that stage. It shows on the board at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from gettext import gettext as _

from sqlmodel import Session

from inventory import activity, crises, interventions
from inventory.activity import Event, Status
from inventory.board import Board, read_board
from inventory.crises import Crisis
from inventory.errors import BadValue, IllegalMove, Unknown
from inventory.evidence import WHOLE_CRISIS
from inventory.interventions import Intervention, Kind
from kit.app import run
from kit.app.compose import App
from kit.plan.stages import CRISIS_STAGES, SEAT_STAGES, Stage, label
from kit.workflows import leaving_out, order

#: A stage that stands so has nothing to be tried again, nor to be left out.
_HOLDS = frozenset({Status.DONE, Status.SKIPPED})


@dataclass(frozen=True)
class Decided:
    """What was decided; `heard` says whether an unfinished run takes it up by itself."""

    reference: str
    stage: str
    seat: int | None
    decision: str
    reason: str
    heard: bool


def retry(app: App, text: str, stage: str, seat: int | None) -> Decided:
    """Have a stage tried again now; this also lifts the decision to go without it.

    Raises:
        Unknown: no such crisis, stage or seat. BadValue: the stage belongs to the whole crisis.
        IllegalMove: it holds already, or the crisis is closed or being ended in the tenant.
    """
    return _decide(app, text, stage, seat, kind=Kind.RETRY, reason="")


def leave_out(app: App, text: str, stage: str, seat: int | None, reason: str) -> Decided:
    """Go on without a stage: for one seat, or for the whole crisis.

    Raises:
        Unknown, BadValue: as `retry`; or there is no reason.
        IllegalMove: as `retry`, or nothing may go on without that stage.
    """
    return _decide(app, text, stage, seat, kind=Kind.SKIP, reason=reason)


def shown(board: Board, decision: Intervention, seats: Sequence[int | None]) -> list[Event]:
    """How a decision shows on the board at once; what runs now goes on showing that it does. Pure."""
    skip = decision.kind == Kind.SKIP
    detail = (
        leaving_out.told(decision.decided_by, decision.reason)
        if skip
        else _("to be tried again, says {who}").format(who=decision.decided_by)
    )
    status = Status.LEFT_OUT if skip else Status.PENDING
    return [
        Event(decision.crisis, decision.stage, status, decision.decided_at, seat=seat, detail=detail)
        for seat in seats
        if not _runs(board, seat, decision.stage)
    ]


def _decide(app: App, text: str, name: str, seat: int | None, *, kind: Kind, reason: str) -> Decided:
    by = app.stamp()
    with app.database.write() as session:
        crisis = crises.find(session, text)
        order.must_not_have_begun(session, crisis.reference)
        stage = _stage(session, crisis, name, seat, kind)
        board = read_board(session, crisis.reference)
        seats = _concerned(board, crisis, stage, seat)
        number = WHOLE_CRISIS if seat is None else seat
        decision = interventions.decide(session, by, crisis, stage, kind, seat=number, reason=reason)
        activity.record(session, shown(board, decision, seats))
        reference = crisis.reference
    heard = run.unfinished(app, reference, run.EQUIP) is not None
    return Decided(reference, stage.value, seat, kind.value, reason.strip(), heard)


def _stage(session: Session, crisis: Crisis, name: str, seat: int | None, kind: Kind) -> Stage:
    known = {stage.value: stage for stage in (*SEAT_STAGES, *CRISIS_STAGES)}
    stage = known.get(name.lower())
    if stage is None:
        raise Unknown(
            _("There is no stage “{text}”.").format(text=name),
            hint=_("Use one of {choices}.").format(choices=", ".join(known)),
        )
    if seat is not None:
        crises.seat_of(session, crisis.reference, seat)
        if stage in CRISIS_STAGES:
            raise BadValue(_("{stage} belongs to the whole crisis, to no seat.").format(stage=label(stage)))
    why_not = leaving_out.why_not(stage)
    if kind is Kind.SKIP and why_not:
        raise IllegalMove(
            _("{stage} cannot be left out: {reason}.").format(stage=label(stage), reason=why_not),
            hint=_(
                "Mend what is wrong, then have it tried again: `kit crisis retry {crisis} {stage}`."
            ).format(crisis=crisis.reference, stage=stage),
        )
    return stage


def _concerned(board: Board, crisis: Crisis, stage: Stage, seat: int | None) -> Sequence[int | None]:
    """The seats for which the decision says something new."""
    told = {number: cell for (number, name), cell in board.cells.items() if name == stage}
    wanted: Sequence[int | None] = [seat] if seat is not None or stage in CRISIS_STAGES else list(told)
    left = [number for number in wanted if number not in told or told[number].status not in _HOLDS]
    if wanted and not left:
        raise IllegalMove(
            _("{stage} holds already; nothing was changed.").format(stage=label(stage)),
            hint=_("See where it stands: `kit crisis status {crisis}`.").format(crisis=crisis.reference),
        )
    return left


def _runs(board: Board, seat: int | None, stage: str) -> bool:
    cell = board.cell(seat, stage)
    return cell is not None and cell.status is Status.RUNNING
