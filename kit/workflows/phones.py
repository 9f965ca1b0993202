"""Gives phones and SIMs to the people who asked for one."""

from gettext import gettext as _

from inventory import devices
from inventory.activity import Status
from inventory.devices import DeviceState
from kit.plan.model import PhonePlan
from kit.plan.stages import Stage
from kit.workflows import engine, planning, seats
from kit.workflows.outcome import Done, Outcome, Skipped
from kit.workflows.station import Cell, attempt, current


@engine.step
def assign_phones(reference: str) -> Outcome:
    """Make each planned phone and SIM ready for its person; seats without one are told so."""
    with current().database.read() as session:
        plan = planning.kept(session, reference)
    given = {seat.number: seat.phone for seat in plan.seats if seat.phone}
    without = tuple(seat.number for seat in plan.seats if seat.phone is None)
    Cell(reference, Stage.PHONE, without).tell(Status.SKIPPED, _("no phone asked for"))

    def act() -> Outcome:
        by = current().stamp()
        with current().database.write() as session:
            for tag in (tag for phone in given.values() for tag in (phone.tag, phone.sim_tag)):
                device = devices.get(session, tag)
                if device.state is DeviceState.RESERVED:
                    devices.move(session, by, device, DeviceState.READY, reason="assigned")
            seats.prove(session, by, plan, Stage.PHONE, ((n, _proof(phone)) for n, phone in given.items()))
        return Done()

    if not given:
        return Skipped(_("no phone asked for"))
    return attempt(Cell(reference, Stage.PHONE, tuple(given)), act)


def _proof(phone: PhonePlan) -> dict[str, str]:
    return {"phone": phone.tag, "imei": phone.imei, "sim": phone.sim_tag, "iccid": phone.iccid}
