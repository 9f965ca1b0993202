"""What laptops say of themselves, as sightings of a stocktake."""

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from inventory import devices, journal
from inventory.database import Database
from inventory.devices import Device, DeviceKind, DeviceState
from inventory.errors import Unknown
from inventory.times import utc_now
from kit.app import stocktake, stocktake_answers
from kit.app.compose import App
from kit.settings import Home, load
from kit.workstations.condition import Condition
from kit.workstations.probe import Finding, KeyChanged, NoAnswer, NotLetIn, Sight, Spot

PLACE = "Armoire A"
REFERENCE = f"ST-{utc_now().astimezone(ZoneInfo('Europe/Paris')):%Y}-01"


def laptop(number: int) -> Device:
    return Device(
        tag=f"LAP-{number:02d}",
        kind=DeviceKind.LAPTOP,
        serial=f"PF{number}",
        address=f"10.0.0.{number}",
        host_key=f"ssh-ed25519 {number}",
        place=PLACE,
        state_since=utc_now(),
    )


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """A station with five laptops on a shelf and a phone."""
    home = Home.at(tmp_path)
    database = Database(load(home).database)
    database.migrate()
    with database.write() as session:
        phone = Device(tag="TEL-01", kind=DeviceKind.PHONE, place=PLACE, state_since=utc_now())
        session.add_all([phone, *(laptop(number) for number in range(1, 6))])
    yield App(home, load(home), database)
    database.dispose()


def answered(number: int, seen: Sight) -> Finding:
    return Finding(Spot(f"LAP-{number:02d}", f"10.0.0.{number}", f"ssh-ed25519 {number}"), seen, 0.1)


def test_laptops_are_seen_by_their_answer_and_doubted_by_it(app: App) -> None:
    opened = stocktake.open_stocktake(app, place=PLACE, commune="", state=None, owner="")
    reference = opened.stocktake.reference
    asked = stocktake_answers.expected_laptops(app, reference)
    assert [device.tag for device in asked] == [f"LAP-{number:02d}" for number in range(1, 6)]
    findings = [
        answered(1, Condition(serial="PF1")),
        answered(2, Condition(serial="PF9")),
        answered(3, NotLetIn("refused")),
        answered(4, KeyChanged("SHA256:other")),
        answered(5, NoAnswer("timed out")),
    ]
    assert stocktake_answers.keep_answers(app, reference, asked, findings) == 3
    report = stocktake.report(app, reference)
    assert [(row["subject"], row["discrepancy"], row["found"]) for row in report["discrepancies"]] == [
        ("LAP-02", "other_identity", "PF9"),
        ("LAP-04", "missing", ""),
        ("LAP-04", "other_identity", "SHA256:other"),
        ("LAP-05", "missing", ""),
        ("TEL-01", "missing", ""),
    ]
    with app.database.read() as session:
        assert devices.get(session, "LAP-04").state is DeviceState.QUARANTINED
        assert "stocktake.merged" in {line.kind for line in journal.tail(session)}


def test_placeholders_of_the_firmware_are_no_serial(app: App) -> None:
    stocktake.open_stocktake(app, place=PLACE, commune="", state=None, owner="")
    asked = stocktake_answers.expected_laptops(app, REFERENCE)
    said = [answered(1, Condition(serial="To be filled by O.E.M.")), answered(2, Condition())]
    assert stocktake_answers.keep_answers(app, REFERENCE, asked, said) == 2
    found = stocktake.report(app, REFERENCE)["discrepancies"]
    assert "other_identity" not in {row["discrepancy"] for row in found}


def test_what_is_lost_is_not_asked(app: App) -> None:
    stocktake.open_stocktake(app, place=PLACE, commune="", state=None, owner="")
    with app.database.write() as session:
        for number in range(1, 6):
            device = devices.get(session, f"LAP-{number:02d}")
            devices.move(session, app.stamp(), device, DeviceState.LOST, reason="test")
    with pytest.raises(Unknown, match="expects no laptop that can be asked"):
        stocktake_answers.expected_laptops(app, REFERENCE)
