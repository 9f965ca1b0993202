"""Gives a seat another laptop or phone, whatever became of the one it had.

A laptop on which a run does not work just then is replaced under its eyes: the run's next try prepares the
new one. Anything else waits for the run's end.
"""

from dataclasses import dataclass
from gettext import gettext as _

from sqlmodel import Session

from inventory import activity, crises, devices, interventions, loans, swaps
from inventory.activity import Status
from inventory.board import read_board
from inventory.crises import Crisis
from inventory.devices import DeviceKind
from inventory.errors import BadValue, Unknown
from inventory.interventions import Kind
from inventory.journal import Stamp
from inventory.text import named
from kit.app import intervening, run, swapping
from kit.app.compose import App
from kit.errors import Busy
from kit.plan.stages import Stage
from kit.workflows import order, planning

_STAGES = {DeviceKind.LAPTOP: Stage.LAPTOP, DeviceKind.PHONE: Stage.PHONE}
#: Where a run comes to the laptop of a seat, or comes again once somebody asks for it: nothing works on it.
_TO_COME = frozenset({Status.PENDING, Status.NEEDS_HUMAN, Status.WAITING, Status.FAILED})


@dataclass(frozen=True)
class Replaced:
    """What gave way to what; `heard` says whether an unfinished run prepares it by itself."""

    reference: str
    seat: int
    replaced: str
    replacement: str
    kind: str
    heard: bool


@dataclass(frozen=True)
class _Wanted:
    seat: int
    kind: DeviceKind
    old: str
    why: str
    held: bool


def planned(app: App, text: str, seat: int, kind: DeviceKind) -> str:
    """The tag of what the plan gives the seat.

    Raises:
        Unknown: no such crisis or seat, no plan, or the plan gives the seat no device of that kind.
        BadValue: devices of that kind are not replaced this way.
    """
    with app.database.read() as session:
        return _planned(session, crises.find(session, text), seat, kind)


def replace(app: App, text: str, seat: int, kind: DeviceKind, *, reason: str) -> Replaced:
    """Reserve the best one of the shelf in book and plan, and set apart the one that the seat held.

    Raises:
        Unknown, BadValue: as `planned`; or there is no reason.
        IllegalMove: the crisis is closed or being ended in the tenant.
        Shortage: nothing of that kind is deployable.
        Busy: a run is unfinished and works on this one, or has done so. Nothing was changed then.
    """
    by, why = app.stamp(), named(reason)
    with app.database.write() as session:
        crisis = crises.find(session, text)
        crises.must_be_open(crisis)
        order.must_not_have_begun(session, crisis.reference)
        old = _planned(session, crisis, seat, kind)
        held = loans.open_loans(session, crisis=crisis.reference, seat=seat, device=old)
        heard = _run_comes(app, session, crisis.reference, seat, kind)
        if not (held and held[0].handed_over_at):
            new = _exchange(app, session, by, crisis, wanted=_Wanted(seat, kind, old, why, bool(held)))
            return Replaced(crisis.reference, seat, old, new, kind.value, heard)
        reference = crisis.reference
    # What its person has in hand came back with its fault: that is a swap, with its paper.
    begun = swapping.begin(app, reference, seat, old, "", reason=why)
    swapping.sheet(app, begun)
    return Replaced(reference, seat, old, begun.replacement, kind.value, heard=False)


def _exchange(app: App, session: Session, by: Stamp, crisis: Crisis, *, wanted: _Wanted) -> str:
    """Reserve the replacement in book and plan; its tag. One that was set apart already is held no more."""
    device = devices.get(session, swapping.best(app, session, wanted.kind))
    if wanted.held:
        swaps.swap(session, by, wanted.old, device.tag, reason=wanted.why)
    else:
        loans.reserve(session, by, crisis.reference, wanted.seat, device.tag)
    plan = planning.kept(session, crisis.reference)
    planning.keep(session, by, crisis, swapping.replanned(plan, wanted.seat, device))
    told = f"{wanted.old} → {device.tag}: {wanted.why}"
    decision = interventions.decide(
        session, by, crisis, _STAGES[wanted.kind], Kind.RETRY, seat=wanted.seat, reason=told
    )
    board = read_board(session, crisis.reference)
    activity.record(session, intervening.shown(board, decision, [wanted.seat]))
    return device.tag


def _planned(session: Session, crisis: Crisis, number: int, kind: DeviceKind) -> str:
    if kind not in _STAGES:
        raise BadValue(
            _("Laptops and phones are replaced this way, nothing else."),
            hint=_("Use `kit swap` for a SIM."),
        )
    crises.seat_of(session, crisis.reference, number)
    for seat in planning.kept(session, crisis.reference).seats:
        if seat.number == number and kind is DeviceKind.LAPTOP:
            return seat.laptop.tag
        if seat.number == number and seat.phone is not None:
            return seat.phone.tag
    raise Unknown(_("The plan gives seat {seat} nothing of that kind.").format(seat=number))


def _run_comes(app: App, session: Session, reference: str, seat: int, kind: DeviceKind) -> bool:
    """Whether an unfinished run comes to that laptop by itself."""
    unfinished = run.unfinished(app, reference, run.EQUIP)
    run.refuse_while_others_run(app, reference, run.EQUIP)
    if unfinished is None:
        return False
    cell = read_board(session, reference).cell(seat, _STAGES[kind])
    if kind is DeviceKind.LAPTOP and cell is not None and cell.status in _TO_COME:
        return True
    raise Busy(
        _("A run of crisis {reference} is unfinished; nothing was changed.").format(reference=reference),
        hint=_("Replace it once the run has ended."),
    )
