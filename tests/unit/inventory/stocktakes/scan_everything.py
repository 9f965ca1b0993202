"""A program of its own: scans so many codes for one session, prints how often each was scanned before.

Arguments: data base, session, station, number of codes. Says "ready", and starts at the end of stdin.
"""

import json
import sys

from inventory.database import Database
from inventory.stocktakes import records, scans
from inventory.stocktakes.comparison import Sighting
from inventory.times import utc_now

url, reference, station, count = sys.argv[1:]
database = Database(url)
print("ready", flush=True)
sys.stdin.readline()
before = []
for number in range(int(count)):
    with database.write() as session:
        sighting = Sighting(utc_now(), station, number, f"LAP-{number:02d}")
        before.append(scans.take(session, records.get_open(session, reference), sighting).before)
print(json.dumps(before))
