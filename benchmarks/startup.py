"""`kit --help` against the bare import of its command-line library."""

import sys
from collections.abc import Iterator

from benchmarks.measure import Result, medians, wall

RUNS = 9
BOUND = 2.0


def measure() -> Iterator[Result]:
    """Turn by turn, so that a slow moment of the machine hits both."""
    samples: dict[str, list[float]] = {"help": [], "typer": []}
    for _ in range(RUNS):
        samples["typer"].append(wall([sys.executable, "-c", "import typer"]))
        samples["help"].append(wall([sys.executable, "-m", "kit", "--help"]))
    middle = medians(samples)
    yield Result(
        "`kit --help` against `import typer`",
        middle["help"] / middle["typer"],
        BOUND,
        f"{middle['help']:.3f} against {middle['typer']:.3f}",
    )
