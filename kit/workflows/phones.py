"""Gives phones and SIMs to the people who asked for one, in the book of record and in device management."""

from collections.abc import Sequence
from gettext import gettext as _

from inventory import devices
from inventory.activity import Status
from inventory.devices import DeviceState
from kit.graph import phones as management
from kit.plan.model import PhonePlan, Plan
from kit.plan.stages import Stage
from kit.workflows import accounts, engine, planning, seats
from kit.workflows.outcome import Done, Failed, Outcome, Skipped
from kit.workflows.station import Cell, attempt, attempt_seats, current


@engine.step
def assign_phones(reference: str) -> Outcome:
    """Make each planned phone and SIM ready for its person; seats without one are told so."""
    with current().database.read() as session:
        plan = planning.kept(session, reference)
    given = {seat.number: seat.phone for seat in plan.seats if seat.phone}
    _tell_without(plan, Stage.PHONE)

    def act(seated: Sequence[int | None]) -> Outcome:
        by = current().stamp()
        going = {number: phone for number, phone in given.items() if number in seated}
        with current().database.write() as session:
            tags = [tag for phone in going.values() for tag in (phone.tag, phone.sim_tag)]
            for device in devices.get_all(session, tags):
                if device.state is DeviceState.RESERVED:
                    devices.move(session, by, device, DeviceState.READY, reason="assigned")
            seats.prove(session, by, plan, Stage.PHONE, ((n, _proof(phone)) for n, phone in going.items()))
        return Done()

    if not given:
        return Skipped(_("no phone asked for"))
    return attempt_seats(Cell(reference, Stage.PHONE, tuple(given)), act)


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
    return attempt_seats(
        cell,
        lambda seated: _enrol(plan, {number: phone for number, phone in given.items() if number in seated}),
    )


def _enrol(plan: Plan, given: dict[int, PhonePlan]) -> Outcome:
    people = accounts.ids_of(plan)
    theirs = {number: phone for number, phone in given.items() if number in people}
    managed = _given_to(plan, theirs, people) if theirs else set()
    accountless = [phone.tag for number, phone in given.items() if number not in people]
    missing = [phone.tag for number, phone in theirs.items() if number not in managed]
    if accountless:
        return Failed(
            "incomplete",
            _("their person has no account yet: {tags}").format(tags=", ".join(accountless)),
            _("`kit crisis run {reference}` creates the accounts, then gives these phones to them.").format(
                reference=plan.crisis.reference
            ),
        )
    if missing:
        return Failed(
            "incomplete",
            _("not enrolled in the tenant's device management: {tags}").format(tags=", ".join(missing)),
            _("Enrol these phones, then run again; until then they cannot be locked or wiped from afar."),
        )
    return Done()


def _given_to(plan: Plan, theirs: dict[int, PhonePlan], people: dict[int, str]) -> set[int]:
    """Make people the users of their phones; the seats for which that holds."""
    graph, by = current().graph(), current().stamp()
    found = management.find_phones(graph, [(phone.imei, phone.serial) for phone in theirs.values()])
    managed = {
        number: found[phone.imei, phone.serial]
        for number, phone in theirs.items()
        if (phone.imei, phone.serial) in found
    }
    for number, phone in managed.items():
        management.assign_phone(graph, phone.id, people[number], deadline_s=current().settling)
    with current().database.write() as session:
        proofs = ((number, {"managed_device": phone.id}) for number, phone in managed.items())
        seats.prove(session, by, plan, Stage.MANAGED, proofs)
    return set(managed)
