"""Owns how a device leaves the pool, for a while or for good: lost, stolen, broken, retired."""

from enum import StrEnum
from gettext import gettext as _

from sqlmodel import Session

from inventory import devices, loans, pairings
from inventory.devices import Device, DeviceState
from inventory.errors import IllegalMove
from inventory.journal import Stamp
from inventory.text import named


class Departure(StrEnum):
    """What can be declared of a device: the state of that name."""

    LOST = "lost"
    STOLEN = "stolen"
    BROKEN = "broken"
    RETIRED = "retired"


def declare(session: Session, by: Stamp, tag: str, what: Departure, reason: str) -> Device:
    """Bring a device to that state; its loan stays open, for somebody has to answer for it.

    Raises:
        Unknown: there is no such device.
        BadValue: there is no reason.
        IllegalMove: not from its state; or it would be retired while a seat or a SIM still counts on it.
    """
    device = devices.get(session, tag)
    if what is Departure.RETIRED:
        _must_be_alone(session, device)
    devices.move(session, by, device, DeviceState(what), reason=named(reason))
    session.flush()
    return device


def _must_be_alone(session: Session, device: Device) -> None:
    for loan in loans.open_loans(session, device=device.tag):
        raise IllegalMove(
            _("{tag} cannot be retired: seat {seat} of crisis {crisis} holds it.").format(
                tag=device.tag, seat=loan.seat_number, crisis=loan.crisis
            ),
            hint=_("End that loan first."),
        )
    for pairing in pairings.current(session, device.tag):
        raise IllegalMove(
            _("{tag} cannot be retired: {sim} sits in {host}.").format(
                tag=device.tag, sim=pairing.sim_tag, host=pairing.host_tag
            ),
            hint=_("Take it out first: `kit sim remove {sim}`.").format(sim=pairing.sim_tag),
        )
