"""A program of its own: tries to reserve every laptop for one seat, prints which ones it got.

Arguments: data base, crisis, seat, number of laptops. Says "ready", and starts at the end of stdin.
"""

import json
import sys

from inventory import loans
from inventory.database import Database
from inventory.errors import Shortage
from inventory.journal import Stamp
from inventory.times import utc_now

url, reference, seat, count = sys.argv[1:]
database = Database(url)
tags = [f"LAP-{number:02d}" for number in range(1, int(count) + 1)]
# Every seat begins elsewhere, so that all of them win some and meet in the middle.
start = int(seat) * len(tags) // 8
tags = tags[start:] + tags[:start]
print("ready", flush=True)
sys.stdin.readline()
reserved, refused = [], 0
for tag in tags:
    try:
        with database.write() as session:
            loans.reserve(session, Stamp(f"seat{seat}", utc_now()), reference, int(seat), tag)
        reserved.append(tag)
    except Shortage:
        refused += 1
print(json.dumps({"reserved": reserved, "refused": refused}))
