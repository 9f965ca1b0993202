"""`make bench`: measures every promise in one run; `--write` keeps the table in `benchmarks/README.md`.

`--rounds 10` adds as many runs over fresh laptops, none of which may be lost.
Exit code 1 when a promise is not kept.
"""

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import crisis, importing, laptops, pool, startup, tenant
from benchmarks.measure import HEADING

README = Path(__file__).with_name("README.md")
_BEGIN, _END = "<!-- measured: begin -->\n", "<!-- measured: end -->\n"


def main() -> int:
    """Measure, print, keep where asked."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--rounds", type=int, default=0)
    asked = parser.parse_args()
    results = [
        *startup.measure(),
        *importing.measure(),
        *laptops.measure(luck=asked.rounds),
        *pool.measure(),
        *crisis.measure(),
        *tenant.measure(),
    ]
    table = "\n".join([HEADING, *(result.row() for result in results)]) + "\n"
    print(table)
    if asked.write:
        head, _, rest = README.read_text(encoding="utf-8").partition(_BEGIN)
        tail = rest.partition(_END)[2]
        when = f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {sys.version.split()[0]}\n\n"
        README.write_text(head + _BEGIN + when + table + _END + tail, encoding="utf-8")
    return 0 if all(result.kept for result in results) else 1


sys.exit(main())
