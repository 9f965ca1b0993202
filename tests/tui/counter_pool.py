"""A crisis whose equipment is ready to change hands: what the tests of the counter stand on."""

from sqlmodel import Session

from inventory import crises, devices, handings, loans, supplies
from inventory.database import Database
from inventory.devices import DeviceKind, DeviceState
from inventory.handings import Told
from inventory.journal import Stamp
from inventory.times import utc_now
from tests.tui import feeding
from tests.tui.feeding import BY


def serving(database: Database, *, drill: bool = False) -> str:
    """Laptop, phone and SIM ready for seats 1 and 2, a laptop reserved for seat 3; ten chargers."""
    reference = feeding.open_crisis(database, drill=drill, seats=3)
    with database.write() as session:
        supplies.receive(session, BY, "charger", "Aubagne", 10, reason="bought")
        for number in (1, 2):
            for tag in (f"TEL-{number:05d}", f"SIM-{number:05d}"):
                loans.reserve(session, BY, reference, number, tag)
            for loan in loans.open_loans(session, crisis=reference, seat=number):
                _prepare(session, loan.device_tag)
    return reference


def handed_over(database: Database) -> str:
    """As `serving`, with everything of seats 1 and 2 in their people's hands, and a charger with seat 1."""
    reference = serving(database)
    with database.write() as session:
        crisis = crises.get(session, reference)
        for number, more in ((1, {"charger": 1}), (2, {})):
            told = Told("Camille Exemple", "badge", utc_now(), accessories=more, place="Aubagne")
            by = Stamp(BY.actor, utc_now())
            handings.hand_over(session, by, crisis, told, seat=number, scanned=())
    return reference


def _prepare(session: Session, tag: str) -> None:
    """As if the run had prepared it."""
    device = devices.get(session, tag)
    steps = [DeviceState.PROVISIONING] if device.kind is DeviceKind.LAPTOP else []
    for state in (*steps, DeviceState.READY):
        devices.move(session, BY, device, state, reason="test")
