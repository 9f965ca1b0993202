"""Eight stations at once: one import adds, no device goes two ways, the journal explains all of it."""

from collections import Counter
from pathlib import Path

from sqlmodel import select

from inventory import crates, devices
from inventory.database import Database
from inventory.journal import JournalLine, Stamp
from tests.unit.inventory.processes import together
from tests.unit.inventory.samples import HOST_KEYS, fill
from tests.unit.inventory.soundness import assert_sound

PROCESSES = 8
ACTS = 160
DEVICES = 7
POOL = (
    "tag;kind;serial;address;host_key;imei;iccid\n"
    f"LAP-1;laptop;PF1;10.0.0.1;{HOST_KEYS[0]};;\n"
    f"LAP-2;laptop;PF2;10.0.0.2;{HOST_KEYS[1]};;\n"
    "TEL-1;phone;;;;490154203237518;\n"
    "TEL-2;phone;;;;356938035643809;\n"
    "TEL-3;phone;;;;352099001761481;\n"
    "SIM-1;sim;;;;;8933150319000000006\n"
    "SIM-2;sim;;;;;8933150319000000014\n"
)


def test_eight_processes_import_one_file_and_live_with_its_devices_and_the_book_stays_sound(
    either_database: Database, by: Stamp, tmp_path: Path
) -> None:
    database = either_database
    reference = fill(database, by, laptops=0, seats=PROCESSES)
    file = tmp_path / "pool.csv"
    file.write_text(POOL, encoding="utf-8")
    seats = [str(number) for number in range(1, PROCESSES + 1)]
    with database.write() as session:
        for seat in seats:
            crates.make(session, by, f"CAI-{seat}", place=f"Room {seat}", pattern={})
    worker = Path(__file__).with_name("live_everything.py")
    ended = together(worker, [[database.name, reference, seat, str(file), str(ACTS)] for seat in seats])
    assert sorted(ended) == [0] * (PROCESSES - 1) + [DEVICES]
    with database.read() as session:
        assert len(devices.listing(session)) == DEVICES
        told = Counter(session.exec(select(JournalLine.kind)))
        assert_sound(session)
    # Otherwise they did not get in each other's way.
    assert told["loan.reserved"] > PROCESSES
    assert {"loan.ended", "device.packed", "device.moved"} <= set(told)
