"""A program of its own: grants its crisis one laptop more, then tries to reserve one, laptop by laptop.

Arguments: data base, crisis, number of laptops. Says "ready", and starts at the end of stdin.
"""

import json
import sys

from inventory import allocations, crises, loans
from inventory.database import Database
from inventory.devices import DeviceKind
from inventory.errors import Shortage
from inventory.journal import Stamp
from inventory.times import utc_now

url, reference, count = sys.argv[1:]
database = Database(url)
by = Stamp(reference, utc_now())
print("ready", flush=True)
sys.stdin.readline()
granted, reserved = 0, 0
for number in range(1, int(count) + 1):
    try:
        with database.write() as session:
            crisis = crises.get(session, reference)
            allocations.decide(
                session, by, crisis, DeviceKind.LAPTOP, granted + 1, author="Camille", reason="test"
            )
        granted += 1
    except Shortage:
        pass
    try:
        with database.write() as session:
            loans.reserve(session, by, reference, 1, f"LAP-{number:02d}")
        reserved += 1
    except Shortage:
        pass
print(json.dumps({"granted": granted, "reserved": reserved}))
