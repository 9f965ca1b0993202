"""Owns what a measurement is: a ratio against a bound, with the seconds it came from."""

import resource
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Result:
    """One promise: what was measured, the ratio, its bound, and how it came about."""

    promise: str
    ratio: float
    bound: float
    detail: str

    @property
    def kept(self) -> bool:
        """Whether the promise holds in this run."""
        return self.ratio <= self.bound

    def row(self) -> str:
        """As a line of a Markdown table."""
        verdict = "yes" if self.kept else "**no**"
        return f"| {self.promise} | {self.ratio:.2f} | ≤ {self.bound:.2f} | {verdict} | {self.detail} |"


HEADING = "| promise | ratio | bound | kept | seconds, medians |\n| --- | --- | --- | --- | --- |"


def wall(command: Sequence[str], *, environment: Mapping[str, str] | None = None) -> float:
    """Seconds one process takes, which must succeed."""
    started = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    return time.monotonic() - started


def children_cpu(act: Callable[[], object]) -> float:
    """CPU seconds of the processes that `act` starts and waits for."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    act()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def medians(samples: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """The middle of each row."""
    return {name: median(values) for name, values in samples.items()}
