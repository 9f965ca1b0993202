"""A whole crisis against its longer branch: laptops and tenant are prepared at the same time.

Every measurement is on fresh laptops and a fresh tenant.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measure import Result, medians
from kit.app.demo import Demo, build

LAPTOPS = 4
ROUNDS = 2
OVERLAP_BOUND = 1.15
#: Seconds after which a measurement is given up.
_LONGEST = 300.0


def measure() -> Iterator[Result]:
    """Round by round in the same order, medians at the end."""
    samples: dict[str, list[float]] = {"laptops": [], "tenant": [], "all": []}
    for _ in range(ROUNDS):
        for name, seconds in samples.items():
            with prepared() as (home, reference):
                seconds.append(_branch(home, reference, name))
            print(f"  {name}: {seconds[-1]:.1f} s", file=sys.stderr, flush=True)
    middle = medians(samples)
    longer = max(middle["laptops"], middle["tenant"])
    yield Result(
        "whole crisis against its longer branch alone",
        middle["all"] / longer,
        OVERLAP_BOUND,
        f"{middle['all']:.1f}; laptops {middle['laptops']:.1f}, tenant {middle['tenant']:.1f}",
    )


@contextmanager
def prepared() -> Iterator[tuple[Path, str]]:
    """A crisis up to its plan on fresh laptops; everything is taken down afterwards."""
    with tempfile.TemporaryDirectory(prefix="kit-bench-") as folder:
        home = Path(folder) / "home"
        demo: Demo = build(home, say=lambda _text: None)
        try:
            demo.furnish(LAPTOPS)
            yield home, demo.declare(LAPTOPS)
        finally:
            demo.stop()


def _branch(home: Path, reference: str, name: str) -> float:
    command = [sys.executable, "-m", "benchmarks.branch", str(home), reference, name, str(LAPTOPS)]
    ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=_LONGEST)
    return float(ended.stdout)
