"""Gives phones and SIMs to the people who asked for one, in the book of record and in device management."""

from gettext import gettext as _

from inventory import devices
from inventory.activity import Status
from inventory.devices import DeviceState
from kit.graph import phones as management
from kit.plan.model import PhonePlan, Plan
from kit.plan.stages import Stage
from kit.workflows import accounts, engine, planning, seats
from kit.workflows.outcome import Done, Failed, Outcome, Skipped
from kit.workflows.station import Cell, attempt, current


@engine.step
def assign_phones(reference: str) -> Outcome:
    """Make each planned phone and SIM ready for its person; seats without one are told so."""
    with current().database.read() as session:
        plan = planning.kept(session, reference)
    given = {seat.number: seat.phone for seat in plan.seats if seat.phone}
    _tell_without(plan, Stage.PHONE)

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


def _tell_without(plan: Plan, stage: Stage) -> None:
    none_asked = tuple(
        seat.number for seat in plan.seats if seat.phone is None and seat.number not in plan.without_phone
    )
    for numbers, why in (
        (none_asked, _("no phone asked for")),
        (plan.without_phone, _("no phone granted")),
    ):
        Cell(plan.crisis.reference, stage, numbers).tell(Status.SKIPPED, why)


def _proof(phone: PhonePlan) -> dict[str, str]:
    return {"phone": phone.tag, "imei": phone.imei, "sim": phone.sim_tag, "iccid": phone.iccid}


@engine.step
def manage_phones(reference: str) -> Outcome:
    """Make each person the user of their phone in the tenant's device management, so that it can be wiped."""
    with current().database.read() as session:
        plan = planning.kept(session, reference)
    given = {seat.number: seat.phone for seat in plan.seats if seat.phone}
    _tell_without(plan, Stage.MANAGED)
    if not given:
        return Skipped(_("no phone asked for"))
    cell = Cell(reference, Stage.MANAGED, tuple(given))
    if not plan.managed_phones:
        return attempt(
            cell, lambda: Skipped(_("this tenant manages no phones (setting `tenant.managed_phones`)"))
        )
    return attempt(cell, lambda: _enrol(plan, given))


def _enrol(plan: Plan, given: dict[int, PhonePlan]) -> Outcome:
    graph, by = current().graph(), current().stamp()
    found = management.find_phones(graph, [(phone.imei, phone.serial) for phone in given.values()])
    managed = {
        number: found[phone.imei, phone.serial]
        for number, phone in given.items()
        if (phone.imei, phone.serial) in found
    }
    people = accounts.ids_of(plan)
    for number, phone in managed.items():
        management.assign_phone(graph, phone.id, people[number], deadline_s=current().settling)
    with current().database.write() as session:
        proofs = ((number, {"managed_device": phone.id}) for number, phone in managed.items())
        seats.prove(session, by, plan, Stage.MANAGED, proofs)
    missing = [phone.tag for number, phone in given.items() if number not in managed]
    if missing:
        return Failed(
            "incomplete",
            _("not enrolled in the tenant's device management: {tags}").format(tags=", ".join(missing)),
            _("Enrol these phones, then run again; until then they cannot be locked or wiped from afar."),
        )
    return Done()
