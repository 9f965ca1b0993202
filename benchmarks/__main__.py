"""`make bench`: measures every promise in one run; `--write` keeps the table in `benchmarks/README.md`.

Exit code 1 when a promise is not kept.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import crisis, importing, startup, tenant
from benchmarks.measure import HEADING

README = Path(__file__).with_name("README.md")
_BEGIN, _END = "<!-- measured: begin -->\n", "<!-- measured: end -->\n"


def main() -> int:
    """Measure, print, keep where asked."""
    results = [*startup.measure(), *importing.measure(), *crisis.measure(), *tenant.measure()]
    table = "\n".join([HEADING, *(result.row() for result in results)]) + "\n"
    print(table)
    if "--write" in sys.argv[1:]:
        head, _, rest = README.read_text(encoding="utf-8").partition(_BEGIN)
        tail = rest.partition(_END)[2]
        when = f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {sys.version.split()[0]}\n\n"
        README.write_text(head + _BEGIN + when + table + _END + tail, encoding="utf-8")
    return 0 if all(result.kept for result in results) else 1


sys.exit(main())
