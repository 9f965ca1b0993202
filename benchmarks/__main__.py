"""`make bench`: measures every promise; `make bench ARGS="pool help"` only those named.

`--write` keeps what was measured in `benchmarks/README.md`. Exit code 1 when a promise is not kept.
"""

import argparse
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import (
    book,
    conventions,
    crisis,
    export,
    hardening,
    importing,
    laptops,
    papers,
    pool,
    screens,
    startup,
    stocktake,
    tenant,
)
from benchmarks.measure import HEADING, Result

README = Path(__file__).with_name("README.md")
MEASURES: dict[str, Callable[[], Iterator[Result]]] = {
    "help": startup.measure,
    "import": importing.measure,
    "laptops": laptops.measure,
    "luck": laptops.luck,
    "pool": pool.measure,
    "stocktake": stocktake.measure,
    "book": book.measure,
    "screens": screens.measure,
    "hardening": hardening.measure,
    "conventions": conventions.measure,
    "crisis": crisis.measure,
    "tenant": tenant.measure,
    "export": export.measure,
    "papers": papers.measure,
}


def main() -> int:
    """Measure, print, keep where asked."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("names", nargs="*", help=f"of {', '.join(MEASURES)}; all of them without")
    parser.add_argument("--write", action="store_true", help="keep the results in benchmarks/README.md")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(MEASURES):
        parser.error(f"nothing is measured under {', '.join(sorted(unknown))}")
    kept = True
    for name in asked.names or MEASURES:
        results = list(MEASURES[name]())
        kept = kept and all(result.kept for result in results)
        table = _table(results)
        print(table, flush=True)
        if asked.write:
            README.write_text(_with(README.read_text(encoding="utf-8"), name, table), encoding="utf-8")
    return 0 if kept else 1


def _table(results: Sequence[Result]) -> str:
    when = f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end"
    return "\n".join([f"{when}:\n", HEADING, *(result.row() for result in results)]) + "\n"


def _with(readme: str, name: str, table: str) -> str:
    """The text with that measurement's table in place of the one before."""
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->\n"
    block = f"{begin}{table}{end}"
    place = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    return place.sub(lambda _: block, readme) if place.search(readme) else f"{readme}\n{block}"


sys.exit(main())
