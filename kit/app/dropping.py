"""Drops a seat of a crisis that is needed no more, and makes the plan anew without it."""

from collections.abc import Sequence
from dataclasses import dataclass
from gettext import gettext as _

from sqlmodel import Session

from inventory import crises, devices, dropped_seats, evidence
from inventory.activity import Status
from inventory.board import read_board
from inventory.crises import Crisis
from inventory.devices import DeviceState
from inventory.errors import IllegalMove
from kit.app import sharing
from kit.app.compose import App
from kit.app.run import refuse_while_others_run
from kit.app.terms import terms
from kit.plan.model import Plan
from kit.plan.stages import Stage
from kit.workflows import order, planning

#: A stage of which this is said has not touched the tenant.
_UNTOUCHED = frozenset({Status.PENDING, Status.SKIPPED, Status.LEFT_OUT})


@dataclass(frozen=True)
class Freed:
    """A device that the seat held, and what it is now."""

    tag: str
    state: DeviceState


@dataclass(frozen=True)
class Dropped:
    """What came of it; `planned` says whether there was a plan, which was made anew."""

    crisis: str
    seat: int
    person: str
    freed: tuple[Freed, ...]
    planned: bool


def drop_seat(app: App, text: str, number: int, *, reason: str) -> Dropped:
    """Drop a seat that got nothing yet; the others keep what they have.

    Raises:
        Unknown: no such crisis or seat. BadValue: nobody says why.
        IllegalMove: the crisis is closed or being ended in the tenant; the seat was dropped before, is the
            last one, was given something, or has an account; nothing was changed.
        Busy: a run is unfinished. Shortage: a decision keeps the plan from being made anew.
    """
    with app.database.write() as session:
        by = app.stamp()
        crisis = crises.find(session, text)
        refuse_while_others_run(app, crisis.reference)
        order.must_not_have_begun(session, crisis.reference)
        seat = crises.seat_of(session, crisis.reference, number)
        _must_have_no_account(session, crisis, number)
        ended = dropped_seats.drop(session, by, crisis, number, reason=reason)
        if crisis.plan is not None:
            made = planning.make(session, crisis, terms(app.settings), sharing.on_shelf(app, session))
            _must_keep_names(session, crisis, made)
            planning.keep(session, by, crisis, made)
        found = [devices.get(session, loan.device_tag) for loan in ended]
        return Dropped(
            crisis=crisis.reference,
            seat=number,
            person=f"{seat.first_name} {seat.last_name}",
            freed=tuple(Freed(device.tag, device.state) for device in found),
            planned=crisis.plan is not None,
        )


def _must_have_no_account(session: Session, crisis: Crisis, number: int) -> None:
    """An account without a seat would be forgotten when sign-in ends."""
    where = {"number": number, "reference": crisis.reference}
    if evidence.find(session, crisis.reference, Stage.ACCOUNT, seat=number) is not None:
        raise IllegalMove(
            _("Seat {number} of crisis {reference} has an account; nothing was changed.").format(**where),
            hint=_(
                "The seat stays, so that its account ends with the others (`kit tenant revoke {reference}`); "
                "simply hand nothing over."
            ).format(**where),
        )
    cell = read_board(session, crisis.reference).cell(number, Stage.ACCOUNT)
    if cell is not None and cell.status not in _UNTOUCHED:
        raise IllegalMove(
            _(
                "Nobody knows whether seat {number} of crisis {reference} has an account: its creation was "
                "begun; nothing was changed."
            ).format(**where),
            hint=_("Run again until that is known: `kit crisis run {reference}`.").format(**where),
        )


def _must_keep_names(session: Session, crisis: Crisis, made: Plan) -> None:
    """A namesake's account exists under a name that made room for this seat's."""
    renamed: Sequence[int] = [
        seat.number
        for seat in made.seats
        if (proof := evidence.find(session, crisis.reference, Stage.ACCOUNT, seat=seat.number)) is not None
        and proof.data["principal_name"] != seat.account.principal_name
    ]
    if renamed:
        raise IllegalMove(
            _("Without that seat the account of seat {seats} would change its name; nothing changed.").format(
                seats=", ".join(map(str, renamed))
            ),
            hint=_("The seat stays; simply hand nothing over."),
        )
