"""A crisis whose equipment is ready to change hands: what the tests of a loan's life stand on."""

from sqlmodel import Session

from inventory import devices, loans, supplies
from inventory.database import Database
from inventory.devices import Device, DeviceKind, DeviceState
from inventory.journal import Stamp
from tests.unit.inventory.samples import NOW, fill
from tests.unit.kit.workflows.conftest import plan_of

BY = Stamp("camille@station", NOW)
#: Hours after T0, on the clocks of Paris, as they are typed.
SOON = "2026-11-20T05:00:00"


def ready(database: Database) -> str:
    """LAP-01, TEL-01, SIM-1 ready for seat 1, the second ones for seat 2, LAP-03 in stock; ten chargers."""
    reference = fill(database, BY, laptops=3, seats=2, phones=2)
    with database.write() as session:
        session.add_all(
            Device(tag=f"SIM-{n}", kind=DeviceKind.SIM, iccid=f"8933{n}", state_since=NOW) for n in (1, 2)
        )
        supplies.receive(session, BY, "charger", "Room A", 10, reason="bought")
    for seat in plan_of(database, reference).seats:
        assert seat.phone is not None
        with database.write() as session:
            for tag in (seat.laptop.tag, seat.phone.tag, seat.phone.sim_tag):
                loans.reserve(session, BY, reference, seat.number, tag)
                prepare(session, tag)
    return reference


def prepare(session: Session, tag: str) -> None:
    """As if the run had prepared it."""
    device = devices.get(session, tag)
    steps = [DeviceState.PROVISIONING] if device.kind is DeviceKind.LAPTOP else []
    for state in (*steps, DeviceState.READY):
        devices.move(session, BY, device, state, reason="test")
