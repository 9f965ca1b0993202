"""A cupboard of three laptops, two phones and their SIMs."""

from datetime import timedelta
from typing import Any

from sqlmodel import Session

from inventory import pairings
from inventory.devices import Device, DeviceKind
from inventory.journal import Stamp
from inventory.stocktakes.comparison import Sighting
from tests.unit.inventory.samples import NOW, laptop, phone

SHELF = "Armoire A"


def sim(number: int) -> Device:
    return Device(tag=f"SIM-{number:02d}", kind=DeviceKind.SIM, iccid=f"89330{number}", state_since=NOW)


def seen(code: str, *, minute: int = 0, **told: Any) -> Sighting:
    """A scan at the shelf, `minute` minutes after the opening."""
    at = NOW + timedelta(minutes=minute)
    return Sighting(at, "poste", minute, code, **({"place": SHELF} | told))


def cupboard(session: Session, by: Stamp) -> None:
    """LAP-01 (serial PF1) … LAP-03, TEL-01 with SIM-01 and TEL-02 at the shelf, LAP-04 elsewhere."""
    devices = [*(laptop(n) for n in (1, 2, 3, 4)), phone(1), phone(2), sim(1), sim(2)]
    for device in devices:
        device.place = SHELF if device.tag != "LAP-04" else "Armoire B"
    devices[0].serial = "PF1"
    session.add_all(devices)
    session.flush()
    pairings.insert(session, by, "SIM-01", "TEL-01")
