"""Prepares what took the place of a faulty device: the same procedure, for the seats that wait for it."""

from inventory import devices, swaps
from inventory.devices import DeviceKind, DeviceState
from kit.plan.stages import Stage
from kit.workflows import engine, equip, laptops, phones, sheet
from kit.workflows.outcome import Outcome
from kit.workflows.station import current
from kit.workflows.troubles import Trouble, give_up, troubles

#: A replacement in one of these is not prepared yet.
_UNPREPARED = frozenset({DeviceState.RESERVED, DeviceState.PROVISIONING})


@engine.workflow
def reequip(reference: str) -> tuple[Trouble, ...]:
    """Prepare every replacement of a crisis that waits for it; accounts and mailboxes are not touched."""
    numbers, any_phone, patience = _waiting(reference)
    machines = {
        number: engine.enqueue(equip.LAPTOPS, laptops.equip_laptop, reference, number, patience)
        for number in numbers
    }
    outcomes: dict[tuple[Stage, int | None], Outcome] = {}
    if any_phone:
        outcomes[Stage.PHONE, None] = phones.assign_phones(reference)
        managed = engine.start(equip.manage_phones, reference, patience)
        outcomes[Stage.MANAGED, None] = managed.get_result()
    outcomes |= {(Stage.LAPTOP, number): handle.get_result() for number, handle in machines.items()}
    outcomes[Stage.SHEET, None] = sheet.issue_sheet(reference)
    left = troubles(outcomes)
    give_up(reference, left)
    return left


@engine.step
def _waiting(reference: str) -> tuple[tuple[int, ...], bool, float]:
    """Seats that wait for a laptop, whether any waits for a phone or SIM, and this station's patience."""
    with current().database.read() as session:
        swapped = [
            (new.seat_number, devices.get(session, new.device_tag))
            for _swap, _old, new in swaps.of_crisis(session, reference)
            if new.ended_at is None
        ]
    waiting = [(number, each.kind) for number, each in swapped if each.state in _UNPREPARED]
    numbers = sorted({number for number, kind in waiting if kind is DeviceKind.LAPTOP})
    return tuple(numbers), any(kind is not DeviceKind.LAPTOP for _n, kind in waiting), current().patience
