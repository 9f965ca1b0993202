"""A program of its own: packs every phone it can get into its crate, and one charger beside each try.

Arguments: data base, tag of the crate, number of phones. Says "ready", and starts at the end of stdin.
"""

import json
import sys

from inventory import crate_records, crates, supplies
from inventory.database import Database
from inventory.errors import IllegalMove, Shortage
from inventory.journal import Stamp
from inventory.times import utc_now

url, crate_tag, count = sys.argv[1:]
database = Database(url)
by = Stamp(crate_tag, utc_now())
print("ready", flush=True)
sys.stdin.readline()
packed, chargers = [], 0
for number in range(1, int(count) + 1):
    try:
        with database.write() as session:
            tag = f"TEL-{number:02d}"
            crates.put_in(session, by, crate_records.get(session, crate_tag), tag)
        packed.append(tag)
    except IllegalMove:
        pass
    try:
        with database.write() as session:
            supplies.carry(session, by, "charger", "Shelf", crate_tag, count=1)
        chargers += 1
    except Shortage:
        pass
print(json.dumps({"packed": packed, "chargers": chargers}))
