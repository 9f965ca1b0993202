"""A small commune in trouble: what the tests fill a data base with."""

from datetime import UTC, date, datetime

from inventory import communes, conventions, crises
from inventory.crises import SeatEntry
from inventory.database import Database
from inventory.devices import Device, DeviceKind
from inventory.journal import Stamp

NOW = datetime(2026, 11, 20, 3, 15, tzinfo=UTC)
TODAY = date(2026, 11, 20)
#: Made for these tests; nobody has the private half.
HOST_KEYS = (
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDwRqSnUImLbrI9JZ7oNBa6EzyxnL8hOjI8BEazh97Ue",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIP7kzJwR7HIJV015LksCuUZ7S0IT6uYjegZSAJDEq/pU",
)


def laptop(number: int) -> Device:
    return Device(
        tag=f"LAP-{number:02d}",
        kind=DeviceKind.LAPTOP,
        address=f"10.0.0.{number}",
        host_key=f"ssh-ed25519 {number}",
        state_since=NOW,
    )


def phone(number: int) -> Device:
    return Device(tag=f"TEL-{number:02d}", kind=DeviceKind.PHONE, imei=str(number), state_since=NOW)


def entries(count: int) -> list[SeatEntry]:
    return [
        SeatEntry(number, "Camille", f"Exemple {number}", "Mairie", True) for number in range(1, count + 1)
    ]


def fill(database: Database, by: Stamp, *, laptops: int = 3, seats: int = 2, phones: int = 0) -> str:
    """Communes, an active convention, LAP-01…, TEL-01…, one open crisis; gives its reference."""
    with database.write() as session:
        communes.load(session, by)
        aubagne = communes.find(session, "13005")
        conventions.add(
            session, by, aubagne, template="amp_cyber", signed_on=None, notified_on=date(2026, 3, 15)
        )
        session.add_all([laptop(n) for n in range(1, laptops + 1)] + [phone(n) for n in range(1, phones + 1)])
        crisis = crises.open_crisis(
            session, by, aubagne, t0=NOW, drill=False, seats=entries(seats), today=TODAY
        )
        return crisis.reference
